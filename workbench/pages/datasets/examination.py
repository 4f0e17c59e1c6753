"""What the doctor finds in the chosen dataset: a headline for what matters most, and a tab with everything."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from workbench.icons import icon
from workbench.latest import Latest
from workbench.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4, theme
from workbench.widgets.findings_link import ICON, LOOKS, FindingsLink
from workbench.widgets.parts import clear, label

if TYPE_CHECKING:
    from engine.data.doctor import Finding
    from engine.library import Library

WIDEST = 900  # pixels: longer lines are hard to read


class Examination(QScrollArea):
    """Examines in the background. `headline` is for another place: it leads to the tab that this stands in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("datasets.examination")
        self.setAccessibleName("What the examination found")
        self.setWidgetResizable(True)
        self.headline = FindingsLink("datasets.headline")
        self.headline.clicked.connect(self._show)
        self._examining = Latest(self)
        self._tabs: QTabWidget | None = None
        self._findings: list[Finding] = []
        self._state = label("", "muted", wrap=True)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE_4)
        holder = QWidget()
        holder.setProperty("kind", "page")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(SPACE_2, SPACE_3, SPACE_3, SPACE_3)
        layout.addWidget(self._state)
        layout.addLayout(self._rows)
        layout.addStretch(1)
        self.setWidget(holder)
        theme().changed.connect(self._rebuild)

    @property
    def findings(self) -> "list[Finding]":
        """What is shown, the most serious first."""
        return self._findings

    @property
    def state(self) -> str:
        """What is said instead of findings."""
        return self._state.text()

    def stand_in(self, tabs: QTabWidget) -> None:
        """Be a tab whose name tells how much there is."""
        self._tabs = tabs
        tabs.addTab(self, "Examination")

    def examine(self, library: "Library", name: str) -> None:
        """Examine a dataset and show what was found; whatever was found in another one goes at once."""
        self._show_findings([], "Examining…")
        self._examining.ask(
            partial(library.examine, name),
            lambda found: self._show_findings(found, "" if found else "Nothing was found that would mislead."),
            lambda error: self._show_findings([], f"The dataset could not be examined. {error}"),
        )

    def _show_findings(self, findings: "list[Finding]", state: str) -> None:
        self._findings = findings
        self._state.setText(state)
        self._state.setVisible(bool(state))
        self._rebuild()

    def _rebuild(self) -> None:
        clear(self._rows)
        for finding in self._findings:
            self._rows.addWidget(_row(finding))
        if self._tabs is not None:
            count = f" ({len(self._findings)})" if self._findings else ""
            self._tabs.setTabText(self._tabs.indexOf(self), f"Examination{count}")
        self.headline.show_findings(self._findings)

    def _show(self) -> None:
        if self._tabs is not None:
            self._tabs.setCurrentWidget(self)
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _row(finding: "Finding") -> QWidget:
    """Icon, title, text, examples and advice."""
    row = QWidget()
    row.setMaximumWidth(WIDEST)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACE_3)
    picture = QLabel()
    picture.setPixmap(icon(*LOOKS[finding.severity]).pixmap(ICON))
    picture.setAccessibleName(finding.severity)
    layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(SPACE_1)
    words.addWidget(label(finding.title, "label"))
    words.addWidget(label(finding.text, wrap=True, selectable=True))
    if finding.examples:
        words.addWidget(label(f"For example: {'; '.join(finding.examples)}", "muted", wrap=True, selectable=True))
    words.addWidget(label(f"What to do: {finding.advice}", "muted", wrap=True, selectable=True))
    layout.addLayout(words, 1)
    return row
