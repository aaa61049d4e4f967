"""Hands the weighted cells of some groups to fairlearn, whose definitions stay fairlearn's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from audits.measures.counts import Counts

if TYPE_CHECKING:
    from fairlearn.metrics import MetricFrame


class Spread(NamedTuple):
    """How far a rate lies apart between groups; the ratio is NaN when the largest rate is 0."""

    difference: float
    ratio: float


def metric_frame(groups: Sequence[Counts], rates: Iterable[str]) -> MetricFrame:
    """Return fairlearn's frame of the rates over the groups' cells, weighted by their counts."""
    from fairlearn import metrics
    from sklearn.metrics import accuracy_score, precision_score

    def precision(y_true: object, y_pred: object, sample_weight: object) -> float:
        return float(precision_score(y_true, y_pred, sample_weight=sample_weight, zero_division=0))

    functions = {
        "selection_rate": metrics.selection_rate,
        "true_positive_rate": metrics.true_positive_rate,
        "false_positive_rate": metrics.false_positive_rate,
        "true_negative_rate": metrics.true_negative_rate,
        "false_negative_rate": metrics.false_negative_rate,
        "precision": precision,
        "accuracy": accuracy_score,
    }
    cells = [(place, *cell) for place, group in enumerate(groups) for cell in group.weighted()]
    # Lists, since fairlearn takes a tuple of one for a scalar.
    places, labels, predictions, counts = map(list, zip(*cells, strict=True))
    return metrics.MetricFrame(
        metrics={name: functions[name] for name in rates},
        y_true=labels,
        y_pred=predictions,
        sensitive_features=places,
        sample_params={name: {"sample_weight": counts} for name in rates},
    )
