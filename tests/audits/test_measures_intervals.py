"""Intervals against published examples, closed formulas worked out again, and exact coverage."""

import math
import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm

from audits.measures.intervals import (
    Interval,
    Share,
    corrected_wilson,
    mover_ratio,
    newcombe,
    range_difference,
    range_ratio,
    sidak,
    wilson,
)

shares = st.integers(1, 400).flatmap(lambda n: st.builds(Share, st.integers(0, n), st.just(n)))


@settings(max_examples=100, deadline=None)
@given(share=shares, level=st.sampled_from([0.9, 0.95, 0.999]))
def test_wilson_is_scipys(share: Share, level: float) -> None:
    expected = binomtest(*share).proportion_ci(level, method="wilson")
    assert wilson(share, level) == pytest.approx((expected.low, expected.high), abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(share=shares, level=st.sampled_from([0.9, 0.95, 0.999]))
def test_corrected_wilson_is_scipys_and_holds_the_plain_one(share: Share, level: float) -> None:
    expected = binomtest(*share).proportion_ci(level, method="wilsoncc")
    found = corrected_wilson(share, level)
    assert found == pytest.approx((expected.low, expected.high), abs=1e-12)
    plain = wilson(share, level)
    assert 0 <= found.low <= plain.low <= share.rate <= plain.high <= found.high <= 1


def test_corrected_wilson_gives_the_limits_of_newcombes_paper() -> None:
    # Newcombe 1998 (857-872), table I: method 4 for 81/263, 15/148, 0/20 and 1/29.
    published = {
        Share(81, 263): (0.2535, 0.3682),
        Share(15, 148): (0.0598, 0.1644),
        Share(0, 20): (0.0, 0.2005),
        Share(1, 29): (0.0018, 0.1963),
    }
    for share, limits in published.items():
        assert corrected_wilson(share) == pytest.approx(limits, abs=5e-5)


def test_none_of_fifteen_is_not_certainly_nothing() -> None:
    z = norm.ppf(0.975)
    assert wilson(Share(0, 15)) == (0.0, pytest.approx(z * z / (15 + z * z)))
    assert wilson(Share(15, 15)) == (pytest.approx(15 / (15 + z * z)), 1.0)


@settings(max_examples=100, deadline=None)
@given(first=shares, second=shares)
def test_limits_hold_the_figure_between_them(first: Share, second: Share) -> None:
    low, high = wilson(first)
    assert 0 <= low <= first.rate <= high <= 1
    low, high = newcombe(first, second)
    assert -1 <= low <= first.rate - second.rate <= high <= 1
    if second.successes:
        low, high = mover_ratio(first, second)
        ratio = first.rate / second.rate
        assert 0 <= low <= ratio * (1 + 1e-9)
        assert high >= ratio * (1 - 1e-9)


@pytest.mark.parametrize("share", [Share(1, 0), Share(0, 0), Share(3, 2), Share(-1, 2)])
def test_impossible_counts_are_a_mistake_of_the_caller(share: Share) -> None:
    with pytest.raises(ValueError, match="at least one trial"):
        wilson(share)


def test_newcombe_gives_the_limits_of_his_paper() -> None:
    # Newcombe 1998, table II: 56/70 against 48/80, and the extremes 10/10 and 0/10, 0/20.
    assert newcombe(Share(56, 70), Share(48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(Share(9, 10), Share(3, 10)) == pytest.approx((0.1705, 0.8090), abs=5e-5)
    assert newcombe(Share(10, 10), Share(0, 20)) == pytest.approx((0.6791, 1.0), abs=5e-5)


@settings(max_examples=100, deadline=None)
@given(first=shares, second=shares)
def test_mover_solves_the_quadratic_it_comes_from(first: Share, second: Share) -> None:
    """A limit R is where the difference of first and R times second has the limit 0."""
    if not first.successes or not second.successes:
        return
    a, b = wilson(first), wilson(second)
    low, high = mover_ratio(first, second)
    below = low * second.rate - first.rate
    reach = (first.rate - a.low) ** 2 + low**2 * (b.high - second.rate) ** 2
    assert below**2 == pytest.approx(reach, rel=1e-6, abs=1e-12)
    above = high * second.rate - first.rate
    reach = (a.high - first.rate) ** 2 + high**2 * (second.rate - b.low) ** 2
    assert above**2 == pytest.approx(reach, rel=1e-6, abs=1e-12)


def test_a_ratio_from_nobody_starts_at_0_and_one_to_nobody_is_none() -> None:
    assert mover_ratio(Share(0, 50), Share(25, 50)).low == 0
    with pytest.raises(ValueError, match="no ratio"):
        mover_ratio(Share(5, 50), Share(0, 50))


def test_the_ratio_is_defined_where_the_upper_limit_is_twice_the_rate() -> None:
    # Between 2/30 and 4/30 the second rate's upper limit passes twice the rate.
    lows = [mover_ratio(Share(10, 30), Share(k, 30)).low for k in range(1, 31)]
    assert lows == sorted(lows, reverse=True)
    assert all(math.isfinite(low) and low > 0 for low in lows)


def test_sidak_grows_with_the_comparisons() -> None:
    assert sidak(0.95, 1) == pytest.approx(0.95)
    assert sidak(0.95, 40) ** 40 == pytest.approx(0.95)
    with pytest.raises(ValueError, match="at least one"):
        sidak(0.95, 0)


def test_the_widest_spread_is_between_two_groups_and_never_within_one() -> None:
    limits = [Interval(0.0, 1.0), Interval(0.4, 0.5), Interval(0.45, 0.55)]
    assert range_difference(limits) == pytest.approx((0.0, 0.6))
    assert range_ratio(limits) == pytest.approx((0.0, 1.0))
    assert range_ratio(limits[1:]) == pytest.approx((0.4 / 0.55, 1.0))


def test_groups_whose_limits_do_not_touch_surely_differ() -> None:
    limits = [Interval(0.1, 0.2), Interval(0.7, 0.9), Interval(0.3, 0.5)]
    assert range_difference(limits) == pytest.approx((0.5, 0.8))
    assert range_ratio(limits) == pytest.approx((0.1 / 0.9, 0.2 / 0.7))


boxes = st.lists(
    st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)).map(lambda pair: Interval(*sorted(pair))),
    min_size=2,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(limits=boxes)
def test_bounds_of_a_spread_are_those_over_all_corners(limits: list[Interval]) -> None:
    corners = list(product(*limits))
    spreads = [max(corner) - min(corner) for corner in corners]
    ratios = [min(corner) / max(corner) for corner in corners]
    assert range_difference(limits).high == pytest.approx(max(spreads))
    assert range_ratio(limits).low == pytest.approx(min(ratios))
    # The smallest spread may lie inside the box, where intervals overlap; never above a corner.
    assert range_difference(limits).low <= min(spreads) + 1e-12
    assert range_ratio(limits).high >= max(ratios) - 1e-12


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.9])
def test_a_rate_of_a_hundred_rows_is_covered_in_93_to_98_percent(rate: float) -> None:
    cover = sum(
        binom.pmf(k, 100, rate)
        for k in range(101)
        if wilson(Share(k, 100)).low <= rate <= wilson(Share(k, 100)).high
    )
    assert 0.93 <= cover <= 0.98


