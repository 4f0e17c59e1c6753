"""The page with the person's choices."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QRadioButton, QWidget

from engine import __version__
from workbench.context import Workbench
from workbench.notifier import can_notify
from workbench.pages.base import Page
from workbench.theme import SPACE_1, SPACE_3, SPACE_4, ThemeSetting
from workbench.widgets.numbers import MetricFormat
from workbench.widgets.parts import Card, button, label

_WIDEST = 640
_THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
_METRICS = {"percent": "Percent: 12.34 %", "decimal": "Four decimals: 0.1234"}


class PreferencesPage(Page):
    """Every choice takes effect at once."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("Settings", "Every choice takes effect at once.", parent)
        self._preferences = workbench.preferences
        look = _choices("Theme", _THEMES, workbench.preferences.theme, "preferences.theme", self._use_theme)
        numbers = _choices(
            "Metrics", _METRICS, workbench.preferences.metric_format, "preferences.metrics", self._use_format
        )
        runs = Card("Runs")
        runs.body.setSpacing(SPACE_1)
        chosen = workbench.preferences
        notify = _switch("Tell the desktop when a run ends", "preferences.notify", chosen.notifies, self._notify)
        runs.body.addWidget(notify)
        if not can_notify():
            notify.setEnabled(False)
            runs.body.addWidget(label("This desktop shows no notifications of programs.", "caption", wrap=True))
        runs.body.addWidget(
            _switch(
                "Go on with the queue when the program starts",
                "preferences.queue",
                chosen.starts_queue,
                self._start_queue,
            )
        )
        folder = Card("Home folder")
        folder.body.addWidget(
            label("Datasets, runs, caches, the log and these settings are kept here.", "muted", wrap=True)
        )
        folder.body.addWidget(label(str(workbench.home.root), selectable=True, wrap=True))
        show = button("Open the folder", "preferences.openHome", "folder-open")
        show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(workbench.home.root))))
        row = QHBoxLayout()
        row.addWidget(show)
        row.addStretch()
        folder.body.addLayout(row)
        self.body.setSpacing(SPACE_3)
        for card in (look, numbers, runs, folder):
            card.setMaximumWidth(_WIDEST)
            self.body.addWidget(card)
        self.body.addWidget(label(f"H2Rec Workbench {__version__}", "caption"))
        self.body.addStretch(1)

    def _notify(self, on: bool) -> None:
        self._preferences.notifies = on

    def _start_queue(self, on: bool) -> None:
        self._preferences.starts_queue = on

    def _use_theme(self, value: str) -> None:
        self._preferences.theme = cast(ThemeSetting, value)

    def _use_format(self, value: str) -> None:
        self._preferences.metric_format = cast(MetricFormat, value)


def _switch(text: str, name: str, chosen: bool, use: Callable[[bool], None]) -> QCheckBox:
    switch = QCheckBox(text)
    switch.setObjectName(name)
    switch.setChecked(chosen)
    switch.toggled.connect(use)
    return switch


def _choices(title: str, labels: dict[str, str], chosen: str, name: str, use: Callable[[str], None]) -> Card:
    card = Card(title)
    group = QButtonGroup(card)
    row = QHBoxLayout()
    row.setSpacing(SPACE_4)
    for value, text in labels.items():
        choice = QRadioButton(text)
        choice.setObjectName(f"{name}.{value}")
        choice.setChecked(value == chosen)
        choice.toggled.connect(lambda on, value=value: use(value) if on else None)
        group.addButton(choice)
        row.addWidget(choice)
    row.addStretch()
    card.body.addLayout(row)
    return card
