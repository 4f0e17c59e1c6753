"""The datasets of a home folder: their files and their listing in the store, kept in step."""

from __future__ import annotations

import shutil
import threading
import time
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.config import PreparationSettings
from engine.data.dataset import Dataset
from engine.data.raw import ColumnMapping
from engine.errors import DataError, Stopped
from engine.home import Home
from engine.memory import give_back

if TYPE_CHECKING:
    from engine.data.doctor import Finding
    from engine.data.log import Log
    from engine.store import Store
    from engine.store.rows import DatasetRow

SAMPLE = "sample"
LONGEST_NAME = 60
SECONDS_BETWEEN_REPORTS = 0.2
READ = 0.6  # share of an import that is done when its files are read
Report = Callable[[str, float], None]


class Library:
    """Imports, loads and deletes datasets. A dataset is a folder in `home.datasets` and a row of the store."""

    def __init__(self, home: Home, store: Store) -> None:
        self._home = home
        self._store = store

    def ensure_sample(self) -> None:
        """Make and list the synthetic sample dataset where it is missing."""
        if self._store.datasets.get(SAMPLE) and self._folder(SAMPLE).is_dir():
            return
        self._make_sample()

    def check_name(self, name: str, renamed: str | None = None) -> str:
        """The name as it will be used, for a new dataset or for the one that is `renamed`.

        Raises DataError saying which rule it breaks.
        """
        name = unicodedata.normalize("NFC", name.strip())
        if not name:
            raise DataError("The dataset needs a name.")
        if len(name) > LONGEST_NAME:
            raise DataError(f"The name has {len(name)} characters; {LONGEST_NAME} are allowed.")
        if not all(map(_may_be_in_a_name, name)) or name.startswith(".") or name.endswith("."):
            raise DataError(
                f"“{name}” cannot be the name of a dataset. Letters, digits, spaces and - _ . are allowed; "
                "it must not begin or end with a dot."
            )
        if name.casefold() == SAMPLE:
            raise DataError(f"The name “{SAMPLE}” is kept for the dataset that comes with the workbench.")
        taken = {row.name.casefold(): row.name for row in self._store.datasets.list()}.get(name.casefold())
        if taken is not None and taken != renamed and not (taken == name and self._is_damaged(name)):
            raise DataError(f"There is already a dataset “{name}”. Choose another name, or delete that one first.")
        return name

    def import_files(
        self,
        name: str,
        paths: Sequence[Path],
        format: str | None = None,
        mapping: ColumnMapping | None = None,
        preparation: PreparationSettings | None = None,
        progress: Report | None = None,
        stop: threading.Event | None = None,
    ) -> DatasetRow:
        """Read, prepare, keep and list a dataset: `read_files`, then `keep`."""
        name = self.check_name(name)
        return self.keep(name, self.read_files(paths, format, mapping, progress, stop), preparation, progress, stop)

    def read_files(
        self,
        paths: Sequence[Path],
        format: str | None = None,
        mapping: ColumnMapping | None = None,
        progress: Report | None = None,
        stop: threading.Event | None = None,
    ) -> Log:
        """What is in the files, in memory; nothing is kept.

        `format` None finds it out, `mapping` None guesses it. `progress` is told in words what happens, and the
        share of an import that is done. Raises DataError, or Stopped once `stop` is set.
        """
        from engine.data.formats import named, sniff
        from engine.data.log import Log

        steps = _Steps(progress, stop)
        files = [Path(path).absolute() for path in paths]  # where the data came from, wherever the program was started
        steps.tell("Looking at the files", 0.0)
        chosen = named(format) if format else sniff(files)
        reading = f"Reading {chosen.title}"
        steps.tell(reading, 0.1)
        raw = chosen.read(files, mapping, _ReadingSpeed(reading, steps.tell, steps.check))
        give_back()  # the blocks that were read leave holes as large as the data itself
        return Log.of(raw)

    def keep(
        self,
        name: str,
        log: Log,
        preparation: PreparationSettings | None = None,
        progress: Report | None = None,
        stop: threading.Event | None = None,
    ) -> DatasetRow:
        """Prepare, write and list what was read; nothing of it is left when that fails or is stopped.

        Tells `progress` and raises as `read_files` does.
        """
        from engine.data.preparation import prepare_log

        steps = _Steps(progress, stop)
        name = self.check_name(name)
        steps.tell("Preparing", READ)
        dataset = prepare_log(log, preparation or PreparationSettings(), name, steps.check)
        steps.tell("Writing", 0.8)
        row = self._keep(dataset, before_listing=lambda: steps.tell("Listing", 0.95))
        if progress is not None:
            progress("Done", 1.0)
        return row

    def load(self, name: str) -> Dataset:
        """A dataset by name. Raises DataError listing the names there are, or when its files are damaged.

        A damaged sample is made again: nobody could import it.
        """
        if self._store.datasets.get(name) is None:
            names = ", ".join(row.name for row in self._store.datasets.list())
            raise DataError(
                f"There is no dataset “{name}”. " + (f"There are: {names}." if names else "There are none.")
            )
        try:
            dataset = Dataset.load(self._folder(name))
        except DataError:
            if name != SAMPLE:
                raise
            self._make_sample()
            dataset = Dataset.load(self._folder(name))
        return replace(dataset, name=name)  # its files keep the name that it was imported under

    def examine(self, name: str) -> list[Finding]:
        """What the doctor finds wrong with a dataset. Raises DataError as `load` does."""
        from engine.data.doctor import examine

        return examine(self.load(name))

    def rename(self, name: str, new_name: str) -> str:
        """Give a dataset another name; its runs point at it under the new one. Gives the name as it is used.

        Raises DataError when the name cannot be, and StoreError while a run on the dataset goes.
        """
        self._check_it_is_the_persons(name)
        new_name = self.check_name(new_name, renamed=name)
        if new_name == name:
            return name
        self._store.runs.mark_dead()
        before, after = self._folder(name), self._folder(new_name)
        try:
            before.rename(after)
        except OSError as error:
            raise DataError(f"The dataset cannot be moved to {after} ({error.strerror or error}).") from error
        try:
            self._store.datasets.rename(name, new_name)
        except BaseException:
            after.rename(before)
            raise
        return new_name

    def delete(self, name: str, with_runs: Collection[int] = ()) -> None:
        """Take a dataset off the list and remove its files, together with those of its runs that are given.

        Raises DataError, deleting nothing, when other runs use it, naming them, and StoreError while a run goes.
        """
        from engine.store.removal import remove_runs

        self._check_it_is_the_persons(name)
        runs = self._store.datasets.runs_using(name)
        others = [run for run in runs if run not in with_runs]
        if others:
            which = f"run {others[0]} uses" if len(others) == 1 else f"runs {', '.join(map(str, others))} use"
            raise DataError(
                f"“{name}” cannot be deleted: {which} it. Delete {'it' if len(others) == 1 else 'them'} first."
            )
        if runs:
            remove_runs(self._home, self._store, runs)
        self._store.datasets.delete(name)
        shutil.rmtree(self._folder(name), ignore_errors=True)

    def _check_it_is_the_persons(self, name: str) -> None:
        """Raises DataError when there is no such dataset, or it is the sample."""
        if name == SAMPLE:
            raise DataError(f"“{SAMPLE}” comes with the workbench and stays.")
        if self._store.datasets.get(name) is None:
            raise DataError(f"There is no dataset “{name}”.")

    def _make_sample(self) -> None:
        from engine.data.sample import make_sample

        self._keep(make_sample())

    def _is_damaged(self, name: str) -> bool:
        """Whether a listed dataset's files are gone or cannot be read: then importing it again mends it."""
        try:
            Dataset.load(self._folder(name))
        except DataError:
            return True
        return False

    def _keep(self, dataset: Dataset, before_listing: Callable[[], None] = lambda: None) -> DatasetRow:
        """Write the dataset and list it; whatever goes wrong, no files stay without a row."""
        from engine.data.statistics import statistics

        folder = self._folder(dataset.name)
        facts, numbers = dataset.facts, statistics(dataset)
        try:
            dataset.save(folder)
            before_listing()
            return self._store.datasets.add(
                dataset.name,
                source=facts["source"],
                fingerprint=facts["fingerprint"],
                users=int(numbers["users"]),
                items=int(numbers["items"]),
                interactions=int(numbers["interactions"]),
                synthetic=facts["synthetic"],
                statistics=numbers,
                preparation=facts["preparation"],
                report=facts["report"],
            )
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise DataError(f"The dataset cannot be written to {folder} ({error.strerror or error}).") from error
            raise

    def _folder(self, name: str) -> Path:
        return self._home.datasets / name


