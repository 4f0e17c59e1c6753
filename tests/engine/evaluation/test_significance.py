"""Intervals, tests and corrections: known answers, and agreement with SciPy."""

import numpy as np
import pytest
from scipy import stats

from engine.evaluation.metrics import FloatArray
from engine.evaluation.significance import bootstrap_means, holm, interval, probability_above_zero, sign_flip_p


def bootstrap_interval(differences: FloatArray) -> tuple[float, float]:
    return interval(bootstrap_means(differences))


def test_equal_runs_differ_by_nothing() -> None:
    assert bootstrap_interval(np.zeros(50)) == (0, 0)
    assert probability_above_zero(bootstrap_means(np.zeros(50))) == 0.5
    assert sign_flip_p(np.zeros(50)) == 1


def test_the_probability_counts_means_above_zero_and_half_of_those_at_zero() -> None:
    assert probability_above_zero(np.array([0.2, 0.1, 0.0, -0.3])) == 0.625
    # Of resamples of one gain and one loss, a quarter is all gain and half of them cancel out.
    assert probability_above_zero(bootstrap_means(np.array([1 / 3, -1 / 3]))) == pytest.approx(0.5, abs=0.02)
    # With one gain among n users, only resamples without that user are no better: (1 - 1/n)^n of them.
    one_of_fifty = np.eye(1, 50)[0]
    assert probability_above_zero(bootstrap_means(one_of_fifty)) == pytest.approx(1 - 0.98**50 / 2, abs=0.01)


@pytest.mark.parametrize("changed", [3, 600])  # drawn among all users, and among those that changed
def test_resampled_means_spread_as_theory_says(changed: int) -> None:
    differences = np.zeros(2000)
    differences[:changed] = np.random.default_rng(1).normal(0.5, 1, size=changed)
    means = bootstrap_means(differences)
    assert means.mean() == pytest.approx(differences.mean(), abs=4 * differences.std() / np.sqrt(2000 * len(means)))
    assert means.std() == pytest.approx(differences.std() / np.sqrt(2000), rel=0.03)


@pytest.mark.parametrize("distinct", [True, False])
def test_a_planted_difference_is_found_and_none_is_not_found(distinct: bool) -> None:
    noise = np.random.default_rng(0).normal(size=2000)
    noise = noise - noise.mean()
    if not distinct:
        noise = np.round(noise)
    low, high = bootstrap_interval(noise + 0.2)
    assert 0 < low < (noise + 0.2).mean() < high
    assert sign_flip_p(noise + 0.2) < 0.001
    assert sign_flip_p(-noise - 0.2) < 0.001
    low, high = bootstrap_interval(noise)
    assert low < 0.02
    assert high > -0.02
    assert sign_flip_p(noise) > 0.2


@pytest.mark.parametrize("digits", [0, 9])  # few distinct values, and all of them distinct
def test_interval_and_p_agree_with_scipy(digits: int) -> None:
    differences = np.round(np.random.default_rng(3).normal(0.15, 1.5, size=300), digits)
    ours = bootstrap_interval(differences)
    theirs = stats.bootstrap((differences,), np.mean, method="percentile", rng=1).confidence_interval
    assert ours == pytest.approx(tuple(theirs), abs=0.02)
    assert sign_flip_p(differences) == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.02)


def test_a_handful_of_users_by_counting_all_signs() -> None:
    # Of the 8 ways to put signs to 1, 2 and 4, only two are as far from 0 as 7.
    assert sign_flip_p(np.array([1.0, 2.0, 4.0])) == pytest.approx(2 / 8, abs=0.02)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]).tolist() == [1, 1]
