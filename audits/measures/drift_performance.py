"""How much better or worse the model answers the batch, once its labels are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audits.measures.drift_figures import change
from audits.measures.drift_samples import Samples
from audits.measures.figures import Figure, not_estimable
from audits.measures.of_performance import measure_performance

COMPARED: Mapping[str, tuple[str, ...]] = {
    "binary": ("roc_auc", "accuracy", "brier_score"),
    "multiclass": ("accuracy", "balanced_accuracy"),
    "regression": ("mae", "rmse"),
}


def performance_drift(
    samples: Samples, paths: Sequence[Path], *, task: str, smallest: int, **common: Any
) -> tuple[list[dict[str, Any]], list[Figure]]:
    """Return each figure of the model's quality before and after, and how it changed.

    Without labels on both sides there is nothing to compare, which the changes say.
    """
    names = COMPARED[task]
    labelled = [table.label.count().to_pyarrow().as_py() for table in _tables(samples)]
    if not all(labelled):
        return [], [not_estimable(f"{name}_change", "no_labels") for name in names]
    plan = {"kind": "performance", "smallest_group": smallest}
    sides = []
    for path in paths:
        found = measure_performance(path, task=task, plan=plan, sensitive={}, **common)
        sides.append({figure["name"]: figure for figure in found["measures"]})
    before, after = sides
    rows = [
        {"name": name, "before": before[name], "after": after[name]}
        for name in names
        if name in before and name in after
    ]
    changes = [
        change(f"{row['name']}_change", _figure(row["before"]), _figure(row["after"]))
        for row in rows
    ]
    return rows, changes


def _tables(samples: Samples) -> tuple[Any, Any]:
    return samples.before, samples.after


def _figure(found: Mapping[str, Any]) -> Figure:
    parts = ("name", "value", "n", "low", "high", "interval", "reason")
    return Figure(**{part: found[part] for part in parts})
