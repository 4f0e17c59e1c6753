"""k-means that repeats itself exactly and can be stopped between rounds."""

from collections.abc import Callable

import torch
from torch import Tensor

MOST_ROUNDS = 50
ROUNDS_AT_ONCE = 5  # between two looks at whether to stop
SAMPLE_PER_CODE = 256  # more vectors per centre than this hardly move it


def kmeans(vectors: Tensor, size: int, seed: int, check: Callable[[], object]) -> Tensor:
    """(size, width) centres of `vectors` (rows, width); `check()` is called between rounds and may raise to stop.

    Where there are no more distinct vectors than centres, every one of them is a centre, and the centres left over
    lie on vectors chosen at random.
    """
    generator = torch.Generator().manual_seed(seed)
    sample = vectors[torch.randperm(len(vectors), generator=generator)[: SAMPLE_PER_CODE * size]]
    distinct = torch.unique(sample, dim=0)
    if len(distinct) > size:
        return _lloyd(sample, size, seed, check)
    spare = torch.randint(len(sample), (size - len(distinct),), generator=generator)
    return torch.cat([distinct, sample[spare]])


def _lloyd(vectors: Tensor, size: int, seed: int, check: Callable[[], object]) -> Tensor:
    from sklearn.cluster import KMeans, kmeans_plusplus
    from threadpoolctl import threadpool_limits

    rows = vectors.numpy()
    # One thread: several would add up the members of a cluster in an order that changes from run to run.
    with threadpool_limits(1, user_api="openmp"):
        check()
        centres, _ = kmeans_plusplus(rows, size, random_state=seed)
        for _ in range(MOST_ROUNDS // ROUNDS_AT_ONCE):
            check()
            fitted = KMeans(size, init=centres, n_init=1, max_iter=ROUNDS_AT_ONCE, random_state=seed).fit(rows)
            centres = fitted.cluster_centers_
            if fitted.n_iter_ < ROUNDS_AT_ONCE:
                break
    return torch.from_numpy(centres)
