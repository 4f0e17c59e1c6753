"""How well the items are described: which have no text, which share theirs, how long they are."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import TextArray
from engine.data.histograms import Histogram


@dataclass(frozen=True)
class TextCoverage:
    """`sharing` counts the items whose text at least one other item has too, `shared_texts` the texts that are shared;
    `most_shared` is the text that most items have and how many do, ("", 0) where none is shared. `words` is over the
    items with text, None where no item has one; `median_words` is 0 then.
    """

    items: int
    without_text: int
    sharing: int
    shared_texts: int
    most_shared: tuple[str, int]
    median_words: float
    words: Histogram | None

    @classmethod
    def of(cls, texts: TextArray) -> "TextCoverage":
        """`texts` (items,); blanks alone are no text."""
        there = [text for text in map(str.strip, texts) if text]
        shared = [(text, count) for text, count in Counter(there).most_common() if count > 1]
        lengths = np.array([len(text.split()) for text in there], dtype=np.int64)
        return cls(
            items=len(texts),
            without_text=len(texts) - len(there),
            sharing=sum(count for _, count in shared),
            shared_texts=len(shared),
            most_shared=shared[0] if shared else ("", 0),
            median_words=float(np.median(lengths)) if there else 0.0,
            words=Histogram.of(lengths) if there else None,
        )
