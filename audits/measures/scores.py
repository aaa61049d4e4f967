"""Figures that need the score itself: ROC AUC, Brier score and log loss, summed over the rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from audits.measures.counts import Counts
from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL, Share, quantile, wilson

if TYPE_CHECKING:
    import ibis.expr.types as ir

EPSILON = 2.0**-52
"""Probabilities are kept this far from 0 and 1 in the log loss, as scikit-learn does."""


def roc_auc(outcomes: ir.Table, counts: Counts) -> Figure:
    """Return how often a positive row scores higher than a negative one, ties counting half.

    1 when every positive stands above every negative, 0.5 for chance, 0 when all stand below.
    Exact, through ranks. The interval is DeLong's, on the logit scale: on its own scale it covers
    84 % at 20 positives and an area of 0.97, on the logit scale 93 %. Where the classes are fully
    separated and no variance is left, it is the Wilson interval of as many independent pairs as the
    smaller class has rows.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845.
    """
    positives, negatives, rows = counts.positives, counts.negatives, counts.rows
    if not positives or not negatives:
        return not_estimable("roc_auc", "no_negatives" if positives else "no_positives", rows)
    sums = _one(_rank_sums(outcomes, positives, negatives))
    if sums["scores"] == 1:
        return not_estimable("roc_auc", "constant_scores", rows)
    area = int(sums["pairs"]) / (2 * positives * negatives)
    if area in (0, 1):
        smaller = min(positives, negatives)
        low, high = wilson(Share(smaller if area else 0, smaller))
        return Figure("roc_auc", area, rows, low, high, "wilson_smaller_class")
    variance = _variance(sums["above"], area, positives) + _variance(sums["below"], area, negatives)
    if variance <= 0:
        return Figure("roc_auc", area, rows, reason="no_spread")
    logit = math.log(area / (1 - area))
    reach = quantile(LEVEL) * math.sqrt(variance) / (area * (1 - area))
    return Figure("roc_auc", area, rows, _expit(logit - reach), _expit(logit + reach), "delong")


def brier_score(outcomes: ir.Table) -> Figure:
    """Return the mean squared distance of score and label (1 or 0).

    0 when every score is certain and right, 1 when every one is certain and wrong; always answering
    0.5 gives 0.25. Source: Brier, Monthly Weather Review 78 (1950) 1-3.
    """
    return mean_figure("brier_score", outcomes, (outcomes.score - outcomes.label) ** 2)


def log_loss(outcomes: ir.Table) -> Figure:
    """Return the mean negative logarithm of the probability given to what really was.

    0 when every score is certain and right; without an upper end, though no row counts more than
    36; always answering 0.5 gives 0.69. Source: scikit-learn's log_loss.
    """
    score = outcomes.score.clip(EPSILON, 1 - EPSILON)
    given = (outcomes.label == 1).ifelse(score, 1 - score)
    return mean_figure("log_loss", outcomes, -given.ln())


def mean_figure(name: str, outcomes: ir.Table, value: ir.NumericValue) -> Figure:
    """Return the mean of a value that is never negative, with an interval on the log scale.

    The normal interval of the logarithm (delta method) stays above 0 and, the values being skewed,
    covers better than the plain one.
    """
    losses = outcomes.select(value=value.cast("float64"))
    sums = _one(losses.aggregate(n=losses.count(), mean=losses.value.mean(), sd=losses.value.std()))
    return log_scale(name, sums["mean"], sums["sd"], int(sums["n"]))


def log_scale(name: str, mean: float, deviation: float | None, rows: int) -> Figure:
    """Return a figure above 0 with its interval on the log scale, from its standard deviation."""
    # A deviation this small is what rounding leaves of equal values.
    if not deviation or deviation <= 1e-7 * mean:
        return Figure(name, mean, rows, reason="no_spread")
    reach = math.exp(quantile(LEVEL) * deviation / (mean * math.sqrt(rows)))
    return Figure(name, mean, rows, mean / reach, mean * reach, "log_normal")


def _rank_sums(outcomes: ir.Table, positives: int, negatives: int) -> ir.Table:
    """Sum up, over the different scores in order, what the area and its variance need.

    ``pairs`` counts each pair in the right order twice and each tie once, in whole numbers, so the
    area is exact. ``above`` and ``below`` hold the sums and squares of DeLong's placements: for a
    positive row the share of negatives under it, for a negative row the share of positives over it.
    """
    import ibis

    ladder = outcomes.group_by("score").aggregate(
        p=outcomes.label.sum(), q=(1 - outcomes.label).sum()
    )
    upto = ibis.window(order_by="score", preceding=None, following=0)
    ladder = ladder.mutate(
        under=2 * ladder.q.sum().over(upto) - ladder.q,
        over=2 * (positives - ladder.p.sum().over(upto)) + ladder.p,
    )
    ladder = ladder.mutate(
        placed_p=ladder.under.cast("float64") / (2 * negatives),
        placed_q=ladder.over.cast("float64") / (2 * positives),
    )
    return ladder.aggregate(
        scores=ladder.count(),
        pairs=(ladder.p * ladder.under).sum(),
        above=(ladder.p * ladder.placed_p**2).sum(),
        below=(ladder.q * ladder.placed_q**2).sum(),
    )


def _variance(squares: float, mean: float, rows: int) -> float:
    """Return the variance of a mean from the sum of squares."""
    return max(0.0, squares - rows * mean**2) / (rows - 1) / rows if rows > 1 else 0.0


def _expit(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def _one(table: ir.Table) -> dict[str, Any]:
    return dict(table.to_pyarrow().to_pylist()[0])
