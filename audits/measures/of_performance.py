"""The measurement of performance: scored rows and a plan in, figures with their verdict out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from audits.measures.cells import Cells, count_cells, missing_values
from audits.measures.curves import binary_curves, regression_curves
from audits.measures.draws import SEED
from audits.measures.envelopes import FORMAT, Parts, judged, scored_facts
from audits.measures.outcomes import binary_outcomes, multiclass_outcomes, regression_outcomes
from audits.measures.performance import (
    binary_figures,
    binary_matrix,
    classes,
    confusion_matrix,
    majority_baseline,
    multiclass_figures,
)
from audits.measures.plans import read_plan
from audits.measures.regression import (
    Moments,
    mean_baseline,
    regression_figures,
    take_moments,
)
from audits.measures.rows import need_columns, open_rows
from audits.measures.score_counts import count_scores
from audits.measures.scores import base_rate_baselines, score_figures
from audits.measures.slice_figures import slice_figures
from audits.measures.sources import Connected, queries_sent
from audits.measures.weights import refuse_weights
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

    OutcomesOf = Callable[..., ir.Table]

TASKS = ("binary", "multiclass", "regression")


def measure_performance(
    scored: Path | Connected,
    *,
    task: str,
    threshold: float | None,
    positive_label: object,
    plan: Mapping[str, Any],
    sensitive: Mapping[str, str],
    reproduced: bool,
    label_column: str,
    slices: Mapping[str, str] = MappingProxyType({}),
    weights: str | None = None,
) -> dict[str, Any]:
    """Measure how well the scored rows are answered, and judge it by the plan.

    ``scored`` is a Parquet file with the columns ``label`` and ``score`` (``prediction`` for a
    multiclass task). ``sensitive`` maps its sensitive columns to their names; here it only tells
    how many rows lack them, and groups of people stay out of the cells. ``slices`` maps columns
    whose values are measured apart to their names. A column of weights is refused.
    """
    started = time.perf_counter()
    refuse_weights(weights)
    read = read_plan(plan, "performance")
    if task not in TASKS:
        raise Refused.because(
            "measure.task",
            gettext_noop("There is no task %(task)s. Choose one of %(tasks)s."),
            task=task,
            tasks=", ".join(TASKS),
        )
    with open_rows(scored) as rows:
        need_columns(rows, [*sensitive, *slices])
        outcomes_of = _reader(task, threshold, positive_label, label_column)
        counted, parts = MEASURES[task](outcomes_of(rows), threshold)
        missing = missing_values(rows, sensitive)
        sliced = slice_figures(rows, slices, outcomes_of, task, read.smallest_group)
    measures = [figure.judged_from(read.smallest_group).as_dict() for figure in parts["measures"]]
    measurement = {
        "format": FORMAT,
        "kind": "performance",
        "task": task,
        "scored": scored_facts(reproduced, threshold, positive_label, label_column),
        **parts,
        "measures": measures,
        "slices": sliced,
        "groups": [],
        "comparisons": [],
        **queries_sent(scored),
    }
    seed = None if task == "regression" else SEED
    return judged(measurement, read, counted, missing, seed, started)


def _reader(
    task: str, threshold: float | None, positive_label: object, label_column: str
) -> OutcomesOf:
    """Return what reads label and prediction of rows, as the task defines them."""
    if task == "multiclass":
        return partial(multiclass_outcomes, label_column=label_column)
    if task == "regression":
        return partial(regression_outcomes, label_column=label_column)
    return partial(
        binary_outcomes,
        threshold=threshold,
        positive_label=positive_label,
        label_column=label_column,
    )


def _binary(outcomes: ir.Table, threshold: float | None) -> tuple[Cells, Parts]:
    scores = count_scores(outcomes)
    cells = scores.cells
    counts = cells.counts()
    return cells, {
        "baseline": majority_baseline(binary_matrix(counts)),
        "baselines": [majority_baseline(binary_matrix(counts)), *base_rate_baselines(scores)],
        "confusion": counts.as_dict(),
        "measures": [*binary_figures(counts), *score_figures(outcomes, scores)],
        "curves": binary_curves(scores, float(threshold or 0)),
    }


def _multiclass(outcomes: ir.Table, threshold: float | None) -> tuple[Cells, Parts]:
    cells = count_cells(outcomes)
    labels = classes(cells)
    matrix = confusion_matrix(cells, labels)
    return cells, {
        "baseline": majority_baseline(matrix),
        "baselines": [majority_baseline(matrix)],
        "confusion": {"labels": labels, "matrix": matrix.astype(int).tolist()},
        "measures": multiclass_figures(matrix),
    }


def _regression(outcomes: ir.Table, threshold: float | None) -> tuple[Moments, Parts]:
    moments = take_moments(outcomes)
    return moments, {
        "baseline": mean_baseline(moments),
        "baselines": [mean_baseline(moments)],
        "measures": regression_figures(moments),
        "curves": regression_curves(outcomes),
    }


MEASURES: Mapping[str, Callable[[ir.Table, float | None], tuple[Cells | Moments, Parts]]] = {
    "binary": _binary,
    "multiclass": _multiclass,
    "regression": _regression,
}
