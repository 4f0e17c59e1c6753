"""Versions of one source are told apart by their preparation."""

from types import SimpleNamespace

from engine.config import PreparationSettings
from engine.data.versions import in_short, preparation_words, told_apart, version_words


def prepared(name, source="u.data", fingerprint="0123456789", **settings):
    preparation = PreparationSettings(**settings).model_dump(mode="json")
    return SimpleNamespace(name=name, source=source, fingerprint=fingerprint, preparation=preparation)


def test_only_what_differs_is_said():
    rows = [prepared("a", k_core=5), prepared("b", k_core=10, duplicates="drop"), prepared("c", source="other")]
    assert version_words(rows) == {"a": "keep every interaction, k-core 5", "b": "keep only the first, k-core 10"}


def test_a_setting_that_came_later_counts_as_its_default():
    assert told_apart([{"k_core": 5}, {"k_core": 5, "duplicates": "keep", "order": "position"}]) == [
        "timestamp, else position",
        "position column, or order in the file",
    ]
    assert told_apart([{"k_core": 5}, {"k_core": 5, "gone": 3}]) == ["", ""]


def test_the_fingerprint_tells_apart_what_was_prepared_alike():
    rows = [prepared("a"), prepared("b", fingerprint="fedcba9876"), prepared("c", k_core=2)]
    assert version_words(rows) == {
        "a": "k-core 5, fingerprint 01234567",
        "b": "k-core 5, fingerprint fedcba98",
        "c": "k-core 2",
    }


def test_every_setting_is_named_in_words():
    words = dict(preparation_words({"k_core": 3, "duplicates": "drop", "unknown": 1}))
    assert words == {"k-core": "3", "Repeated items": "Keep only the first"}
    assert in_short({"k_core": 3, "duplicates": "drop", "order": None}) == "k-core 3, keep only the first"
    assert in_short(PreparationSettings(max_users=9).model_dump(mode="json")) == "k-core 5, users at most 9"
