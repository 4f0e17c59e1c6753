"""Codebooks as moving averages of what they code, in place of learning them by gradients."""

import torch
from torch import Tensor

DECAY = 0.99


class CodebookAverages:
    """Keeps every code at the decaying mean of the residuals that chose it.

    Source: van den Oord et al., Neural Discrete Representation Learning (2017, appendix A.1).
    """

    def __init__(self, codebooks: Tensor) -> None:
        """`codebooks` (levels, size, width) are changed in place; what they are now counts as one residual each."""
        self._codebooks = codebooks
        self._counts = torch.ones(codebooks.shape[:2])
        self._sums = codebooks.detach().clone()

    @torch.no_grad()
    def update(self, codes: Tensor, residuals: list[Tensor]) -> None:
        """Follow a batch: `codes` (rows, levels) and, per level, the residuals (rows, width) that chose them."""
        for level, rest in enumerate(residuals):
            counts, sums = self._counts[level], self._sums[level]
            chosen = codes[:, level]
            counts.lerp_(torch.bincount(chosen, minlength=len(counts)).to(counts.dtype), 1 - DECAY)
            sums.lerp_(torch.zeros_like(sums).index_add_(0, chosen, rest), 1 - DECAY)
            used = torch.unique(chosen)  # the mean of the others has not changed
            self._codebooks[level, used] = sums[used] / counts[used, None]

    @torch.no_grad()
    def restart(self, moved: Tensor) -> None:
        """Begin anew with the codes that were `moved` (levels, size)."""
        self._counts[moved] = 1
        self._sums[moved] = self._codebooks[moved]
