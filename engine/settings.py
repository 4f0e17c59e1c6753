"""Settings from the outside and back: TOML files, `section.key=value` overrides, presets, words for errors."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast, get_args, get_origin

import tomli_w
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from engine.config import ExperimentConfig, Settings
from engine.errors import SettingsError

PRESETS = Path(__file__).resolve().parents[1] / "resources" / "presets"
AnySettings = TypeVar("AnySettings", bound=Settings)


@dataclass(frozen=True)
class SettingInfo:
    """What is known of one setting, for forms, help and messages.

    One that is `optional` may be empty, which means what `nothing` says.
    """

    path: tuple[str, ...]
    type: type
    title: str
    help: str
    default: Any
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    labels: Mapping[str, str]
    unit: str
    step: float | None
    advanced: bool
    optional: bool = False
    nothing: str = ""

    @property
    def key(self) -> str:
        return ".".join(self.path)

    @property
    def allowed(self) -> str:
        """The allowed values in words, or "" when anything of the type goes."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.type is bool:
            return "true or false"
        low, high = self.minimum, self.maximum
        kinds = {int: "a whole number", float: "a number", date: "a date such as 2024-05-31"}
        kind = kinds.get(self.type, "")
        if low is not None and high is not None:
            kind = f"{kind} from {_plain(low)} to {_plain(high)}"
        return f"{kind}, or nothing" if self.optional else kind

    def words(self, value: Any) -> str:
        """A value as people read it."""
        if value is None:
            return self.nothing
        return f"{self.labels.get(str(value), value)} {self.unit}".strip()


@dataclass(frozen=True)
class Preset:
    """A named set of settings: one that comes with the workbench, or one of the person's own.

    `dataset` is the one that it is made for, "" where any will do; `source` says where that comes from.
    """

    name: str
    title: str
    description: str
    config: ExperimentConfig
    dataset: str = ""
    source: str = ""


def settings_of(model: type[Settings], prefix: tuple[str, ...] = ()) -> Iterator[SettingInfo]:
    """All settings of a model in the order of their definition, nested ones included."""
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, Settings):
            yield from settings_of(annotation, (*prefix, name))
        else:
            yield _info((*prefix, name), field)


def sections_of(model: type[Settings]) -> list[tuple[str, str]]:
    """(name, title) of every nested group of settings."""
    return [
        (name, field.title or name)
        for name, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Settings)
    ]


def parse(data: Mapping[str, Any], model: type[AnySettings] = ExperimentConfig) -> AnySettings:  # type: ignore[assignment]
    """Settings from nested plain values. Raises SettingsError naming each bad setting, its value and range."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise SettingsError(
            "\n".join(f"{key}: {text}" if key else text for key, text in problems(error, model))
        ) from error


def check_value(info: SettingInfo, value: Any) -> Any:
    """The value as the setting takes it, looked at by itself. Raises SettingsError naming setting, value and range."""
    field = _field(ExperimentConfig, info.path)
    try:
        return TypeAdapter(cast(Any, Annotated[field.annotation, field])).validate_python(value)
    except ValidationError as error:
        raise SettingsError(f"{info.key}: {refusal(info, value)}") from error


def refusal(info: SettingInfo, value: Any) -> str:
    """Why a value is not right for a setting, in words."""
    return f"{_shown(value)} is not allowed; it must be {info.allowed or 'text'}."


def problems(error: ValidationError, model: type[Settings]) -> list[tuple[str, str]]:
    """(dotted setting, words) for every fault that pydantic found; the setting is "" where none is to blame."""
    known = {info.key: info for info in settings_of(model)}
    found = []
    for fault in error.errors(include_url=False):
        location = [str(part) for part in fault["loc"]]
        key = ".".join(location)
        if fault["type"] == "extra_forbidden":
            found.append((key, unknown(key, known)))
        elif fault["type"] == "value_error":
            # Raised by our own validators, whose text begins with the setting to blame.
            blamed, _, words = str(fault["ctx"]["error"]).partition(": ")
            found.append((".".join([*location, blamed]), words))
        elif key in known:
            found.append((key, refusal(known[key], fault["input"])))
        else:
            inside = next((each for each in known if each.startswith(f"{key}.")), "")
            found.append(
                (key, f"{_shown(fault['input'])} is not allowed: this is a group of settings such as {inside}.")
            )
    return found


def override(data: Mapping[str, Any], assignments: Sequence[str]) -> dict[str, Any]:
    """Nested values with `section.key=value` assignments applied; values are read as TOML, else as text.

    Raises SettingsError when an assignment has no "=", or holds what is not text at all.
    """
    result = {name: dict(value) if isinstance(value, Mapping) else value for name, value in data.items()}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals or not key.strip():
            raise SettingsError(f"“{assignment}” is not of the form section.key=value, as in semantic_ids.depth=3.")
        if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
            raise SettingsError(f"{key.strip()}: the value is not text in the encoding of this system.")
        *sections, name = key.strip().split(".")
        target = result
        for section in sections:
            inner = target.setdefault(section, {})
            if not isinstance(inner, dict):
                raise SettingsError(f"{key.strip()}: “{section}” is a single setting, not a group.")
            target = inner
        target[name] = toml_value(text.strip())
    return result


def read_toml(path: Path) -> dict[str, Any]:
    """The nested values of a settings file, without its [preset] table. Raises SettingsError."""
    return _read(path)[1]


def to_toml(config: ExperimentConfig) -> str:
    """The settings as a TOML file that `read_toml` and `parse` accept."""
    return tomli_w.dumps(config.model_dump(mode="json"))


def presets(folder: Path = PRESETS) -> list[Preset]:
    """The presets that come with the workbench, the sample first."""
    found = [preset(path.stem, folder) for path in sorted(folder.glob("*.toml"))]
    return sorted(found, key=lambda each: (each.name != "sample", each.name))


def preset(name: str, folder: Path = PRESETS) -> Preset:
    """One preset by name. Raises SettingsError listing the names there are."""
    path = folder / f"{name}.toml"
    if path.parent != folder or not path.is_file():
        names = ", ".join(sorted(each.stem for each in folder.glob("*.toml")))
        raise SettingsError(f"There is no preset “{name}”. There are: {names}.")
    return read_preset(path)


def read_preset(path: Path) -> Preset:
    """The preset in a file, named after the file. Raises SettingsError."""
    about, values = _read(path)
    config: ExperimentConfig = parse(values)
    dataset = config.data.dataset if "dataset" in values.get("data", {}) else ""
    words = {name: str(about.get(name, "")) for name in ("title", "description", "source")}
    return Preset(path.stem, words["title"] or path.stem, words["description"], config, dataset, words["source"])


def where_to_find(dataset: str, folder: Path = PRESETS) -> str:
    """Where a well-known dataset comes from and how to import it, "" for any other."""
    return next((each.source for each in presets(folder) if dataset and each.dataset == dataset), "")


def value_at(settings: Settings, path: Sequence[str]) -> Any:
    """The value of a setting by its path."""
    value: Any = settings
    for name in path:
        value = getattr(value, name)
    return value


def completed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an experiment as they were recorded, with the defaults of those that have come since.

    What today's settings refuse stays as it is.
    """
    try:
        return parse(values).model_dump(mode="json")
    except SettingsError:
        return dict(values)


