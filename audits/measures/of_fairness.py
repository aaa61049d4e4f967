"""The measurement of fairness: scored rows and a plan in, figures with their verdict out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audits.measures.cells import Cells, refuse_too_many_groups
from audits.measures.envelopes import FORMAT, Parts, judged, scored_facts
from audits.measures.error_groups import compare_errors, error_groupings
from audits.measures.group_errors import ErrorCells, take_errors
from audits.measures.ll144 import ll144
from audits.measures.outcomes import regression_outcomes
from audits.measures.plans import Plan, read_plan
from audits.measures.rows import open_rows
from audits.measures.selections import selection_parts
from audits.measures.sources import Connected, queries_sent
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

TASKS = ("binary", "multiclass", "regression")


def measure_fairness(
    scored: Path | Connected,
    *,
    task: str,
    threshold: float | None,
    positive_label: object,
    plan: Mapping[str, Any],
    sensitive: Mapping[str, str],
    reproduced: bool,
    label_column: str,
    strata: Mapping[str, str] | None = None,
    weights: str | None = None,
) -> dict[str, Any]:
    """Measure how differently groups of people are answered, and judge it by the plan.

    ``scored`` is a Parquet file with the columns ``label`` and ``score`` (``prediction`` for a
    multiclass task) and those that ``sensitive`` and ``strata`` map to their names. Each sensitive
    column makes groups, and so do all of them together; a missing value is a group of its own. A
    regression is measured by its errors, a multiclass task by its accuracy and, with a positive
    label, by that class against the rest. Each column of ``strata`` is a factor within whose values
    the groups are compared again.
    """
    started = time.perf_counter()
    read = read_plan(plan, "fairness")
    _refuse_unfit(task, sensitive, strata or {}, weights)
    counted: Cells | ErrorCells
    with open_rows(scored) as rows:
        if task == "regression":
            counted, parts = _regression(rows, sensitive, label_column, read)
        else:
            counted, parts = selection_parts(
                rows,
                task=task,
                threshold=threshold,
                positive_label=positive_label,
                label_column=label_column,
                sensitive=sensitive,
                strata=strata or {},
                plan=read,
            )
    measurement = {
        "format": FORMAT,
        "kind": "fairness",
        "task": task,
        "scored": scored_facts(reproduced, threshold, positive_label, label_column),
        "measures": [],
        **parts,
        **queries_sent(scored),
    }
    return judged(measurement, read, counted, counted.missing(), None, started)


def _regression(
    rows: ir.Table, sensitive: Mapping[str, str], label_column: str, plan: Plan
) -> tuple[ErrorCells, Parts]:
    outcomes = regression_outcomes(rows, label_column=label_column, kept=sensitive)
    refuse_too_many_groups(outcomes, sensitive)
    errors = take_errors(outcomes, sensitive)
    made = list(error_groupings(errors.groups, errors.attributes, plan.smallest_group))
    parts: Parts = {
        "groups": [group for grouping in made for group in grouping.as_dicts(plan.reference)],
        "comparisons": [figure for grouping in made for figure in compare_errors(grouping)],
    }
    if "ll144" in plan.presets:
        parts["ll144"] = ll144(outcomes, sensitive, plan, "regression")
    return errors, parts


def _refuse_unfit(
    task: str, sensitive: Mapping[str, str], strata: Mapping[str, str], weights: str | None
) -> None:
    """Refuse a fairness run that has nothing to compare, or asks for what its task has not."""
    if task not in TASKS:
        raise Refused.because(
            "measure.task",
            gettext_noop("There is no task %(task)s. Choose one of %(tasks)s."),
            task=task,
            tasks=", ".join(TASKS),
        )
    if not sensitive:
        raise Refused.because(
            "measure.no_sensitive_column",
            gettext_noop(
                "The test data declares no sensitive column, so there are no groups to compare."
                " Declare at least one on the dataset version."
            ),
        )
    if strata and task == "regression":
        raise Refused.because(
            "measure.strata_task",
            gettext_noop(
                "Strata are measured where people are selected. Declare a positive label, or run"
                " without strata."
            ),
        )
    if weights is not None:
        raise Refused.because(
            "measure.fairness_weights",
            gettext_noop(
                "Fairness counts people, and a weight is no number of people: the intervals would"
                " claim more rows than there are. Run without weights, which a performance run"
                " takes."
            ),
        )
