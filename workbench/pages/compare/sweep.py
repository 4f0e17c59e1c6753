"""What parallel coordinates show of the series: the settings in which they differ, then the metric; no widget."""

from collections.abc import Sequence
from typing import Any

from engine.applicability import plays_a_part, set_aside
from engine.settings import settings_of, value_at
from workbench.pages.compare.selection import Line, Lines
from workbench.pages.compare.session import Measure
from workbench.pages.compare.settings_rows import SettingLine, setting_lines
from workbench.run_settings import config_of
from workbench.widgets import numbers
from workbench.widgets.numbers import NOTHING
from workbench.widgets.parallel import Axis, Strand

MOST_SETTINGS = 7  # that have room beside each other
PARTS = ("overall", "head", "tail")


def sweep(shown: Lines, measure: Measure) -> tuple[list[Axis], list[Strand], list[str]]:
    """Axes, lines, and the titles of settings that differ but have no room. Colours go by the order in the metric overall;
    lines that cannot be compared end before it."""
    lines = shown.all
    differing = [row for row in setting_lines(lines) if row.differs and row.key != "seed"]
    left_out = [row.title for row in differing[MOST_SETTINGS:]]
    axes = [_setting_axis(row, lines) for row in differing[:MOST_SETTINGS]]
    values = {
        part: [_mean(line, measure, part) if line in shown.compared else None for line in lines] for part in PARTS
    }
    axes += [_metric_axis(f"{measure.metric}, {part}", values[part]) for part in PARTS]
    worth = _ranks(values["overall"])
    return axes, [Strand(line.title, each) for line, each in zip(lines, worth, strict=True)], left_out


def _setting_axis(row: SettingLine, lines: Sequence[Line]) -> Axis:
    """The values in their order, evenly apart; a dash, where the setting plays no part, at the bottom."""
    raw: dict[str, Any] = {}
    for line, words in zip(lines, row.values, strict=True):
        raw.setdefault(words, _raw(line, row.key))
    order = sorted(raw, key=lambda words: (words != NOTHING, *_sort_key(raw[words])))
    places = {words: place / max(1, len(order) - 1) for place, words in enumerate(order)}
    return Axis(
        row.title, tuple(places[words] for words in row.values), tuple((places[words], words) for words in order)
    )


def _metric_axis(title: str, values: Sequence[float | None]) -> Axis:
    known = [value for value in values if value is not None]
    ends = sorted({min(known), max(known)}) if known else []
    ticks = tuple((float(place), numbers.metric(value)) for place, value in zip((0, 1), ends, strict=False))
    return Axis(title, tuple(_shares(values)), ticks)


def _shares(values: Sequence[float | None]) -> list[float | None]:
    """Where each value lies between the lowest, 0, and the highest, 1."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    reach = high - low
    return [None if value is None else (value - low) / reach if reach else 0.0 for value in values]


def _ranks(values: Sequence[float | None]) -> list[float | None]:
    """The place of each value among all, from 0 for the lowest to 1; one outlier leaves the others apart."""
    order = sorted({value for value in values if value is not None})
    return [None if value is None else order.index(value) / max(1, len(order) - 1) for value in values]


def _mean(line: Line, measure: Measure, part: str) -> float | None:
    value = line.series.test(measure.protocol, part, measure.metric)
    return None if value is None else value.mean


def _raw(line: Line, key: str) -> Any:
    config = config_of(line.series.first)
    if config is None or not plays_a_part(key, set_aside(config.model_dump())):
        return None
    path = next(info.path for info in settings_of(type(config)) if info.key == key)
    return value_at(config, path)


def _sort_key(value: Any) -> tuple[float, str]:
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value))
