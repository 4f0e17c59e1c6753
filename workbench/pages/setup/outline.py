"""What an experiment will do, in words, before it is started."""

from dataclasses import dataclass
from typing import Literal

from engine.config import ExperimentConfig
from engine.data.head_tail import HeadTail
from engine.data.popularity import head_size
from engine.estimates.collisions import expected_collision_rate, possible_ids
from engine.estimates.memory import training_bytes
from engine.estimates.parameters import Parameters, count_parameters
from engine.estimates.time import estimate_time
from engine.settings import settings_of, where_to_find
from engine.store.rows import DatasetRow
from workbench.pages.setup.knowledge import Known
from workbench.protocols import history_words
from workbench.widgets.numbers import count, duration, roughly, share, size


@dataclass(frozen=True)
class Step:
    """One step: an icon's name, a title, lines of text, and how serious the last of them is."""

    icon: str
    title: str
    lines: tuple[str, ...]
    tone: Literal["", "warning"] = ""


def outline(config: ExperimentConfig, known: Known) -> list[Step]:
    """The steps of the experiment in their order, with what they come to as far as that can be known."""
    dataset = known.datasets.get(config.data.dataset)
    parameters = count_parameters(config, dataset.items) if dataset else None
    steps = [_data(config, dataset, known)]
    if config.uses_texts:
        encoder = _label("text.encoder", config.text.encoder)
        steps.append(Step("text-aa", "Item texts", (encoder, config.text.source) if config.text.source else (encoder,)))
    if config.uses_semantic_ids:
        steps.append(_semantic_ids(config, dataset))
    steps.append(_model(config, parameters))
    if config.model.kind != "popularity":
        steps.append(_training(config))
    steps.append(_test(config))
    if dataset is not None and parameters is not None:
        steps.append(_cost(config, dataset, parameters, known))
    return steps


def _data(config: ExperimentConfig, dataset: DatasetRow | None, known: Known) -> Step:
    if dataset is None:
        source = where_to_find(config.data.dataset)
        missing = f"There is no dataset “{config.data.dataset}” yet. Import it first, under this name. {source}"
        return Step("database", "Data", (missing.strip(),), "warning")
    size_of_it = (
        f"{count(dataset.users)} users, {count(dataset.items)} items, {count(dataset.interactions)} interactions"
    )
    if known.popularity is not None:
        return _head_and_tail(config, known.popularity.head_and_tail(config.data), size_of_it)
    if config.data.head_rule == "count":
        line = f"Head: items with at least {count(config.data.head_count)} training interactions; tail: the others"
    else:
        head = head_size(dataset.items, config.data.head_share)
        line = f"Head: the {count(head)} most popular items; tail: the other {count(dataset.items - head)}"
    return Step("database", "Data", (size_of_it, line))


def _head_and_tail(config: ExperimentConfig, found: HeadTail, size_of_it: str) -> Step:
    if not found.head or not found.tail:
        line = f"{'No' if not found.head else 'Every'} item has {count(config.data.head_count)} training interactions"
        return Step("database", "Data", (size_of_it, f"{line}: there must be head and tail"), "warning")
    lines = (
        f"Head: the {count(found.head)} most popular items; tail: the other {count(found.tail)}",
        f"A head item has at least {count(found.least)} training interactions; the head has {share(found.share)} of all",
    )
    return Step("database", "Data", (size_of_it, *lines))


def _semantic_ids(config: ExperimentConfig, dataset: DatasetRow | None) -> Step:
    ids = config.semantic_ids
    tuples = possible_ids(ids)
    possible = count(tuples) if tuples < 10**9 else f"{tuples:.1e}"
    shape = f"{_label('semantic_ids.quantiser', ids.quantiser)}, {ids.depth} × {count(ids.codebook_size)} codes"
    if ids.unique_level:
        shape += ", and a unique level"
    if dataset is None:
        return Step("tree-structure", "Semantic IDs", (shape, f"{possible} possible IDs"))
    room = f"{possible} possible IDs for {count(dataset.items)} items"
    if ids.unique_level:
        return Step("tree-structure", "Semantic IDs", (shape, room))
    if tuples < dataset.items:
        return Step("tree-structure", "Semantic IDs", (shape, f"{room}: items must share IDs"), "warning")
    rate = expected_collision_rate(dataset.items, tuples)
    by_chance = "less than 0.1 %" if rate < 0.001 else share(rate)
    line = f"By chance {by_chance} of the items share theirs; codes of texts crowd together, so expect more"
    return Step("tree-structure", "Semantic IDs", (shape, room, line))


def _model(config: ExperimentConfig, parameters: Parameters | None) -> Step:
    kind = _label("model.kind", config.model.kind)
    if config.model.kind == "popularity":
        return Step("cpu", "Model", (kind, "Items by their training interactions"))
    lines = [
        kind,
        f"{_label('model.backbone', config.model.backbone)}, width {config.model.dim}, {config.model.blocks} blocks",
    ]
    if config.model.kind == "h2rec":
        lines.append(f"Alignment weights α {config.alignment.alpha:g}, β {config.alignment.beta:g}")
    if parameters is not None:
        parts = ", ".join(f"{part} {count(number)}" for part, number in parameters.parts.items())
        lines.append(f"{count(parameters.total)} parameters: {parts}")
        if parameters.open:
            lines.append(parameters.open)
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


def _cost(config: ExperimentConfig, dataset: DatasetRow, parameters: Parameters, known: Known) -> Step:
    """Estimates: of time only where past runs tell, of memory by what a step must hold."""
    lines = []
    time = estimate_time(config, dataset, known.past)
    if time is None:
        lines.append("Time: no past run to go by yet")
    else:
        if time.epochs:
            lines.append(f"About {duration(time.epoch_seconds)} per epoch")
            condition = "if it takes all" if time.all_epochs else "if it stops after"
            lines.append(f"{roughly(time.seconds).capitalize()} in all, {condition} {count(time.epochs)} epochs")
        else:
            lines.append(f"{roughly(time.seconds).capitalize()} in all")
        runs = "1 past run" if time.runs == 1 else f"{count(time.runs)} past runs"
        rough = ", so roughly" if time.likeness == "of another model" else ""
        lines.append(f"By {runs} {time.likeness}{rough}")
    if needed := training_bytes(config, dataset, parameters):
        lines.append(f"About {size(needed)} of memory for weights and one step; program and data come on top")
    return Step("hourglass", "Estimates", tuple(lines))


def _label(key: str, choice: str) -> str:
    return next(info.labels.get(choice, choice) for info in settings_of(ExperimentConfig) if info.key == key)
