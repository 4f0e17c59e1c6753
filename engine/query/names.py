"""What can be asked of a run, by which names, and which values there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from engine.config import MODEL_NAMES, ExperimentConfig
from engine.settings import settings_of

Kind = Literal["text", "choice", "tags", "number", "duration", "date"]
STATUSES = {"running": "Running", "finished": "Finished", "failed": "Failed", "interrupted": "Interrupted"}
METRIC_WORDS = {"ndcg": "NDCG", "hr": "HR", "mrr": "MRR"}
# As a query says where a metric comes from; validation is that of the best epoch.
SOURCE_WORDS = {"full": "full", "sampled": "sampled", "validation": "best", "last": "last"}
PART_WORDS = ("overall", "head", "tail")
CUTOFFS = (5, 10, 20)


@dataclass(frozen=True)
class Name:
    """`column` is the run's field. `choices` maps the values that there are to their names, where they are known."""

    word: str
    column: str
    kind: Kind
    also: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def operators(self) -> tuple[str, ...]:
        """What may stand behind the name."""
        if self.kind in ("number", "duration", "date"):
            return ("=", "!=", "<", "<=", ">", ">=", "in")
        return ("=", "!=", "~", "!~", "in")

    @property
    def allowed(self) -> str:
        """The values in words."""
        if self.choices:
            return ", ".join(self.choices)
        return {
            "text": "a text, in quotation marks where it has spaces",
            "choice": "",
            "tags": "a tag, in quotation marks where it has spaces",
            "number": "a number such as 4 or 0.5",
            "duration": "a time such as 90 s, 5 min or 1 h 30 min",
            "date": "a date such as 2026-08, 2026-08-12 or today",
        }[self.kind]


def _setting_choices(key: str) -> dict[str, str]:
    info = next(each for each in settings_of(ExperimentConfig) if each.key == key)
    return {choice: info.labels.get(choice, choice) for choice in info.choices}


@cache
def names() -> dict[str, Name]:
    """word -> Name, in the order in which they are offered."""
    found = (
        Name("model", "model", "choice", choices=MODEL_NAMES),
        Name("dataset", "dataset", "text"),
        Name("status", "status", "choice", choices=STATUSES),
        Name("tag", "tags", "tags", ("tags",)),
        Name("name", "name", "text"),
        Name("seed", "seed", "number"),
        Name("run", "id", "number", ("id", "number")),
        Name("group", "group", "text"),
        Name("label", "label", "text"),
        Name("notes", "notes", "text", ("note",)),
        Name("backbone", "backbone", "choice", choices=_setting_choices("model.backbone")),
        Name("quantiser", "quantiser", "choice", ("quantizer",), _setting_choices("semantic_ids.quantiser")),
        Name("levels", "depth", "number", ("depth", "l")),
        Name("codes", "codebook_size", "number", ("codebook_size", "k")),
        Name("alpha", "alpha", "number", ("α",)),
        Name("beta", "beta", "number", ("β",)),
        Name("best_epoch", "best_epoch", "number", ("epoch",)),
        Name("epochs", "epochs", "number"),
        Name("duration", "seconds", "duration", ("time", "seconds")),
        Name("date", "created_at", "date", ("started", "created")),
    )
    return {name.word: name for name in found}


@cache
def by_any_word() -> dict[str, Name]:
    """Every accepted word, folded -> Name."""
    return {word.casefold(): name for name in names().values() for word in (name.word, *name.also)}
