"""Taking a run over from an archive that may have been made, damaged or forged anywhere."""

import hashlib
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from engine.archive.contents import (
    CHUNK,
    CURVES,
    FILES,
    LARGEST,
    LOG,
    MANIFEST,
    MEGABYTE,
    MOST_BYTES,
    RUN,
    ArchiveError,
    CurvePoints,
    LogEntry,
    Manifest,
    Name,
    RunFacts,
    Tick,
)
from engine.archive.files import check_file
from engine.artefacts import found_in
from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.home import Home
from engine.settings import parse

if TYPE_CHECKING:
    from engine.store import Store

Model = TypeVar("Model")
_END = struct.Struct("<4s4H2LH")  # the end of a zip's directory
_DIRECTORY_BYTES = 64 * 1024  # far more than the directory of a true archive
_FREE_BYTES = 200 * MEGABYTE  # that an import leaves on the disk
_MANIFEST = TypeAdapter(Manifest)
_RUN = TypeAdapter(RunFacts)
_CURVES: TypeAdapter[dict[str, CurvePoints]] = TypeAdapter(dict[Name, CurvePoints])
_LOG: TypeAdapter[list[LogEntry]] = TypeAdapter(list[LogEntry])


@dataclass(frozen=True)
class Imported:
    """A run that was taken over, under its new number: where it comes from, and what is missing for it here, or ""."""

    run: int
    origin: str
    missing: str


def import_archive(store: "Store", home: Home, path: Path, tick: Tick = lambda _done, _total: None) -> Imported:
    """Take over the run in an archive. Raises ArchiveError, leaving nothing behind, when it is refused."""
    temporary = Path(tempfile.mkdtemp(prefix=".import-", dir=home.runs))
    folder = temporary / "files"  # made as other folders are, which the temporary one is not
    try:
        folder.mkdir()
        with _speaking(path), path.open("rb") as file:
            _check_directory(file)
            with zipfile.ZipFile(file) as archive:
                contents = _Contents(archive, tick)
                facts = contents.read(RUN, _RUN)
                curves = contents.read(CURVES, _CURVES)
                log = contents.read(LOG, _LOG)
                contents.unpack(folder)
        return _take_over(store, home, path, contents.manifest, facts, curves, log, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


class _Contents:
    """The entries of an archive, all of them known, checked and within bounds before the first is unpacked."""

    def __init__(self, archive: zipfile.ZipFile, tick: Tick) -> None:
        self._archive, self._tick = archive, tick
        self._entries = _checked_entries(archive.infolist())
        self.manifest = _parsed(MANIFEST, self._bytes(MANIFEST), _MANIFEST)
        self._facts = {each.name: each for each in self.manifest.files}
        if len(self._facts) < len(self.manifest.files) or self._facts.keys() | {MANIFEST} != self._entries.keys():
            raise ArchiveError("its list of contents does not name exactly the files that are in it")
        for name, facts in self._facts.items():
            if facts.bytes != self._entries[name].file_size:
                raise ArchiveError(f"{name} has another size than the list of contents says")
        self._total = sum(facts.bytes for facts in self._facts.values())
        self._done = 0

    def read(self, name: str, adapter: TypeAdapter[Model]) -> Model:
        """An entry of JSON as its model."""
        return _parsed(name, self._bytes(name), adapter)

    def unpack(self, folder: Path) -> None:
        """Write the files of the run into an empty folder, and check that each is what its name says."""
        if shutil.disk_usage(folder).free < self._total + _FREE_BYTES:
            raise ArchiveError(f"the disk has no room for its {self._total / MEGABYTE:,.0f} MB")
        for name in self._facts:
            if name.startswith(FILES):
                file = folder / name.removeprefix(FILES)
                with file.open("xb") as target:
                    for chunk in self._chunks(name):
                        target.write(chunk)
                check_file(file)

    def _bytes(self, name: str) -> bytes:
        if name not in self._entries:
            raise ArchiveError(f"it has no {name}")
        return b"".join(self._chunks(name))

    def _chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of an entry. Raises ArchiveError when they are more, or others, than was said."""
        facts = self._facts.get(name) if name != MANIFEST else None
        left, digest = self._entries[name].file_size, hashlib.sha256()
        with self._archive.open(self._entries[name]) as stream:
            while chunk := stream.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise ArchiveError(f"{name} is larger than it says")
                digest.update(chunk)
                if facts is not None:
                    self._done += len(chunk)
                    self._tick(self._done, self._total)
                yield chunk
        if left or (facts is not None and digest.hexdigest() != facts.sha256):
            raise ArchiveError(f"{name} is damaged: its checksum is not the one in the list of contents")


def _check_directory(file: IO[bytes]) -> None:
    """Refuse what is no plain zip before its directory, which may be of any size, is read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - 20))
    tail = file.read()
    if len(tail) < _END.size or not tail[-_END.size :].startswith(b"PK\5\6"):
        raise ArchiveError("it is not a zip archive, or its end is missing")
    _, _, _, _, entries, directory, _, _ = _END.unpack(tail[-_END.size :])
    if entries > len(LARGEST) or directory > _DIRECTORY_BYTES or tail.startswith(b"PK\6\7"):
        raise ArchiveError("it holds more files than an exported run has")
    file.seek(0)


