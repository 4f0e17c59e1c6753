"""What every page works with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.artefacts import MODEL, STATE
from engine.home import Home
from workbench.preferences import Preferences

RESUMABLE = ("interrupted", "failed")  # states of a run that can be resumed

if TYPE_CHECKING:
    from engine.library import Library
    from engine.store import Store
    from workbench.run_controller import RunController


@dataclass
class Workbench:
    """The home folder, what is stored in it, the run that goes, and the person's choices."""

    home: Home
    store: "Store"
    library: "Library"
    controller: "RunController"
    preferences: Preferences

    def can_inspect(self, run: int, status: str) -> bool:
        """Whether the inspector can open a run of this status: it ended, and its best checkpoint is there."""
        if status == "finished":
            return True
        return status == "interrupted" and (self.home.run_folder(run) / MODEL).exists()

    def can_train_further(self, run: int, status: str) -> bool:
        """Whether a run of this status has finished, and the state of its training is there."""
        return status == "finished" and (self.home.run_folder(run) / STATE).exists()
