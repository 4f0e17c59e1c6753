"""Several values of some settings at once: all of their combinations, each under a label that says what differs."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.settings import SettingInfo, check_value, flat, parse, settings_of, toml_value, unknown

MOST_COMBINATIONS = 1000
NOT_IN_A_GRID = {
    "name": "a run of a grid is named after what differs.",
    "seed": "seeds are asked for on their own, so that results can be averaged over them.",
}


@dataclass(frozen=True)
class Axis:
    """A dotted setting, and the values that it shall take one after another; none of them twice."""

    key: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Point:
    """One combination: dotted setting -> value."""

    values: Mapping[str, Any]

    def label(self, keys: Sequence[str]) -> str:
        """The values of `keys` under their short names, as in "alpha=0.1, depth=3"."""
        return ", ".join(f"{_short(key)}={shown(self.values[key])}" for key in keys)


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


def combinations(axes: Sequence[Axis]) -> list[Point]:
    """All combinations, the last axis changing fastest; one without values where there are no axes.

    Raises SettingsError when a setting has two axes, or there are too many combinations.
    """
    keys = [each.key for each in axes]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise SettingsError(f"{twice}: several values were given twice. Put all of them in one list.")
    number = 1
    for each in axes:
        number *= len(each.values)
    if number > MOST_COMBINATIONS:
        raise SettingsError(f"These values have {number:,} combinations; {MOST_COMBINATIONS:,} are allowed at once.")
    return [
        Point(dict(zip(keys, values, strict=True))) for values in itertools.product(*(each.values for each in axes))
    ]


def at_point(config: ExperimentConfig, point: Point) -> ExperimentConfig:
    """The settings with the values of a combination. Raises SettingsError where they do not go together."""
    values = config.model_dump(mode="json")
    for key, value in point.values.items():
        *sections, name = key.split(".")
        target = values
        for section in sections:
            target = target[section]
        target[name] = value
    return parse(values)


def differing(one: ExperimentConfig, other: ExperimentConfig) -> set[str]:
    """The dotted settings in which two experiments differ."""
    ours, theirs = flat(one.model_dump()), flat(other.model_dump())
    return {key for key in ours if ours[key] != theirs[key]}


def shown(value: Any) -> str:
    """A value as it is written in a list of values."""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _short(key: str) -> str:
    """The setting's own name, or all of it where another section has one of the same name."""
    name = key.rpartition(".")[2]
    alike = [info.key for info in settings_of(ExperimentConfig) if info.path[-1] == name]
    return name if len(alike) == 1 else key
