"""The charts of a dataset; further cards stand above or below them in `column`."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from workbench.pages.datasets.histograms import DateCard, LengthCard, TextCard
from workbench.pages.datasets.popularity import PopularityCard
from workbench.theme import SPACE_3


class Overview(QScrollArea):
    """Popularity over the whole width; lengths, dates and texts side by side below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.popularity = PopularityCard()
        self.lengths, self.dates, self.texts = LengthCard(), DateCard(), TextCard()
        below = QHBoxLayout()
        below.setSpacing(SPACE_3)
        for card in (self.lengths, self.dates, self.texts):
            below.addWidget(card, 1)
        content = QWidget()
        content.setProperty("kind", "page")
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, SPACE_3, 0, 0)
        self.column.setSpacing(SPACE_3)
        self.column.addWidget(self.popularity, 5)
        self.column.addLayout(below, 4)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