def _checked_entries(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        shown = "".join(sign if sign.isprintable() else "?" for sign in info.orig_filename[:100])
        if info.orig_filename != name or "\\" in name or name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise ArchiveError(f"the name “{shown}” leads out of it")
        if name in entries:
            raise ArchiveError(f"it holds “{shown}” twice")
        if name not in LARGEST:
            raise ArchiveError(f"“{shown}” is no part of an exported run")
        mode = info.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise ArchiveError(f"“{shown}” is no plain file but a link, a folder or a device")
        if info.flag_bits & 0x1:
            raise ArchiveError(f"“{shown}” is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArchiveError(f"“{shown}” is packed in a way that is not supported")
        if info.file_size > LARGEST[name]:
            raise ArchiveError(f"“{shown}” has {info.file_size / MEGABYTE:,.0f} MB, more than a run can have")
        entries[name] = info
    if sum(info.file_size for info in entries.values()) > MOST_BYTES:
        raise ArchiveError("its files are larger than those of a run can be")
    return entries


def _parsed(name: str, content: bytes, adapter: TypeAdapter[Model]) -> Model:
    try:
        return adapter.validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if name == MANIFEST and first["loc"] == ("version",):
            raise ArchiveError("it was made by a newer version of the workbench. Update this one") from error
        where = ".".join(map(str, first["loc"]))[:100]
        raise ArchiveError(
            f"{name} is not what it should be ({f'{where}: ' if where else ''}{first['msg']})"
        ) from error


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    """Whatever is wrong with the archive is said the same way."""
    try:
        yield
    except ArchiveError as error:
        raise ArchiveError(f"{path.name} cannot be imported: {error}. Nothing was taken over.") from error
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read ({error.strerror or error}).") from error
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError,
    ) as error:  # fmt: skip
        raise ArchiveError(
            f"{path.name} cannot be imported: the archive is damaged ({error}). Nothing was taken over. Copy it again."
        ) from error


def _take_over(
    store: "Store",
    home: Home,
    path: Path,
    manifest: Manifest,
    facts: RunFacts,
    curves: dict[str, CurvePoints],
    log: list[LogEntry],
    folder: Path,
) -> Imported:
    from engine.store.importing import WholeRun, take_over

    with _speaking(path):
        config, missing = _on_local_data(store, facts, _config(facts))
        for name, curve in curves.items():
            if not len(curve.steps) == len(curve.epochs) == len(curve.values):
                raise ArchiveError(f"the curve {name[:100]} has parts of different lengths")
    origin = (
        f"{path.name}: run {facts.number}, exported {manifest.exported_at:%Y-%m-%d %H:%M} UTC by workbench "
        f"{manifest.workbench}"
    )
    kept = facts.model_dump(exclude={"number", "dataset", "config", "group", "label"})
    kept["artefacts"] = found_in(folder)
    kept["versions"] = {**facts.versions, "origin": _chain(origin, facts.versions.get("origin", ""))}
    whole = WholeRun(
        config=config,
        dataset_fingerprint=facts.dataset.fingerprint,
        group=facts.group,
        label=facts.label,
        changes=kept,
        curves={name: list(zip(each.steps, each.epochs, each.values, strict=True)) for name, each in curves.items()},
        log=[(line.at, line.level, line.text) for line in log],
    )
    placed: list[Path] = []

    def place(run: int) -> None:
        target = home.run_folder(run)
        if target.exists():
            raise ArchiveError(
                f"{target} is in the way: it belongs to no run that is known here. Move it away and try again."
            )
        folder.rename(target)
        placed.append(target)

    try:
        run = take_over(store, whole, place)
    except BaseException:
        for target in placed:
            shutil.rmtree(target, ignore_errors=True)
        raise
    return Imported(run, origin, missing)


def _config(facts: RunFacts) -> ExperimentConfig:
    try:
        return parse(facts.config)
    except SettingsError as error:
        raise ArchiveError(f"this version does not understand its settings ({error})") from error


def _on_local_data(store: "Store", facts: RunFacts, config: ExperimentConfig) -> tuple[ExperimentConfig, str]:
    """The settings on the dataset that is here under this or another name, and what is missing where there is none."""
    name, fingerprint = facts.dataset.name, facts.dataset.fingerprint
    rows = store.datasets.list()
    same = [row.name for row in rows if row.fingerprint == fingerprint]
    local = name if name in same or not same else same[0]
    missing = ""
    if not same:
        here = "another dataset has that name here" if any(row.name == name for row in rows) else "it is not here"
        missing = (
            f"Its dataset “{name}” (fingerprint {fingerprint[:8]}) is missing: {here}. Its results are shown; to look into "
            "its recommendations, import the same files with the same preparation."
        )
    values: dict[str, Any] = config.model_dump(mode="json")
    values["data"]["dataset"] = local
    return parse(values), missing


def _chain(origin: str, before: str) -> str:
    return f"{origin} ({before})"[:2000] if before else origin
