"""The two measurements: scored rows and a plan in, a measurement with its verdict out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audits.measures.cells import Cells, count_cells, missing_values, refuse_too_many_groups
from audits.measures.comparisons import compare
from audits.measures.draws import SEED
from audits.measures.groups import groupings
from audits.measures.honesty import honesty_block
from audits.measures.outcomes import binary_outcomes, multiclass_outcomes, regression_outcomes
from audits.measures.performance import (
    binary_figures,
    binary_matrix,
    classes,
    confusion_matrix,
    majority_baseline,
    multiclass_figures,
)
from audits.measures.plans import Plan, read_plan
from audits.measures.regression import (
    Moments,
    mean_baseline,
    regression_figures,
    take_moments,
)
from audits.measures.rows import open_rows
from audits.measures.verdicts import judge
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

FORMAT = "mlops-gov/measurement/1"
TASKS = ("binary", "multiclass", "regression")


Parts = dict[str, Any]


def measure_performance(
    scored: Path,
    *,
    task: str,
    threshold: float | None,
    positive_label: object,
    plan: Mapping[str, Any],
    sensitive: Mapping[str, str],
    reproduced: bool,
    label_column: str,
) -> dict[str, Any]:
    """Measure how well the scored rows are answered, and judge it by the plan.

    ``scored`` is a Parquet file with the columns ``label`` and ``score`` (``prediction`` for a
    multiclass task). ``sensitive`` maps its sensitive columns to their names; here it only tells
    how many rows lack them, and groups of people stay out of the cells.
    """
    started = time.perf_counter()
    read = read_plan(plan, "performance")
    with open_rows(scored) as rows:
        counted: Cells | Moments
        if task == "binary":
            counted, parts = _binary(rows, threshold, positive_label, label_column)
        elif task == "multiclass":
            counted, parts = _multiclass(rows, label_column)
        elif task == "regression":
            counted, parts = _regression(rows, label_column)
        else:
            raise Refused.because(
                "measure.task",
                gettext_noop("There is no task %(task)s. Choose one of %(tasks)s."),
                task=task,
                tasks=", ".join(TASKS),
            )
        missing = missing_values(rows, sensitive)
    measures = [figure.judged_from(read.smallest_group).as_dict() for figure in parts["measures"]]
    measurement = {
        "format": FORMAT,
        "kind": "performance",
        "task": task,
        "scored": _scored(reproduced, threshold, positive_label, label_column),
        **parts,
        "measures": measures,
        "groups": [],
        "comparisons": [],
    }
    seed = None if task == "regression" else SEED
    return _judged(measurement, read, counted, missing, seed, started)


def measure_fairness(
    scored: Path,
    *,
    task: str,
    threshold: float | None,
    positive_label: object,
    plan: Mapping[str, Any],
    sensitive: Mapping[str, str],
    reproduced: bool,
    label_column: str,
) -> dict[str, Any]:
    """Measure how differently groups of people are answered, and judge it by the plan.

    ``scored`` is a Parquet file with the columns ``label`` and ``score`` and the columns that
    ``sensitive`` maps to their names. Each of these makes groups, and so do all of them together; a
    missing value is a group of its own.
    """
    started = time.perf_counter()
    read = read_plan(plan, "fairness")
    _refuse_unfit(task, sensitive)
    with open_rows(scored) as rows:
        outcomes = binary_outcomes(
            rows,
            threshold=threshold,
            positive_label=positive_label,
            label_column=label_column,
            kept=sensitive,
        )
        refuse_too_many_groups(outcomes, sensitive)
        cells = count_cells(outcomes, sensitive)
    made = list(groupings(cells, read.smallest_group))
    measurement = {
        "format": FORMAT,
        "kind": "fairness",
        "task": task,
        "scored": _scored(reproduced, threshold, positive_label, label_column),
        "measures": [],
        "groups": [group for grouping in made for group in grouping.as_dicts()],
        "comparisons": [figure for grouping in made for figure in compare(grouping)],
    }
    return _judged(measurement, read, cells, cells.missing(), None, started)


def _judged(
    measurement: Parts,
    plan: Plan,
    counted: Cells | Moments,
    missing: Mapping[str, int],
    seed: int | None,
    started: float,
) -> dict[str, Any]:
    """Return the measurement with checks, verdict, cells and the honesty block."""
    checks, verdict = judge(plan, measurement)
    honesty = honesty_block(
        measurement,
        plan=plan,
        dropped=counted.dropped,
        rows_used=counted.rows_used,
        missing_sensitive=missing,
        small_cells=counted.smaller_than(plan.smallest_cell),
        seed=seed,
        duration_seconds=time.perf_counter() - started,
    )
    return {
        **measurement,
        "checks": checks,
        "verdict": verdict,
        "cells": counted.as_dict(),
        "honesty": honesty,
    }


def _binary(
    rows: ir.Table, threshold: float | None, positive_label: object, label_column: str
) -> tuple[Cells, Parts]:
    outcomes = binary_outcomes(
        rows, threshold=threshold, positive_label=positive_label, label_column=label_column
    )
    cells = count_cells(outcomes)
    counts = cells.counts()
    return cells, {
        "baseline": majority_baseline(binary_matrix(counts)),
        "confusion": counts.as_dict(),
        "measures": binary_figures(outcomes, counts),
    }


def _multiclass(rows: ir.Table, label_column: str) -> tuple[Cells, Parts]:
    cells = count_cells(multiclass_outcomes(rows, label_column=label_column))
    labels = classes(cells)
    matrix = confusion_matrix(cells, labels)
    return cells, {
        "baseline": majority_baseline(matrix),
        "confusion": {"labels": labels, "matrix": matrix.astype(int).tolist()},
        "measures": multiclass_figures(matrix),
    }


def _regression(rows: ir.Table, label_column: str) -> tuple[Moments, Parts]:
    moments = take_moments(regression_outcomes(rows, label_column=label_column))
    return moments, {
        "baseline": mean_baseline(moments),
        "measures": regression_figures(moments),
    }


def _scored(
    reproduced: bool, threshold: float | None, positive_label: object, label_column: str
) -> Parts:
    return {
        "reproduced": reproduced,
        "threshold": threshold,
        "positive_label": None if positive_label is None else str(positive_label),
        "label_column": label_column,
    }


def _refuse_unfit(task: str, sensitive: Mapping[str, str]) -> None:
    """Refuse a fairness run that has nothing to compare, or whose task has no selection."""
    if task != "binary":
        raise Refused.because(
            "measure.fairness_task",
            gettext_noop(
                "Fairness is measured for binary tasks; this model's task is %(task)s. Start a"
                " performance run instead, or hand in a fairness report made elsewhere as evidence."
            ),
            task=task,
        )
    if not sensitive:
        raise Refused.because(
            "measure.no_sensitive_column",
            gettext_noop(
                "The test data declares no sensitive column, so there are no groups to compare."
                " Declare at least one on the dataset version."
            ),
        )
