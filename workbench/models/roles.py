"""Data roles beyond Qt's own: views sort, copy and paint from raw values, never from displayed text."""

from enum import IntEnum

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()

ALIGN_NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ALIGN_TEXT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class DataRole(IntEnum):
    """`raw`: the cell's value before formatting. `row`: the whole object behind a row. `version`: what tells a dataset
    apart from others of its source."""

    raw = Qt.ItemDataRole.UserRole + 1
    row = Qt.ItemDataRole.UserRole + 2
    version = Qt.ItemDataRole.UserRole + 3
