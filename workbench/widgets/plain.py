"""Texts that come from files, shown as they are: Qt takes a tooltip with tags in it for rich text."""

from PySide6.QtGui import Qt


def plain_tooltip(text: str) -> str:
    """A tooltip that shows every sign of the text, tags as well."""
    return Qt.convertFromPlainText(text, Qt.WhiteSpaceMode.WhiteSpaceNormal) if Qt.mightBeRichText(text) else text
