"""Hands the weighted cells of some groups to fairlearn, whose definitions stay fairlearn's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from audits.measures.counts import RATES, Counts

if TYPE_CHECKING:
    import numpy as np
    from fairlearn.metrics import MetricFrame
    from numpy.typing import NDArray

    Column = NDArray[np.int64]


class Spread(NamedTuple):
    """How far a rate lies apart between groups; the ratio is NaN when the largest rate is 0."""

    difference: float
    ratio: float


def metric_frame(groups: Sequence[Counts], rates: Iterable[str]) -> MetricFrame:
    """Return fairlearn's frame of the rates over the groups' cells, weighted by their counts.

    fairlearn groups, takes differences and ratios. The rates it is handed are the shares of the
    four counts and not the functions of fairlearn and scikit-learn of the same name: those check
    their input anew for every rate of every group, at a millisecond each. The numbers are the same
    to the last digit, 0.0 for an empty denominator included.
    """
    from fairlearn.metrics import MetricFrame

    cells = [(place, *cell) for place, group in enumerate(groups) for cell in group.weighted()]
    # Lists, since fairlearn takes an array or a tuple of one for a scalar.
    places, labels, predictions, counts = map(list, zip(*cells, strict=True))
    return MetricFrame(
        metrics={name: metric_function(name) for name in rates},
        y_true=labels,
        y_pred=predictions,
        sensitive_features=places,
        sample_params={name: {"sample_weight": counts} for name in rates},
    )


def metric_function(rate: str) -> Callable[[Column, Column, Column], float]:
    """Return a rate as fairlearn calls it: on labels and predictions, 1 or 0, and their weights."""
    import numpy as np

    share = RATES[rate].share

    def metric(y_true: Column, y_pred: Column, sample_weight: Column) -> float:
        tn, fp, fn, tp = np.bincount(2 * y_true + y_pred, sample_weight, minlength=4).tolist()
        over, under = share(Counts(tp, fp, fn, tn))
        return over / under if under else 0.0

    return metric
