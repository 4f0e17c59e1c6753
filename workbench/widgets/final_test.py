"""The final test of a run: both protocols, overall, head and tail, in one small table."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from workbench.theme import BODY, SPACE_1, SPACE_3, Role, tabular
from workbench.widgets.badge import Badge
from workbench.widgets.numbers import metric
from workbench.widgets.parts import clear, label

SLICES = {"overall": Role.overall, "head": Role.head, "tail": Role.tail}
METRICS = ("HR@10", "NDCG@10")

FinalMetrics = Mapping[Any, Mapping[str, Mapping[str, float]]]  # protocol -> slice -> metric -> value


class FinalTest(QWidget):
    """Rows of metrics under the name of their protocol; a column per slice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._test: FinalMetrics = {}
        self._protocols: dict[str, str] = {}
        self._values: dict[tuple[str, str, str], QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_3)
        self._grid.setVerticalSpacing(SPACE_1)
        self._grid.setColumnStretch(0, 1)

    def show_results(self, test: FinalMetrics, protocols: Mapping[str, str]) -> None:
        """`test` maps protocol -> slice -> metric -> value; `protocols` gives each protocol's words, in order."""
        self._test, self._protocols = test, dict(protocols)
        clear(self._grid)
        self._values.clear()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column, (name, role) in enumerate(SLICES.items(), start=1):
            self._grid.addWidget(Badge(name, role), 0, column, right)
        row = 1
        for protocol, words in self._protocols.items():
            self._grid.addWidget(label(words, "caption"), row, 0, 1, 4)
            for kind in METRICS:
                row += 1
                self._grid.addWidget(label(kind), row, 0)
                for column, name in enumerate(SLICES, start=1):
                    value = label("", selectable=True)
                    value.setFont(tabular(BODY))
                    value.setObjectName(f"test.{protocol}.{name}.{kind}")
                    self._values[protocol, name, kind] = value
                    self._grid.addWidget(value, row, column, right)
            row += 1
        self.refresh()

    def refresh(self) -> None:
        """Write the numbers anew after a change of preferences."""
        for (protocol, name, kind), value in self._values.items():
            number = metric(self._test.get(protocol, {}).get(name, {}).get(kind))
            value.setText(number)
            value.setAccessibleName(f"{self._protocols[protocol]}, {name}, {kind}: {number}")
