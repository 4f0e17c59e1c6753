"""What is asked before a dataset is deleted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.store import DatasetRow, RunRow

NAMED = 8  # runs that a question names before it only counts


def question(row: "DatasetRow", runs: "Sequence[RunRow]") -> tuple[str, str, str]:
    """The question, what would be lost, and the verb of the button; `runs` are those on the dataset."""
    lost = (
        f"{row.users:,} users, {row.items:,} items and {row.interactions:,} interactions are removed from the "
        f"workbench. This cannot be undone. The files it was imported from stay where they are:\n{row.source}"
    )
    if not runs:
        return f"Delete the dataset “{row.name}”?", lost, "Delete"
    names = [f"{run.id}  {run.name}" for run in runs[:NAMED]]
    if len(runs) > NAMED:
        names.append(f"and {len(runs) - NAMED} more")
    count = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    uses, goes = ("uses", "goes") if len(runs) == 1 else ("use", "go")
    with_it = f"{count} {uses} it, and {goes} with it: settings, curves, log, semantic IDs and trained models."
    return (
        f"Delete the dataset “{row.name}” together with {count}?",
        "\n".join([with_it, "", *names, "", lost]),
        f"Delete with {count}",
    )


def refusal(name: str, going: "Sequence[RunRow]") -> tuple[str, str]:
    """Why a dataset is not touched while runs on it go."""
    which = ", ".join(f"{run.id} ({run.name})" for run in going)
    return (
        f"“{name}” is in use.",
        f"It stays as it is while run {which} goes. Wait until it has ended, or stop it on the Monitor.",
    )
