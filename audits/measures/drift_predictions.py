"""How far the answers of the model lie from those it gave on the reference."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from audits.measures.drift_features import Shift, shift_of
from audits.measures.drift_figures import rate_change
from audits.measures.drift_samples import Samples, one
from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL, Share, quantile
from audits.measures.rows import need_columns


def prediction_drift(
    samples: Samples, task: str, threshold: float | None
) -> tuple[dict[str, Any], list[Figure]]:
    """Return the shift of the scores (of the classes, for multiclass), and its figures."""
    column = "prediction" if task == "multiclass" else "score"
    for table in (samples.before, samples.after):
        need_columns(table, [column])
    shift = shift_of(samples, column, column, *samples.filled([column])[column])
    figures = [shift.psi("prediction_psi"), _apart(shift)]
    if task != "multiclass":
        figures.append(mean_score_change(samples))
    if task == "binary" and threshold is not None:
        figures.append(selection_rate_change(samples, threshold))
    found = shift.as_dict()
    found.pop("feature")
    return {**found, "column": column}, figures


def mean_score_change(samples: Samples) -> Figure:
    """Return the mean score of the batch minus that of the reference; above 0 when it rose.

    In the unit of the score. The interval is the normal one for two means of unequal variances
    (Welch 1947).
    """
    name = "mean_score_change"
    sides = []
    for table in (samples.before, samples.after):
        score = table.score.cast("float64")
        sums = table.aggregate(n=score.count(), mean=score.mean(), sd=score.std())
        sides.append(one(sums))
    rows = min(int(side["n"]) for side in sides)
    if not rows:
        return not_estimable(name, "no_rows")
    before, after = sides
    value = float(after["mean"] - before["mean"])
    variance = sum(float(side["sd"] or 0.0) ** 2 / side["n"] for side in sides)
    if rows < 2 or not variance:
        return Figure(name, value, rows, reason="no_spread")
    reach = quantile(LEVEL) * math.sqrt(variance)
    return Figure(name, value, rows, value - reach, value + reach, "two_means")


def selection_rate_change(samples: Samples, threshold: float) -> Figure:
    """Return how much larger the share of rows at or over the threshold has become; -1 to 1."""
    shares = []
    for table in (samples.before, samples.after):
        score = table.score.cast("float64")
        sums = one(table.aggregate(n=score.count(), k=(score >= threshold).sum()))
        shares.append(Share(int(sums["k"] or 0), int(sums["n"])))
    return rate_change("selection_rate_change", shares[0], shares[1])


def _apart(shift: Shift) -> Figure:
    """Return the effect size: of scores the largest distance, of classes Cramer's V."""
    wanted = "ks" if shift.type == "number" else "cramers_v"
    for figure in shift.figures():
        if figure.name == wanted:
            return replace(figure, name=f"prediction_{wanted}")
    return not_estimable(f"prediction_{wanted}", "no_rows")
