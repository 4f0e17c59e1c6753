"""Items in two dimensions, near each other where their vectors are: PCA at once, t-SNE after a while."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np

from engine.files import sha256_of, write_whole
from engine.semantic_ids.semantic_ids import FloatArray

Method = Literal["pca", "tsne"]

PERPLEXITY = 30  # neighbours that t-SNE tries to keep, in effect
EARLY, LATE = 250, 500  # steps with and without early exaggeration
_REPORT = 10  # steps between two reports
_WIDTH = 50  # dimensions that the neighbours are looked for in
_FEWEST = 10  # items that have neighbourhoods worth the name
_RECIPE = b"1"  # another one, and maps are no longer taken from the cache


def cached_map(vectors: FloatArray, method: Method, folder: Path) -> FloatArray | None:
    """(items, 2) the map that `item_map` made of these vectors before; None where it has made none."""
    try:
        points = np.load(_file(vectors, method, folder), allow_pickle=False)
    except (OSError, EOFError, ValueError):
        return None
    return points if isinstance(points, np.ndarray) and points.shape == (len(vectors), 2) else None


def item_map(vectors: FloatArray, method: Method, folder: Path, progress: Callable[[int, int], object]) -> FloatArray:
    """(items, 2) a map of `vectors` (items, width) by their cosine, from the cache in `folder` or made and kept there.

    `progress(done, total)` counts steps of t-SNE, 0 until the neighbours are found, and may raise to stop.

    Sources: van der Maaten and Hinton, Visualizing Data using t-SNE (2008); Linderman et al., Fast
    Interpolation-based t-SNE (2019); begun from PCA as Kobak and Berens advise (2019).
    """
    points = cached_map(vectors, method, folder)
    if points is None:
        made = _principal(vectors)
        few = len(vectors) < _FEWEST or not np.ptp(made, axis=0).any()
        points = made[:, :2] if method == "pca" or few else _tsne(made, progress)
        final = np.ascontiguousarray(points, dtype=np.float32)
        write_whole(_file(vectors, method, folder), lambda path: np.save(path, final))
        return final
    return points


def code_turns(codebook: FloatArray) -> FloatArray:
    """(size,) where each code of a `codebook` (size, width) lies around the middle of all, as a share of a full turn.

    Seen in the plane of the two greatest principal components, so codes of about the same turn tend to mean something
    similar; a colour circle shows it.
    """
    from sklearn.decomposition import PCA

    if codebook.shape[1] < 2 or not np.ptp(codebook, axis=0).any():
        return np.linspace(0, 1, len(codebook), endpoint=False, dtype=np.float32)
    x, y = PCA(2, svd_solver="covariance_eigh").fit_transform(codebook).T
    return ((np.arctan2(y, x) / (2 * np.pi)) % 1).astype(np.float32)


def _file(vectors: FloatArray, method: Method, folder: Path) -> Path:
    shape = str(vectors.shape).encode()
    return folder / f"{sha256_of([_RECIPE, method.encode(), shape, vectors.tobytes()])[:24]}.npy"


def _principal(vectors: FloatArray) -> FloatArray:
    """(items, at least 2, at most _WIDTH) the principal components of the unit vectors."""
    from sklearn.decomposition import PCA

    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    if not np.ptp(unit, axis=0).any():
        return np.zeros((len(unit), 2), dtype=np.float32)
    components = min(_WIDTH, *unit.shape)
    made = PCA(components, svd_solver="covariance_eigh").fit_transform(unit)
    return np.pad(made, ((0, 0), (0, max(0, 2 - components)))).astype(np.float32)


def _tsne(vectors: FloatArray, progress: Callable[[int, int], object]) -> FloatArray:
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.initialization import jitter, rescale
    from openTSNE.nearest_neighbors import PrecomputedNeighbors
    from sklearn.neighbors import NearestNeighbors

    total = EARLY + LATE
    progress(0, total)
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    search = NearestNeighbors(n_neighbors=int(3 * perplexity), algorithm="brute").fit(vectors)
    distances, neighbours = search.kneighbors()  # of every item, itself left out
    progress(0, total)
    known = PrecomputedNeighbors(neighbours, distances)
    near = PerplexityBasedNN(perplexity=perplexity, knn_index=known, random_state=0)
    begin = jitter(rescale(vectors[:, :2].copy()), random_state=0)  # else equal vectors could never part
    points = TSNEEmbedding(begin, near, random_state=0)
    done = 0

    def tell(step: int, _error: float, _points: FloatArray) -> None:
        progress(done + step, total)

    reports = {"callbacks": [tell], "callbacks_every_iters": _REPORT}
    points = points.optimize(n_iter=EARLY, exaggeration=12, momentum=0.5, **reports)
    done = EARLY
    return np.asarray(points.optimize(n_iter=LATE, momentum=0.8, **reports))
