"""Fairness of a task that selects people, or sorts them into classes: everything from the cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audits.measures.cells import (
    Cell,
    Cells,
    Values,
    count_cells,
    count_groups,
    rows_up_to,
)
from audits.measures.comparisons import compare
from audits.measures.conditionals import conditionals
from audits.measures.figures import Figure
from audits.measures.group_scores import group_score_figures
from audits.measures.groups import Grouping, groupings
from audits.measures.ll144 import ll144
from audits.measures.outcomes import binary_outcomes, multiclass_outcomes
from audits.measures.plans import Plan
from audits.measures.references import against, fixed_reference
from audits.measures.rows import label_text
from audits.measures.score_bins import STEPS, ScoreBins, raw_texts, read_bins
from audits.measures.significance import tested
from audits.measures.strata import Factor, factor, strata_of, stratified
from audits.measures.treatments import treatment_ratio
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

EXACT_ROWS = 100_000
"""Beyond so many rows the scores are read once, into bins; their exact order costs seconds."""

Parts = dict[str, Any]
Scores = Mapping[str, Mapping[Values, Mapping[str, Figure]]]


def selection_parts(
    rows: ir.Table,
    *,
    task: str,
    threshold: float | None,
    positive_label: object,
    label_column: str,
    sensitive: Mapping[str, str],
    strata: Mapping[str, str],
    plan: Plan,
) -> tuple[Cells, Parts]:
    """Return the cells, and the parts of the measurement that are made of them."""
    rows, factors = _with_strata(rows, strata)
    kept = [*sensitive, *factors]
    if task == "binary":
        outcomes = binary_outcomes(
            rows,
            threshold=threshold,
            positive_label=positive_label,
            label_column=label_column,
            kept=kept,
            as_they_are=raw_texts(rows, sensitive),
        )
    else:
        outcomes = multiclass_outcomes(rows, label_column=label_column, kept=kept)
    bins = _bins(outcomes, sensitive) if task == "binary" else None
    cells = bins.cells(sensitive) if bins else count_groups(outcomes, sensitive)
    positive = _positive(cells, positive_label, label_column) if task == "multiclass" else None
    made = list(_groupings(cells, task, positive, plan.smallest_group))
    if cells.rows_used <= EXACT_ROWS:
        bins = None
    scores = _scores(outcomes, sensitive, bins) if task == "binary" else {}
    parts: Parts = {
        "groups": list(_groups(made, scores, plan)),
        "comparisons": [figure for grouping in made for figure in compare(grouping)],
    }
    if bins:
        parts["score_bins"] = STEPS
    if "ll144" in plan.presets:
        parts["ll144"] = ll144(outcomes, sensitive, plan, task)
    if factors:
        parts |= _conditional(outcomes, sensitive, factors, made, plan, task, positive)
    return cells, parts


def _groups(made: Iterable[Grouping], scores: Scores, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield every group with its rates and with all that holds it against other groups."""
    tests = tested(made)
    for grouping in made:
        held = against(grouping, fixed_reference(grouping, plan.reference))
        for place, group in enumerate(grouping.as_dicts()):
            figures = scores.get(grouping.attribute, {}).get(grouping.groups[place].values, {})
            if grouping.selects:
                counts = grouping.groups[place].counts
                group["treatment_ratio"] = treatment_ratio(counts, plan.smallest_group).as_dict()
            yield {
                **group,
                "versus": held[place],
                "significance": tests.get((grouping.attribute, place)),
                "scores": {
                    name: figure.judged_from(plan.smallest_group).as_dict()
                    for name, figure in figures.items()
                },
            }


def _groupings(cells: Cells, task: str, positive: str | None, smallest: int) -> Iterator[Grouping]:
    """Yield the groupings; several classes become one against the rest, or right against wrong."""
    if task == "binary":
        yield from groupings(cells, smallest)
        return
    right = list(groupings(_right_or_wrong(cells), smallest))
    if positive is None:
        yield from (replace(grouping, rate_names=("accuracy",)) for grouping in right)
        return
    for one, all_classes in zip(
        groupings(_against_rest(cells, positive), smallest), right, strict=True
    ):
        groups = (
            replace(group, right=other.counts.true_positives)
            for group, other in zip(one.groups, all_classes.groups, strict=True)
        )
        yield replace(one, groups=tuple(groups))


