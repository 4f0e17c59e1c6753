"""The front door: one experiment from dataset to test metrics, reporting events, stoppable."""

import json
import shutil
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from engine.artefacts import (
    BEST,
    CONFIG,
    MODEL,
    RANKS,
    REFIT_STATE,
    RESULT,
    SEMANTIC_IDS,
    STATE,
    found_in,
    plain_values,
)
from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.data.batches import TrainingBatches
from engine.data.cloze import Cloze
from engine.data.dataset import Dataset, IntArray, Sequences
from engine.data.negatives import sampled_negatives
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut, Targets
from engine.errors import DataError, SettingsError, Stopped, WorkbenchError
from engine.events import (
    Event,
    Failed,
    Finished,
    GoesOn,
    Interrupted,
    Listener,
    Metrics,
    Note,
    Progress,
    Protocol,
    SemanticIdsReady,
    SliceMetrics,
    Stage,
    StageFinished,
    StageStarted,
)
from engine.files import sha256_of, write_whole
from engine.home import Home
from engine.memory import give_back, part_large_arrays
from engine.semantics import item_codes, item_vectors
from engine.settings import to_toml

if TYPE_CHECKING:
    from engine.evaluation.metrics import Ranks
    from engine.evaluation.protocols import Ranker
    from engine.library import Library
    from engine.models.recommender import Recommender
    from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds
    from engine.store import Store
    from engine.training.loop import Training

STATE_FORMAT = b"1"  # another one for states that the code before cannot go on from
TITLES = {
    Stage.DATA: "Preparing the data",
    Stage.TEXT: "Encoding item texts",
    Stage.SEMANTIC_IDS: "Learning semantic IDs",
    Stage.TRAIN: "Training",
    Stage.REFIT: "Learning from the validation items, too",
    Stage.EVALUATE: "Final test",
}


def run_recorded(
    run: int,
    config: ExperimentConfig,
    home: Home,
    store: "Store",
    library: "Library",
    listen: Listener,
    control: RunControl,
) -> Finished | Interrupted | Failed:
    """Run an experiment whose run was created in the store, and record what it reports.

    One that was resumed, or that trains another one further, goes on where that was left. A fault of the experiment
    is an event, not an exception. A database that cannot be written is tried again
    with the next event; only when it still fails at the end, StoreError is raised.
    """
    from engine.store import RunRecorder, StoreError

    recorder = RunRecorder(store, run)
    ends: list[Finished | Interrupted | Failed] = []

    def report(event: Event) -> None:
        try:
            recorder(event)
        except StoreError as error:
            listen(Note("warning", f"{error} Recording is tried again."))
        listen(event)
        if isinstance(event, Finished | Interrupted | Failed):
            ends.append(event)

    details = store.runs.get(run)
    with recorder.beating():
        try:
            dataset = library.load(config.data.dataset)
            if details.continued_from is not None:
                take_along(home.run_folder(details.continued_from), home.run_folder(run))
        except (WorkbenchError, OSError) as error:
            report(Failed(_words_for(error), traceback.format_exc()))
        else:
            goes_on = details.resumed > 0 or details.continued_from is not None
            run_experiment(config, dataset, home, home.run_folder(run), report, control, goes_on=goes_on)
    return ends[0]


def run_experiment(
    config: ExperimentConfig,
    dataset: Dataset,
    home: Home,
    folder: Path,
    listen: Listener,
    control: RunControl,
    *,
    goes_on: bool = False,
) -> None:
    """Run an experiment and leave its artefacts in `folder`.

    Whatever happens, the last event is one of Finished, Interrupted and Failed. `control` is looked at in
    every batch; what was finished before stays. With `goes_on` the training begins from the state that an earlier
    attempt left in `folder`, and from its beginning, with a warning, where that is missing or damaged.
    """
    experiment = _Experiment(config, dataset, home, folder, listen, control, goes_on)
    try:
        end: Finished | Interrupted | Failed = experiment.run()
    except Stopped:
        end = Interrupted(experiment.best_epoch, experiment.artefacts())
    except WorkbenchError as error:
        end = Failed(str(error), traceback.format_exc(), isinstance(error, SettingsError))
    except Exception as error:  # whatever it is, the run ends in words and the program goes on
        words = _words_for(error)
        end = Failed(words, traceback.format_exc())
    listen(end)


