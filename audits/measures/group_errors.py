"""How far the predictions of a regression lie from the labels, group by group."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audits.measures.cells import Values
from audits.measures.figures import Figure
from audits.measures.groups import in_order
from audits.measures.intervals import LEVEL, quantile
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

SUMS = (
    "sum_error",
    "sum_absolute_error",
    "sum_squared_error",
    "sum_error_to_the_fourth",
    "sum_deviation",
    "sum_squared_deviation",
)
"""Sums over a group's rows; a deviation is that of a prediction from the mean of all."""


@dataclass(frozen=True)
class ErrorCells:
    """The errors of all groups at their finest, and what became of the rows that are in none."""

    attributes: tuple[str, ...]
    groups: Mapping[Values, Errors]
    dropped: Mapping[str, int]

    @property
    def rows_used(self) -> int:
        """Rows that are summed up."""
        return sum(errors.rows for errors in self.groups.values())

    def missing(self) -> dict[str, int]:
        """Return for each attribute how many of the rows used lack it."""
        return {
            attribute: sum(
                errors.rows for values, errors in self.groups.items() if values[place] is None
            )
            for place, attribute in enumerate(self.attributes)
        }

    def smaller_than(self, limit: int) -> int:
        """Return how many groups hold fewer rows than the limit."""
        return sum(errors.rows < limit for errors in self.groups.values())

    def as_dict(self) -> dict[str, object]:
        """Return the sums as a table whose last column, the count, goes without a name."""
        return {
            "columns": [*self.attributes, "mean_prediction_of_all", *SUMS],
            "rows": [
                [*values, found.mean_of_all, *(found.sums[name] for name in SUMS), found.rows]
                for values, found in self.groups.items()
            ],
        }


@dataclass(frozen=True)
class Errors:
    """What is left of a group's rows: enough to recompute each of its figures."""

    rows: int
    mean_of_all: float
    sums: Mapping[str, float]

    def plus(self, other: Errors) -> Errors:
        """Return both groups as one."""
        sums = {name: self.sums[name] + other.sums[name] for name in SUMS}
        return Errors(self.rows + other.rows, self.mean_of_all, sums)

    def moments(self, measure: str) -> tuple[float, float]:
        """Return mean and variance of what a measure is the mean of."""
        over, squares = {
            "mean_error": ("sum_error", "sum_squared_error"),
            "mae": ("sum_absolute_error", "sum_squared_error"),
            "rmse": ("sum_squared_error", "sum_error_to_the_fourth"),
            "mean_prediction": ("sum_deviation", "sum_squared_deviation"),
        }[measure]
        mean = self.sums[over] / self.rows
        variance = self.sums[squares] / self.rows - mean**2
        # A variance this small is what rounding leaves of equal values.
        if self.rows < 2 or variance <= 1e-14 * (self.sums[squares] / self.rows):
            return mean, 0.0
        return mean, variance * self.rows / (self.rows - 1)


def mean_error(errors: Errors, level: float = LEVEL) -> Figure:
    """Return the mean of prediction minus label, in the label's unit.

    0 when a group is predicted right on average, above 0 when it is predicted too high, below 0 too
    low; no ends. The interval is Student's. Source: bias of a forecast, Theil 1966.
    """
    return _student("mean_error", errors, 0.0, level)


def mean_prediction(errors: Errors, level: float = LEVEL) -> Figure:
    """Return the mean of a group's predictions, in the label's unit; no ends.

    Equal means are what demographic parity is to a regression. The interval is Student's.
    Source: Agarwal, Dudik and Wu 2019, for the parity of predictions.
    """
    return _student("mean_prediction", errors, errors.mean_of_all, level)


def mae(errors: Errors, level: float = LEVEL) -> Figure:
    """Return the mean absolute error of a group, in the label's unit; 0 when all are right.

    No upper end. The interval is normal on the log scale. Source: scikit-learn.
    """
    return _log_normal("mae", errors, level, 1.0)


def rmse(errors: Errors, level: float = LEVEL) -> Figure:
    """Return the root of a group's mean squared error, in the label's unit; 0 when all are right.

    No upper end; large errors weigh more than in the mean absolute error, and it is never smaller.
    The interval is normal on the log scale. Source: scikit-learn.
    """
    return _log_normal("rmse", errors, level, 0.5)


MEASURES = {
    "mean_error": mean_error,
    "mae": mae,
    "rmse": rmse,
    "mean_prediction": mean_prediction,
}


def take_errors(outcomes: ir.Table, sensitive: Mapping[str, str]) -> ErrorCells:
    """Sum up the errors of each group; rows without label or prediction are left out."""
    gaps = _one(
        outcomes.aggregate(
            label_missing=outcomes.label.isnull().sum(),
            prediction_missing=(outcomes.label.notnull() & outcomes.prediction.isnull()).sum(),
        )
    )
    rows = outcomes.filter(outcomes.label.notnull() & outcomes.prediction.notnull())
    mean = _one(rows.aggregate(mean=rows.prediction.mean()))["mean"] or 0.0
    error, deviation = rows.prediction - rows.label, rows.prediction - mean
    square = error * error
    parts = rows.select(
        *sensitive,
        sum_error=error,
        sum_absolute_error=error.abs(),
        sum_squared_error=square,
        sum_error_to_the_fourth=square * square,
        sum_deviation=deviation,
        sum_squared_deviation=deviation * deviation,
    )
    grouped = parts.group_by(list(sensitive)).aggregate(
        rows=parts.count(), **{name: parts[name].sum() for name in SUMS}
    )
    found = {
        tuple(row[name] for name in sensitive): Errors(
            int(row["rows"]), float(mean), {name: float(row[name]) for name in SUMS}
        )
        for row in grouped.to_pyarrow().to_pylist()
    }
    dropped = {reason: int(count or 0) for reason, count in gaps.items()}
    if not found:
        raise Refused.because(
            "measure.no_rows",
            gettext_noop(
                "None of the %(rows)d scored rows has both a label and a prediction. Check the"
                " label column and the scores."
            ),
            rows=sum(dropped.values()),
        )
    ordered = {values: found[values] for values in in_order(found)}
    return ErrorCells(tuple(sensitive.values()), ordered, dropped)


def _student(name: str, errors: Errors, shift: float, level: float) -> Figure:
    from scipy.stats import t

    mean, variance = errors.moments(name)
    if not variance:
        return Figure(name, mean + shift, errors.rows, reason="no_spread")
    reach = float(t.ppf(0.5 + level / 2, errors.rows - 1)) * math.sqrt(variance / errors.rows)
    return Figure(
        name, mean + shift, errors.rows, mean + shift - reach, mean + shift + reach, "student"
    )


def _log_normal(name: str, errors: Errors, level: float, power: float) -> Figure:
    mean, variance = errors.moments(name)
    value = mean**power
    if not variance:
        return Figure(name, value, errors.rows, reason="no_spread")
    reach = math.exp(quantile(level) * math.sqrt(variance / errors.rows) / mean)
    low, high = (mean / reach) ** power, (mean * reach) ** power
    return Figure(name, value, errors.rows, low, high, "log_normal")


def _one(table: ir.Table) -> dict[str, Any]:
    return dict(table.to_pyarrow().to_pylist()[0])
