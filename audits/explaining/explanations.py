"""Has a model explained in the sandbox, and judges what came of it; the caller's side."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from audits.explaining.attributions import NOT_FINITE
from audits.measures.envelopes import FORMAT, scored_facts
from audits.measures.honesty import honesty_block
from audits.measures.plans import Plan, read_plan
from audits.measures.verdicts import judge
from registry.inspection import sandbox
from registry.inspection.labels import spelt
from registry.inspection.sandbox import Limits
from registry.rules.refusals import Refused

LIMITS = Limits(cpu_seconds=1800, wall_seconds=3600.0)
ROWS = 2000
SEED = 7


def explain(
    *,
    artefact: Path,
    artefact_format: str,
    data: Path,
    data_format: str,
    features: Sequence[str],
    label: str,
    task: str,
    positive_label: str | None,
    threshold: float | None,
    sensitive: Sequence[str],
    plan: Mapping[str, Any],
    rows: int = ROWS,
    cases: Sequence[int] = (),
    seed: int = SEED,
    limits: Limits = LIMITS,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Explain what drives the model's answers on rows of the data; return the measurement.

    ``rows`` are drawn, in proportion to the labels (a tenth of them where the model can only be
    asked and not looked into); 0 stands for the usual number. ``cases`` are the numbers of rows,
    from 1 on, that are explained one by one. The same seed draws the same rows and gives the same
    figures. ``on_progress`` gets whole percents. What is wrong with the model, the data or the
    rows asked for is `Refused`.
    """
    started = time.perf_counter()
    read = read_plan(plan, "explanation")
    positive = spelt(positive_label) if task == "binary" and positive_label is not None else None
    request = {
        "artefact": str(artefact.resolve()),
        "artefact_format": artefact_format,
        "data": str(data.resolve()),
        "data_format": data_format,
        "features": list(features),
        "label": label,
        "task": task,
        "positive_label": positive,
        "threshold": threshold,
        "sensitive": list(sensitive),
        "rows": rows or ROWS,
        "cases": list(dict.fromkeys(cases)),
        "seed": seed,
        "smallest_group": read.smallest_group,
    }

    def on_line(percent: Any) -> None:
        if on_progress is not None:
            on_progress(max(0, min(100, int(percent))))

    found = sandbox.run(
        "audits.explaining.child",
        request,
        limits=limits,
        reads=[artefact, data],
        on_line=on_line,
    )
    _check_finite(found)
    scored = scored_facts(True, threshold, positive, label)
    return _judged(found, read, task, scored, seed, started)


def _judged(
    found: dict[str, Any],
    plan: Plan,
    task: str,
    scored: dict[str, Any],
    seed: int,
    started: float,
) -> dict[str, Any]:
    """Put what the child found into a measurement, with checks, verdict and the honesty block."""
    rows, libraries = found.pop("rows"), found.pop("libraries")
    missing = found.pop("missing_sensitive")
    used = found["quality"]["sample_rows"]
    found["quality"] |= {"of_rows": rows, "version": libraries["shap"]}
    measurement = {
        "format": FORMAT,
        "kind": "explanation",
        "task": task,
        "scored": scored,
        "groups": [],
        **found,
    }
    if any(check.measure == "importance_share" for check in plan.checks):
        measurement["comparisons"] += [_share(feature) for feature in found["features"]]
    checks, verdict = judge(plan, measurement)
    groups = [(one["attribute"], group) for one in found["by_group"] for group in one["groups"]]
    honesty = honesty_block(
        measurement,
        plan=plan,
        dropped={"not_sampled": rows - used},
        rows_used=used,
        missing_sensitive=missing,
        small_cells=sum(group["count"] < plan.smallest_cell for _, group in groups),
        seed=seed,
        duration_seconds=time.perf_counter() - started,
    )
    honesty["too_few"] = [f"{name}: {group['group']}" for name, group in groups if group["too_few"]]
    honesty["comparisons"] = sum(one["comparisons"] for one in found["by_group"])
    honesty["libraries"] = {"python": platform.python_version(), **libraries}
    return {**measurement, "checks": checks, "verdict": verdict, "honesty": honesty}


def _share(feature: Mapping[str, Any]) -> dict[str, Any]:
    """Return a feature's share as what a plan can judge: none for a protected one, say."""
    figure = feature["share"]
    return {"attribute": feature["name"], **figure, "left_out": [], "judged": figure}


def _check_finite(found: Any) -> None:
    """Refuse a reply with NaN or infinity in it, which no measurement may hold."""
    if isinstance(found, float) and not math.isfinite(found):
        raise Refused.because("explanation.not_finite", NOT_FINITE)
    if isinstance(found, Mapping):
        found = list(found.values())
    if isinstance(found, list):
        for part in found:
            _check_finite(part)
