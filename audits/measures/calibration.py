"""How far scores lie from what was observed, from sums over ten bins of the score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL, Share, quantile, wilson

if TYPE_CHECKING:
    import ibis.expr.types as ir

BINS = 10
HALF_NORMAL = 2.395
"""So many standard deviations over its mean lies the 97.5 % quantile of one half-normal."""


@dataclass(frozen=True)
class Bin:
    """The rows whose scores lie in one tenth of 0 to 1: their number and sums."""

    place: int
    rows: int
    positives: int
    scores: float
    squares: float
    positive_scores: float

    @property
    def share(self) -> Share:
        """The observed rate of positives, as counts."""
        return Share(self.positives, self.rows)

    @property
    def mean_score(self) -> float:
        """The mean of the scores."""
        return self.scores / self.rows

    @property
    def gap(self) -> float:
        """The mean score minus the observed rate."""
        return self.mean_score - self.share.rate


def percent(score: ir.FloatingColumn) -> ir.IntegerColumn:
    """Return the largest whole percent that is not over the score, exactly.

    0.29 times 100 is a little under 29 in floating point; so the nearest percent is compared with
    the score itself, as a threshold of 0.29 would be.
    """
    nearest = (score * 100 + 0.5).floor().cast("int64")
    return (score >= nearest.cast("float64") / 100.0).ifelse(nearest, nearest - 1)


def bin_of(score: ir.FloatingColumn) -> ir.IntegerColumn:
    """Return the bin of a score, 0 to 9: from 0 up to under 0.1, and so on; 1 is in the last."""
    whole = percent(score)
    return (whole >= 100).ifelse(BINS - 1, (whole / 10.0).floor().cast("int64"))


def mean_score(bins: Sequence[Bin]) -> Figure:
    """Return the mean score, 0 to 1: how often the model expects the positive label.

    The interval is the normal one of a mean, kept within 0 and 1.
    """
    rows = sum(one.rows for one in bins)
    if not rows:
        return not_estimable("mean_score", "no_rows")
    mean, reach = _mean_and_reach(bins, rows)
    if not reach:
        return Figure("mean_score", mean, rows, reason="no_spread")
    return Figure(
        "mean_score", mean, rows, max(0.0, mean - reach), min(1.0, mean + reach), "normal"
    )


def calibration_gap(bins: Sequence[Bin]) -> Figure:
    """Return the mean score minus the observed rate of positives (calibration in the large).

    0 when the model expects as many positives as there are; above 0, up to 1, when it expects too
    many, below 0, down to -1, when too few. The interval is MOVER's for two dependent means: the
    normal limits of the mean score, the Wilson limits of the rate and their correlation, so a group
    without any positive has a width all the same.
    Source: Zou, Psychological Methods 12 (2007) 399-413.
    """
    rows, positives = sum(one.rows for one in bins), sum(one.positives for one in bins)
    if not rows:
        return not_estimable("calibration_gap", "no_rows")
    mean, reach = _mean_and_reach(bins, rows)
    share = Share(positives, rows)
    limits = wilson(share)
    correlation = _correlation(bins, mean, share.rate, rows)
    value = mean - share.rate
    low = value - _combined(reach, limits.high - share.rate, correlation)
    high = value + _combined(reach, share.rate - limits.low, correlation)
    return Figure("calibration_gap", value, rows, max(-1.0, low), min(1.0, high), "mover")


def ece(bins: Sequence[Bin]) -> Figure:
    """Return the expected calibration error over ten bins of equal width.

    The mean, weighted by rows, of the distance between mean score and observed rate in each bin
    that holds rows. 0 when each bin has as many positives as its scores say, up to 1. It is never
    below 0, so with few rows even a perfectly calibrated model shows some.
    The interval are bounds that allow for it. Each distance is wrong by its noise at the most, so
    the lower limit takes away the 97.5 % quantile of the noise's size, bin by bin; the upper one
    adds 1.96 standard deviations. They cover 95 % or more (simulated: 96 to 100 %).
    Source: Naeini, Cooper and Hauskrecht, AAAI 2015, 2901-2907.
    """
    filled = [one for one in bins if one.rows]
    rows = sum(one.rows for one in filled)
    if not rows:
        return not_estimable("ece", "no_rows")
    value = sum(one.rows * abs(one.gap) for one in filled) / rows
    noise = [one.rows / rows * _noise(one) for one in filled]
    squares = sum(part**2 for part in noise)
    # The share of the rows that a bin holds is drawn as well.
    shares = sum(one.rows * one.gap**2 for one in filled) / rows - value**2
    above = quantile(LEVEL) * math.sqrt(squares + max(0.0, shares) / rows)
    half = math.sqrt(2 / math.pi) * sum(noise)
    half += HALF_NORMAL * math.sqrt((1 - 2 / math.pi) * squares + max(0.0, shares) / rows)
    limits = max(0.0, value - half), min(1.0, value + above)
    return Figure("ece", value, rows, *limits, interval="calibration_bounds")


def _noise(one: Bin) -> float:
    """Return the standard error of a bin's gap.

    Two successes and two failures are added (Agresti and Coull), as five rows without a positive
    do not make a certain rate of 0.
    """
    rate = (one.positives + 2) / (one.rows + 4)
    return math.sqrt(rate * (1 - rate) / (one.rows + 4))


def _mean_and_reach(bins: Sequence[Bin], rows: int) -> tuple[float, float]:
    mean = sum(one.scores for one in bins) / rows
    variance = sum(one.squares for one in bins) / rows - mean**2
    # What rounding leaves of equal scores is no spread.
    if rows < 2 or variance <= 1e-12 * mean**2:
        return mean, 0.0
    return mean, quantile(LEVEL) * math.sqrt(variance / (rows - 1))


def _correlation(bins: Sequence[Bin], mean: float, rate: float, rows: int) -> float:
    spread = sum(one.squares for one in bins) / rows - mean**2
    if spread <= 1e-12 * mean**2 or rate in (0, 1):
        return 0.0
    together = sum(one.positive_scores for one in bins) / rows - mean * rate
    return max(-1.0, min(1.0, together / math.sqrt(spread * rate * (1 - rate))))


def _combined(first: float, second: float, correlation: float) -> float:
    return math.sqrt(max(0.0, first**2 + second**2 - 2 * correlation * first * second))