class _Steps:
    """Tells how far an import is, and raises Stopped once it shall stop."""

    def __init__(self, progress: Report | None, stop: threading.Event | None) -> None:
        self._progress, self._stop = progress, stop

    def check(self) -> None:
        if self._stop is not None and self._stop.is_set():
            raise Stopped

    def tell(self, words: str, done: float) -> None:
        self.check()
        if self._progress is not None:
            self._progress(words, done)


class _ReadingSpeed:
    """Tells in words how far the reading of files is: megabytes, their rate, the time that is left.

    `check` is called every time, and may raise to stop; `tell` now and then.
    """

    def __init__(self, what: str, tell: Report, check: Callable[[], None]) -> None:
        self._what, self._tell, self._check = what, tell, check
        self._start = self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        self._check()
        now = time.monotonic()
        if now - self._told < SECONDS_BETWEEN_REPORTS:
            return
        self._told = now
        rate = max(1, done) / max(1e-3, now - self._start)
        self._tell(
            f"{self._what}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB, {rate / 1e6:,.0f} MB/s, "
            f"{(total - done) / rate:,.0f} s left",
            0.1 + (READ - 0.1) * done / max(1, total),
        )


def _may_be_in_a_name(sign: str) -> bool:
    """Letters of every script, the marks that belong to them, digits, and four that separate words."""
    return sign in " -_." or unicodedata.category(sign)[0] in "LMN"
