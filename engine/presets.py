"""The person's own presets: TOML files in the home folder, which may also be edited by hand or passed on."""

import re
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.files import write_whole
from engine.home import Home
from engine.settings import Preset, presets, read_preset

LONGEST_TITLE = 60


@dataclass(frozen=True)
class Found:
    """`presets` by title; `faults` says in words which files cannot be used, and why."""

    presets: list[Preset]
    faults: list[str]


class OwnPresets:
    """Keeps settings under a title. Nothing that is there is ever overwritten unasked."""

    def __init__(self, home: Home) -> None:
        self._folder = home.presets

    def read(self) -> Found:
        """All of them; a file that is no preset keeps none of the others away."""
        found, faults = [], []
        for path in sorted(self._folder.glob("*.toml")):
            try:
                found.append(read_preset(path))
            except SettingsError as error:
                faults.append(f"The preset {path.name} cannot be used. {error}")
        return Found(sorted(found, key=lambda each: each.title.casefold()), faults)

    def save(self, title: str, config: ExperimentConfig, replace: bool = False) -> Preset:
        """Keep settings under a title. Raises SettingsError when it cannot be one, or is taken and not to be replaced."""
        taken = self._titled(title)
        if taken is None or not replace:
            title = self._check(title)
        path = self._path(taken) if taken is not None else self._new_path(title)
        return self._write(path, title.strip(), config)

    def rename(self, preset: Preset, title: str) -> Preset:
        """Give a preset another title, and its file a name that fits. Raises SettingsError when that cannot be."""
        title = self._check(title, but=preset.name)
        old, new = self._path(preset), self._new_path(title, but=preset.name)
        renamed = self._write(new, title, preset.config)
        if old != new:
            old.unlink(missing_ok=True)
        return renamed

    def delete(self, preset: Preset) -> None:
        """Forget a preset; one that is not there any more is no fault."""
        self._path(preset).unlink(missing_ok=True)

    def has(self, title: str) -> bool:
        """Whether one of the person's own presets has this title."""
        return self._titled(title) is not None

    def _check(self, title: str, but: str = "") -> str:
        title = title.strip()
        if not title or len(title) > LONGEST_TITLE or not title.isprintable():
            raise SettingsError(f"A preset needs a name of 1 to {LONGEST_TITLE} characters on one line.")
        if not _slug(title):
            raise SettingsError(f"“{title}” has no letter or digit. A preset needs a name with at least one.")
        for each in [*presets(), *self.read().presets]:
            if each.title.casefold() == title.casefold() and each.name != but:
                raise SettingsError(f"There is already a preset “{each.title}”. Choose another name.")
        return title

    def _titled(self, title: str) -> Preset | None:
        wanted = title.strip().casefold()
        return next((each for each in self.read().presets if each.title.casefold() == wanted), None)

    def _path(self, preset: Preset) -> Path:
        return self._folder / f"{preset.name}.toml"

    def _new_path(self, title: str, but: str = "") -> Path:
        """A file name made from the title that no other preset has, those of the workbench included."""
        taken = {each.name for each in presets()} | {path.stem for path in self._folder.glob("*.toml")} - {but}
        name, number = _slug(title), 2
        while name in taken:
            name, number = f"{_slug(title)}-{number}", number + 1
        return self._folder / f"{name}.toml"

    def _write(self, path: Path, title: str, config: ExperimentConfig) -> Preset:
        text = tomli_w.dumps({**config.model_dump(mode="json"), "preset": {"title": title}})
        try:
            write_whole(path, lambda file: file.write_text(text, encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"The preset cannot be kept in {path.parent} ({error.strerror}).") from error
        return read_preset(path)


def find_preset(name: str, home: Home) -> Preset:
    """A preset of the workbench or of the person by its name. Raises SettingsError listing the names there are."""
    known = {each.name: each for each in [*presets(), *OwnPresets(home).read().presets]}
    if name not in known:
        raise SettingsError(f"There is no preset “{name}”. There are: {', '.join(sorted(known))}.")
    return known[name]


def _slug(title: str) -> str:
    """Letters and digits of the title with dashes between, as part of a file name."""
    return re.sub(r"[\W_]+", "-", title.casefold()).strip("-")
