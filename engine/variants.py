"""What a model is run as: itself, without each of its parts, beside its rivals, each with every combination of values."""

from collections.abc import Mapping, Sequence

from engine.ablations import ABLATIONS, FULL, refuse_without_parts
from engine.applicability import plays_a_part, set_aside, without_idle
from engine.baselines import BASELINES
from engine.config import ExperimentConfig
from engine.grid import Axis, at_point, combinations, label_of


def variants(
    config: ExperimentConfig, ablations: bool, axes: Sequence[Axis], baselines: bool
) -> list[tuple[str, ExperimentConfig]]:
    """(label, settings) of every variant, none twice; see `engine.groups.plan`."""
    if ablations:
        refuse_without_parts(config)
    others = (*(ABLATIONS if ablations else ABLATIONS[:1]), *(BASELINES if baselines else ()))
    points = [(point, at_point(config, point)) for point in combinations(axes)]
    found: dict[str, tuple[str, ExperimentConfig]] = {}
    for each in others:
        own = {assignment.partition("=")[0] for assignment in each.overrides}
        for point, base in points:
            variant = each.of(base)
            alike = without_idle(variant).model_copy(update={"name": ""}).model_dump_json()
            found.setdefault(alike, _named(each.label, variant, point, own))
    return list(found.values())


def _named(
    label: str, variant: ExperimentConfig, point: Mapping[str, object], own: set[str]
) -> tuple[str, ExperimentConfig]:
    """A label, and settings with a name, that tell the values of the point which count; `own` are the variant's."""
    reasons = set_aside(variant.model_dump())
    words = label_of({key: point[key] for key in point if key not in own and plays_a_part(key, reasons)})
    if not words:
        return label, variant
    named = variant.model_copy(update={"name": f"{words}: {variant.title}"})  # in front, as ablations have it
    return words if label == FULL else f"{label}, {words}", named
