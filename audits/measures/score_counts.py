"""Counts and sums of scored rows by whole percent of the score, from one group-by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.measures.calibration import BINS, Bin, percent
from audits.measures.cells import Cell, Cells, refuse_no_rows
from audits.measures.counts import Counts

if TYPE_CHECKING:
    import ibis.expr.types as ir

EPSILON = 2.0**-52
"""Probabilities are kept this far from 0 and 1 in the log loss, as scikit-learn does."""
SUMS = ("scores", "squares", "brier", "brier_squares", "log", "log_squares")


@dataclass(frozen=True)
class Step:
    """The rows of one label whose scores lie in one whole percent, on one side of the threshold."""

    percent: int
    label: int
    prediction: int
    rows: int
    sums: Mapping[str, float]


@dataclass(frozen=True)
class ScoreCounts:
    """All rows of a binary task by label, prediction and whole percent of the score."""

    steps: tuple[Step, ...]
    dropped: Mapping[str, int]

    @property
    def cells(self) -> Cells:
        """The rows by label and prediction alone."""
        counts: Counter[tuple[int, int]] = Counter()
        for step in self.steps:
            counts[step.label, step.prediction] += step.rows
        cells = tuple(Cell((), *key, count) for key, count in sorted(counts.items()))
        return Cells((), cells, self.dropped)

    @property
    def bins(self) -> list[Bin]:
        """The ten bins of the score that hold rows."""
        bins = []
        for place in range(BINS):
            steps = [step for step in self.steps if min(step.percent // 10, BINS - 1) == place]
            positive = [step for step in steps if step.label]
            if steps:
                bins.append(
                    Bin(
                        place,
                        sum(step.rows for step in steps),
                        sum(step.rows for step in positive),
                        sum(step.sums["scores"] for step in steps),
                        sum(step.sums["squares"] for step in steps),
                        sum(step.sums["scores"] for step in positive),
                    )
                )
        return bins

    def total(self, name: str) -> float:
        """Return a sum over all rows."""
        return sum(step.sums[name] for step in self.steps)

    def at(self, threshold: int) -> Counts:
        """Return the four counts at a threshold of so many whole percent."""
        tally: Counter[tuple[int, bool]] = Counter()
        for step in self.steps:
            tally[step.label, step.percent >= threshold] += step.rows
        return Counts(tally[1, True], tally[0, True], tally[1, False], tally[0, False])


def count_scores(outcomes: ir.Table) -> ScoreCounts:
    """Count the rows; those without a label or a score are left out, each under its reason."""
    score = outcomes.score
    clipped = score.clip(EPSILON, 1 - EPSILON)
    right = outcomes.label == 1
    table = outcomes.select(
        label=outcomes.label,
        prediction=outcomes.prediction,
        step=percent(score),
        score=score,
        brier=right.ifelse((1 - score) * (1 - score), score * score),
        log=-right.ifelse(clipped, 1 - clipped).ln(),
    )
    grouped = table.group_by(["label", "prediction", "step"]).aggregate(
        rows=table.count(),
        scores=table.score.sum(),
        squares=(table.score * table.score).sum(),
        **{name: table[name].sum() for name in ("brier", "log")},
        **{f"{name}_squares": (table[name] * table[name]).sum() for name in ("brier", "log")},
    )
    steps, dropped = [], {"label_missing": 0, "prediction_missing": 0}
    for row in grouped.to_pyarrow().to_pylist():
        label, prediction, rows = row["label"], row["prediction"], row["rows"]
        if label is None or prediction is None:
            dropped["label_missing" if label is None else "prediction_missing"] += rows
        else:
            sums = {name: float(row[name]) for name in SUMS}
            steps.append(Step(row["step"], label, prediction, rows, sums))
    if not steps:
        refuse_no_rows(sum(dropped.values()))
    steps.sort(key=lambda step: (step.percent, step.label, step.prediction))
    return ScoreCounts(tuple(steps), dropped)
