"""Figures that need the order of the scores, exact through the ladder of different scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audits.measures.counts import Counts
from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL, Share, newcombe, quantile, wilson

if TYPE_CHECKING:
    import ibis.expr.types as ir

BITS = 31
"""The room of a count beside another in one number."""
SMIRNOV = 1.480
"""The 2.5 % critical value of the two-sample test, times the root of the harmonic sample size."""


@dataclass(frozen=True)
class Ranks:
    """What the ladder leaves of the rows.

    ``pairs`` counts each pair in the right order twice and each tie once, in whole numbers.
    ``above`` and ``below`` sum up the squares of DeLong's placements, each times two and not yet
    divided: for a positive row the negatives under it, for a negative row the positives under it.
    """

    positives: int
    negatives: int
    scores: int
    pairs: int
    above: float
    below: float

    @property
    def rows(self) -> int:
        """All rows."""
        return self.positives + self.negatives

    @property
    def gap(self) -> str:
        """Why nothing can be ranked: one class only, or one score only; empty where it can."""
        if not self.positives or not self.negatives:
            return "no_negatives" if self.positives else "no_positives"
        return "constant_scores" if self.scores == 1 else ""


@dataclass(frozen=True)
class Extremes:
    """What only the ladder of all rows is asked for.

    ``precision`` sums up, over the positive rows, the precision of selecting all rows that score at
    least as high. At the score where the classes lie farthest apart, so many positive and negative
    rows are at or under it.
    """

    precision: float
    upto_positives: int
    upto_negatives: int


def ladder(outcomes: ir.Table, columns: Sequence[str] = ()) -> ir.Table:
    """Return each different score of each group, with its rows and those at or under it.

    ``p`` and ``q`` are the positive and negative rows at the score, ``upto_p`` and ``upto_q`` those
    at it or under it, and ``both`` these two in one number. Exact up to two thousand million rows
    of either class in a group.
    """
    import ibis

    rows = outcomes.filter(outcomes.label.notnull() & outcomes.score.notnull())
    rungs = rows.group_by([*columns, "score"]).aggregate(
        p=_narrow(rows.label.sum()), q=_narrow((1 - rows.label).sum())
    )
    upto = ibis.window(group_by=columns or None, order_by="score", preceding=None, following=0)
    # Both counts in one number: a second running sum would take two thirds as long again.
    both = rungs.mutate(both=rungs.p * 2**BITS + rungs.q)
    summed = both.mutate(both=_narrow(both.both.sum().over(upto)))
    return summed.mutate(upto_p=summed.both >> BITS, upto_q=summed.both & (2**BITS - 1))


def _narrow(total: ir.IntegerValue) -> ir.IntegerValue:
    """Return a sum of whole numbers as one of 64 bits.

    Engines make it wider, which is slow, and PostgreSQL does not shift such a number. Ibis takes it
    for one of 64 bits already and would leave a plain cast out.
    """
    return total.cast("decimal(38, 0)").cast("int64")


def rank_sums(rungs: ir.Table) -> dict[str, ir.Scalar]:
    """Return the sums over the ladder that :class:`Ranks` is made from, by its names."""
    # Those at the score once and those under it twice: a tie is half of a pair in order.
    pairs = 2 * rungs.upto_q - rungs.q
    under_p, under_q = (2 * rungs.upto_p - rungs.p).cast("float64"), pairs.cast("float64")
    return {
        "positives": rungs.p.sum().cast("int64"),
        "negatives": rungs.q.sum().cast("int64"),
        "scores": rungs.count(),
        "pairs": (rungs.p * pairs).sum().cast("int64"),
        "above": (rungs.p * under_q * under_q).sum(),
        "below": (rungs.q * under_p * under_p).sum(),
    }


def overall_ranks(outcomes: ir.Table, counts: Counts) -> tuple[Ranks, Extremes]:
    """Return what the ladder of all rows leaves, in one query."""
    rungs = ladder(outcomes)
    positives, negatives = counts.positives, counts.negatives
    # Whole numbers: neither sum nor largest distance is rounded.
    distance = (rungs.upto_q * positives - rungs.upto_p * negatives).abs()
    found = positives - rungs.upto_p + rungs.p
    selected = negatives - rungs.upto_q + rungs.q
    precision = found.cast("float64") / (found + selected).cast("float64")
    sums = rungs.aggregate(
        **rank_sums(rungs),
        precision=(rungs.p * precision).sum(),
        both=rungs.both.argmax(distance),
    )
    row = sums.to_pyarrow().to_pylist()[0]
    precision, both = row.pop("precision"), row.pop("both")
    extremes = Extremes(precision, both >> BITS, both & (2**BITS - 1))
    return Ranks(**row), extremes


def roc_auc(ranks: Ranks) -> Figure:
    """Return how often a positive row scores higher than a negative one, ties counting half.

    1 when every positive stands above every negative, 0.5 for chance, 0 when all stand below.
    Exact, through ranks. The interval is DeLong's, on the logit scale: on its own scale it covers
    84 % at 20 positives and an area of 0.97, on the logit scale 93 %. Where the classes are fully
    separated and no variance is left, it is the Wilson interval of as many independent pairs as the
    smaller class has rows. It is judged by from as many rows of the smaller class as a group needs:
    with three positives the interval covers 84 %, with ten 90 %, with thirty 93 %.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845.
    """
    return replace(_area(ranks), rests_on=min(ranks.positives, ranks.negatives))


def _area(ranks: Ranks) -> Figure:
    positives, negatives, rows = ranks.positives, ranks.negatives, ranks.rows
    if ranks.gap:
        return not_estimable("roc_auc", ranks.gap, rows)
    found = ranks.pairs / (2 * positives * negatives)
    if found in (0, 1):
        smaller = min(positives, negatives)
        low, high = wilson(Share(smaller if found else 0, smaller))
        return Figure("roc_auc", found, rows, low, high, "wilson_smaller_class")
    variance = _variance(ranks.above / (2 * negatives) ** 2, found, positives)
    # The share of positives under a negative row; its spread is that of the share over it.
    variance += _variance(ranks.below / (2 * positives) ** 2, 1 - found, negatives)
    if variance <= 0:
        return Figure("roc_auc", found, rows, reason="no_spread")
    return logit_scale("roc_auc", found, math.sqrt(variance), rows, "delong")


def gini(area: Figure) -> Figure:
    """Return the Gini coefficient, twice the area minus 1; its interval is the area's.

    1 when every positive stands above every negative, 0 for chance, -1 when all stand below. Also
    called accuracy ratio or Somers' D. Source: Somers, American Sociological Review 27 (1962) 799.
    """
    if area.value is None or area.low is None or area.high is None:
        value = None if area.value is None else 2 * area.value - 1
        return replace(area, name="gini", value=value)
    value, low, high = (2 * end - 1 for end in (area.value, area.low, area.high))
    return replace(area, name="gini", value=value, low=low, high=high)


def pr_auc(ranks: Ranks, extremes: Extremes) -> Figure:
    """Return the average precision: the area under the precision-recall curve, in steps.

    The mean, over the positive rows, of the precision of selecting all rows that score at least as
    high. 1 when every positive stands above every negative; the share of positives for scores that
    say nothing; near 0 when all stand below and positives are rare. Exact, as scikit-learn's
    average_precision_score. The interval is the logit one, from the number of positives; with a
    hundred to a thousand rows it covers 90 to 99 % (simulated), least with few positives and a low
    value.
    Source: Boyd, Eng and Page, ECML PKDD 2013, 451-466.
    """
    if not ranks.positives:
        return not_estimable("pr_auc", "no_positives", ranks.rows)
    value = extremes.precision / ranks.positives
    if not ranks.negatives:
        return Figure("pr_auc", 1.0, ranks.rows, reason="no_negatives")
    if value >= 1:
        limits = wilson(Share(ranks.positives, ranks.positives))
        return Figure("pr_auc", 1.0, ranks.rows, *limits, interval="wilson_positives")
    deviation = math.sqrt(value * (1 - value) / ranks.positives)
    figure = logit_scale("pr_auc", value, deviation, ranks.rows, "logit")
    return replace(figure, rests_on=ranks.positives)


def ks(ranks: Ranks, extremes: Extremes) -> Figure:
    """Return the Kolmogorov-Smirnov distance of the scores of the two classes.

    The largest difference, over all scores, of the shares of negative and of positive rows at or
    under the score. 1 when a score separates the classes, 0 when both are spread alike. Exact, as
    scipy's ks_2samp. The lower limit takes away the 2.5 % critical value of the two-sample test,
    since the largest of many distances is biased upward; the upper one is Newcombe's for the two
    shares at the score where they lie farthest apart. They cover 94 % or more at two hundred rows,
    which a test holds.
    Source: Smirnov 1948; Newcombe, Statistics in Medicine 17 (1998) 873-890.
    """
    if not ranks.positives or not ranks.negatives:
        return not_estimable("ks", ranks.gap, ranks.rows)
    positives = Share(extremes.upto_positives, ranks.positives)
    negatives = Share(extremes.upto_negatives, ranks.negatives)
    first, second = sorted((positives, negatives), key=lambda share: share.rate, reverse=True)
    value = first.rate - second.rate
    high = newcombe(first, second).high
    noise = SMIRNOV * math.sqrt(ranks.rows / (ranks.positives * ranks.negatives))
    limits = max(0.0, value - noise), max(high, value)
    smaller = min(ranks.positives, ranks.negatives)
    return Figure("ks", value, ranks.rows, *limits, interval="smirnov", rests_on=smaller)


def logit_scale(name: str, value: float, deviation: float, rows: int, interval: str) -> Figure:
    """Return a figure within 0 and 1 with its interval on the logit scale (delta method)."""
    logit = math.log(value / (1 - value))
    reach = quantile(LEVEL) * deviation / (value * (1 - value))
    return Figure(name, value, rows, _expit(logit - reach), _expit(logit + reach), interval)


def _variance(squares: float, mean: float, rows: int) -> float:
    """Return the variance of a mean from the sum of squares."""
    return max(0.0, squares - rows * mean**2) / (rows - 1) / rows if rows > 1 else 0.0


def _expit(logit: float) -> float:
    # Either form alone overflows at its far end.
    return 1 / (1 + math.exp(-logit)) if logit > 0 else math.exp(logit) / (1 + math.exp(logit))
