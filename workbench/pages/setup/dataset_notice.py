"""A line on the chosen dataset, where the doctor warns of it."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workbench.latest import Latest
from workbench.widgets.findings_link import FindingsLink

if TYPE_CHECKING:
    from engine.data.doctor import Finding
    from engine.library import Library
    from engine.store import DatasetRow


class DatasetNotice(FindingsLink):
    """Examines in the background, each dataset once."""

    def __init__(self, library: "Library", parent: QWidget | None = None) -> None:
        super().__init__("setup.datasetNotice", parent)
        self._library = library
        self._examining = Latest(self)
        self._fingerprint = ""
        self._known: dict[str, list[Finding]] = {}

    def show_dataset(self, row: "DatasetRow | None") -> None:
        """Say what is wrong with this dataset, as soon as it is known."""
        fingerprint = row.fingerprint if row is not None else ""
        if fingerprint == self._fingerprint:
            return
        self._fingerprint = fingerprint
        self._examining.drop()
        lead = f"{row.name}: " if row is not None else ""
        self.show_findings(self._known.get(fingerprint, []), lead)
        if row is None or fingerprint in self._known:
            return

        def keep(findings: "list[Finding]") -> None:
            self._known[fingerprint] = findings
            self.show_findings(findings, lead)

        # What is wrong with a dataset that cannot be read is said when it is opened or trained on.
        self._examining.ask(partial(self._library.examine, row.name), keep, lambda _error: None)
