"""The two small tables of a comparison: what each set of semantic IDs is worth, and how far they agree per level."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHeaderView

from workbench.models.columns_table import ColumnsModel, TableColumn
from workbench.pages.semantic_ids.rivals import settings_words
from workbench.widgets import numbers
from workbench.widgets.table import ROW_HEIGHT, DataTable

if TYPE_CHECKING:
    from engine.coded_items import CodedItems
    from engine.semantic_ids.agreement import LevelAgreement

AGREEMENT = {
    "AMI": "Adjusted mutual information of the codes of this level alone: 1 when they part the items in the same way, "
    "whatever they are called, 0 as by chance",
    "ARI": "Adjusted Rand index of the codes of this level alone: 1 the same, 0 as by chance",
    "Prefix ARI": "Adjusted Rand index of all codes up to this level",
    "Kept": "Of all pairs of items that share the codes up to this level in this set, how many do in the other",
    "Back": "Of all pairs that share them in the other set, how many do in this one",
}
SHARES = ("Kept", "Back")
FACTS_HELP = {
    "Collision rate": "Items whose semantic ID is not theirs alone, the unique level left out",
    "Largest collision": "Items of the fullest semantic ID",
    "Reconstruction error": "Share of the variance of the text vectors that the codes do not explain; of latent vectors "
    "and texts, so compare it within a kind of quantiser",
    "Neighbours kept": "How many of an item's 10 nearest items by text share its first code",
    "Perplexity": "Per level: as many codes, all used alike, would tell as much apart",
}


def facts_columns(one: "CodedItems", other: "CodedItems") -> list[TableColumn]:
    """What each set is, and is worth."""
    names = list(_FACTS)

    def hint(row: int) -> str:
        return FACTS_HELP.get(names[row], "")

    return [
        TableColumn("", "", names, hint=hint),
        *(
            TableColumn(title, "", [words(items) for words in _FACTS.values()], right=True, hint=hint)
            for title, items in (("This", one), ("The other", other))
        ),
    ]


def _distinct(items: "CodedItems") -> int:
    return len(items.counts) - sum(len(group.items) - 1 for group in items.collisions)


_FACTS: "dict[str, Callable[[CodedItems], str]]" = {
    "Quantiser": lambda items: settings_words(items.settings).partition(",")[0],
    "Levels × codes": lambda items: f"{items.ids.depth} × {items.ids.codebook_size}",
    "Seed": lambda items: str(items.settings.seed),
    "Different IDs": lambda items: numbers.count(_distinct(items)),
    "Collision rate": lambda items: numbers.share(
        sum(len(group.items) for group in items.collisions) / len(items.counts)
    ),
    "Largest collision": lambda items: numbers.count(max((len(group.items) for group in items.collisions), default=1)),
    "Reconstruction error": lambda items: numbers.share(items.ids.reconstruction_error),
    "Neighbours kept": lambda items: numbers.share(items.report.get("neighbour_preservation")),
    "Perplexity": lambda items: ", ".join(numbers.decimal(level.perplexity, 0) for level in items.usage),
}


def agreement_columns(levels: "Sequence[LevelAgreement]") -> list[TableColumn]:
    """How far both sets agree, a row a level."""
    values = {
        "AMI": [level.codes_ami for level in levels],
        "ARI": [level.codes_ari for level in levels],
        "Prefix ARI": [level.prefix_ari for level in levels],
        "Kept": [level.kept for level in levels],
        "Back": [level.kept_back for level in levels],
    }
    return [
        TableColumn("Level", "", [str(level.level) for level in levels]),
        *(
            TableColumn(title, AGREEMENT[title], each, numbers.share if title in SHARES else _index, numeric=True)
            for title, each in values.items()
        ),
    ]


def _index(value: float) -> str:
    return numbers.decimal(value, 3)


def still_table(name: str, title: str, model: ColumnsModel, fixed: dict[int, int]) -> DataTable:
    """As high as its rows; `fixed` holds the widths of columns that do not stretch."""
    table = DataTable(name, title)
    table.setModel(model)
    header = table.horizontalHeader()
    header.setMinimumSectionSize(66)

    def fit() -> None:
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in fixed:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, fixed[column])
        table.setMaximumHeight((model.rowCount() + 1) * ROW_HEIGHT + 8)

    model.modelReset.connect(fit)
    return table
