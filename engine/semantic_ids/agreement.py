"""How far two sets of semantic IDs of the same items agree, whatever the codes are called in each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.semantic_ids.semantic_ids import CodeArray, FloatArray, SemanticIds


@dataclass(frozen=True)
class LevelAgreement:
    """Agreement at one `level`, from 1.

    `codes_ami` and `codes_ari` take the codes of this level alone as two partitions of the items: adjusted mutual
    information (Vinh, Epps and Bailey 2010) and adjusted Rand index (Hubert and Arabie 1985). `prefix_ari` is the
    latter of the partitions by all codes up to this level. They are 1 for the same partition and 0 on average for
    random ones. `kept` and `kept_back` are shares of pairs of items (Wallace 1983): of those that share the prefix in
    the first set, how many do in the second, and the other way; NaN where no two items share it.
    """

    level: int
    codes_ami: float
    codes_ari: float
    prefix_ari: float
    kept: float
    kept_back: float


def agreement(one: SemanticIds, other: SemanticIds, check: Callable[[], object] = lambda: None) -> list[LevelAgreement]:
    """Agreement at every level that both have, unique levels left out. Raises ValueError when the items differ.

    `check()` is called before every level and may raise to stop.
    """
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    _check(one, other)
    found = []
    for level in range(min(one.depth, other.depth)):
        check()
        codes = one.codes[:, level], other.codes[:, level]
        prefixes = one.prefix_numbers(level + 1), other.prefix_numbers(level + 1)
        kept, kept_back = _pairs_kept(*prefixes)
        found.append(
            LevelAgreement(
                level + 1,
                float(adjusted_mutual_info_score(*codes)),
                float(adjusted_rand_score(*codes)),
                float(adjusted_rand_score(*prefixes)),
                kept,
                kept_back,
            )
        )
    return found


def common_company(one: SemanticIds, other: SemanticIds, levels: int) -> FloatArray:
    """(items,) how much of an item's company stays: of the other items that share its first `levels` codes in either
    set, the share that do in both (Jaccard); 1 where it is alone in both. Raises ValueError when the items differ.
    """
    _check(one, other)
    first, second = one.prefix_numbers(levels), other.prefix_numbers(levels)
    in_both, in_one, in_other = (np.bincount(group)[group] for group in (_joined(first, second), first, second))
    either = in_one + in_other - in_both - 1  # without the item itself
    return np.where(either > 0, (in_both - 1) / np.maximum(either, 1), 1.0).astype(np.float32)


def _pairs_kept(first: CodeArray, second: CodeArray) -> tuple[float, float]:
    in_both = _pairs(_joined(first, second))
    kept, kept_back = (in_both / pairs if (pairs := _pairs(each)) else float("nan") for each in (first, second))
    return kept, kept_back


def _pairs(numbers: CodeArray) -> int:
    sizes: npt.NDArray[np.int64] = np.bincount(numbers).astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _joined(first: CodeArray, second: CodeArray) -> CodeArray:
    """(items,) one number per distinct pair of numbers."""
    return np.unique(first * (int(second.max()) + 1) + second, return_inverse=True)[1].reshape(-1)


def _check(one: SemanticIds, other: SemanticIds) -> None:
    if len(one.codes) != len(other.codes):
        raise ValueError(f"{len(one.codes)} and {len(other.codes)} items cannot be the same.")
