"""Beyond accuracy: what the recommended lists of all users are like together, whoever was meant to be hit."""

import numpy as np
import numpy.typing as npt

from engine.data.dataset import IntArray
from engine.data.popularity import Popularity

LIST_LENGTH = 10


def list_metrics(lists: IntArray, popularity: Popularity) -> dict[str, float]:
    """Coverage, Gini index, novelty and share of tail items of `lists` (users, k) of item indices; 0 is no item.

    - coverage: share of the catalogue that is in at least one list (Ge et al., RecSys 2010).
    - gini: Gini index of how often each item of the catalogue is in a list; 0 when all are equally often, near 1
      when one takes everything (Fleder and Hosanagar, Management Science 2009).
    - novelty: mean self-information −log2 p of the recommended items in bits, p being the item's share of the
      training interactions (Vargas and Castells, RecSys 2011, free discovery). An item without any counts as
      one with a single interaction, which keeps its novelty finite.
    - tail_share: share of tail items among the recommended ones.

    The names end in @k with the k of LIST_LENGTH.
    """
    recommended = lists[lists > 0]
    counts = popularity.counts
    exposure = np.bincount(recommended, minlength=len(counts))[1:]
    share = np.maximum(counts, 1) / max(1, counts.sum())
    return {
        f"coverage@{LIST_LENGTH}": float((exposure > 0).mean()),
        f"gini@{LIST_LENGTH}": gini(exposure),
        f"novelty@{LIST_LENGTH}": float(-np.log2(share[recommended]).mean()),
        f"tail_share@{LIST_LENGTH}": float((~popularity.is_head[recommended]).mean()),
    }


def gini(amounts: npt.NDArray[np.integer]) -> float:
    """The Gini index of non-negative `amounts` (things,): Σ (2i − n − 1) x_i / (n Σ x) over x in rising order."""
    places = 2 * np.arange(1, len(amounts) + 1) - len(amounts) - 1
    return float((places * np.sort(amounts)).sum() / (len(amounts) * amounts.sum()))
