"""The help pages that come with the workbench."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSize, Qt, QUrl
from PySide6.QtGui import (
    QImage,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from workbench.context import Workbench
from workbench.pages.base import Page
from workbench.theme import ICONS, SPACE_1, SPACE_3, Role, theme

HELP = ICONS.parent / "help"
_FIRST = ("first-experiment", "tour")  # then the others by title
PICTURE = "\ufffc"  # stands for it in the text
_WIDEST = 820  # pixels: longer lines are hard to read
_WIDEST_PICTURE = 740  # pixels, which leaves room for margins and a scroll bar


@dataclass(frozen=True)
class Topic:
    """One file of help: its first heading is the title."""

    title: str
    file: Path


def topics(folder: Path = HELP) -> list[Topic]:
    """All topics: the first experiment and the tour, then the others."""
    found = []
    for file in folder.glob("*.md"):
        heading = file.read_text(encoding="utf-8").partition("\n")[0]
        found.append(Topic(heading.lstrip("# ").strip() or file.stem, file))
    return sorted(found, key=lambda topic: (_place(topic), topic.title))


def _place(topic: Topic) -> int:
    stem = topic.file.stem
    return _FIRST.index(stem) if stem in _FIRST else len(_FIRST)


class HelpText(QTextBrowser):
    """Shows pictures no wider than the text."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """A picture as wide as it is shown: the text would scale it without smoothing."""
        found = super().loadResource(kind, name)
        if kind == QTextDocument.ResourceType.ImageResource.value:
            picture = QImage.fromData(found) if isinstance(found, QByteArray) else found
            if isinstance(picture, QImage) and picture.width() > _WIDEST_PICTURE:
                ratio = self.devicePixelRatioF()
                width = min(picture.width(), round(_WIDEST_PICTURE * ratio))
                picture = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
                picture.setDevicePixelRatio(width / _WIDEST_PICTURE)
            return picture
        return found


class HelpPage(Page):
    """Topics at the left, the chosen one at the right."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("Help", "How to work with the workbench, and what it computes.", parent)
        self._list = QListWidget()
        self._list.setObjectName("help.topics")
        self._list.setAccessibleName("Topics")
        self._list.setFixedWidth(220)
        self._text = HelpText()
        self._text.setObjectName("help.text")
        self._text.setAccessibleName("Help text")
        self._text.setOpenExternalLinks(True)
        self._text.setSearchPaths([str(HELP)])  # where the pictures are
        self._text.document().setDocumentMargin(8)
        for topic in topics():
            item = QListWidgetItem(topic.title)
            item.setData(Qt.ItemDataRole.UserRole, topic.file)
            item.setSizeHint(QSize(0, 32))
            self._list.addItem(item)
        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        row.addWidget(self._list)
        self._text.setMaximumWidth(_WIDEST)
        row.addWidget(self._text, 100)
        row.addStretch(1)
        self.body.addLayout(row)
        self._list.currentItemChanged.connect(self._show_topic)
        theme().changed.connect(self._show_topic)
        self._list.setCurrentRow(0)

    def open_with(self, payload: object) -> None:
        """Show the topic whose file has this name, without its ending."""
        for row in range(self._list.count()):
            if self._list.item(row).data(Qt.ItemDataRole.UserRole).stem == payload:
                self._list.setCurrentRow(row)

    def _show_topic(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            file: Path = item.data(Qt.ItemDataRole.UserRole)
            self._text.setMarkdown(file.read_text(encoding="utf-8"))
            _give_room(self._text.document())
            _fit_pictures(self._text.document())
            _soften_tables(self._text.document())


def _give_room(document: QTextDocument) -> None:
    """Markdown comes without space between lines and paragraphs."""
    block = document.begin()
    while block.isValid():
        in_table = QTextCursor(block).currentTable() is not None
        style = QTextBlockFormat()
        percent = 100 if PICTURE in block.text() else 125
        style.setLineHeight(percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        style.setTopMargin(18 if block.blockFormat().headingLevel() > 1 else 0)
        style.setBottomMargin(0 if in_table else 8)
        QTextCursor(block).mergeBlockFormat(style)
        block = block.next()


def _fit_pictures(document: QTextDocument) -> None:
    """In a narrow window pictures are as wide as the text."""
    found = document.find(PICTURE)
    while not found.isNull():
        style = found.charFormat().toImageFormat()
        style.setMaximumWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        found.setCharFormat(style)
        found = document.find(PICTURE, found)


def _soften_tables(document: QTextDocument) -> None:
    """Markdown's tables come with black or white lines."""
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            style = frame.format()
            style.setBorderBrush(theme().color(Role.border))
            style.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            style.setBorderCollapse(True)
            style.setCellPadding(SPACE_1)
            frame.setFormat(style)