def _against_rest(cells: Cells, positive: str) -> Cells:
    return replace(
        cells,
        cells=tuple(
            Cell(
                cell.values,
                int(cell.label == positive),
                int(cell.prediction == positive),
                cell.count,
            )
            for cell in cells.cells
        ),
    )


def _right_or_wrong(cells: Cells) -> Cells:
    """Return the cells as if each label were positive, and predicted so where it is predicted."""
    return replace(
        cells,
        cells=tuple(
            Cell(cell.values, int(cell.label == cell.prediction), 1, cell.count)
            for cell in cells.cells
        ),
    )


def _positive(cells: Cells, positive_label: object, label_column: str) -> str | None:
    """Return the class that is held against the rest; refuse one that does not occur."""
    if positive_label is None or not str(positive_label).strip():
        return None
    positive = label_text(positive_label)
    found = sorted({str(value) for cell in cells.cells for value in (cell.label, cell.prediction)})
    if positive not in found:
        raise Refused.because(
            "measure.positive_label_unknown",
            gettext_noop(
                "The positive label %(positive)s does not occur in the column %(column)s, which"
                " holds %(labels)s. Declare one of these as the positive label."
            ),
            positive=str(positive_label),
            column=label_column,
            labels=", ".join(found[:10]),
        )
    return positive


def _bins(outcomes: ir.Table, sensitive: Mapping[str, str]) -> ScoreBins | None:
    """Return the rows in bins of their scores if they are too many for their exact order."""
    is_large = rows_up_to(outcomes, sensitive, EXACT_ROWS + 1) > EXACT_ROWS
    return read_bins(outcomes, sensitive) if is_large else None


def _scores(outcomes: ir.Table, sensitive: Mapping[str, str], bins: ScoreBins | None) -> Scores:
    """Return the score-based figures of each group of each attribute, and of all together."""
    wanted: list[tuple[str, ...]] = [(column,) for column in sensitive]
    wanted += [tuple(sensitive)] if len(sensitive) > 1 else []
    return {
        " x ".join(sensitive[column] for column in columns): (
            bins.figures(columns) if bins else group_score_figures(outcomes, columns)
        )
        for columns in wanted
    }


def _with_strata(
    rows: ir.Table, strata: Mapping[str, str]
) -> tuple[ir.Table, dict[str, tuple[str, Factor]]]:
    """Return the rows with a column of text for each factor, and these by the column's name."""
    factors = {
        f"stratum_{place}": (name, factor(rows, column, name))
        for place, (column, name) in enumerate(strata.items())
    }
    words = {column: found.words for column, (_, found) in factors.items()}
    return (rows.mutate(**words) if words else rows), factors


def _conditional(
    outcomes: ir.Table,
    sensitive: Mapping[str, str],
    factors: Mapping[str, tuple[str, Factor]],
    made: list[Grouping],
    plan: Plan,
    task: str,
    positive: str | None,
) -> Parts:
    """Return the groups within the strata of each factor, and pooled over them."""
    if task == "multiclass" and positive is None:
        raise Refused.because(
            "measure.strata_task",
            gettext_noop(
                "Strata are measured where people are selected. Declare a positive label, or run"
                " without strata."
            ),
        )
    within: list[dict[str, object]] = []
    pooled: list[dict[str, object]] = []
    for column, (name, found) in factors.items():
        cells = count_cells(outcomes, {**sensitive, column: name})
        counted = cells if positive is None else _against_rest(cells, positive)
        strata = strata_of(counted, found.order)
        within += stratified(name, strata, plan.smallest_group)
        pooled += conditionals(name, made, strata, plan.reference, plan.smallest_group)
    return {"strata": within, "conditional": pooled}
