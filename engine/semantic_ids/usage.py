"""How the codes of a level are used."""

from dataclasses import dataclass

import numpy as np

from engine.semantic_ids.semantic_ids import CodeArray, SemanticIds


@dataclass(frozen=True)
class LevelUsage:
    """`counts` (codebook size,): items that have each code of a level."""

    counts: CodeArray

    @classmethod
    def of(cls, codes: CodeArray, codebook_size: int) -> "LevelUsage":
        """`codes` (items,) of one level."""
        return cls(np.bincount(codes, minlength=codebook_size))

    @property
    def used(self) -> int:
        """How many codes some item has."""
        return int(np.count_nonzero(self.counts))

    @property
    def utilisation(self) -> float:
        """The share of codes in use."""
        return self.used / len(self.counts)

    @property
    def perplexity(self) -> float:
        """exp(entropy) of the code frequencies: as many codes, all used alike, would tell as much apart."""
        shares = self.counts[self.counts > 0] / self.counts.sum()
        return float(np.exp(-(shares * np.log(shares)).sum()))


def level_usage(ids: SemanticIds) -> list[LevelUsage]:
    """The use of every level but the unique one, whose codes are numbers that mean nothing."""
    return [LevelUsage.of(level, ids.codebook_size) for level in ids.codes.T[: ids.depth]]
