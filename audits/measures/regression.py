"""How far a regression's predictions lie from the labels, from moments over the rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audits.measures.cells import refuse_no_rows
from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL, quantile
from audits.measures.scores import log_scale

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOMENTS = (
    "sum_error",
    "sum_absolute_error",
    "sum_squared_error",
    "sum_error_to_the_fourth",
    "sum_squared_deviation",
    "sum_squared_error_times_deviation",
    "sum_deviation_to_the_fourth",
)
"""Sums over the rows; an error is prediction minus label, a deviation label minus mean label."""


@dataclass(frozen=True)
class Moments:
    """What is left of the rows: enough to recompute every figure of a regression."""

    rows: int
    mean_label: float
    sums: dict[str, float]
    dropped: dict[str, int]

    @property
    def rows_used(self) -> int:
        """Rows that are summed up."""
        return self.rows

    def smaller_than(self, limit: int) -> int:
        """Return 1 when all rows together are fewer than the limit: they are one cell."""
        return int(self.rows < limit)

    def mean(self, name: str) -> float:
        """Return the mean over the rows of what a sum holds."""
        return self.sums[name] / self.rows

    def as_dict(self) -> dict[str, object]:
        """Return the moments as a table of one row whose last column, the count, has no name."""
        row = [self.mean_label, *(self.sums[name] for name in MOMENTS), self.rows]
        return {"columns": ["mean_label", *MOMENTS], "rows": [row]}


def take_moments(outcomes: ir.Table) -> Moments:
    """Sum up the errors; rows without a label or a prediction are left out and counted."""
    gaps = outcomes.aggregate(
        label_missing=outcomes.label.isnull().sum(),
        prediction_missing=(outcomes.label.notnull() & outcomes.prediction.isnull()).sum(),
    )
    dropped = {reason: int(rows or 0) for reason, rows in _one(gaps).items()}
    rows = outcomes.filter(outcomes.label.notnull() & outcomes.prediction.notnull())
    label = rows.label
    totals = _one(
        rows.aggregate(rows=rows.count(), mean=label.mean(), low=label.min(), high=label.max())
    )
    if not totals["rows"]:
        refuse_no_rows(sum(dropped.values()))
    # The mean of equal labels may be off by rounding, which would leave them a variance.
    mean = totals["low"] if totals["low"] == totals["high"] else totals["mean"]
    error, deviation = rows.prediction - label, label - mean
    e2, d2 = error * error, deviation * deviation
    parts = rows.select(
        sum_error=error,
        sum_absolute_error=error.abs(),
        sum_squared_error=e2,
        sum_error_to_the_fourth=e2 * e2,
        sum_squared_deviation=d2,
        sum_squared_error_times_deviation=e2 * d2,
        sum_deviation_to_the_fourth=d2 * d2,
    )
    sums = _one(parts.aggregate(**{name: parts[name].sum() for name in MOMENTS}))
    return Moments(int(totals["rows"]), float(mean), sums, dropped)


def regression_figures(moments: Moments) -> list[Figure]:
    """Return all figures of a regression task."""
    return [r2(moments), mae(moments), rmse(moments), bias(moments)]


def r2(moments: Moments) -> Figure:
    """Share of the label's variance that the predictions explain.

    1 when every prediction is right, 0 when they are no better than the mean label, below 0 when
    they are worse; no lower end. The interval is the delta method's on the logarithm of the share
    that is *not* explained. Source: scikit-learn's r2_score.
    """
    variance = moments.mean("sum_squared_deviation")
    if not variance:
        return not_estimable("r2", "constant_label", moments.rows)
    unexplained = moments.mean("sum_squared_error") / variance
    square = (
        moments.mean("sum_error_to_the_fourth")
        - 2 * unexplained * moments.mean("sum_squared_error_times_deviation")
        + unexplained**2 * moments.mean("sum_deviation_to_the_fourth")
    )
    deviation = math.sqrt(max(0.0, square)) / variance
    rest = log_scale("r2", unexplained, deviation, moments.rows)
    if rest.low is None or rest.high is None:
        return Figure("r2", 1 - unexplained, moments.rows, reason=rest.reason)
    return Figure("r2", 1 - unexplained, moments.rows, 1 - rest.high, 1 - rest.low, rest.interval)


def mae(moments: Moments) -> Figure:
    """Mean absolute error, in the label's unit; 0 when every prediction is right."""
    mean = moments.mean("sum_absolute_error")
    return log_scale("mae", mean, _deviation(moments, mean, "sum_squared_error"), moments.rows)


def rmse(moments: Moments) -> Figure:
    """Root of the mean squared error, in the label's unit; 0 when every prediction is right.

    It weighs large errors more than the mean absolute error does and is never smaller.
    """
    mean = moments.mean("sum_squared_error")
    deviation = _deviation(moments, mean, "sum_error_to_the_fourth")
    square = log_scale("rmse", mean, deviation, moments.rows)
    if square.low is None or square.high is None:
        return Figure("rmse", math.sqrt(mean), moments.rows, reason=square.reason)
    low, high = math.sqrt(square.low), math.sqrt(square.high)
    return Figure("rmse", math.sqrt(mean), moments.rows, low, high, square.interval)


def bias(moments: Moments) -> Figure:
    """Return the mean error, prediction minus label, in the label's unit.

    0 when the predictions are right on average, above 0 when they are too high, below 0 when they
    are too low. The interval is the normal one of a mean; it covers less where a few errors
    outweigh all others.
    """
    mean = moments.mean("sum_error")
    square = moments.mean("sum_squared_error")
    variance = square - mean**2
    # What rounding leaves of equal errors is no spread.
    if moments.rows < 2 or variance <= 1e-12 * square:
        return Figure("bias", mean, moments.rows, reason="no_spread")
    reach = quantile(LEVEL) * math.sqrt(variance / (moments.rows - 1))
    return Figure("bias", mean, moments.rows, mean - reach, mean + reach, "normal")


def mean_baseline(moments: Moments) -> dict[str, object]:
    """Return the root mean squared error of always answering with the mean label."""
    value = math.sqrt(moments.mean("sum_squared_deviation"))
    return {"name": "mean", "measure": "rmse", "value": value}


def _deviation(moments: Moments, mean: float, squares: str) -> float:
    """Return the standard deviation of a value from its mean and the sum of its squares."""
    if moments.rows < 2:
        return 0.0
    variance = moments.mean(squares) - mean**2
    return math.sqrt(max(0.0, variance) * moments.rows / (moments.rows - 1))


def _one(table: ir.Table) -> dict[str, Any]:
    return dict(table.to_pyarrow().to_pylist()[0])
