"""Where an item landed for the users whose held-out item it was, from the ranks that runs left."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.artefacts import RANKS
from engine.errors import DataError
from engine.inspection.cards import Outcome

if TYPE_CHECKING:
    import pandas as pd


class Outcomes:
    """The ranks of a run in full ranking, and beside them those of another run on the same data."""

    def __init__(self, ranks: "pd.DataFrame") -> None:
        """`ranks`: columns user, target, rank and, beside another run, before."""
        self._ranks = ranks

    @classmethod
    def of_run(cls, folder: Path, removes_seen: bool) -> "Outcomes":
        """Read the ranks in a run's `folder`. `removes_seen`: with the history left out of the ranking or in it.

        Raises DataError when they are not there.
        """
        import pandas as pd

        path = folder / RANKS
        try:
            table = pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise DataError(f"The ranks of this run cannot be read from {path} ({error}).") from error
        # Beside "full" there is a column for the other way, and its name says which that is.
        wanted = "full_without_history" if removes_seen else "full_with_history"
        column = wanted if wanted in table else "full"
        missing = [name for name in ("user", "target", column) if name not in table]
        if missing:
            raise DataError(f"The ranks in {path} have no {', '.join(missing)}: they are of an earlier version.")
        return cls(table[["user", "target", column]].rename(columns={column: "rank"}))

    def beside(self, other: "Outcomes") -> "Outcomes":
        """The same with the ranks of another run as those before. Raises DataError when that was asked otherwise."""
        mine = self._ranks[["user", "target", "rank"]]
        both = mine.merge(other._ranks.rename(columns={"rank": "before"}), on=["user", "target"], how="left")
        if both["before"].isna().any():
            raise DataError("The two runs were tested on different users or items, so their ranks cannot be compared.")
        return Outcomes(both)

    def of_item(self, item: str) -> list[Outcome]:
        """Where the item with this identifier landed, best first."""
        rows = self._ranks[self._ranks["target"] == item].sort_values("rank", kind="stable")
        before = rows["before"] if "before" in rows else [None] * len(rows)
        return [
            Outcome(str(user), float(rank), None if earlier is None else float(earlier))
            for user, rank, earlier in zip(rows["user"], rows["rank"], before, strict=True)
        ]
