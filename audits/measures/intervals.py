"""Closed-form intervals for rates, their differences, ratios and spreads; standard library only.

They need no seed and can be recomputed by hand. A rate is always given as successes out of trials.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

LEVEL = 0.95


class Interval(NamedTuple):
    """The lower and upper limit of an interval."""

    low: float
    high: float


class Share(NamedTuple):
    """A rate as counts: how many of how many."""

    successes: int
    trials: int

    @property
    def rate(self) -> float:
        """The observed rate, 0 to 1."""
        return self.successes / self.trials


@lru_cache(maxsize=256)
def quantile(level: float) -> float:
    """Return the standard normal quantile of a two-sided interval: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def sidak(level: float, comparisons: int) -> float:
    """Return the level each of several intervals needs so that all hold together at ``level``.

    It is ``level`` itself for one comparison and grows towards 1 with their number. Exact for
    independent intervals. Source: Sidak, JASA 62 (1967) 626-633.
    """
    if comparisons < 1:
        raise ValueError("The Sidak level needs at least one comparison.")
    return float(level ** (1 / comparisons))


def wilson(share: Share, level: float = LEVEL) -> Interval:
    """Return the Wilson score interval of a rate, within 0 and 1.

    It never has zero width: 0 of 15 gives 0 to 0.20, not 0 to 0. The lower limit is exactly 0 when
    there is no success and the upper exactly 1 when there is no failure.
    Source: Wilson, JASA 22 (1927) 209-212.
    """
    successes, trials = share
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError("A rate needs at least one trial and no more successes than trials.")
    z = quantile(level)
    rate = share.rate
    shrunk = (successes + z * z / 2) / (trials + z * z)
    reach = z / (trials + z * z) * math.sqrt(trials * rate * (1 - rate) + z * z / 4)
    low = 0.0 if successes == 0 else min(max(0.0, shrunk - reach), rate)
    high = 1.0 if successes == trials else max(min(1.0, shrunk + reach), rate)
    return Interval(low, high)


def corrected_wilson(share: Share, level: float = LEVEL) -> Interval:
    """Return the Wilson score interval with continuity correction, within 0 and 1.

    It holds the plain one and is wider by about one row of the trials in all. The plain one covers
    its level on average over all rates, and near 0 and 1 less: what it lacks there is small at one
    rate and adds up over many. The corrected one hardly ever covers less than its level.
    Source: Newcombe, Statistics in Medicine 17 (1998) 857-872, method 4.
    """
    plain = wilson(share, level)
    successes, trials = share
    z, rate = quantile(level), share.rate
    spread = 4 * rate * (trials * (1 - rate) + 1)
    below = 1 + z * math.sqrt(z * z - 2 - 1 / trials + spread) if successes else 0.0
    spread = 4 * rate * (trials * (1 - rate) - 1)
    above = 1 + z * math.sqrt(z * z + 2 - 1 / trials + spread) if successes < trials else 0.0
    middle, under = 2 * successes + z * z, 2 * (trials + z * z)
    low = min(plain.low, max(0.0, (middle - below) / under)) if successes else 0.0
    high = max(plain.high, min(1.0, (middle + above) / under)) if successes < trials else 1.0
    return Interval(low, high)


def newcombe(first: Share, second: Share, level: float = LEVEL) -> Interval:
    """Return the interval of the first rate minus the second, within -1 and 1.

    An interval that holds 0 does not tell the two rates apart. Built from the two Wilson intervals
    (hybrid score). Source: Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
    """
    a, b = wilson(first, level), wilson(second, level)
    difference = first.rate - second.rate
    below = math.hypot(first.rate - a.low, b.high - second.rate)
    above = math.hypot(a.high - first.rate, second.rate - b.low)
    return Interval(max(-1.0, difference - below), min(1.0, difference + above))


def mover_ratio(first: Share, second: Share, level: float = LEVEL) -> Interval:
    """Return the interval of the first rate over the second, from 0 upwards.

    An interval that holds 1 does not tell the two rates apart. Built from the two Wilson intervals
    (MOVER-R). The second rate must not be 0: there is no ratio to it.
    Source: Donner and Zou, Statistical Methods in Medical Research 21 (2012) 347-359, equation 9.
    """
    if second.successes == 0:
        raise ValueError("There is no ratio to a rate of 0.")
    a, b = wilson(first, level), wilson(second, level)
    product = first.rate * second.rate
    over = a.low * (2 * first.rate - a.low)
    under = b.low * (2 * second.rate - b.low)
    # The lower limit is written with the root below the line: the published form is 0 / 0 where the
    # second rate's upper limit is exactly twice the rate.
    root = math.sqrt(max(0.0, product**2 - over * b.high * (2 * second.rate - b.high)))
    low = over / (product + root) if first.successes else 0.0
    root = math.sqrt(max(0.0, product**2 - a.high * (2 * first.rate - a.high) * under))
    return Interval(low, (product + root) / under)


def odds(limits: Interval) -> Interval:
    """Return the limits of the odds of a rate from those of the rate, from 0 upwards.

    Odds grow with the rate, so the limits cover as often. The upper limit must be below 1: with
    nothing but successes the odds have no upper end.
    """
    if limits.high >= 1:
        raise ValueError("There are no finite odds to a rate of 1.")
    return Interval(limits.low / (1 - limits.low), limits.high / (1 - limits.high))


def range_difference(limits: Sequence[Interval]) -> Interval:
    """Return bounds of the largest rate minus the smallest, from 0; 0 when all rates are equal.

    ``limits`` hold together (at a Sidak level); then so do the bounds, whichever groups truly are
    the largest and the smallest. They never cover less than the limits they are made from.
    """
    low = max(one.low for one in limits) - min(one.high for one in limits)
    high = max(top.high - bottom.low for top, bottom in _extremes(limits))
    return Interval(max(0.0, low), high)


def range_ratio(limits: Sequence[Interval]) -> Interval:
    """Return bounds of the smallest rate over the largest, 0 to 1; 1 when all rates are equal.

    Made as those of :func:`range_difference`.
    """
    largest_low = max(one.low for one in limits)
    smallest_high = min(one.high for one in limits)
    low = min(bottom.low / top.high for top, bottom in _extremes(limits))
    return Interval(low, min(1.0, smallest_high / largest_low) if largest_low else 1.0)


def _extremes(limits: Sequence[Interval]) -> Iterator[tuple[Interval, Interval]]:
    """Yield the pairs of different groups among which the widest spread is found."""
    if len(limits) < 2:
        raise ValueError("A spread needs at least two groups.")
    # One group with few rows may reach furthest both ways; it is no spread between two groups.
    tops = heapq.nlargest(2, range(len(limits)), key=lambda index: limits[index].high)
    bottoms = heapq.nsmallest(2, range(len(limits)), key=lambda index: limits[index].low)
    for top in tops:
        for bottom in bottoms:
            if top != bottom:
                yield limits[top], limits[bottom]
