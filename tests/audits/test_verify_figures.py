"""Every figure that follows from counts is recomputed by the file handed out, and agrees."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.audits import tampering
from tests.audits.test_fairness_pages import MEASUREMENTS
from tests.audits.test_measures_rows import measured

checker = tampering.loaded()


def recounted(measurement: dict[str, Any]) -> Any:
    stated = json.loads(json.dumps(measurement))
    task = "regression" if stated["task"] == "regression" else "classes"
    recount = checker.Recount()
    checker.RECOUNTS[stated["kind"], task](recount, stated)
    checker._recount_verdicts(recount, stated)
    return recount


def rows_of(task: str, number: int) -> dict[str, list[Any]]:
    draw = random.Random(f"{task} {number}")  # noqa: S311
    found: dict[str, list[Any]] = {"s0": [], "s1": [], "grade": [], "label": []}
    answer = found.setdefault("prediction" if task == "multiclass" else "score", [])
    for _ in range(number):
        found["s0"].append(draw.choice(["f", "m", "m", "x", None]))
        found["s1"].append(draw.choice(["a", "b", "b", "c"]))
        found["grade"].append(draw.choice(["low", "high", "high"]))
        if task == "binary":
            found["label"].append(int(draw.random() < 0.5))
            answer.append(min(1.0, max(0.0, draw.gauss(0.35 + 0.3 * found["label"][-1], 0.2))))
        elif task == "multiclass":
            found["label"].append(draw.choice("pqr"))
            answer.append(found["label"][-1] if draw.random() < 0.6 else draw.choice("pqr"))
        else:
            found["label"].append(draw.gauss(100, 30))
            answer.append(found["label"][-1] + draw.gauss(2, 10))
    return found


TASKS: list[tuple[str, dict[str, Any]]] = [
    ("binary", {"strata": {"grade": "grade"}}),
    ("multiclass", {"positive_label": "p", "strata": {"grade": "grade"}}),
    ("multiclass", {"positive_label": None}),
    ("regression", {}),
]


@pytest.mark.parametrize(("task", "options"), TASKS, ids=["binary", "rest", "classes", "numbers"])
@pytest.mark.parametrize("number", [60, 500])
def test_every_figure_of_fairness_follows_from_its_counts(
    task: str, options: dict[str, Any], number: int
) -> None:
    plan = {"kind": "fairness", "checks": tampering.CHECKS if task == "binary" else []}
    found = measured(
        "fairness",
        rows_of(task, number),
        **{"task": task, "sensitive": tampering.BOTH, "plan": plan, **options},
    )
    recount = recounted(found)
    assert recount.wrong == []
    assert recount.intervals > 50


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_figure_of_performance_follows_from_its_counts(task: str) -> None:
    columns = rows_of(task, 400)
    found = measured("performance", columns, task=task, slices={"grade": "grade"})
    recount = recounted(found)
    assert recount.wrong == []
    assert recount.intervals >= 3


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_strata_and_the_tables_of_a_law_are_recomputed(name: str) -> None:
    assert recounted(MEASUREMENTS[name]).wrong == []


def figures_of(part: Any) -> list[dict[str, Any]]:
    """Return every figure that stands anywhere in a measurement."""
    if isinstance(part, dict):
        own = [part] if {"value", "low", "high", "interval"} <= set(part) else []
        return own + [one for inner in part.values() for one in figures_of(inner)]
    return [one for inner in part for one in figures_of(inner)] if isinstance(part, list) else []


def test_a_changed_figure_is_found_wherever_counts_tell_it() -> None:
    """Not those of the scores' order, nor limits that were drawn: these are named as left out."""
    found = tampering.measurement("fairness")
    told_by_counts = [
        one
        for group in found["groups"]
        for one in figures_of([group["measures"], group["impact_ratio"], group["versus"]])
    ] + figures_of(found["comparisons"])
    draw = random.Random(1)  # noqa: S311
    for figure in draw.sample(told_by_counts, 40):
        for end in ("value", "low", "high"):
            if figure[end] is None:
                continue
            before, figure[end] = figure[end], figure[end] + 1e-6
            assert recounted(found).wrong, figure
            figure[end] = before
    assert recounted(found).wrong == []


@pytest.mark.parametrize(("level", "freedom"), [(0.95, 1), (0.95, 3.7), (0.999, 29), (0.95, 4000)])
def test_students_quantile_is_that_of_scipy(level: float, freedom: float) -> None:
    from scipy.stats import t

    expected = float(t.ppf(0.5 + level / 2, freedom))
    assert checker.student(level, freedom) == pytest.approx(expected, rel=1e-10)
