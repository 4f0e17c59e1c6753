"""What the small read-only tables of a run show: settings, and test metrics."""

from collections.abc import Callable, Sequence

from workbench.icons import icon
from workbench.models.columns_table import TableColumn
from workbench.pages.runs.facts import PROTOCOLS, SLICES
from workbench.run_settings import SettingRow
from workbench.theme import Role
from workbench.widgets import numbers


def setting_columns(rows: Sequence[SettingRow], usual: str) -> list[TableColumn]:
    """Settings beside what is usual, which has the title `usual`; values that differ stand out in bold, with a pencil."""

    def differs(row: int) -> bool:
        return rows[row].differs

    def hint(row: int) -> str:
        return rows[row].help

    return [
        TableColumn("Group", "", [row.section for row in rows], hint=hint),
        TableColumn("Setting", "", [row.title for row in rows], hint=hint,
                    icon=lambda row: icon("pencil-simple", Role.accent) if differs(row) else None),
        TableColumn("Value", "", [row.value for row in rows], hint=hint, bold=differs),
        TableColumn(usual, "", [row.usual for row in rows], hint=hint),
    ]  # fmt: skip


def metric_columns(rows: Sequence[tuple[str, list[float | None]]], protocols: Sequence[str]) -> list[TableColumn]:
    """`rows` as `metric_rows` gives them for these protocols: a row per metric, a column per protocol and slice."""
    names = [name for name, _ in rows]
    titles = [f"{PROTOCOLS[protocol]},\n{part}" for protocol in protocols for part in SLICES]
    values = [[each[place] for _, each in rows] for place in range(len(titles))]

    def words(column: list[float | None]) -> Callable[[int], str]:
        return lambda row: (numbers.count if names[row] == "users" else numbers.metric)(column[row])

    return [
        TableColumn("Metric", "", names, lambda name: name.capitalize() if name == "users" else name),
        *(
            TableColumn(title, "", column, numeric=True, words=words(column))
            for title, column in zip(titles, values, strict=True)
        ),
    ]
