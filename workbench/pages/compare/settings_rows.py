"""Settings side by side, in words; no widget is involved."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.applicability import plays_a_part, set_aside
from engine.config import ExperimentConfig
from engine.settings import settings_of
from workbench.pages.compare.selection import Line
from workbench.run_settings import config_of, setting_rows
from workbench.widgets.numbers import NOTHING


@dataclass(frozen=True)
class SettingLine:
    """A setting of every series; `values` are in the order of the series. `differs`: not all are the same, of those
    in which it plays a part."""

    key: str
    section: str
    title: str
    help: str
    values: tuple[str, ...]
    differs: bool


def setting_lines(lines: Sequence[Line]) -> list[SettingLine]:
    """All settings in the order of the form. A dash stands where a setting plays no part, and where this version no
    longer understands the run's settings."""
    configs = [config_of(line.series.first) for line in lines]
    defaults = ExperimentConfig()
    words = [None if config is None else setting_rows(config, defaults) for config in configs]
    reasons = [{} if config is None else set_aside(config.model_dump()) for config in configs]
    usual = setting_rows(defaults, defaults)
    found = []
    for place, info in enumerate(settings_of(ExperimentConfig)):
        if info.key == "name":
            continue
        values = tuple(
            NOTHING if rows is None or not plays_a_part(info.key, idle)
            else _seeds(line) if info.key == "seed" else rows[place].value
            for line, rows, idle in zip(lines, words, reasons, strict=True)
        )  # fmt: skip
        section, title, help = usual[place].section, usual[place].title, usual[place].help
        found.append(SettingLine(info.key, section, title, help, values, len(set(values) - {NOTHING}) > 1))
    return found


def _seeds(line: Line) -> str:
    return ", ".join(str(run.seed) for run in line.series.runs)
