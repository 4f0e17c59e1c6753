"""Runs from the command line: one alone, or a group of them one after another."""

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.codes import DONE, FAILED, INTERRUPTED, WRONG
from engine.cli.interruption import stop_on_signals
from engine.cli.output import Output
from engine.cli.session import find_dataset, opened
from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.errors import WorkbenchError
from engine.events import Event, Failed, Interrupted, as_json
from engine.grid import axis
from engine.groups import PlannedRun, default_name, finished_before, interrupted_before, plan, summarise
from engine.home import Home
from engine.presets import find_preset
from engine.settings import override, parse
from engine.settings_file import read_experiment

if TYPE_CHECKING:
    from engine.library import Library
    from engine.store import DatasetRow, RunDetails, Store


def run(arguments: Namespace, output: Output) -> int:
    """Train and test a model, or several as a group, reporting what happens."""
    control = RunControl()
    with stop_on_signals(control.stop):
        config = _experiment(arguments)
        seeds = arguments.seeds
        if isinstance(seeds, int):
            seeds = range(config.seed, config.seed + seeds)
        axes = [axis(assignment) for assignment in arguments.grid]
        planned = plan(config, seeds or (), arguments.ablations, axes, arguments.baselines)
        asked = (arguments.ablations, arguments.baselines, axes, seeds is not None, arguments.group is not None)
        with opened(arguments.home) as (home, store):
            from engine.library import SAMPLE, Library

            library = Library(home, store)
            names = {each.config.data.dataset for each in planned}
            if SAMPLE in names:
                library.ensure_sample()
            datasets = {name: find_dataset(store, name) for name in sorted(names)}
            runner = _Runner(output, home, store, library, datasets, control)
            if not any(asked):
                return runner.run(planned[0].config)
            return runner.run_group(arguments.group or default_name(config, datetime.now().astimezone()), planned)


def resume(arguments: Namespace, output: Output) -> int:
    """Go on with a run that was interrupted or has failed, where it was."""
    from engine.continuation import resume as take_over

    control = RunControl()
    with stop_on_signals(control.stop), opened(arguments.home) as (home, store):
        from engine.library import Library

        runner = _Runner(output, home, store, Library(home, store), {}, control)
        return runner.go_on(arguments.run, take_over(store, arguments.run), ", resumed")


def train_further(arguments: Namespace, output: Output) -> int:
    """Train a finished run further, as a new run."""
    from engine.continuation import train_further as continued

    control = RunControl()
    with stop_on_signals(control.stop), opened(arguments.home) as (home, store):
        from engine.library import Library

        number, config = continued(home, store, arguments.run, arguments.epochs, arguments.patience)
        runner = _Runner(output, home, store, Library(home, store), {}, control)
        return runner.go_on(number, config, f", run {arguments.run} trained further")


