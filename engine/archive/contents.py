"""What an archive of a run holds: its entries with the most that each may weigh, and the models they are checked by."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat

from engine.artefacts import CONFIG, MODEL, RANKS, RESULT, SEMANTIC_IDS
from engine.errors import DataError

FORMAT = "h2rec-run"
VERSION = 1
MANIFEST, RUN, CURVES, LOG = "manifest.json", "run.json", "curves.json", "log.json"
FILES = "files/"  # before the names of the files in the run's folder
MEGABYTE = 1_000_000
LARGEST = {
    MANIFEST: 1 * MEGABYTE,
    RUN: 32 * MEGABYTE,
    CURVES: 256 * MEGABYTE,
    LOG: 64 * MEGABYTE,
    FILES + CONFIG: 1 * MEGABYTE,
    FILES + RESULT: 32 * MEGABYTE,
    FILES + RANKS: 1000 * MEGABYTE,
    FILES + SEMANTIC_IDS: 1000 * MEGABYTE,
    FILES + MODEL: 4000 * MEGABYTE,
}
MOST_BYTES = 4000 * MEGABYTE  # of all entries together, unpacked: within what a plain zip can address
CHUNK = 1 << 20  # bytes
Tick = Callable[[int, int], None]  # bytes done, of how many; may raise to stop
Text = Annotated[str, Field(max_length=1_000_000)]
Name = Annotated[str, Field(max_length=1000)]
Number = int | FiniteFloat


class ArchiveError(DataError):
    """An archive that is refused; the text says why, and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FileFacts(_Strict):
    """An entry of the archive: its name, its unpacked bytes and their SHA-256."""

    name: Name
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(_Strict):
    """The first thing that is read: what the archive is, and every other entry."""

    format: Literal["h2rec-run"]
    version: Literal[1]
    workbench: Name
    exported_at: AwareDatetime
    files: list[FileFacts] = Field(max_length=len(LARGEST))


class DatasetFacts(_Strict):
    """The data that a run learned from, to tell whether they are here; counts are None where they were not known."""

    name: Name
    fingerprint: Name
    users: int | None
    items: int | None
    interactions: int | None


class RunFacts(_Strict):
    """What the store knows of a run beside curves and log; see `engine.store.RunDetails`."""

    number: int
    status: Literal["finished", "failed", "interrupted"]
    dataset: DatasetFacts
    config: dict[str, Any]  # checked by the settings themselves
    best_epoch: int | None
    epochs: int | None
    created_at: AwareDatetime
    finished_at: AwareDatetime | None
    seconds: FiniteFloat | None
    error: Text | None
    notes: Text
    group: Name | None
    label: Name | None
    test: dict[Name, dict[Name, dict[Name, Number]]]
    stage_seconds: dict[Name, FiniteFloat]
    semantic_ids: dict[Name, bool | Number | list[Number] | Name | None]
    versions: dict[Name, Text]


class CurvePoints(_Strict):
    """One series: as many steps as epochs and values; null is a value that is no number."""

    steps: list[Annotated[int, Field(ge=-(2**62), le=2**62)]] = Field(max_length=5_000_000)
    epochs: list[FiniteFloat] = Field(max_length=5_000_000)
    values: list[FiniteFloat | None] = Field(max_length=5_000_000)


class LogEntry(_Strict):
    at: AwareDatetime
    level: Literal["info", "warning", "error"]
    text: Text
