"""Curves: what every threshold would have done, and how scores compare with what was observed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from audits.measures.calibration import BINS
from audits.measures.counts import rate_figure
from audits.measures.figures import Figure
from audits.measures.intervals import LEVEL, quantile
from audits.measures.score_counts import ScoreCounts

if TYPE_CHECKING:
    import ibis.expr.types as ir

Curve = list[dict[str, object]]

TENTHS = 10


def binary_curves(scores: ScoreCounts, threshold: float) -> dict[str, Curve]:
    """Return the counts at each whole percent and at the declared threshold, and the calibration.

    ROC and precision-recall curves are drawn from the counts.
    """
    counted = {place / 100: scores.at(place) for place in range(101)}
    counted[threshold] = scores.cells.counts()
    return {
        "thresholds": [
            {"threshold": at, **counted[at].as_dict(), "declared": at == threshold}
            for at in sorted(counted)
        ],
        "calibration": calibration(scores),
    }


def calibration(scores: ScoreCounts) -> Curve:
    """Return, for each tenth of the score that holds rows, its mean score and its observed rate.

    A bin holds its lower end and not its upper one; the last holds 1 as well. The rate has Wilson
    limits; a bin whose limits leave out the mean score is off by more than chance explains.
    """
    return [
        {
            "low": one.place / BINS,
            "high": (one.place + 1) / BINS,
            "rows": one.rows,
            "mean_score": one.mean_score,
            "positives": one.positives,
            "rate": rate_figure("observed_rate", one.share, "no_rows").as_dict(),
        }
        for one in scores.bins
    ]


def regression_curves(outcomes: ir.Table) -> dict[str, Curve]:
    """Return mean prediction against mean label in each tenth of the predictions, by their order.

    Equal predictions are kept together, so tenths can differ in size and a constant prediction
    makes one. The mean label has a normal interval.
    """
    import ibis

    rows = outcomes.filter(outcomes.label.notnull() & outcomes.prediction.notnull())
    rungs = rows.group_by("prediction").aggregate(
        rows=rows.count(), label=rows.label.sum(), squares=(rows.label * rows.label).sum()
    )
    upto = ibis.window(order_by="prediction", preceding=None, following=0)
    everything = ibis.window(preceding=None, following=None)
    # Twice the rank in the middle of the rows that tie, so that it is a whole number.
    twice = (2 * rungs.rows.sum().over(upto) - rungs.rows).cast("int64")
    total = rungs.rows.sum().over(everything).cast("int64")
    tenths = rungs.mutate(
        tenth=(twice * (TENTHS / 2) / total.cast("float64")).floor().cast("int64"),
        predicted=rungs.prediction * rungs.rows,
    )
    grouped = tenths.group_by("tenth").aggregate(
        rows=tenths.rows.sum().cast("int64"),
        low=tenths.prediction.min(),
        high=tenths.prediction.max(),
        predicted=tenths.predicted.sum(),
        label=tenths.label.sum(),
        squares=tenths.squares.sum(),
    )
    found = sorted(grouped.to_pyarrow().to_pylist(), key=lambda row: int(row["tenth"]))
    return {
        "calibration": [
            {
                "low": row["low"],
                "high": row["high"],
                "rows": row["rows"],
                "mean_score": row["predicted"] / row["rows"],
                "rate": _mean("mean_label", row["label"], row["squares"], row["rows"]).as_dict(),
            }
            for row in found
        ]
    }


def _mean(name: str, total: float, squares: float, rows: int) -> Figure:
    mean = total / rows
    variance = squares / rows - mean**2
    if rows < 2 or variance <= 1e-12 * squares / rows:
        return Figure(name, mean, rows, reason="no_spread")
    reach = quantile(LEVEL) * math.sqrt(variance / (rows - 1))
    return Figure(name, mean, rows, mean - reach, mean + reach, "normal")
