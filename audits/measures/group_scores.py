"""The score-based figures of every group of some columns, from one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from audits.measures.calibration import Bin, bin_of, calibration_gap, ece, mean_score
from audits.measures.cells import Values
from audits.measures.figures import Figure
from audits.measures.ranks import Ranks, ladder, rank_sums, roc_auc
from audits.measures.scores import log_scale, spread

if TYPE_CHECKING:
    import ibis.expr.types as ir

Row = Mapping[str, Any]

SCORE_FIGURES = ("roc_auc", "brier_score", "ece", "mean_score", "calibration_gap")
"""The figures of each group, in the order in which they are given."""


def group_score_figures(
    outcomes: ir.Table, columns: Sequence[str]
) -> dict[Values, dict[str, Figure]]:
    """Return ROC AUC, Brier score, calibration error, mean score and gap of each group.

    ``outcomes`` are those of ``binary_outcomes``: label 1 or 0, score, and the columns that make
    the groups; rows without label or score are left out. The keys are the values of ``columns`` in
    their order, ``None`` where one is missing; without columns the one key is ``()``. Ranks are
    taken within each group. A group that has one class only has no area, and says why.
    """
    # Under names of our own, since a column may be called as one of the sums is.
    keys = {f"group_{place}": outcomes[name] for place, name in enumerate(columns)}
    rows = outcomes.select(**keys, label=outcomes.label, score=outcomes.score)
    rungs = ladder(rows, [*keys])
    rungs = rungs.mutate(tenth=bin_of(rungs.score))
    score, p, q = rungs.score, rungs.p, rungs.q
    hit, miss = (1 - score) * (1 - score), score * score
    grouped = rungs.group_by([*keys, "tenth"]).aggregate(
        **rank_sums(rungs),
        sum_score=((p + q) * score).sum(),
        sum_squares=((p + q) * miss).sum(),
        sum_positive_score=(p * score).sum(),
        sum_loss=(p * hit + q * miss).sum(),
        sum_loss_squares=(p * hit * hit + q * miss * miss).sum(),
    )
    tenths: dict[Values, list[Row]] = defaultdict(list)
    for row in grouped.to_pyarrow().to_pylist():
        tenths[tuple(row[name] for name in keys)].append(row)
    return {values: figures_of_tenths(rows) for values, rows in tenths.items()}


def figures_of_tenths(rows: Sequence[Row]) -> dict[str, Figure]:
    """Return all figures of a group from its sums over the tenths of the score."""
    bins = [
        Bin(
            row["tenth"],
            row["positives"] + row["negatives"],
            row["positives"],
            row["sum_score"],
            row["sum_squares"],
            row["sum_positive_score"],
        )
        for row in sorted(rows, key=lambda row: int(row["tenth"]))
    ]
    names = ("positives", "negatives", "scores", "pairs", "above", "below")
    count = sum(one.rows for one in bins)
    loss, squares = (sum(row[name] for row in rows) for name in ("sum_loss", "sum_loss_squares"))
    brier = log_scale("brier_score", loss / count, spread(loss, squares, count), count)
    figures = (
        roc_auc(Ranks(*(sum(row[name] for row in rows) for name in names))),
        brier,
        ece(bins),
        mean_score(bins),
        calibration_gap(bins),
    )
    return {figure.name: figure for figure in figures}
