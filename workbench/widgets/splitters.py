"""Splitters that stand where the person last left them."""

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QSplitter

from workbench.preferences import Preferences


def remember_splitter(splitter: QSplitter, preferences: Preferences, key: str) -> None:
    """Bring back the splitter's remembered state and remember every move from now on."""
    state = preferences.recall(key)
    if isinstance(state, QByteArray):
        splitter.restoreState(state)
    splitter.splitterMoved.connect(lambda _position, _index: preferences.remember(key, splitter.saveState()))
