"""Compares the groups of an attribute with each other, the largest with the smallest.

Each comparison is taken twice: over all groups that can be estimated, which is fairlearn's own
figure, and over the groups that are large enough to judge by, which is what a verdict rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from audits.measures.figures import TOO_FEW, Figure, not_estimable
from audits.measures.groups import Grouping
from audits.measures.spreads import Chosen, widest_difference, widest_ratio
from audits.measures.treatments import (
    treatment_equality_difference,
    treatment_equality_ratio,
    with_errors,
)


def demographic_parity_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Largest selection rate minus the smallest, 0 to 1; 0 when all groups are selected equally.

    Source: fairlearn.metrics.demographic_parity_difference.
    """
    return widest_difference("demographic_parity_difference", grouping, chosen)


def demographic_parity_ratio(grouping: Grouping, chosen: Chosen) -> Figure:
    """Smallest selection rate over the largest, 0 to 1; 1 when all groups are selected equally.

    Source: fairlearn.metrics.demographic_parity_ratio.
    """
    return widest_ratio("demographic_parity_ratio", grouping, chosen)


def equal_opportunity_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Largest true positive rate minus the smallest, 0 to 1; 0 when all groups have the same.

    Source: fairlearn.metrics.equal_opportunity_difference; Hardt, Price and Srebro 2016.
    """
    return widest_difference("equal_opportunity_difference", grouping, chosen)


def equal_opportunity_ratio(grouping: Grouping, chosen: Chosen) -> Figure:
    """Smallest true positive rate over the largest, 0 to 1; 1 when all groups have the same.

    Source: fairlearn.metrics.equal_opportunity_ratio; Hardt, Price and Srebro 2016.
    """
    return widest_ratio("equal_opportunity_ratio", grouping, chosen)


def equalized_odds_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Greater of the differences in true and in false positive rate, 0 to 1; 0 when both are equal.

    Source: fairlearn.metrics.equalized_odds_difference (worst case); Hardt, Price and Srebro 2016.
    """
    return widest_difference("equalized_odds_difference", grouping, chosen)


def equalized_odds_ratio(grouping: Grouping, chosen: Chosen) -> Figure:
    """Smaller of the ratios of true and of false positive rate, 0 to 1; 1 when both are equal.

    Source: fairlearn.metrics.equalized_odds_ratio (worst case).
    """
    return widest_ratio("equalized_odds_ratio", grouping, chosen)


def predictive_equality_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Largest false positive rate minus the smallest, 0 to 1; 0 when false alarms are as frequent.

    Source: Corbett-Davies, Pierson, Feller, Goel and Huq 2017; fairlearn's MetricFrame.difference.
    """
    return widest_difference("predictive_equality_difference", grouping, chosen)


def predictive_equality_ratio(grouping: Grouping, chosen: Chosen) -> Figure:
    """Smallest false positive rate over the largest, 0 to 1; 1 when false alarms are as frequent.

    Source: Corbett-Davies, Pierson, Feller, Goel and Huq 2017; fairlearn's MetricFrame.ratio.
    """
    return widest_ratio("predictive_equality_ratio", grouping, chosen)


def predictive_parity_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Largest precision minus the smallest, 0 to 1; 0 when a selection means the same for all.

    Source: Chouldechova 2017; fairlearn's MetricFrame.difference over precision.
    """
    return widest_difference("predictive_parity_difference", grouping, chosen)


def predictive_parity_ratio(grouping: Grouping, chosen: Chosen) -> Figure:
    """Smallest precision over the largest, 0 to 1; 1 when a selection means the same for all.

    Source: Chouldechova 2017; fairlearn's MetricFrame.ratio over precision.
    """
    return widest_ratio("predictive_parity_ratio", grouping, chosen)


def accuracy_difference(grouping: Grouping, chosen: Chosen) -> Figure:
    """Largest accuracy minus the smallest, 0 to 1; 0 when the model errs as often for all groups.

    Source: fairlearn's MetricFrame.difference over accuracy.
    """
    return widest_difference("accuracy_difference", grouping, chosen)


def accuracy_ratio(grouping: Grouping, chosen: Chosen) -> Figure:
    """Smallest accuracy over the largest, 0 to 1; 1 when the model errs as often for all groups.

    Source: fairlearn's MetricFrame.ratio over accuracy.
    """
    return widest_ratio("accuracy_ratio", grouping, chosen)


COMPARISONS: Mapping[Callable[[Grouping, Chosen], Figure], tuple[str, ...]] = {
    demographic_parity_difference: ("selection_rate",),
    demographic_parity_ratio: ("selection_rate",),
    equal_opportunity_difference: ("true_positive_rate",),
    equal_opportunity_ratio: ("true_positive_rate",),
    equalized_odds_difference: ("true_positive_rate", "false_positive_rate"),
    equalized_odds_ratio: ("true_positive_rate", "false_positive_rate"),
    predictive_equality_difference: ("false_positive_rate",),
    predictive_equality_ratio: ("false_positive_rate",),
    predictive_parity_difference: ("precision",),
    predictive_parity_ratio: ("precision",),
    accuracy_difference: ("accuracy",),
    accuracy_ratio: ("accuracy",),
}
"""Each comparison of rates and the rates it compares."""
TREATMENT = (treatment_equality_difference, treatment_equality_ratio)


def compare(grouping: Grouping) -> list[dict[str, object]]:
    """Return all comparisons of an attribute's groups as they stand in a measurement."""
    return [*_of_rates(grouping), *_of_treatment(grouping)]


def as_dict(
    attribute: str,
    figure: Figure,
    judged: Figure,
    left_out: Sequence[str],
    left_out_of_judged: Sequence[str],
) -> dict[str, object]:
    """Return a comparison with what a verdict rests on, each with the groups left out of it."""
    if judged.value is None and figure.value is not None:
        judged = not_estimable(judged.name, TOO_FEW, judged.n)
    return {
        "attribute": attribute,
        **figure.as_dict(),
        "left_out": list(left_out),
        "judged": {**judged.as_dict(), "left_out": list(left_out_of_judged)},
    }


def _of_rates(grouping: Grouping) -> Iterator[dict[str, object]]:
    for function, rates in COMPARISONS.items():
        if set(rates) <= set(grouping.rate_names):
            some = {rate: grouping.estimable(rate) for rate in rates}
            large = {rate: grouping.judged(rate) for rate in rates}
            left_out = [_left_out(grouping, *chosen.values()) for chosen in (some, large)]
            figures = function(grouping, some), function(grouping, large)
            yield as_dict(grouping.attribute, *figures, *left_out)


def _of_treatment(grouping: Grouping) -> Iterator[dict[str, object]]:
    if "false_negative_rate" not in grouping.rate_names:
        return
    some, large = with_errors(grouping), with_errors(grouping, max(1, grouping.smallest))
    for function in TREATMENT:
        left_out = [_left_out(grouping, places) for places in (some, large)]
        figures = function(grouping, some), function(grouping, large)
        yield as_dict(grouping.attribute, *figures, *left_out)


def _left_out(grouping: Grouping, *chosen: tuple[int, ...]) -> list[str]:
    """Return the groups that are missing from at least one of what is compared."""
    return [
        group.name
        for place, group in enumerate(grouping.groups)
        if any(place not in places for places in chosen)
    ]
