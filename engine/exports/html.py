"""One HTML page for reading and printing: tables, curves as SVG, settings; no script, nothing from elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.config import ExperimentConfig
from engine.evaluation.metrics import USERS
from engine.exports.charts import Chart, Series, chart
from engine.exports.report import Report, Row
from engine.exports.tables import number, provenance, tables
from engine.groups import SLICES
from engine.settings import completed, flat

if TYPE_CHECKING:
    from jinja2 import Template

    from engine.store.rows import Curve

TEMPLATES = Path(__file__).resolve().parents[2] / "resources" / "templates"
METRIC = "NDCG@10"
STYLES = 8  # of lines that the template tells apart by colour


@dataclass(frozen=True)
class Band:
    """Targets that were had equally often in training: `share` is how far its bar reaches, from 0 to 1."""

    name: str
    value: str
    share: float
    users: int | None


@dataclass(frozen=True)
class Overlay:
    """The curves of all rows on one dataset; `legend` holds (row, style)."""

    title: str
    chart: Chart | None
    legend: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RowPage:
    """What the page tells of one row."""

    row: Row
    about: Mapping[str, str]
    settings: tuple[tuple[str, str], ...]
    curves: Chart | None
    bands: tuple[Band, ...]


def write(report: Report) -> str:
    """The report as a page of its own. Every text of the runs is escaped."""
    styles = _styles(report)
    return _template().render(
        report=report,
        tables=tables(report),
        overlays=[_overlay(report, data, styles) for data in report.datasets],
        pages=[_page(row, report) for row in report.rows],
        number=number,
        metric=METRIC,
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html")


def _overlay(report: Report, data: tuple[str, ...], styles: Mapping[str, str]) -> Overlay:
    series = [each for row in report.datasets[data] for each in _series(report, row, {"overall": styles[row.name]})]
    title = report.title_of(data)
    names = dict.fromkeys(each.name for each in series)
    return Overlay(
        title,
        chart(f"Validation {METRIC} of all models on {title}", "Epoch", series),
        tuple((name, styles[name]) for name in names),
    )


def _styles(report: Report) -> dict[str, str]:
    """The style of each row's curves by its name, the same on all data; from the ninth on lines are dashed."""
    names = dict.fromkeys(row.name for row in report.tested)
    return {name: f"run{place % STYLES + 1}{' dashed' if place >= STYLES else ''}" for place, name in enumerate(names)}


def _page(row: Row, report: Report) -> RowPage:
    usual = flat(ExperimentConfig().model_dump(mode="json"))
    values = flat(completed(row.first.config))
    changed = tuple(
        (key, str(value)) for key, value in values.items() if usual.get(key) != value and key not in ("name", "seed")
    )
    curves = chart(f"Validation {METRIC} of {row.name}", "Epoch", _series(report, row, {part: part for part in SLICES}))
    return RowPage(row, provenance(row), changed, curves, _bands(row.first.test))


def _series(report: Report, row: Row, styles: Mapping[str, str]) -> list[Series]:
    """The validation curves of every run of a row, in the slices that have a style."""
    found = []
    for run in row.runs:
        curves: Mapping[str, Curve] = report.curves.get(run.id, {})
        for part, style in styles.items():
            curve = curves.get(f"validation/full/{part}/{METRIC}")
            if curve is not None:
                name = row.name if len(styles) == 1 else part
                found.append(Series(name, style, np.asarray(curve.epochs), np.asarray(curve.values)))
    return found


def _bands(test: Mapping[str, Any]) -> tuple[Band, ...]:
    """METRIC in full ranking by how often the target was had in training."""
    full = {
        name: values for name, values in test.get("full", {}).items() if name.startswith("band_") and METRIC in values
    }
    best = max((values[METRIC] for values in full.values()), default=0.0) or 1.0
    return tuple(
        Band(
            name.removeprefix("band_").replace("-", "–"),
            number(values[METRIC]),
            values[METRIC] / best,
            values.get(USERS),
        )
        for name, values in full.items()
    )
