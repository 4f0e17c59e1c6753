"""The bar above the charts of a run: which of them, over what, how smooth, and beside which earlier run."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QTabBar, QWidget

from workbench.theme import SPACE_2
from workbench.widgets.parts import guard_wheel, label

SMOOTHING = 0.9  # of the start: about the mean of ten points, half an epoch
_STEPS = 100
X_KINDS = {"epoch": "Epochs", "step": "Steps", "time": "Time"}


class ChartBar(QWidget):
    """`page_chosen`, `x_chosen`, `smoothing_chosen` and `ghost_chosen` (None for no run) when something was chosen."""

    page_chosen = Signal(int)
    x_chosen = Signal(str)
    smoothing_chosen = Signal(float)
    ghost_chosen = Signal(object)

    def __init__(self, name: str, pages: list[str], parent: QWidget | None = None) -> None:
        """`name` is the prefix of object names."""
        super().__init__(parent)
        self.pages = QTabBar()
        self.pages.setObjectName(f"{name}.pages")
        self.pages.setAccessibleName("Charts")
        self.pages.setDrawBase(False)
        self.pages.setUsesScrollButtons(False)
        for page in pages:
            self.pages.addTab(page)
        self.pages.currentChanged.connect(self.page_chosen)
        self.axis = QComboBox()
        self.axis.setObjectName(f"{name}.x")
        for kind, words in X_KINDS.items():
            self.axis.addItem(words, kind)
        self.axis.activated.connect(lambda _place: self.x_chosen.emit(self.axis.currentData()))
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setObjectName(f"{name}.smoothing")
        self.smoothing.setRange(0, _STEPS - 1)
        self.smoothing.setValue(round(SMOOTHING * _STEPS))
        self.smoothing.setFixedWidth(64)
        self.smoothing.setToolTip("How much of what was before a line keeps, the single points faint behind it")
        self.smoothing.valueChanged.connect(lambda value: self.smoothing_chosen.emit(value / _STEPS))
        self.ghost = QComboBox()
        self.ghost.setObjectName(f"{name}.ghost")
        self.ghost.setFixedWidth(170)
        self.ghost.view().setMinimumWidth(280)  # names are longer than the field
        self.ghost.setToolTip("An earlier run, dashed behind this one")
        self.ghost.activated.connect(lambda _place: self.ghost_chosen.emit(self.ghost.currentData()))
        self._ghost_words = label("Beside", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self.pages)
        layout.addStretch(1)
        smoothing_words, axis_words = label("Smoothing", "muted"), label("Over", "muted")
        fields = ((axis_words, self.axis), (smoothing_words, self.smoothing), (self._ghost_words, self.ghost))
        for title, field in fields:
            title.setBuddy(field)
            field.setAccessibleName(title.text())
            guard_wheel(field)
            layout.addWidget(title)
            layout.addWidget(field)
        self.set_runs({})

    def set_runs(self, runs: dict[int, str]) -> None:
        """The earlier runs that may be shown beside: number and name. The choice stays where it can."""
        chosen = self.ghost.currentData()
        self.ghost.clear()
        self.ghost.addItem("no other run", None)
        for run, name in runs.items():
            self.ghost.addItem(f"{run}  {name}", run)
        self.ghost.setCurrentIndex(max(0, self.ghost.findData(chosen)))
        if chosen is not None and self.ghost.currentData() is None:
            self.ghost_chosen.emit(None)
        for each in (self._ghost_words, self.ghost):
            each.setVisible(bool(runs))
