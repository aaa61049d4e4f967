"""Compares the groups of an attribute with each other: fairlearn's figures, with bounds.

Each is taken twice: over all groups that can be estimated, which is fairlearn's own figure, and
over the groups that are large enough to judge by, which is what a verdict rests on. The point
figure is biased upward with many small groups: forty groups of a hundred without any gap show 0.22
on average.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from audits.measures.counts import RATES
from audits.measures.figures import TOO_FEW, Figure, not_estimable
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


def demographic_parity_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Largest selection rate minus the smallest, 0 to 1; 0 when all groups are selected equally.

    Source: fairlearn.metrics.demographic_parity_difference.
    """
    return _difference("demographic_parity_difference", grouping, chosen)


def demographic_parity_ratio(grouping: Grouping, chosen: Chosen) -> Figure:
    """Smallest selection rate over the largest, 0 to 1; 1 when all groups are selected equally.

    Source: fairlearn.metrics.demographic_parity_ratio.
    """
    return _ratio("demographic_parity_ratio", grouping, chosen)


def equal_opportunity_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Largest true positive rate minus the smallest, 0 to 1; 0 when all groups have the same.

    Source: fairlearn.metrics.equal_opportunity_difference; Hardt, Price and Srebro 2016.
    """
    return _difference("equal_opportunity_difference", grouping, chosen)


def equalized_odds_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Greater of the differences in true and in false positive rate; 0 when both are equal.

    Source: fairlearn.metrics.equalized_odds_difference (worst case); Hardt, Price and Srebro 2016.
    """
    return _difference("equalized_odds_difference", grouping, chosen)


def equalized_odds_ratio(grouping: Grouping, chosen: Chosen) -> Figure:
    """Smaller of the ratios of true and of false positive rate; 1 when both are equal.

    Source: fairlearn.metrics.equalized_odds_ratio (worst case).
    """
    return _ratio("equalized_odds_ratio", grouping, chosen)


def predictive_parity_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Largest precision minus the smallest, 0 to 1; 0 when a selection means the same for all.

    Source: Chouldechova 2017; fairlearn's MetricFrame.difference over precision.
    """
    return _difference("predictive_parity_difference", grouping, chosen)


def accuracy_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Largest accuracy minus the smallest, 0 to 1; 0 when the model errs as often for all groups.

    Source: fairlearn's MetricFrame.difference over accuracy.
    """
    return _difference("accuracy_difference", grouping, chosen)


COMPARISONS: Mapping[Callable[[Grouping, Chosen], Figure], tuple[str, ...]] = {
    demographic_parity_difference: ("selection_rate",),
    demographic_parity_ratio: ("selection_rate",),
    equal_opportunity_difference: ("true_positive_rate",),
    equalized_odds_difference: ("true_positive_rate", "false_positive_rate"),
    equalized_odds_ratio: ("true_positive_rate", "false_positive_rate"),
    predictive_parity_difference: ("precision",),
    accuracy_difference: ("accuracy",),
}
"""Each comparison and the rates it compares."""


def compare(grouping: Grouping) -> list[dict[str, object]]:
    """Return all comparisons of an attribute's groups as they stand in a measurement."""
    return [_as_dict(grouping, function, rates) for function, rates in COMPARISONS.items()]


def _as_dict(
    grouping: Grouping, function: Callable[[Grouping, Chosen], Figure], rates: tuple[str, ...]
) -> dict[str, object]:
    some = {rate: grouping.estimable(rate) for rate in rates}
    large = {rate: grouping.judged(rate) for rate in rates}
    figure, judged = function(grouping, some), function(grouping, large)
    if judged.value is None and figure.value is not None:
        judged = not_estimable(judged.name, TOO_FEW, judged.n)
    return {
        "attribute": grouping.attribute,
        **figure.as_dict(),
        "left_out": _left_out(grouping, some),
        "judged": {**judged.as_dict(), "left_out": _left_out(grouping, large)},
    }


def _left_out(grouping: Grouping, chosen: Chosen) -> list[str]:
    """Return the groups that are missing from at least one of the compared rates."""
    return [
        group.name
        for place, group in enumerate(grouping.groups)
        if any(place not in places for places in chosen.values())
    ]


def _difference(name: str, grouping: Grouping, chosen: Chosen) -> Figure:
    reason, limits, rows = _limits(grouping, chosen)
    if reason:
        return not_estimable(name, reason, rows)
    values = [grouping.spread(rate, places).difference for rate, places in chosen.items()]
    bounds = [range_difference(limits[rate]) for rate in chosen]
    low, high = max(one.low for one in bounds), max(one.high for one in bounds)
    return Figure(name, max(values), rows, low, high, "simultaneous_wilson")


def _ratio(name: str, grouping: Grouping, chosen: Chosen) -> Figure:
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
    """Return Wilson limits of every compared rate that hold together, or why there are none."""
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
