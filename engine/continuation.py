"""Going on with runs: an interrupted one under its own number, a finished one as a new run that trains further."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.artefacts import STATE, plain_values
from engine.config import ExperimentConfig
from engine.errors import DataError, SettingsError, WorkbenchError
from engine.home import Home
from engine.settings import parse

if TYPE_CHECKING:
    from engine.store import RunDetails, Store


@dataclass(frozen=True)
class Trained:
    """How far a finished run was trained: whole `epochs`, the best of them, and the patience it had."""

    epochs: int
    best_epoch: int
    patience: int

    @property
    def without_better(self) -> int:
        """Epochs since the best one."""
        return max(0, self.epochs - self.best_epoch)

    @property
    def next_patience(self) -> int:
        """The patience to go on with: the same; where it is used up, as many epochs once more."""
        return self.patience + (self.without_better if self.without_better >= self.patience else 0)


def resume(store: "Store", run: int) -> ExperimentConfig:
    """Take over an interrupted or failed run for this process, and give its settings, to be run as any other.

    Raises WorkbenchError, leaving the run as it is, when it goes or has finished, or its data are not there.
    """
    details = store.runs.get(run)
    config = parse(details.config, ExperimentConfig)
    _check_data(store, details)
    store.runs.resume(run)
    return config


def trained(home: Home, details: "RunDetails") -> Trained:
    """How far a run was trained. Raises DataError when it cannot be trained further."""
    if details.status != "finished":
        raise DataError(f"Run {details.id} has not finished. One that was interrupted can be resumed.")
    if details.model == "popularity":
        raise DataError(f"Run {details.id} counts how popular items are: there is nothing to train.")
    state = plain_values(home.run_folder(details.id) / STATE)
    if not state:
        raise DataError(
            f"Run {details.id} cannot be trained further: the state of its training is missing or damaged, or it was "
            "computed before states were kept. Run it again with more epochs."
        )
    return Trained(
        state["epoch"] - 1, state["best_epoch"] or 0, parse(details.config, ExperimentConfig).training.patience
    )


def train_further(
    home: Home, store: "Store", run: int, epochs: int, patience: int | None = None
) -> tuple[int, ExperimentConfig]:
    """A new run that trains a finished one `epochs` epochs further: its number and settings, to be run as any other.

    It is what one with all of the epochs would have been from the start. Raises WorkbenchError, making none, when that
    cannot be.
    """
    details = store.runs.get(run)
    _check_data(store, details)
    so_far = trained(home, details)
    patience = so_far.next_patience if patience is None else patience
    if patience <= so_far.without_better:
        raise SettingsError(
            f"training.patience: {patience} is not enough. Run {run} was best in epoch {so_far.best_epoch} of "
            f"{so_far.epochs}, so that it goes on with more than {so_far.without_better}."
        )
    values = parse(details.config, ExperimentConfig).model_dump(mode="json")
    values["training"] |= {"epochs": so_far.epochs + epochs, "patience": patience}
    config: ExperimentConfig = parse(values)
    return store.runs.create(config, details.dataset_fingerprint, continued_from=run), config


def _check_data(store: "Store", run: "RunDetails") -> None:
    row = store.datasets.get(run.dataset)
    if row is None:
        raise DataError(f"Run {run.id} needs the dataset “{run.dataset}”, which is not there. Import it first.")
    if row.fingerprint != run.dataset_fingerprint:
        raise WorkbenchError(
            f"Run {run.id} cannot go on: “{run.dataset}” is no longer the dataset that it began with. Import the same "
            "files with the same preparation, or start a new run."
        )
