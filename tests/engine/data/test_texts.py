"""Which items have a text, and whether it is their own."""

import numpy as np

from engine.data.texts import TextCoverage


def test_missing_shared_and_long_texts_are_counted():
    texts = np.array(
        ["red shoe", "", "red shoe", "blue hat", "  ", "red shoe ", "blue hat", "one two three"], dtype=object
    )
    found = TextCoverage.of(texts)
    assert (found.items, found.without_text) == (8, 2)
    assert (found.sharing, found.shared_texts, found.most_shared) == (5, 2, ("red shoe", 3))
    assert found.median_words == 2.0
    assert found.words is not None
    assert (found.words.edges.tolist(), found.words.counts.tolist()) == ([2, 3, 4], [5, 1])


def test_without_any_text_there_is_nothing_to_measure():
    found = TextCoverage.of(np.array(["", " "], dtype=object))
    assert (found.without_text, found.sharing, found.most_shared, found.words) == (2, 0, ("", 0), None)
