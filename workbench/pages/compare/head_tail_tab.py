"""Head and tail: the scatter on which the seesaw is seen, and the popularity bands beside it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QSplitter, QVBoxLayout, QWidget

from workbench.pages.compare.band_chart import BandCard
from workbench.pages.compare.scatter import ScatterCard
from workbench.pages.compare.session import Session
from workbench.pages.compare.tab import Tab
from workbench.theme import SPACE_3


class HeadTailTab(Tab):
    """`chosen(runs)`: the person wants to look at this series."""

    chosen = Signal(tuple)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.scatter, self.bands = ScatterCard(), BandCard()
        self.as_difference = QCheckBox("Less the reference")
        self.as_difference.setObjectName("compare.bands.difference")
        self.bands.header.addWidget(self.as_difference)
        self.scatter.title.setMinimumHeight(self.as_difference.sizeHint().height())  # so that both plots begin level
        self.as_difference.toggled.connect(self.bands.show_differences)
        self.scatter.chosen.connect(self.chosen)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.scatter)
        split.addWidget(self.bands)
        split.setSizes([500, 500])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_3, 0, 0)
        column.addWidget(split)

    def refresh(self) -> None:
        self.scatter.show_lines(self.lines, self.measure)
        self.bands.show_lines(self.lines, self.measure)
