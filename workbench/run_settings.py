"""The settings of a run, and all of them in words; no widget is involved."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.settings import SettingInfo, parse, sections_of, settings_of, value_at
from workbench.widgets import numbers

if TYPE_CHECKING:
    from engine.store import RunDetails


@dataclass(frozen=True)
class SettingRow:
    """A setting of a run in words beside what is usual, from which it `differs` or not; `searched` is what is looked
    through for words."""

    section: str
    title: str
    value: str
    usual: str
    help: str
    differs: bool
    searched: str


def config_of(run: "RunDetails") -> ExperimentConfig | None:
    """The run's settings, or None where this version no longer understands them."""
    try:
        return parse(run.config, ExperimentConfig)
    except SettingsError:
        return None


def setting_rows(config: ExperimentConfig, usual: ExperimentConfig) -> list[SettingRow]:
    """All settings in the order of the form, each beside what `usual` has."""
    sections = dict(sections_of(ExperimentConfig))
    rows = []
    for info in settings_of(ExperimentConfig):
        value, other = value_at(config, info.path), value_at(usual, info.path)
        section = sections[info.path[0]] if len(info.path) > 1 else "General"
        shown, other_shown = _shown(info, value), _shown(info, other)
        searched = " ".join((section, info.title, info.key, shown, info.help)).casefold()
        rows.append(SettingRow(section, info.title, shown, other_shown, info.help, value != other, searched))
    return rows


def _shown(info: SettingInfo, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == "":
        return numbers.NOTHING
    words = info.labels.get(value, "") if isinstance(value, str) else ""
    number = f"{value:g}" if isinstance(value, float) else str(value)
    return words or (f"{number} {info.unit}" if info.unit else number)