@pytest.mark.parametrize(("first", "second"), [(0.5, 0.5), (0.3, 0.2), (0.9, 0.8), (0.15, 0.1)])
def test_a_gap_and_a_ratio_are_covered_in_93_to_98_percent(first: float, second: float) -> None:
    of_difference = of_ratio = 0.0
    for a, b in product(range(101), range(101)):
        weight = binom_at(a, first) * binom_at(b, second)
        if weight < 1e-9 or not b:
            continue
        low, high = newcombe(Share(a, 100), Share(b, 100))
        of_difference += weight * (low <= first - second <= high)
        low, high = mover_ratio(Share(a, 100), Share(b, 100))
        of_ratio += weight * (low <= first / second <= high)
    assert 0.93 <= of_difference <= 0.98
    assert 0.93 <= of_ratio <= 0.98


def binom_at(count: int, rate: float) -> float:
    return math.comb(100, count) * rate**count * (1 - rate) ** (100 - count)


@pytest.mark.parametrize("groups", [2, 5, 20])
def test_a_spread_of_equal_groups_is_covered_in_at_least_93_percent(groups: int) -> None:
    generator = random.Random(groups)  # noqa: S311
    level, covered = sidak(0.95, groups), 0
    for _ in range(300):
        drawn = [sum(generator.random() < 0.4 for _ in range(100)) for _ in range(groups)]
        limits = [wilson(Share(count, 100), level) for count in drawn]
        covered += range_difference(limits).low == 0 and range_ratio(limits).high == 1
    assert covered / 300 >= 0.93
