"""The ranks that runs left, read once and kept: what every user was asked, and where their target landed."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.artefacts import RANKS
from engine.errors import DataError
from engine.evaluation.metrics import FloatArray, Ranks, metric_values
from engine.home import Home

if TYPE_CHECKING:
    import pandas as pd

    from engine.store import RunDetails

PROTOCOLS = ("full", "full_with_history", "full_without_history", "sampled")
MOST_KEPT = 60  # runs
_COLUMNS = ("user", "target", "head", "full", "sampled")


@dataclass(frozen=True, eq=False)
class Questions:
    """What every user was asked, by rising identifier; all (users,).

    `users` and `targets` are identifiers, `head` says whether the target is a head item. `interactions` are the
    target's in training and `lengths` the user's; None in runs of earlier versions.
    """

    users: npt.NDArray[np.object_]
    targets: npt.NDArray[np.object_]
    head: npt.NDArray[np.bool_]
    interactions: npt.NDArray[np.int64] | None
    lengths: npt.NDArray[np.int64] | None

    def __len__(self) -> int:
        return len(self.users)

    def are_asked_in(self, other: "Questions") -> bool:
        """Whether the users and their targets are the same."""
        return self is other or (
            np.array_equal(self.users, other.users) and np.array_equal(self.targets, other.targets)
        )


@dataclass(frozen=True, eq=False)
class RunRanks:
    """Where the targets of a run's users landed: `places` maps protocol -> ranks (users,), infinite where the target
    was not ranked."""

    questions: Questions
    places: dict[str, Ranks]


class RankReader:
    """Gives the ranks of runs; calls may come from any thread."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._kept: OrderedDict[int, RunRanks] = OrderedDict()
        self._lock = Lock()

    def read(self, run: "RunDetails") -> RunRanks:
        """Raises DataError when they are gone or of an earlier version."""
        with self._lock:
            if run.id not in self._kept:
                self._kept[run.id] = self._with_shared_questions(_of(self._table(run)))
                if len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(run.id)
            return self._kept[run.id]

    def values(self, runs: "Sequence[RunDetails]", metric: str, protocol: str) -> FloatArray:
        """(users,) the metric of every user, averaged over runs that were asked the same.

        Raises DataError as `read` does, and SettingsError when there is no such metric.
        """
        means: FloatArray = np.mean([metric_values(metric, self.read(run).places[protocol]) for run in runs], axis=0)
        return means

    def _with_shared_questions(self, ranks: RunRanks) -> RunRanks:
        """The same, without a second copy of questions that another run was asked, too."""
        mine = ranks.questions
        for other in {id(each.questions): each.questions for each in self._kept.values()}.values():
            if mine.are_asked_in(other) and all(
                np.array_equal(getattr(mine, name), getattr(other, name))
                for name in ("head", "interactions", "lengths")
            ):
                return RunRanks(other, ranks.places)
        return ranks

    def _table(self, run: "RunDetails") -> "pd.DataFrame":
        import pandas as pd

        path = self._home.run_folder(run.id) / RANKS
        try:
            table = pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise DataError(
                f"The ranks of run {run.id} cannot be read from {path} ({error}). Start it again."
            ) from error
        missing = [name for name in _COLUMNS if name not in table]
        if missing:
            raise DataError(
                f"The ranks of run {run.id} in {path} have no {', '.join(missing)}: they are of an earlier version. "
                "Start the run again to compare it."
            )
        return table.sort_values("user", ignore_index=True)


def _of(table: "pd.DataFrame") -> RunRanks:
    def counts(name: str) -> npt.NDArray[np.int64] | None:
        return table[name].to_numpy(dtype=np.int64) if name in table else None

    return RunRanks(
        Questions(
            table["user"].to_numpy(dtype=object),
            table["target"].to_numpy(dtype=object),
            table["head"].to_numpy(dtype=bool),
            counts("target_interactions"),
            counts("length"),
        ),
        {name: table[name].to_numpy(dtype=np.float64) for name in PROTOCOLS if name in table},
    )
