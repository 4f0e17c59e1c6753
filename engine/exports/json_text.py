"""JSON: every figure of the rows, and every run as it was recorded, for other programs."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from engine.exports.report import Report, Row


def write(report: Report) -> str:
    """The report as JSON; numbers that JSON does not know (NaN, infinity) become null."""
    content = {
        "made_by": f"H2Rec Workbench {report.version}",
        "made_at": report.made_at,
        "choice": asdict(report.choice),
        "comparisons": report.comparisons,
        "references": [row.numbers for row in report.references],
        "notes": report.notes,
        "rows": [_row(row) for row in report.rows],
        "runs": {run.id: asdict(run) for row in report.rows for run in row.runs},
    }
    return json.dumps(_plain(content), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _row(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for (protocol, metric, part), cell in row.cells.items():
        values.setdefault(protocol, {}).setdefault(metric, {})[part] = {
            "mean": cell.mean, "deviation": cell.deviation, "runs": cell.count, "p": cell.p,
        }  # fmt: skip
    return {
        "name": row.name,
        "model": row.first.model,
        "dataset": row.first.dataset,
        "dataset_fingerprint": row.first.dataset_fingerprint,
        "runs": row.numbers,
        "seeds": [run.seed for run in row.runs],
        "settings_key": row.key,
        "code": row.code,
        "ranking": dict(row.ranking),
        "values": values,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
