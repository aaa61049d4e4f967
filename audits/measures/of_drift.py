"""The measurement of drift: a reference and a batch, both scored, in; figures and verdict out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audits.measures.drift_fairness import fairness_drift
from audits.measures.drift_features import Shift, feature_shifts
from audits.measures.drift_performance import COMPARED, performance_drift
from audits.measures.drift_predictions import prediction_drift
from audits.measures.drift_samples import Samples, names_in_both, open_samples
from audits.measures.drift_schemas import changed_columns
from audits.measures.drift_summaries import compared, holm_adjusted, largest_psi, share_drifted
from audits.measures.envelopes import FORMAT, judged, scored_facts
from audits.measures.figures import Figure
from audits.measures.plans import Plan, read_plan
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop


@dataclass(frozen=True)
class _Bins:
    """What the rows were brought back as, for the honesty block: the bins of all features."""

    rows_used: int
    counts: tuple[int, ...]
    dropped: Mapping[str, int]

    def smaller_than(self, limit: int) -> int:
        """Return how many bins hold fewer rows than the limit, empty ones aside."""
        return sum(0 < count < limit for count in self.counts)

    def as_dict(self) -> dict[str, object]:
        """Return nothing: the bins stand with their features."""
        return {}


def measure_drift(
    before: Path,
    after: Path,
    *,
    task: str,
    threshold: float | None,
    positive_label: object,
    plan: Mapping[str, Any],
    features: Mapping[str, str],
    sensitive: Mapping[str, str],
    reproduced: bool,
    label_column: str,
    schema_before: Sequence[Mapping[str, Any]],
    schema_after: Sequence[Mapping[str, Any]],
    weights: str | None = None,
) -> dict[str, Any]:
    """Measure how far a batch has moved from the reference, and judge it by the plan.

    ``before`` and ``after`` are Parquet files of scored rows. ``features`` and ``sensitive`` map
    their kept columns (the same in both) to names. What one side lacks is left out and stands in
    ``schema``, so a batch whose columns changed is measured with what is left. The schemas list the
    columns of the data themselves, each with ``name`` and ``type``.
    """
    started = time.perf_counter()
    read = read_plan(plan, "drift")
    _refuse_unfit(task, weights)
    with open_samples(before, after) as samples:
        shifts = feature_shifts(samples, names_in_both(samples, features))
        prediction, figures = prediction_drift(samples, task, threshold)
        performance, changes = performance_drift(
            samples,
            (before, after),
            task=task,
            smallest=read.smallest_group,
            threshold=threshold,
            positive_label=positive_label,
            reproduced=reproduced,
            label_column=label_column,
        )
        known = names_in_both(samples, sensitive)
        groups, apart = _fairness(samples, task, threshold, known, read)
        filled = samples.filled(list(known))
        missing = {name: filled[column][1].missing for column, name in known.items()}
    summaries = [largest_psi(shifts), share_drifted(shifts, read)]
    measurement = {
        "format": FORMAT,
        "kind": "drift",
        "task": task,
        "scored": scored_facts(reproduced, threshold, positive_label, label_column),
        "batches": {"before": samples.rows[0], "after": samples.rows[1]},
        "schema": changed_columns(schema_before, schema_after, shifts),
        "features": holm_adjusted([shift.as_dict() for shift in shifts]),
        "prediction": prediction,
        "performance": performance,
        "measures": _as_dicts([*summaries, *figures, *changes], read),
        "groups": groups,
        "comparisons": [*compared(shifts, read), *apart],
    }
    counted = _Bins(samples.rows[1], _bin_counts(shifts), {})
    whole = judged(measurement, read, counted, missing, None, started)
    whole.pop("cells")
    return whole


def _refuse_unfit(task: str, weights: str | None) -> None:
    if task not in COMPARED:
        raise Refused.because(
            "measure.task",
            gettext_noop("There is no task %(task)s. Choose one of %(tasks)s."),
            task=task,
            tasks=", ".join(COMPARED),
        )
    if weights is not None:
        raise Refused.because(
            "measure.drift_weights",
            gettext_noop(
                "Drift counts rows and knows no weights. Start the run without a weight column."
            ),
        )


def _fairness(
    samples: Samples,
    task: str,
    threshold: float | None,
    sensitive: Mapping[str, str],
    plan: Plan,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if task != "binary" or threshold is None:
        return [], []
    return fairness_drift(samples, threshold, sensitive, plan.smallest_group)


def _as_dicts(figures: Sequence[Figure], plan: Plan) -> list[dict[str, object]]:
    return [figure.judged_from(plan.smallest_group).as_dict() for figure in figures]


def _bin_counts(shifts: Sequence[Shift]) -> tuple[int, ...]:
    return tuple(count for shift in shifts for side in shift.histogram.all() for count in side)
