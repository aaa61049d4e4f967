"""All figures of a binary task that need the score itself, overall."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from audits.measures.calibration import calibration_gap, ece
from audits.measures.figures import Figure
from audits.measures.intervals import LEVEL, quantile
from audits.measures.ranks import gini, ks, overall_ranks, pr_auc, roc_auc
from audits.measures.score_counts import ScoreCounts

if TYPE_CHECKING:
    import ibis.expr.types as ir


def score_figures(outcomes: ir.Table, scores: ScoreCounts) -> list[Figure]:
    """Return the figures of the scores: two passes over the rows, this one for their order."""
    ranks, extremes = overall_ranks(outcomes, scores.cells.counts())
    area = roc_auc(ranks)
    return [
        area,
        gini(area),
        pr_auc(ranks, extremes),
        ks(ranks, extremes),
        brier_score(scores),
        log_loss(scores),
        ece(scores.bins),
        calibration_gap(scores.bins),
    ]


def brier_score(scores: ScoreCounts) -> Figure:
    """Return the mean squared distance of score and label (1 or 0).

    0 when every score is certain and right, 1 when every one is certain and wrong; always answering
    0.5 gives 0.25. Source: Brier, Monthly Weather Review 78 (1950) 1-3.
    """
    return _mean_loss("brier_score", "brier", scores)


def log_loss(scores: ScoreCounts) -> Figure:
    """Return the mean negative logarithm of the probability given to what really was.

    0 when every score is certain and right; without an upper end, though no row counts more than
    36; always answering 0.5 gives 0.69. Source: scikit-learn's log_loss.
    """
    return _mean_loss("log_loss", "log", scores)


def base_rate_baselines(scores: ScoreCounts) -> list[dict[str, object]]:
    """Return Brier score and log loss of always answering with the share of positives.

    A model whose loss is no smaller has scores that say nothing. Both are 0 with one class only.
    """
    counts = scores.cells.counts()
    rate = counts.positives / counts.rows
    entropy = -sum(part * math.log(part) for part in (rate, 1 - rate) if part)
    return [
        {"name": "base_rate", "measure": "brier_score", "value": rate * (1 - rate)},
        {"name": "base_rate", "measure": "log_loss", "value": entropy},
    ]


def log_scale(name: str, mean: float, deviation: float | None, rows: int) -> Figure:
    """Return a figure above 0 with its interval on the log scale, from its standard deviation.

    The normal interval of the logarithm (delta method) stays above 0 and, such values being skewed,
    covers better than the plain one.
    """
    # A deviation this small is what rounding leaves of equal values.
    if not deviation or deviation <= 1e-6 * mean:
        return Figure(name, mean, rows, reason="no_spread")
    reach = math.exp(quantile(LEVEL) * deviation / (mean * math.sqrt(rows)))
    return Figure(name, mean, rows, mean / reach, mean * reach, "log_normal")


def spread(total: float, squares: float, rows: int) -> float:
    """Return the standard deviation of values from their sum and the sum of their squares."""
    if rows < 2:
        return 0.0
    return math.sqrt(max(0.0, squares - total**2 / rows) / (rows - 1))


def _mean_loss(name: str, sums: str, scores: ScoreCounts) -> Figure:
    rows = scores.cells.rows_used
    total, squares = scores.total(sums), scores.total(f"{sums}_squares")
    return log_scale(name, total / rows, spread(total, squares, rows), rows)