class _Experiment:
    """The stages of one experiment and what they hand on."""

    def __init__(
        self,
        config: ExperimentConfig,
        dataset: Dataset,
        home: Home,
        folder: Path,
        listen: Listener,
        control: RunControl,
        goes_on: bool,
    ) -> None:
        self.best_epoch: int | None = None
        self._config = config
        self._dataset = dataset
        self._home = home
        self._folder = folder
        self._listen = listen
        self._control = control
        self._goes_on = goes_on
        self._seconds = dict.fromkeys((str(stage) for stage in Stage), 0.0)
        self._since: tuple[Stage, float] | None = None  # the stage that runs, and when it began

    def run(self) -> Finished:
        with self._stage(Stage.DATA):
            from engine.training.devices import limit_threads

            limit_threads(self._config.training)
            part_large_arrays()
            self._folder.mkdir(parents=True, exist_ok=True)
            self._look_back()
            self._write_text(CONFIG, to_toml(self._config))
            split = LeaveOneOut(self._dataset.sequences)
            if not len(split.asked):
                raise DataError(f"No user of “{self._dataset.name}” has three interactions, so none can be tested.")
            popularity = Popularity.by_settings(split.training, len(self._dataset.items), self._config.data)
            self._listen(
                Note(
                    "info",
                    f"{int(popularity.is_head.sum()):,} head items have at least {popularity.least_head_count} "
                    "training interactions.",
                )
            )
            negatives = self._negatives(split)
        vectors, ids = None, None
        if self._config.uses_texts:
            with self._stage(Stage.TEXT):
                vectors = self._text_vectors()
            if self._config.uses_semantic_ids:
                with self._stage(Stage.SEMANTIC_IDS):
                    ids = self._semantic_ids(vectors)
        with self._stage(Stage.TRAIN):
            model, epochs, was_ended = self._train(split, popularity, vectors, ids)
        if self._config.training.refit and epochs and not was_ended and not self._control.ends_training:
            with self._stage(Stage.REFIT):
                model = self._refit(split, vectors, ids)
        with self._stage(Stage.EVALUATE):
            test = self._test(model, split, popularity, negatives)
        return self._finish(test, epochs)

    def artefacts(self) -> dict[str, str]:
        """name -> file in the run's folder, of those that are there."""
        return found_in(self._folder)

    def _look_back(self) -> None:
        """Take over what an earlier attempt has come to; without one, take its files away."""
        if not self._goes_on:
            for name in (STATE, REFIT_STATE, BEST, MODEL):
                (self._folder / name).unlink(missing_ok=True)
            return
        trained = plain_values(self._folder / STATE)
        self.best_epoch = trained.get("best_epoch")
        before = plain_values(self._folder / REFIT_STATE) or trained
        self._seconds |= {stage: before.get(f"seconds.{stage}", 0.0) for stage in self._seconds}

    def _negatives(self, split: LeaveOneOut) -> IntArray:
        """(tested users, negatives): drawn before anything is trained, because it can be refused."""
        settings = self._config.evaluation
        return sampled_negatives(
            self._dataset.sequences, split.asked, len(self._dataset.items), settings.negatives, settings.negatives_seed
        )

    def _text_vectors(self) -> "FloatArray":
        items = self._dataset.items
        without_text = int(sum(not text.strip() for text in items.texts[1:]))
        if without_text:
            self._listen(Note("warning", f"{without_text:,} of {len(items):,} items have no text."))
        vectors = item_vectors(self._config.text, items, self._home, self._tick(Stage.TEXT, "texts"))
        self._check()
        return vectors

    def _semantic_ids(self, vectors: "FloatArray") -> "SemanticIds":
        from engine.semantic_ids.diagnostics import diagnose

        tick = self._tick(Stage.SEMANTIC_IDS, "steps")
        ids, reused = item_codes(self._config.semantic_ids, vectors, self._home, tick)
        ids.save(self._folder / SEMANTIC_IDS)
        self._check()
        self._listen(SemanticIdsReady(diagnose(ids, vectors), reused))
        return ids

    def _train(
        self, split: LeaveOneOut, popularity: Popularity, vectors: "FloatArray | None", ids: "SemanticIds | None"
    ) -> "tuple[Recommender, int, bool]":
        """The best model by the validation items, how many epochs were gone through, and whether the person ended them."""
        import torch

        from engine.evaluation.metrics import slice_metrics
        from engine.evaluation.slices import main_slices
        from engine.training.checkpoint import load_weights, save_weights

        model = self._fresh_model(popularity.counts, vectors, ids)
        self._listen(Note("info", f"Training on {model.device}, CPU threads: {torch.get_num_threads()}."))
        checkpoint = self._folder / MODEL
        if not any(True for _ in model.parameters()):
            self.best_epoch = 0
            save_weights(model, checkpoint)
            return model, 0, False
        ranker = self._ranker(model)
        validation = split.targets("validation")
        slices = main_slices(validation, popularity)

        def validate() -> SliceMetrics:
            model.eval()
            ranks = ranker.full(validation, self._config.evaluation.remove_seen, lambda *_: self._check())
            return slice_metrics(ranks, slices)

        training = self._training(model, split.training, vectors, ids, validate)
        try:
            training.run()
        finally:
            self.best_epoch = training.best_epoch
        best = self._folder / BEST
        if best.exists():  # an earlier attempt had come to its refit
            best.replace(checkpoint)
        load_weights(model, checkpoint)
        return model, training.epochs, training.was_ended

    def _refit(self, split: LeaveOneOut, vectors: "FloatArray | None", ids: "SemanticIds | None") -> "Recommender":
        """A model that learned for the best number of epochs from everything but the test items."""
        from engine.training.checkpoint import load_weights

        # Whoever trains the run further begins from it.
        write_whole(self._folder / BEST, lambda partial: shutil.copyfile(self._folder / MODEL, partial))
        learned = split.before_test
        model = self._fresh_model(self._counts(learned), vectors, ids)
        self._training(model, learned, vectors, ids, None).run()
        load_weights(model, self._folder / MODEL)
        return model

    def _fresh_model(self, counts: IntArray, vectors: "FloatArray | None", ids: "SemanticIds | None") -> "Recommender":
        import torch

        from engine.models.build import Ingredients, build_model
        from engine.training.devices import choose_device

        torch.manual_seed(self._config.seed)
        codes, codebooks = (None, None) if ids is None else (ids.codes, ids.codebooks)
        ingredients = Ingredients(len(self._dataset.items), counts, codes, codebooks, vectors)
        return build_model(self._config, ingredients).to(choose_device(self._config.training))

    def _training(
        self,
        model: "Recommender",
        learned: Sequences,
        vectors: "FloatArray | None",
        ids: "SemanticIds | None",
        validate: Callable[[], SliceMetrics] | None,
    ) -> "Training":
        """A training on the sequences `learned`, where it was left; without `validate`, a refit of the best number of
        epochs."""
        from engine.training.loop import Training
        from engine.training.objective import make_objective

        config, settings = self._config, self._config.training
        if validate is None:
            settings = settings.model_copy(update={"epochs": self.best_epoch})
        cloze = None if model.mask_token is None else Cloze(config.model.mask_share, model.mask_token)
        state = self._folder / (REFIT_STATE if validate is None else STATE)
        about = self._conditions(model, learned, ids)
        training = Training(
            model,
            make_objective(config, learned, self._counts(learned), ids, vectors),
            TrainingBatches(learned, config.data.max_length, settings.batch_size, config.seed, cloze),
            validate,
            settings,
            self._folder / MODEL,
            state,
            self._listen,
            self._control,
            lambda: about | self._seconds_so_far(),
        )
        if self._goes_on:
            self._go_on(training, state, about)
        return training

    def _conditions(self, model: "Recommender", learned: Sequences, ids: "SemanticIds | None") -> dict[str, Any]:
        """What a training depends on: "of" tells whether a state is of the same one, the others whether it is exact."""
        import torch

        apart: Any = {
            "name": True,
            "data": {"dataset"},
            "training": {"epochs", "patience", "refit", "device", "threads"},
        }
        codes = b"" if ids is None else ids.codes.tobytes()
        settings = self._config.model_dump_json(exclude=apart, exclude_defaults=True).encode()
        return {
            "of": sha256_of([STATE_FORMAT, settings, learned.offsets.tobytes(), learned.items.tobytes(), codes]),
            "device": model.device.type,
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
        }

    def _go_on(self, training: "Training", path: Path, now: Mapping[str, Any]) -> None:
        """Bring a training to where an earlier attempt left it, or say that it starts from its beginning."""
        from engine.training.state import load_state

        stage = Stage.TRAIN if path.name == STATE else Stage.REFIT
        try:
            if not path.exists():
                raise DataError("No state of the training is there.")
            state = load_state(path)
            if state.get("of") != now["of"]:
                raise DataError(f"The training state {path} is that of other settings or other data.")
            training.restore(state)
        except DataError as error:
            self._listen(GoesOn(stage, 0.0, 0))
            self._listen(Note("warning" if path.exists() else "info", f"{error} It starts from its beginning."))
            if stage is Stage.TRAIN:
                self._start_anew()
            return
        self._listen(GoesOn(stage, training.position, training.validated))
        self._listen(Note("info", f"It goes on after {training.position:.2f} epochs."))
        others = [name for name in ("device", "threads", "torch") if state[name] != now[name]]
        if others or now["device"] != "cpu":
            changed = ", ".join(f"{name} {now[name]}, before {state[name]}" for name in others)
            self._listen(
                Note(
                    "warning" if others else "info",
                    "The numbers may differ in their last digits from those of a run that was never interrupted: "
                    + (changed or "a GPU adds up in no fixed order")
                    + ".",
                )
            )

    def _start_anew(self) -> None:
        """Forget what an earlier attempt had come to."""
        self._goes_on = False
        self._look_back()
        self.best_epoch = None

    def _seconds_so_far(self) -> dict[str, float]:
        """ "seconds." and a stage -> what it has taken, the one that runs until now."""
        seconds = dict(self._seconds)
        if self._since is not None:
            stage, since = self._since
            seconds[str(stage)] += self._now() - since
        return {f"seconds.{stage}": each for stage, each in seconds.items()}

    def _counts(self, learned: Sequences) -> IntArray:
        """(items + 1,) interactions of every item in the sequences that are learned from."""
        return Popularity.by_settings(learned, len(self._dataset.items), self._config.data).counts

    def _ranker(self, model: "Recommender") -> "Ranker":
        from engine.evaluation.protocols import Ranker

        settings = self._config
        return Ranker(model, settings.data.max_length, settings.evaluation.batch_size, model.device)

    def _test(
        self,
        model: "Recommender",
        split: LeaveOneOut,
        popularity: Popularity,
        negatives: IntArray,
    ) -> dict[Protocol, SliceMetrics]:
        from engine.evaluation.lists import list_metrics
        from engine.evaluation.metrics import USERS, slice_metrics
        from engine.evaluation.slices import LengthGroups, band_slices, main_slices

        settings = self._config.evaluation
        targets = split.targets("test")
        parts = main_slices(targets, popularity)
        lengths = split.training.lengths[targets.users]
        groups = LengthGroups.of(lengths)
        slices = {**parts, **band_slices(targets, popularity), **groups.masks}
        model.eval()
        final = self._ranker(model).final(targets, negatives, settings.remove_seen, self._tick(Stage.EVALUATE, "users"))
        other: Protocol = "full_with_history" if settings.remove_seen else "full_without_history"
        ranks: dict[Protocol, Ranks] = {
            "sampled": final.sampled,
            "full": final.full(settings.remove_seen),
            other: final.full(not settings.remove_seen),
        }
        about = {"target_interactions": popularity.counts[targets.items], "head": parts["head"], "length": lengths}
        self._save_ranks(targets, about, ranks)
        test: dict[Protocol, SliceMetrics] = {
            protocol: slice_metrics(values, slices) for protocol, values in ranks.items()
        }
        test["lists"] = {"overall": {USERS: len(targets.users), **list_metrics(final.lists, popularity)}}
        for protocol, metrics in test.items():
            self._listen(Metrics(self.best_epoch or 0, "test", protocol, metrics))
        history = "left out" if settings.remove_seen else "kept"
        self._listen(
            Note(
                "info",
                f"Tested {len(targets.users):,} users ({int(parts['head'].sum()):,} head and "
                f"{int(parts['tail'].sum()):,} tail targets): full ranking with the history {history}, the same the "
                f"other way, and against {settings.negatives} sampled negatives. Short users have at most "
                f"{groups.short_at_most} training interactions, the median; long users have more.",
            )
        )
        return test

    def _save_ranks(
        self, targets: Targets, about: Mapping[str, npt.NDArray[Any]], ranks: "Mapping[Protocol, Ranks]"
    ) -> None:
        import pandas as pd

        who = {"user": self._dataset.user_ids[targets.users], "target": self._dataset.items.ids[targets.items]}
        columns: dict[str, npt.NDArray[Any]] = {**who, **about, **{str(name): values for name, values in ranks.items()}}
        write_whole(self._folder / RANKS, pd.DataFrame(columns).to_parquet)

    def _finish(self, test: dict[Protocol, SliceMetrics], epochs: int) -> Finished:
        best = self.best_epoch or 0
        result = {
            "dataset": {"name": self._dataset.name, "fingerprint": self._dataset.facts.get("fingerprint")},
            "seed": self._config.seed,
            "best_epoch": best,
            "epochs": epochs,
            "test": test,
            "seconds": self._seconds,
        }
        self._write_text(RESULT, json.dumps(result, indent=1))
        (self._folder / REFIT_STATE).unlink(missing_ok=True)
        return Finished(best, epochs, test, self._seconds, self.artefacts())

    def _write_text(self, name: str, text: str) -> None:
        write_whole(self._folder / name, lambda path: path.write_text(text, encoding="utf-8"))

    def _check(self) -> None:
        """Stand still, or raise Stopped, when the person asked for it."""
        self._control.check(self._listen)

    def _tick(self, stage: Stage, unit: str) -> Callable[[int, int], None]:
        def tick(done: int, total: int) -> None:
            self._check()
            self._listen(Progress(stage, done, total, unit))

        return tick

    @contextmanager
    def _stage(self, stage: Stage) -> Iterator[None]:
        self._check()
        self._listen(StageStarted(stage, TITLES[stage]))
        start = self._now()
        self._since = stage, start
        try:
            yield
        finally:
            self._since = None
            self._seconds[str(stage)] += self._now() - start
            give_back()
        self._listen(StageFinished(stage, self._seconds[str(stage)]))

    def _now(self) -> float:
        """Seconds of a clock that stands still with the run."""
        return time.perf_counter() - self._control.paused_seconds


def take_along(source: Path, folder: Path) -> None:
    """Give a run that trains another one further that one's last state and best weights. Raises OSError.

    What it has already stays: it may have been interrupted. Raises DataError when the other's state is missing or damaged.
    """
    from engine.training.state import load_state, save_state

    if (folder / STATE).exists():
        return
    best = source / BEST if (source / BEST).exists() else source / MODEL
    state = load_state(source / STATE) | {"was_ended": False}
    if best.exists():
        write_whole(folder / MODEL, lambda partial: shutil.copyfile(best, partial))
    save_state(state, folder / STATE)


def _words_for(error: Exception) -> str:
    """What went wrong, for the person."""
    if isinstance(error, WorkbenchError):
        return str(error)
    # Python, the GPU and torch's CPU allocator each have their own way to say that memory ran out.
    if (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or (isinstance(error, RuntimeError) and "can't allocate memory" in str(error))
    ):
        return "There is not enough memory. A smaller batch, width or longest sequence needs less."
    if isinstance(error, OSError) and error.filename:
        return (
            f"{error.filename} cannot be read or written ({error.strerror}). "
            "Check that the disk has space and that the home folder may be written to."
        )
    return f"The run failed unexpectedly: {type(error).__name__}: {error}"
