"""What an experiment will do, in words, before it is started."""

from dataclasses import dataclass
from typing import Literal

from engine.config import ExperimentConfig
from engine.settings import settings_of, where_to_find
from engine.store.rows import DatasetRow
from workbench.protocols import history_words
from workbench.widgets.numbers import count


@dataclass(frozen=True)
class Step:
    """One step: an icon's name, a title, lines of text, and how serious the last of them is."""

    icon: str
    title: str
    lines: tuple[str, ...]
    tone: Literal["", "warning"] = ""


def outline(config: ExperimentConfig, dataset: DatasetRow | None) -> list[Step]:
    """The steps of the experiment in their order."""
    steps = [_data(config, dataset)]
    if config.uses_texts:
        encoder = _label("text.encoder", config.text.encoder)
        steps.append(Step("text-aa", "Item texts", (encoder, config.text.source) if config.text.source else (encoder,)))
    if config.uses_semantic_ids:
        steps.append(_semantic_ids(config, dataset))
    steps.append(_model(config))
    if config.model.kind != "popularity":
        steps.append(_training(config))
    return [*steps, _test(config)]


def _data(config: ExperimentConfig, dataset: DatasetRow | None) -> Step:
    if dataset is None:
        source = where_to_find(config.data.dataset)
        missing = f"There is no dataset “{config.data.dataset}” yet. Import it first, under this name. {source}"
        return Step("database", "Data", (missing.strip(),), "warning")
    if config.data.head_rule == "count":
        line = f"Head: items with at least {count(config.data.head_count)} training interactions; tail: the others"
    else:
        head = min(dataset.items, max(1, round(dataset.items * config.data.head_share)))
        line = f"Head: the {count(head)} most popular items; tail: the other {count(dataset.items - head)}"
    return Step(
        "database",
        "Data",
        (
            f"{count(dataset.users)} users, {count(dataset.items)} items, {count(dataset.interactions)} interactions",
            line,
        ),
    )


def _semantic_ids(config: ExperimentConfig, dataset: DatasetRow | None) -> Step:
    depth, size = config.semantic_ids.depth, config.semantic_ids.codebook_size
    tuples = size**depth
    possible = count(tuples) if tuples < 10**9 else f"{tuples:.1e}"
    shape = f"{_label('semantic_ids.quantiser', config.semantic_ids.quantiser)}, {depth} × {count(size)} codes"
    if config.semantic_ids.unique_level:
        shape += ", and a unique level"
    if dataset is None:
        return Step("tree-structure", "Semantic IDs", (shape, f"{possible} possible IDs"))
    room = f"{possible} possible IDs for {count(dataset.items)} items"
    if tuples < dataset.items and not config.semantic_ids.unique_level:
        return Step("tree-structure", "Semantic IDs", (shape, f"{room}: items must share IDs"), "warning")
    return Step("tree-structure", "Semantic IDs", (shape, room))


def _model(config: ExperimentConfig) -> Step:
    kind = _label("model.kind", config.model.kind)
    if config.model.kind == "popularity":
        return Step("cpu", "Model", (kind, "Items by their training interactions"))
    lines = [
        kind,
        f"{_label('model.backbone', config.model.backbone)}, width {config.model.dim}, {config.model.blocks} blocks",
    ]
    if config.model.kind == "h2rec":
        lines.append(f"Alignment weights α {config.alignment.alpha:g}, β {config.alignment.beta:g}")
    return Step("cpu", "Model", tuple(lines))


def _training(config: ExperimentConfig) -> Step:
    training = config.training
    return Step(
        "lightning",
        "Training",
        (
            _label("training.loss", training.loss),
            f"At most {count(training.epochs)} epochs, seed {config.seed}",
            f"Stops after {count(training.patience)} without a better validation NDCG@10",
            *(["Then once more, with the validation items"] if training.refit else []),
        ),
    )


def _test(config: ExperimentConfig) -> Step:
    return Step(
        "target",
        "Final test",
        (
            f"Full ranking, {history_words(config)}",
            f"Sampled ranking, {count(config.evaluation.negatives)} negatives",
        ),
    )


def _label(key: str, choice: str) -> str:
    return next(info.labels.get(choice, choice) for info in settings_of(ExperimentConfig) if info.key == key)
