"""The fields beside the tabs: in which metric and protocol the runs are compared."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from engine.config import ExperimentConfig
from engine.evaluation.metrics import METRICS
from workbench.pages.compare.session import Measure
from workbench.pages.compare.words import protocol_words
from workbench.theme import SPACE_2
from workbench.widgets.parts import guard_wheel

IN_EVERY_RUN = ("full", "sampled")  # protocols
KINDS = ("NDCG", "HR", "MRR")


class MeasureBar(QWidget):
    """`changed` when the measure is another."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.metric_field, self.protocol_field = QComboBox(), QComboBox()
        self.metric_field.setObjectName("compare.metric")
        self.metric_field.setAccessibleName("Metric")
        self.metric_field.addItems(sorted(METRICS, key=_metric_order))
        self.metric_field.setCurrentText(Measure().metric)
        self.protocol_field.setObjectName("compare.protocol")
        self.protocol_field.setAccessibleName("Ranking protocol")
        self.protocol_field.setToolTip("What the target is ranked against: the whole catalogue, or sampled items")
        self.protocol_field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        for field in (self.metric_field, self.protocol_field):
            guard_wheel(field)
            field.activated.connect(lambda _place: self.changed.emit())
            row.addWidget(field)
        self.offer_protocols(IN_EVERY_RUN, None)

    @property
    def measure(self) -> Measure:
        return Measure(self.metric_field.currentText(), self.protocol_field.currentData())

    def offer_protocols(self, protocols: Sequence[str], config: ExperimentConfig | None) -> bool:
        """Offer these, in the words of a run with these settings; False when the chosen one is not among them any
        more, and the first has taken its place."""
        chosen = self.protocol_field.currentData()
        self.protocol_field.blockSignals(True)
        self.protocol_field.clear()
        for name in protocols:
            self.protocol_field.addItem(protocol_words(name, config), name)
        self.protocol_field.setCurrentIndex(max(0, self.protocol_field.findData(chosen)))
        self.protocol_field.blockSignals(False)
        return bool(self.protocol_field.currentData() == chosen)

    def enable(self, *, metric: bool, protocol: bool) -> None:
        """Which of the two counts for what is shown now."""
        self.metric_field.setEnabled(metric)
        self.protocol_field.setEnabled(protocol)


def _metric_order(name: str) -> tuple[int, int]:
    kind, _, cutoff = name.partition("@")
    return KINDS.index(kind), int(cutoff or 1000)
