"""Several values of some settings at once: all of their combinations, each under a label that says what differs."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.settings import SettingInfo, check_value, parse, settings_of, toml_value, unknown

MOST_COMBINATIONS = 200
NOT_IN_A_GRID = {
    "name": "a run of a grid is named after what differs.",
    "seed": "seeds are asked for on their own, so that results can be averaged over them.",
}


_NAMES = [info.path[-1] for info in settings_of(ExperimentConfig)]


@dataclass(frozen=True)
class Axis:
    """A dotted setting, and the values that it shall take one after another; none of them twice."""

    key: str
    values: tuple[Any, ...]


def axis(assignment: str) -> Axis:
    """The axis that "section.key=1,2,3" describes. Raises SettingsError naming the setting and each wrong value."""
    key, equals, text = assignment.partition("=")
    known = {info.key: info for info in settings_of(ExperimentConfig)}
    key = key.strip()
    if not equals or not key:
        raise SettingsError(f"“{assignment}” is not of the form section.key=value,value as in alignment.alpha=0.1,1.")
    if key not in known:
        raise SettingsError(f"{key}: {unknown(key, known)}")
    return Axis(key, values_of(known[key], text))


def values_of(info: SettingInfo, text: str) -> tuple[Any, ...]:
    """The values that stand in `text` with commas between. Raises SettingsError naming each that is not allowed."""
    if info.key in NOT_IN_A_GRID:
        raise SettingsError(f"{info.key}: cannot take several values; {NOT_IN_A_GRID[info.key]}")
    found, faults = [], []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(check_value(info, part if info.type is str else toml_value(part)))
        except SettingsError as error:
            faults.append(str(error))
    if faults:
        raise SettingsError("\n".join(faults))
    if not found:
        raise SettingsError(f"{info.key}: needs at least one value; several have commas between, as in 1, 2.")
    return tuple(dict.fromkeys(found))


def combinations(axes: Sequence[Axis]) -> list[dict[str, Any]]:
    """All combinations, dotted setting -> value, the last axis changing fastest; an empty one where there are no axes.

    Raises SettingsError when a setting has two axes, or there are too many combinations.
    """
    keys = [each.key for each in axes]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise SettingsError(f"{twice}: several values were given twice. Put all of them in one list.")
    number = math.prod(len(each.values) for each in axes)
    if number > MOST_COMBINATIONS:
        raise SettingsError(f"These values have {number:,} combinations; {MOST_COMBINATIONS:,} are allowed at once.")
    return [dict(zip(keys, values, strict=True)) for values in itertools.product(*(each.values for each in axes))]


def at_point(config: ExperimentConfig, point: Mapping[str, Any]) -> ExperimentConfig:
    """The settings with the values of a combination. Raises SettingsError where they do not go together."""
    if not point:
        return config
    values = config.model_dump(mode="json")
    for key, value in point.items():
        *sections, name = key.split(".")
        target = values
        for section in sections:
            target = target[section]
        target[name] = value
    return parse(values)


def label_of(point: Mapping[str, Any]) -> str:
    """A combination under the short names of its settings, as in "alpha=0.1, depth=3"."""
    return ", ".join(f"{_short(key)}={shown(value)}" for key, value in point.items())


def shown(value: Any) -> str:
    """A value as it is written in a list of values."""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _short(key: str) -> str:
    """The setting's own name, or all of it where another section has one of the same name."""
    name = key.rpartition(".")[2]
    return name if _NAMES.count(name) == 1 else key
