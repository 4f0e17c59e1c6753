"""The choice of an earlier run to show behind the one in view."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.latest import Latest
from workbench.widgets.run_charts import RunCharts

if TYPE_CHECKING:
    from engine.store import Store

_MOST = 50  # runs to choose from, the newest first


class GhostChoice(QObject):
    """Fills the charts' list of earlier runs, and reads the curves of the one that is chosen."""

    def __init__(self, store: "Store", charts: RunCharts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._charts = store, charts
        self._listing, self._reading = Latest(self), Latest(self)
        charts.bar.ghost_chosen.connect(self._read)

    def refresh(self, in_view: int | None) -> None:
        """List the runs anew, all but the one in view."""
        self._listing.ask(
            lambda: [run for run in self._store.runs.list(limit=_MOST) if run.epochs and run.id != in_view],
            lambda runs: self._charts.bar.set_runs({run.id: run.name for run in runs}),
            lambda _error: None,  # the list of before is as good
        )

    def _read(self, run: int | None) -> None:
        self._reading.drop()
        self._charts.set_ghost("", {})
        if run is not None:
            self._reading.ask(
                lambda: self._store.runs.curves(run),
                lambda curves: self._charts.set_ghost(f"run {run}", curves),
                lambda _error: None,  # it was deleted meanwhile
            )
