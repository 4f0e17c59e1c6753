"""How good semantic IDs are: use of the codes, collisions, what is lost, and whether neighbours stay together."""

from typing import Any

import numpy as np

from engine.semantic_ids.semantic_ids import CodeArray, FloatArray, SemanticIds
from engine.semantic_ids.usage import level_usage

NEIGHBOURS = 10
BLOCK = 128  # rows of the similarity matrix held at a time


def diagnose(ids: SemanticIds, vectors: FloatArray) -> dict[str, Any]:
    """Diagnostics of semantic IDs made from text `vectors` (items, width), ready for JSON.

    utilisation: per level, share of codes in use; perplexity: per level, exp(entropy) of the code frequencies;
    collision_rate: share of items whose tuple is not theirs alone; largest_collision: items of the fullest
    tuple; reconstruction_error: share of the vectors' variance not explained; neighbour_preservation: share of
    an item's 10 nearest text neighbours with the same first code.

    Where there is a unique level, unique_tuples, collision_rate and largest_collision count it, and the same with
    “_without_unique_level” do not.
    """
    levels = level_usage(ids)
    report = {
        "items": len(ids.codes),
        "depth": ids.depth,
        "codebook_size": ids.codebook_size,
        "utilisation": [level.utilisation for level in levels],
        "perplexity": [level.perplexity for level in levels],
        **_collisions(ids.tuple_numbers),
        "reconstruction_error": ids.reconstruction_error,
        "neighbour_preservation": _neighbour_preservation(ids.codes[:, 0], vectors),
    }
    if ids.has_unique_level:
        without = _collisions(ids.prefix_numbers(ids.depth))
        report |= {f"{name}_without_unique_level": value for name, value in without.items()}
    return report


def _collisions(numbers: CodeArray) -> dict[str, Any]:
    """How items share tuples; `numbers` (items,) are equal where the tuples are."""
    sizes = np.bincount(numbers)
    return {
        "unique_tuples": len(sizes),
        "collision_rate": float((sizes[numbers] > 1).mean()),
        "largest_collision": int(sizes.max()),
    }


def _neighbour_preservation(first_codes: CodeArray, vectors: FloatArray) -> float:
    count = min(NEIGHBOURS, len(vectors) - 1)
    if count < 1:
        return 1.0
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    kept = 0.0
    for start in range(0, len(unit), BLOCK):
        similarity = unit[start : start + BLOCK] @ unit.T
        rows = np.arange(len(similarity))
        similarity[rows, start + rows] = -np.inf
        nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        kept += float((first_codes[nearest] == first_codes[start + rows, None]).sum())
    return kept / (len(unit) * count)
