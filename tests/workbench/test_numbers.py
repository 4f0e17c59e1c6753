"""Numbers are written the same everywhere, and times left are not more exact than they can be."""

import math

import pytest

from workbench.widgets import numbers


@pytest.mark.parametrize(
    ("value", "percent", "decimal"),
    [(0.12344, "12.34 %", "0.1234"), (0.0, "0.00 %", "0.0000"), (None, "–", "–"), (math.nan, "–", "–")],
)
def test_metric(value: float | None, percent: str, decimal: str) -> None:
    assert numbers.metric(value) == percent
    numbers.use_metric_format("decimal")
    try:
        assert numbers.metric(value) == decimal
    finally:
        numbers.use_metric_format("percent")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.44, "0.4 s"), (9.96, "10 s"), (42, "42 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (3840, "1 h 04 min")],
)
def test_duration(seconds: float, words: str) -> None:
    assert numbers.duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds left"),
        (33, "about 30 s left"),
        (70, "about 1 min left"),
        (200, "about 3 min left"),
        (1900, "about 30 min left"),
        (3400, "about 1 h left"),
        (9000, "about 2.5 h left"),
    ],
)
def test_time_left_is_rounded_to_what_it_is_worth(seconds: float, words: str) -> None:
    assert numbers.time_left(seconds) == words


def test_counts_and_ticks() -> None:
    assert numbers.count(12101) == "12,101"
    assert numbers.share(0.984) == "98.4 %"
    assert numbers.metric_tick(0.05, 0.05) == "5 %"
    assert numbers.metric_tick(0.025, 0.005) == "2.5 %"


@pytest.mark.parametrize(
    ("amount", "words"), [(640_000, "640 KB"), (38_200_000, "38 MB"), (999_600_000, "1.0 GB"), (1.26e9, "1.3 GB")]
)
def test_an_amount_of_memory(amount: float, words: str) -> None:
    assert numbers.size(amount) == words
