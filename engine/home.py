"""The one folder where everything that the workbench keeps lives."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.errors import SettingsError

ENVIRONMENT_VARIABLE = "H2REC_HOME"


@dataclass(frozen=True)
class Home:
    """Paths inside the home folder; the folders exist once the object does."""

    root: Path

    @classmethod
    def locate(cls, folder: str | Path | None = None) -> "Home":
        """Open the home folder: `folder`, else $H2REC_HOME, else the user's data folder.

        Raises SettingsError when the folder cannot be made or written to.
        """
        chosen = folder or os.environ.get(ENVIRONMENT_VARIABLE) or platformdirs.user_data_dir("h2rec-workbench")
        home = cls(Path(chosen).expanduser().resolve())
        for path in (home.datasets, home.runs, home.cache, home.logs):
            try:
                path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SettingsError(
                    f"The home folder {home.root} cannot be used ({error.strerror}). "
                    f"Choose another one with --home or ${ENVIRONMENT_VARIABLE}."
                ) from error
        if not os.access(home.root, os.W_OK):
            raise SettingsError(
                f"The home folder {home.root} cannot be written to. "
                f"Choose another one with --home or ${ENVIRONMENT_VARIABLE}."
            )
        return home

    @property
    def database(self) -> Path:
        return self.root / "workbench.db"

    @property
    def datasets(self) -> Path:
        return self.root / "datasets"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def presets(self) -> Path:
        """The person's own presets; the folder is there once one was saved."""
        return self.root / "presets"

    def run_folder(self, run: int) -> Path:
        """The folder of one run's artefacts (not made here)."""
        return self.runs / str(run)