class _Runner:
    """Runs experiments, one after another, until `control` is told to stop or nobody reads any more."""

    def __init__(
        self,
        output: Output,
        home: Home,
        store: "Store",
        library: "Library",
        datasets: "Mapping[str, DatasetRow]",
        control: RunControl,
    ) -> None:
        """`datasets` are those of the experiments, by name."""
        self._output, self._home, self._store, self._library = output, home, store, library
        self._datasets, self._control = datasets, control

    def run(self, config: ExperimentConfig, group: str | None = None, label: str | None = None, place: str = "") -> int:
        """Run one experiment and give its exit code; `place` says where in a group it stands."""
        return self.go_on(self._store.runs.create(config, self._fingerprint(config), group, label), config, place)

    def go_on(self, number: int, config: ExperimentConfig, place: str = "") -> int:
        """The same with a run that the store knows as one of this process."""
        from engine.experiment import run_recorded
        from engine.store import RunRecorder

        show = self._listener(f"Run {number} · {config.title}{place}")

        def listen(event: Event) -> None:
            show(event)
            if self._output.is_closed:
                self._control.stop()

        try:
            outcome = run_recorded(number, config, self._home, self._store, self._library, listen, self._control)
        except WorkbenchError as error:
            print(error, file=sys.stderr)
            return FAILED
        except KeyboardInterrupt:
            RunRecorder(self._store, number)(Interrupted(None, {}))
            raise
        _write_result(self._output, self._store.runs.get(number))
        match outcome:
            case Failed(wrong_settings=wrong_settings):
                return WRONG if wrong_settings else FAILED
            case Interrupted():
                return INTERRUPTED
        return DONE

    def run_group(self, group: str, planned: Sequence[PlannedRun]) -> int:
        """Run what is not finished yet, then write the summary. One failed run does not keep the others from running."""
        earlier = self._store.runs.in_group(group)
        if not self._output.is_json:
            self._output.line(f"Group “{group}”: {_runs(len(planned))}{self._expected(planned)}")
        codes, skipped = list[int](), 0
        for place, each in enumerate(planned, start=1):
            if self._control.is_stopping:
                break
            before = finished_before(each, self._fingerprint(each.config), earlier)
            skipped += before is not None
            self._write_place(group, each, place, len(planned), before)
            if before is None:
                codes.append(self._run_in_group(group, each, f" · seed {each.config.seed}, {place} of {len(planned)}"))
        left = len(planned) - skipped - codes.count(DONE)
        status = "interrupted" if self._control.is_stopping and left else "failed" if left else "finished"
        runs = self._store.runs.in_group(group)
        if self._output.is_json:
            counts = {"planned": len(planned), "skipped": skipped, "left": left}
            self._output.json({"event": "group", "group": group, "status": status, **counts, **_summary(runs)})
        else:
            from engine.cli.reports import write_summary

            write_summary(self._output, group, runs)
            if left:
                self._output.line(
                    f"{_runs(left)} of {len(planned)} left. The same command with --group “{group}” goes on."
                )
        return {"interrupted": INTERRUPTED, "failed": FAILED, "finished": DONE}[status]

    def _run_in_group(self, group: str, planned: PlannedRun, place: str) -> int:
        """Run it, or go on with the one that was interrupted."""
        from engine.continuation import resume

        half_done = interrupted_before(planned, self._fingerprint(planned.config), self._store.runs.in_group(group))
        if half_done is None:
            return self.run(planned.config, group, planned.label, place)
        return self.go_on(half_done.id, resume(self._store, half_done.id), f"{place}, resumed")

    def _expected(self, planned: Sequence[PlannedRun]) -> str:
        """How long they will take by past runs, "" where there are none to go by."""
        from engine.cli.reports import duration
        from engine.estimates.time import MOST_READ, bases, estimate_group

        datasets = {each.fingerprint: each for each in self._store.datasets.list()}
        past = bases(self._store.runs.finished(MOST_READ), datasets)
        found = estimate_group(planned, self._datasets, past)
        if not found.runs:
            return ""
        those = "" if found.runs == len(planned) else f" for {found.runs} of them"
        return f", {'at most ' if found.at_most else ''}about {duration(found.seconds)}{those} by past runs"

    def _fingerprint(self, config: ExperimentConfig) -> str:
        return self._datasets[config.data.dataset].fingerprint

    def _write_place(self, group: str, planned: PlannedRun, place: int, of: int, before: "RunDetails | None") -> None:
        label, seed = planned.label, planned.config.seed
        if self._output.is_json:
            where = {"group": group, "label": label, "seed": seed, "place": place, "of": of}
            kind = {"event": "run_skipped", "run": before.id} if before else {"event": "run_started"}
            self._output.json(kind | where)
            return
        self._output.line()
        if before:
            self._output.line(
                f"Skipped {label}, seed {seed} ({place} of {of}): run {before.id} finished with these settings."
            )

    def _listener(self, title: str) -> Callable[[Event], None]:
        if self._output.is_json:
            return lambda event: self._output.json(as_json(event))
        from engine.cli.reports import EventLines

        self._output.line(title)
        return EventLines(self._output)


def group(arguments: Namespace, output: Output) -> int:
    """Show what the runs of a group amount to."""
    with opened(arguments.home) as (_, store):
        runs = store.runs.in_group(arguments.group)
        if not runs:
            names = ", ".join(f"“{name}”" for name in store.runs.groups()[:_NAMED])
            raise WorkbenchError(
                f"There is no group “{arguments.group}”. "
                + (f"The latest are: {names}." if names else "There are none yet.")
            )
    if output.is_json:
        output.json({"group": arguments.group, **_summary(runs)})
    else:
        from engine.cli.reports import write_summary

        write_summary(output, arguments.group, runs)
    return DONE


_NAMED = 10  # groups that a message lists


def _experiment(arguments: Namespace) -> ExperimentConfig:
    """The settings that were asked for. Raises SettingsError."""
    if arguments.config is not None:
        return read_experiment(Path(arguments.config), arguments.assignments)
    values: dict[str, Any] = {}
    if arguments.preset is not None:
        values = find_preset(arguments.preset, Home.locate(arguments.home)).config.model_dump(mode="json")
    return parse(override(values, arguments.assignments))


def _summary(runs: "Sequence[RunDetails]") -> dict[str, Any]:
    return {
        "runs": [{"run": each.id, "label": each.label, "seed": each.seed, "status": each.status} for each in runs],
        "summary": [asdict(each) for each in summarise(runs)],
    }


def _runs(count: int) -> str:
    return f"{count} {'run' if count == 1 else 'runs'}"


def _write_result(output: Output, details: "RunDetails") -> None:
    if output.is_json:
        result = {
            "event": "result",
            "run": details.id,
            "status": details.status,
            "model": details.model,
            "dataset": details.dataset,
            "seed": details.seed,
            "test": details.test,
            "seconds": details.stage_seconds,
        }
        membership = {"group": details.group, "label": details.label} if details.group else {}
        output.json(result | membership | ({"error": details.error} if details.error else {}))
        return
    from engine.cli.reports import duration, write_results

    write_results(output, details)
    output.line()
    output.line(f"Run {details.id} {details.status} after {duration(details.seconds)}.")
    if details.status == "interrupted":
        output.line(f"It goes on from where it was with: python -m engine resume {details.id}")
