"""How far a rate lies apart between the groups of an attribute: fairlearn's figures, with bounds.

The point figure is biased upward with many small groups: forty groups of a hundred without any gap
show 0.22 on average. No verdict rests on it alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from audits.measures.counts import RATES
from audits.measures.figures import Figure, not_estimable
from audits.measures.groups import Grouping
from audits.measures.intervals import (
    LEVEL,
    Interval,
    range_difference,
    range_ratio,
    sidak,
    wilson,
)

Chosen = Mapping[str, tuple[int, ...]]
"""For each rate the groups that are compared."""


def widest_difference(name: str, grouping: Grouping, chosen: Chosen) -> Figure:
    """Return the greatest of the differences between the largest and smallest of each rate."""
    reason, limits, rows = _limits(grouping, chosen)
    if reason:
        return not_estimable(name, reason, rows)
    values = [grouping.spread(rate, places).difference for rate, places in chosen.items()]
    bounds = [range_difference(limits[rate]) for rate in chosen]
    low, high = max(one.low for one in bounds), max(one.high for one in bounds)
    return Figure(name, max(values), rows, low, high, "simultaneous_wilson")


def widest_ratio(name: str, grouping: Grouping, chosen: Chosen) -> Figure:
    """Return the smallest of the ratios of the smallest over the largest of each rate."""
    reason, limits, rows = _limits(grouping, chosen)
    if reason:
        return not_estimable(name, reason, rows)
    values = [grouping.spread(rate, places).ratio for rate, places in chosen.items()]
    if any(math.isnan(value) for value in values):
        return not_estimable(name, "largest_is_zero", rows)
    bounds = [range_ratio(limits[rate]) for rate in chosen]
    low, high = min(one.low for one in bounds), min(one.high for one in bounds)
    return Figure(name, min(values), rows, low, high, "simultaneous_wilson")


def _limits(grouping: Grouping, chosen: Chosen) -> tuple[str, dict[str, list[Interval]], int]:
    """Return Wilson limits of every compared rate that hold together, or why there are none.

    They are without continuity correction: bounds made of several limits cover more than these.
    """
    shares = {
        rate: [grouping.groups[place].share(rate) for place in places]
        for rate, places in chosen.items()
    }
    rows = max(sum(share.trials for share in some) for some in shares.values())
    for rate, some in shares.items():
        if len(some) < 2:
            return "one_group" if len(grouping.groups) < 2 else RATES[rate].empty, {}, rows
    level = sidak(LEVEL, sum(len(some) for some in shares.values()))
    limits = {rate: [wilson(share, level) for share in some] for rate, some in shares.items()}
    return "", limits, rows
