"""Hands the rates of some groups to fairlearn, which holds the groups against each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from audits.measures.counts import RATES, Counts

if TYPE_CHECKING:
    import pandas as pd
    from fairlearn.metrics._disaggregated_result import DisaggregatedResult


class Spread(NamedTuple):
    """How far a rate lies apart between groups; the ratio is NaN when the largest rate is 0."""

    difference: float
    ratio: float


def metric_frame(groups: Sequence[Counts], rates: Iterable[str]) -> DisaggregatedResult:
    """Return the rates of the groups as the inside of fairlearn's MetricFrame.

    Differences and ratios between the groups are fairlearn's own, by the very object a MetricFrame
    asks for them. What a MetricFrame does before, calling a function for every rate of every group,
    takes half a millisecond each and is left out: the rates are the shares of the four counts, and
    a test holds that they are those of fairlearn and scikit-learn to the last digit, 0.0 for an
    empty denominator included.
    """
    import pandas as pd
    from fairlearn.metrics._disaggregated_result import DisaggregatedResult

    by_group = pd.DataFrame({rate: [_rate(rate, group) for group in groups] for rate in rates})
    # Nothing here is held against the rate of all groups together, so it need not be there.
    return DisaggregatedResult(overall=pd.Series(dtype=float), by_group=by_group)


def apart(frame: DisaggregatedResult) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return fairlearn's largest difference and smallest ratio of every rate of the frame."""
    # Every rate is a number, so none has to be made one first.
    return frame.difference(errors="raise"), frame.ratio(errors="raise")


def _rate(rate: str, group: Counts) -> float:
    share = RATES[rate].share(group)
    return share.rate if share.trials else 0.0
