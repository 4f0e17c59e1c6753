"""Whether two models differ: by how much, how surely, and what many comparisons do to that.

All of it works on differences of a metric, one per user, of two models that were asked the same. With a cutoff, such
differences take few distinct values, so a resample is drawn as counts of those values: the same distribution as
drawing users one by one, in a fraction of the time. Where the values are many (MRR, averages over seeds), users are
drawn one by one, though only those for whom the models differ.
"""

import numpy as np
import numpy.typing as npt

from engine.evaluation.metrics import FloatArray

RESAMPLES = 9_999
CONFIDENCE = 0.95
SEED = 0
_DRAWN_AT_ONCE = 4_000_000  # numbers in memory
_IN_CACHE = 250_000  # numbers that are drawn, looked up and added the fastest
_FEW = 0.05  # distinct values per user up to which counting them is faster than tossing for each user
_DRAWS_PER_COUNT = 25  # users that are drawn in the time in which one value is counted


def bootstrap_means(differences: FloatArray) -> FloatArray:
    """(RESAMPLES,) means of `differences` (users,) over users drawn with replacement, as many as there are.

    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13. The same data give the same means.
    """
    values, counts = np.unique(differences, return_counts=True)
    changed = differences[differences != 0]
    users = len(differences)
    random = np.random.default_rng(SEED)
    if len(values) * _DRAWS_PER_COUNT <= len(changed) or not len(changed):
        sums = [random.multinomial(users, counts / users, size=size) @ values for size in _portions(len(values))]
    else:
        sums = [_drawn_sums(random, changed, users, size) for size in _portions(len(changed), _IN_CACHE)]
    return np.concatenate(sums) / users


def interval(means: FloatArray, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The percentile bootstrap interval, from the means (resamples,) that `bootstrap_means` gives."""
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def probability_above_zero(means: FloatArray) -> float:
    """The share of `means` (resamples,) that are above 0, those that are 0 counting ½.

    Of a model's gains over another it says how surely the gain would be one with other users of the same kind. The
    bootstrap's distribution stands for a posterior without prior knowledge (Efron, Annals of Applied Statistics 2012).
    """
    signs = np.sign(np.round(means, 12))  # sums in another order may differ in the last digits
    return float((1 + signs.mean()) / 2)


def sign_flip_p(differences: FloatArray) -> float:
    """The two-sided p-value of the paired randomisation test on the mean of `differences` (users,).

    If it made no difference which model is which, every user's difference could as well have the other sign. The test
    assumes nothing else and tests the very mean that is reported, as Wilcoxon's, which tests ranks of differences,
    does not (Smucker, Allan and Carterette, CIKM 2007). The observed signs count as one of the draws, so p is never
    0 (Phipson and Smyth, 2010).
    """
    changes = np.abs(differences[differences != 0])
    if not len(changes):
        return 1.0
    sizes, counts = np.unique(changes, return_counts=True)
    if len(sizes) > _FEW * len(changes):
        sizes, counts = changes, np.ones(len(changes), dtype=np.int64)
    observed = abs(differences.sum()) * (1 - 1e-9)  # sums in another order may differ in the last digits
    random = np.random.default_rng(SEED)
    extreme = 0
    for size in _portions(len(sizes)):
        positive = _heads(random, counts, size)
        extreme += int((np.abs(2 * (positive @ sizes) - counts @ sizes) >= observed).sum())
    return (1 + extreme) / (1 + RESAMPLES)


def holm(p_values: npt.ArrayLike) -> FloatArray:
    """(comparisons,) p-values corrected for their number (Holm, 1979): smallest first, times those that are left."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return corrected


def _heads(random: np.random.Generator, counts: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.integer]:
    """(size, coins) how many of `counts` (coins,) tosses show heads."""
    if counts.max() == 1:  # faster by far, where all are tossed once
        return random.integers(2, size=(size, len(counts)), dtype=np.int8)
    return random.binomial(counts, 0.5, size=(size, len(counts)))


def _drawn_sums(random: np.random.Generator, changed: FloatArray, users: int, size: int) -> FloatArray:
    """(size,) sums over `users` draws with replacement, where all but the `changed` (some,) are 0."""
    hits = random.binomial(users, len(changed) / users, size=size)
    drawn = changed[random.integers(len(changed), size=int(hits.sum()), dtype=np.int32)]
    starts = np.cumsum(hits) - hits
    return np.where(hits > 0, np.add.reduceat(np.append(drawn, 0.0), starts), 0.0)


def _portions(width: int, at_once: int = _DRAWN_AT_ONCE) -> list[int]:
    """RESAMPLES in portions of no more than so many numbers at once, `width` each."""
    most = max(1, at_once // width)
    whole, rest = divmod(RESAMPLES, most)
    return [most] * whole + [rest] * (rest > 0)
