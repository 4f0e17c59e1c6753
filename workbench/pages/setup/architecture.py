"""What the drawing of a model shows: its boxes, the lines between them, and what of it is switched off."""

from dataclasses import dataclass
from typing import Literal

from engine.config import WITH_SEMANTIC_IDS, ExperimentConfig
from engine.settings import settings_of

Place = Literal["left", "right", "wide"]
_WITH_HASH_IDS = frozenset({"h2rec", "hid", "hid_text", "hid_sid_sum", "hid_sid_concat", "llm_esr"})
_LABELS = {info.key: info.labels for info in settings_of(ExperimentConfig)}


@dataclass(frozen=True)
class Box:
    """A part of the model, in a row from the top and in one of two columns or across both.

    `levels` is how many levels of codes it holds. `words` say in the description what the short `text` leaves out.
    """

    name: str
    text: str
    row: int
    place: Place
    on: bool = True
    levels: int = 0
    words: str = ""


@dataclass(frozen=True)
class Link:
    """A line from one box to another, named ones by their weight; a `loss` pulls two parts together."""

    start: str
    end: str
    on: bool = True
    loss: str = ""


@dataclass(frozen=True)
class Sketch:
    """The whole drawing."""

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]

    def in_words(self) -> str:
        """The drawing for those who do not see it."""
        on = [box.words or box.text for box in self.boxes if box.on]
        off = [box.words or box.text for box in self.boxes if not box.on]
        losses = [f"{link.loss} {'on' if link.on else 'off'}" for link in self.links if link.loss]
        parts = [f"From items to score: {', '.join(on)}."]
        if off:
            parts.append(f"Switched off: {', '.join(off)}.")
        if losses:
            parts.append(f"Alignment: {', '.join(losses)}.")
        return " ".join(parts)


def sketch(config: ExperimentConfig) -> Sketch:
    """The drawing of these settings."""
    if config.model.kind == "popularity":
        return _popularity()
    if config.model.kind in ("hid_sid_sum", "hid_sid_concat"):
        return _joined(config)
    return _two_branches(config)


def _popularity() -> Sketch:
    return Sketch(
        (Box("counts", "Training interactions", 0, "wide"), Box("score", "Score = how many", 1, "wide")),
        (Link("counts", "score"),),
    )


def _joined(config: ExperimentConfig) -> Sketch:
    joining = "Sum" if config.model.kind == "hid_sid_sum" else "Side by side, projected"
    boxes = (
        Box("left", "Hash IDs", 0, "left"),
        _semantic_ids(config, True),
        _fusion(config, True),
        Box("joining", joining, 2, "wide"),
        Box("encoder", _encoder(config), 3, "wide"),
        Box("score", "Score", 4, "wide"),
    )
    links = (
        Link("left", "joining"), Link("right", "fusion"), Link("fusion", "joining"), Link("joining", "encoder"),
        Link("encoder", "score"),
    )  # fmt: skip
    return Sketch(boxes, links)


def _two_branches(config: ExperimentConfig) -> Sketch:
    model, alignment, kind = config.model, config.alignment, config.model.kind
    is_h2rec, has_texts = kind == "h2rec", kind in ("text", "llm_esr")
    left, right = kind in _WITH_HASH_IDS, kind in WITH_SEMANTIC_IDS or has_texts
    into_left = (is_h2rec and model.sid_into_hid) or kind == "llm_esr"
    into_right = (is_h2rec and model.hid_into_sid) or kind == "llm_esr"
    shared = left and right and (model.shared_encoder or kind == "llm_esr")
    hashes = "Hash IDs ← text" if kind == "hid_text" else "Hash IDs"
    gate = "Gate, learned" if model.gate == "learned" else "Levels alike"
    boxes = [
        Box("left", hashes, 0, "left", left, words="hash IDs that start at the texts" if kind == "hid_text" else ""),
        Box("right", "Text vectors", 0, "right") if has_texts else _semantic_ids(config, right),
        Box("into_left", "Cross-attention", 1, "left", into_left, words="cross-attention into the left branch"),
        Box("fusion", "Adapter", 1, "right") if has_texts else _fusion(config, right),
        Box("gate", gate, 2, "left", is_h2rec and model.gate == "learned", words="gate over the levels"),
        Box("into_right", "Cross-attention", 2, "right", into_right, words="cross-attention into the right branch"),
    ]
    if shared:
        boxes.append(Box("encoder", f"{_encoder(config)}, shared", 3, "wide"))
    else:
        boxes += [
            Box("encoder_left", _encoder(config), 3, "left", left, words=f"{_encoder(config)} over hash IDs"),
            Box(
                "encoder_right", _encoder(config), 3, "right", right, words=f"{_encoder(config)} over the other branch"
            ),
        ]
    boxes.append(Box("score", "Score", 4, "wide", words="score, the sum of the halves" if left and right else ""))
    ends = ("encoder", "encoder") if shared else ("encoder_left", "encoder_right")
    links = [
        Link("left", "into_left", left), Link("into_left", "gate", left), Link("gate", ends[0], left),
        Link("right", "fusion", right), Link("fusion", "into_right", right), Link("into_right", ends[1], right),
        Link("right", "into_left", into_left), Link("left", "into_right", into_right),
        *(Link(end, "score", on) for end, on in dict(zip(ends, (left, right), strict=True)).items()),
        Link("left", "right", is_h2rec and alignment.alpha > 0, f"α {alignment.alpha:g}"),
        Link("right", ends[1], is_h2rec and alignment.beta > 0, f"β {alignment.beta:g}"),
    ]  # fmt: skip
    return Sketch(tuple(boxes), tuple(links))


def _semantic_ids(config: ExperimentConfig, on: bool) -> Box:
    levels = config.semantic_ids.depth + config.semantic_ids.unique_level
    words = f"semantic IDs of {levels} levels with {config.semantic_ids.codebook_size} codes each"
    return Box("right", "Semantic IDs", 0, "right", on, levels, words)


def _fusion(config: ExperimentConfig, on: bool) -> Box:
    return Box(
        "fusion", f"Levels: {config.model.fusion}", 1, "right", on, words=f"levels fused by {config.model.fusion}"
    )


def _encoder(config: ExperimentConfig) -> str:
    return f"{_LABELS['model.backbone'][config.model.backbone]} × {config.model.blocks}"
