"""Putting a run into an archive."""

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import engine
from engine.archive.contents import (
    CHUNK,
    CURVES,
    FILES,
    FORMAT,
    LARGEST,
    LOG,
    MANIFEST,
    MEGABYTE,
    MOST_BYTES,
    RUN,
    VERSION,
    ArchiveError,
    Tick,
)
from engine.artefacts import found_in
from engine.files import write_whole
from engine.home import Home

if TYPE_CHECKING:
    from engine.store import Curve, LogLine, RunDetails, Store

_ALREADY_SMALL = (".safetensors", ".parquet")
_KEPT = (
    "status", "best_epoch", "epochs", "created_at", "finished_at", "seconds", "error", "notes", "group", "label",
    "config", "test", "stage_seconds", "semantic_ids", "versions",
)  # fmt: skip


def export_archive(store: "Store", home: Home, run: int, path: Path, tick: Tick = lambda _done, _total: None) -> None:
    """Write a run with all of its files to `path`, which appears whole or not at all.

    Raises ArchiveError when the run still goes, its files are too large or cannot be read, or `path` cannot be
    written; StoreError when there is no such run.
    """
    details = store.runs.get(run)
    if details.status == "running":
        raise ArchiveError(f"Run {run} is still running. Export it when it has ended.")
    texts = {
        RUN: _run(store, details),
        CURVES: _json({name: _points(curve) for name, curve in store.runs.curves(run).items()}),
        LOG: _json(_lines(store.runs.log(run))),
    }
    folder = home.run_folder(run)
    files = {FILES + name: folder / name for name in found_in(folder).values()}
    sizes = {name: len(text) for name, text in texts.items()}
    sizes |= {name: file.stat().st_size for name, file in files.items()}
    for name, size in sizes.items():
        if size > LARGEST[name]:
            raise ArchiveError(
                f"Run {run} cannot be exported: {name} has {size / MEGABYTE:,.0f} MB, too many for an archive."
            )
    if sum(sizes.values()) > MOST_BYTES:
        raise ArchiveError(f"Run {run} cannot be exported: its files are larger than {MOST_BYTES / MEGABYTE:,.0f} MB.")

    def write(partial: Path) -> None:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, allowZip64=False) as archive:
            writer = _Writer(archive, sum(sizes.values()), tick)
            for name, text in texts.items():
                writer.add(name, io.BytesIO(text))
            for name, file in files.items():
                with file.open("rb") as stream:
                    writer.add(name, stream)
            manifest = {
                "format": FORMAT,
                "version": VERSION,
                "workbench": engine.__version__,
                "exported_at": datetime.now(UTC),
                "files": writer.written,
            }
            archive.writestr(MANIFEST, _json(manifest))

    try:
        write_whole(path, write)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be written ({error.strerror or error}).") from error


class _Writer:
    """Adds entries and keeps what the manifest says of them."""

    def __init__(self, archive: zipfile.ZipFile, total: int, tick: Tick) -> None:
        self._archive, self._total, self._tick = archive, total, tick
        self._done = 0
        self.written: list[dict[str, Any]] = []

    def add(self, name: str, stream: IO[bytes]) -> None:
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_STORED if name.endswith(_ALREADY_SMALL) else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self._archive.open(entry, "w") as target:
            while chunk := stream.read(CHUNK):
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                self._done += len(chunk)
                self._tick(self._done, self._total)
        self.written.append({"name": name, "bytes": size, "sha256": digest.hexdigest()})


def _run(store: "Store", run: "RunDetails") -> bytes:
    row = store.datasets.get(run.dataset)
    same = row is not None and row.fingerprint == run.dataset_fingerprint
    counts = {name: getattr(row, name) if same else None for name in ("users", "items", "interactions")}
    dataset = {"name": run.dataset, "fingerprint": run.dataset_fingerprint, **counts}
    facts = asdict(run)
    return _json({"number": run.id, "dataset": dataset, **{name: facts[name] for name in _KEPT}})


def _points(curve: "Curve") -> dict[str, Any]:
    return {"steps": curve.steps.tolist(), "epochs": curve.epochs.tolist(), "values": curve.values.tolist()}


def _lines(lines: "Iterable[LogLine]") -> list[dict[str, Any]]:
    return [asdict(line) for line in lines]


def _json(value: Any) -> bytes:
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    """What JSON knows: no NaN, times as ISO; figures that are no numbers are left out of mappings."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if not _is_nothing(each)}
    if isinstance(value, list):
        return [None if _is_nothing(each) else _plain(each) for each in value]
    return value


def _is_nothing(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