def settings_key(values: Mapping[str, Any]) -> str:
    """A short text that is the same for settings that differ in name and seed only.

    It is made of what differs from the defaults, so a setting that comes later changes no key. `values` are nested,
    as a run records them; those that today's settings refuse count as they are.
    """
    try:
        chosen: dict[str, Any] = parse(values).model_dump(mode="json", exclude_defaults=True)
    except SettingsError:
        chosen = dict(values)
    counted = {name: value for name, value in chosen.items() if name not in ("name", "seed")}
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()[:16]


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values by their dotted names, as in "alignment.alpha"."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found


def _read(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin a file with a mark
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not a text file in UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from error
    except RecursionError as error:
        raise SettingsError(f"{path} is not a settings file: its values are nested too deeply.") from error
    about = values.pop("preset", {})
    return about if isinstance(about, dict) else {}, values


def _info(path: tuple[str, ...], field: FieldInfo) -> SettingInfo:
    limits = {type(each).__name__: each for each in field.metadata}
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    is_choice = get_origin(field.annotation) is Literal
    kinds = [each for each in get_args(field.annotation) or (field.annotation,) if each is not type(None)]
    kind = getattr(kinds[0], "__origin__", kinds[0])  # what an Annotated type is made of
    return SettingInfo(
        path=path,
        type=kind if isinstance(kind, type) else str,
        title=field.title or path[-1],
        help=field.description or "",
        default=field.default,
        minimum=getattr(limits.get("Ge"), "ge", None),
        maximum=getattr(limits.get("Le"), "le", None),
        choices=get_args(field.annotation) if is_choice else (),
        labels=extra.get("labels", {}),  # type: ignore[arg-type]
        unit=str(extra.get("unit", "")),
        step=extra.get("step"),  # type: ignore[arg-type]
        advanced=bool(extra.get("advanced", False)),
        optional=type(None) in get_args(field.annotation),
        nothing=str(extra.get("nothing", "")),
    )


def _field(model: type[Settings], path: Sequence[str]) -> FieldInfo:
    *sections, name = path
    for section in sections:
        model = model.model_fields[section].annotation  # type: ignore[assignment]
    return model.model_fields[name]


def unknown(key: str, known: Iterable[str]) -> str:
    """That there is no such setting, with the name that was perhaps meant."""
    from difflib import get_close_matches

    close = get_close_matches(key, list(known), n=1)
    return "There is no such setting." + (f" Did you mean {close[0]}?" if close else "")


def toml_value(text: str) -> Any:
    """What the text means in TOML, or the text itself where it means nothing."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text


def _shown(value: Any) -> str:
    text = str(value)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”" if isinstance(value, str) else text


def _plain(number: float) -> str:
    return f"{number:g}" if abs(number) < 1e6 else f"{number:.0f}"
