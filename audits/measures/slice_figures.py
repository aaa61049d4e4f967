"""The figures of each slice of a column, as the task defines them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from audits.measures.cells import Cells, Values, count_cells
from audits.measures.counts import RATES, rate_figure
from audits.measures.figures import Figure
from audits.measures.group_scores import group_score_figures
from audits.measures.performance import (
    NAMED_RATES,
    classes,
    confusion_matrix,
    multiclass_slice_figures,
)
from audits.measures.regression import Moments, bias, mae, rmse
from audits.measures.slices import Cut, cut

if TYPE_CHECKING:
    import ibis.expr.types as ir

Measured = dict[Values, tuple[int, list[Figure]]]
"""By the code of a slice: how many rows it holds, and its figures."""

CODE = "slice_code"
SCORED = ("roc_auc", "brier_score", "ece")


def slice_figures(
    rows: ir.Table,
    slices: Mapping[str, str],
    outcomes_of: Callable[..., ir.Table],
    task: str,
    smallest: int,
) -> list[dict[str, Any]]:
    """Return every slice of every column with its figures.

    ``slices`` maps columns to their names; ``outcomes_of`` reads label and prediction of rows and
    keeps a column. The rows that a slice counts are those used: with label and prediction.
    """
    measure = MEASURES[task]
    found: list[dict[str, Any]] = []
    for column, name in slices.items():
        made = cut(rows, column)
        coded = rows.mutate(**{CODE: made.codes})
        measured = measure(outcomes_of(coded, kept=[CODE]))
        found += _as_dicts(name, made, measured, smallest)
    return found


def _as_dicts(name: str, made: Cut, measured: Measured, smallest: int) -> Iterator[dict[str, Any]]:
    for code, one in made.slices.items():
        if (code,) not in measured:
            continue
        count, figures = measured[code,]
        yield {
            "column": name,
            **one.as_dict(),
            "count": count,
            "too_few": count < smallest,
            "measures": {figure.name: figure.judged_from(smallest).as_dict() for figure in figures},
        }


def _binary(outcomes: ir.Table) -> Measured:
    """Accuracy, precision, recall and specificity; area, Brier score and calibration error."""
    groups = count_cells(outcomes, {CODE: CODE}).by_group((0,))
    scores = group_score_figures(outcomes, [CODE])
    return {
        values: (
            counts.rows,
            [
                *(
                    rate_figure(name, RATES[rate].share(counts), RATES[rate].empty)
                    for name, rate in NAMED_RATES.items()
                ),
                *(scores[values][name] for name in SCORED),
            ],
        )
        for values, counts in groups.items()
    }


def _multiclass(outcomes: ir.Table) -> Measured:
    """Accuracy and balanced accuracy, over the classes that occur in the slice."""
    cells = count_cells(outcomes, {CODE: CODE})
    found: Measured = {}
    for values in dict.fromkeys(cell.values for cell in cells.cells):
        own = Cells((), tuple(cell for cell in cells.cells if cell.values == values), {})
        matrix = confusion_matrix(own, classes(own))
        found[values] = own.rows_used, multiclass_slice_figures(matrix)
    return found


def _regression(outcomes: ir.Table) -> Measured:
    """Mean absolute error, root mean squared error and mean error."""
    rows = outcomes.filter(outcomes.label.notnull() & outcomes.prediction.notnull())
    error = rows.prediction - rows.label
    errors = rows.select(**{CODE: rows[CODE]}, error=error, square=error * error)
    grouped = errors.group_by(CODE).aggregate(
        rows=errors.count(),
        sum_error=errors.error.sum(),
        sum_absolute_error=errors.error.abs().sum(),
        sum_squared_error=errors.square.sum(),
        sum_error_to_the_fourth=(errors.square * errors.square).sum(),
    )
    found: Measured = {}
    for row in grouped.to_pyarrow().to_pylist():
        values = (row.pop(CODE),)
        moments = Moments(row.pop("rows"), 0.0, row, {})
        found[values] = moments.rows, [mae(moments), rmse(moments), bias(moments)]
    return found


MEASURES: Mapping[str, Callable[[ir.Table], Measured]] = {
    "binary": _binary,
    "multiclass": _multiclass,
    "regression": _regression,
}
