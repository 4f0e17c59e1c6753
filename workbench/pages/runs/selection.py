"""What stands in the place of a run's details while none, or more than one, is chosen."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from engine.store import RunRow
from workbench.models.run_entries import run_numbers
from workbench.pages.runs.run_actions import LEAST, MOST
from workbench.widgets.empty_state import EmptyState


class SelectionPanel(EmptyState):
    """`clicked`: the chosen runs shall be compared; `tags`, `baseline` and `delete` are buttons of their own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("cursor", "No run chosen", "", "Compare", "runs.compare", parent)
        self.tags = self.add_link("Tags…", "runs.tagSeveral")
        self.baseline = self.add_link("Pin as baseline", "runs.pinSeveral")
        self.delete = self.add_link("Delete", "runs.deleteSeveral")

    def show_selection(self, runs: Sequence[RunRow], lines: int, nothing_fits: str | None) -> None:
        """Say what is chosen: `runs` in so many lines of the table. When no run is listed at all, `nothing_fits` is the
        query that is to blame."""
        for each in (self.button, self.tags, self.delete):
            each.setVisible(bool(runs))
        self.baseline.setVisible(lines == 1)
        if runs:
            self.delete.setText(f"Delete {len(runs)} runs")
            self.button.setEnabled(LEAST <= len(runs) <= MOST)
            self.button.setText(f"Compare {len(runs)} runs" if len(runs) <= MOST else "Compare")
            self.set_words(f"{len(runs)} runs chosen", _explained(runs, lines))
        elif nothing_fits is not None:
            asked = f"Nothing fits “{nothing_fits}”" if nothing_fits.strip() else "Nothing fits the filters"
            self.set_words("No run found", f"{asked}. “Clear filters” shows all runs.")
        else:
            self.set_words("No run chosen", "Choose a run in the table to see its curves.")


def _explained(runs: Sequence[RunRow], lines: int) -> str:
    if len(runs) > MOST:
        return "Two to ten runs can be compared. Choose one run alone to see its curves."
    numbers = run_numbers([run.id for run in runs])
    if lines == 1:
        return f"One line for {numbers}: they differ in name and seed only. Without “Mean over seeds” each has its own."
    return f"{numbers.capitalize()}. Choose one run alone to see its curves."
