"""Residual quantisation: each level codes what the levels before it left over."""

import torch
from torch import Tensor


def nearest_codes(vectors: Tensor, codebook: Tensor) -> Tensor:
    """(rows,) index of the nearest code for `vectors` (rows, width) in `codebook` (size, width)."""
    return torch.cdist(vectors, codebook).argmin(dim=1)


def residual_codes(vectors: Tensor, codebooks: Tensor) -> tuple[Tensor, Tensor]:
    """Greedy codes (rows, levels) and their sum (rows, width) for `codebooks` (levels, size, width)."""
    rest, codes = vectors, []
    for codebook in codebooks:
        chosen = nearest_codes(rest, codebook)
        rest = rest - codebook[chosen]
        codes.append(chosen)
    return torch.stack(codes, dim=1), vectors - rest


def kmeans_codebooks(vectors: Tensor, levels: int, size: int, seed: int) -> Tensor:
    """(levels, size, width) codebooks by k-means on the residuals, level after level.

    Where there are fewer vectors than codes, the codes left over stay at randomly chosen residuals.
    """
    from sklearn.cluster import KMeans

    generator = torch.Generator().manual_seed(seed)
    rest, codebooks = vectors, []
    for level in range(levels):
        clusters = min(size, len(torch.unique(rest, dim=0)))
        means = KMeans(clusters, n_init=1, max_iter=50, random_state=seed + level).fit(rest.numpy()).cluster_centers_
        spare = torch.randint(len(rest), (size - clusters,), generator=generator)
        codebook = torch.cat([torch.as_tensor(means, dtype=vectors.dtype), rest[spare]])
        rest = rest - codebook[nearest_codes(rest, codebook)]
        codebooks.append(codebook)
    return torch.stack(codebooks)
