"""Tests whether a group is selected as often as the one selected most; standard library only.

Beside the four-fifths line, as 29 CFR 1607.4 D asks: a smaller difference may be significant, and a
larger one may rest on few people. Holm's correction reads the tests of all groups of all attributes
together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from audits.measures.groups import Grouping
from audits.measures.intervals import Share

SMALLEST_EXPECTED = 5
ALPHA = 0.05


class Test(NamedTuple):
    """A test of two rates: its name, its statistic where it has one, and its p-value."""

    name: str
    statistic: float | None
    p_value: float


def two_rates(first: Share, second: Share) -> Test:
    """Return how surprising two rates are if they are one: a p-value, 0 to 1.

    Near 0 when equal rates would hardly ever lie so far apart, 1 when nothing speaks against them.
    By the normal approximation with the pooled variance; by Fisher's exact test where one of the
    four expected counts is below 5. The statistic is below 0 when the first rate is the lower one.
    Source: Cochran, Biometrics 10 (1954) 417-451, for the rule of five.
    """
    if smallest_expected(first, second) < SMALLEST_EXPECTED:
        return Test("fisher_exact", None, fisher_exact(first, second))
    statistic = pooled_z(first, second)
    return Test("z_pooled", statistic, math.erfc(abs(statistic) / math.sqrt(2)))


def smallest_expected(first: Share, second: Share) -> float:
    """Return the smallest of the four counts that two equal rates would give."""
    rows = first.trials + second.trials
    successes = first.successes + second.successes
    return min(first.trials, second.trials) * min(successes, rows - successes) / rows


def pooled_z(first: Share, second: Share) -> float:
    """Return the difference of two rates over its standard error if both were one.

    0 when they are equal; beyond 1.96 on either side in one of twenty cases without a difference.
    Source: Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (2003), 3.2.
    """
    rows = first.trials + second.trials
    rate = (first.successes + second.successes) / rows
    variance = rate * (1 - rate) * (1 / first.trials + 1 / second.trials)
    return (first.rate - second.rate) / math.sqrt(variance)


def fisher_exact(first: Share, second: Share) -> float:
    """Return the two-sided p-value of Fisher's exact test, 0 to 1.

    The chance, given the margins, of a table that is no likelier than the one observed.
    Source: Fisher, Journal of the Royal Statistical Society 98 (1935) 39-54.
    """
    successes = first.successes + second.successes
    lowest = max(0, successes - second.trials)
    highest = min(first.trials, successes)
    logarithms = [
        _log_choose(first.trials, some) + _log_choose(second.trials, successes - some)
        for some in range(lowest, highest + 1)
    ]
    largest = max(logarithms)
    chances = [math.exp(one - largest) for one in logarithms]
    # Tables as likely as the observed one differ from it by rounding.
    observed = chances[first.successes - lowest] * (1 + 1e-7)
    return math.fsum(one for one in chances if one <= observed) / math.fsum(chances)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return each p-value as it reads among all of them, 0 to 1 and never smaller than alone.

    Those up to 0.05 are significant together: one false alarm or more in at most one of twenty
    families. Source: Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def tested(groupings: Iterable[Grouping]) -> dict[tuple[str, int], dict[str, object]]:
    """Return the test of each group's selection rate, by attribute and place.

    Held against the group that the impact ratio is held against. A group with too few rows to be
    judged by is not tested: with hundreds of them, Holm's correction would hide everybody else.
    """
    found = {
        (grouping.attribute, place): two_rates(
            grouping.groups[place].share("selection_rate"),
            grouping.groups[grouping.reference].share("selection_rate"),
        )
        for grouping in groupings
        if grouping.reference is not None
        for place in grouping.judged("selection_rate")
        if place != grouping.reference
    }
    adjusted = holm([test.p_value for test in found.values()])
    return {
        key: {
            "test": test.name,
            "statistic": test.statistic,
            "p_value": test.p_value,
            "p_holm": p_holm,
        }
        for (key, test), p_holm in zip(found.items(), adjusted, strict=True)
    }


def _log_choose(rows: int, some: int) -> float:
    return math.lgamma(rows + 1) - math.lgamma(some + 1) - math.lgamma(rows - some + 1)
