"""A line on the chosen dataset, where the doctor warns of it."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.icons import icon
from workbench.latest import Latest
from workbench.theme import Role
from workbench.widgets.parts import button

if TYPE_CHECKING:
    from engine.data.doctor import Finding
    from engine.library import Library
    from engine.store import DatasetRow


class DatasetNotice(QWidget):
    """Examines in the background, each dataset once; hidden while there is nothing to warn of. `link` leads on."""

    def __init__(self, library: "Library", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._examining = Latest(self)
        self._fingerprint = ""
        self._known: dict[str, list[Finding]] = {}
        self.link = button("", "setup.datasetNotice", kind="link")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.link)
        layout.addStretch(1)
        self.hide()

    def show_dataset(self, row: "DatasetRow | None") -> None:
        """Say what is wrong with this dataset, as soon as it is known."""
        fingerprint = row.fingerprint if row is not None else ""
        if fingerprint == self._fingerprint:
            return
        self._fingerprint = fingerprint
        self._examining.drop()
        if row is None or fingerprint in self._known:
            self._show(self._known.get(fingerprint, []))
            return
        self._show([])

        def keep(findings: "list[Finding]") -> None:
            self._known[fingerprint] = findings
            self._show(findings)

        # What is wrong with a dataset that cannot be read is said when it is opened or trained on.
        self._examining.ask(partial(self._library.examine, row.name), keep, lambda _error: None)

    def _show(self, findings: "list[Finding]") -> None:
        grave = [finding for finding in findings if finding.severity != "note"]
        self.setVisible(bool(grave))
        if grave:
            more = f", and {len(grave) - 1} more" if len(grave) > 1 else ""
            self.link.setText(f"The dataset: {grave[0].title[0].lower()}{grave[0].title[1:]}{more}")
            self.link.setIcon(icon("warning", Role.bad if grave[0].severity == "serious" else Role.warning))
