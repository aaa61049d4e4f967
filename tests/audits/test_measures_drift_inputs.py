"""Drift of odd input: gaps, constants, text among numbers, other columns, next to no rows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from registry.rules.refusals import Refused
from tests.audits.test_measures_drift import feature, measured, of, overall, scored


def test_missing_values_are_a_bin_of_their_own(tmp_path: Path) -> None:
    before = [float(n) for n in range(100)]
    after = [None if n % 2 else float(n) for n in range(100)]
    found = measured(scored({"x": before}, 100), scored({"x": after}, 100), ["x"], tmp_path)
    rate = of(found, "x", "missing_rate_difference")
    assert rate["value"] == 0.5
    assert 0.39 < rate["low"] < 0.5 < rate["high"] < 0.6
    assert feature(found, "x")["histogram"]["missing"] == [0, 50]
    # Ten bins of 0.1 against 0.05, and missing: half a row of 100 against half of all.
    expected = 10 * -0.05 * math.log(0.5) + (0.5 - 0.005) * math.log(0.5 / 0.005)
    assert of(found, "x", "psi")["value"] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ([5.0] * 60, [7.0] * 60, {"wasserstein": "constant_feature"}),
        ([None] * 60, [None] * 60, {"psi": ""}),
        ([None] * 60, [1.0] * 60, {"psi": ""}),
        ([1.0, 2.0] * 30, [None] * 60, {"ks": "no_numbers", "wasserstein": "no_numbers"}),
        ([1.0, math.inf] * 30, [1.0, 2.0] * 30, {"wasserstein": "infinite_values"}),
        (list(range(60)), ["none"] * 60, {"ks": "no_numbers"}),
        (["a", "b"] * 30, list(range(60)), {"cramers_v": ""}),
        (["2020-01-01T00:00+02:00"] * 60, ["2020-01-01T00:00Z"] * 60, {"cramers_v": ""}),
    ],
)
def test_what_cannot_be_estimated_is_named(
    before: list[Any], after: list[Any], reasons: dict[str, str], tmp_path: Path
) -> None:
    found = measured(scored({"x": before}, 60), scored({"x": after}, 60), ["x"], tmp_path)
    for name, reason in reasons.items():
        assert of(found, "x", name)["reason"] == reason


def test_a_constant_that_becomes_another_is_a_shift(tmp_path: Path) -> None:
    found = measured(scored({"x": [5.0] * 60}, 60), scored({"x": [7.0] * 60}, 60), ["x"], tmp_path)
    assert of(found, "x", "psi")["low"] > 0.2
    assert of(found, "x", "ks")["value"] == 1.0


def test_text_where_numbers_were_is_a_bin_of_its_own_and_a_changed_type(tmp_path: Path) -> None:
    before = [float(n) for n in range(100)]
    after = [*before[:80], *["unknown"] * 20]
    found = measured(scored({"x": before}, 100), scored({"x": after}, 100), ["x"], tmp_path)
    assert feature(found, "x")["histogram"]["not_numbers"] == [0, 20]
    assert found["schema"] == [
        {"column": "x", "change": "type", "before": "number", "after": "text"}
    ]
    assert of(found, "x", "ks")["value"] == pytest.approx(
        stats.ks_2samp(before, before[:80]).statistic
    )


def test_a_value_that_most_rows_share_is_told_from_those_under_it(tmp_path: Path) -> None:
    before = [*np.linspace(0, 0.9, 30), *[1.0] * 970]
    after = [*np.linspace(0, 0.9, 500), *[1.0] * 500]
    found = measured(scored({"x": before}, 1000), scored({"x": after}, 1000), ["x"], tmp_path)
    assert feature(found, "x")["histogram"]["after"][-1] == 500
    assert of(found, "x", "psi")["low"] > 0.2


def test_a_hundred_thousand_categories_share_a_bin_but_for_fifty(tmp_path: Path) -> None:
    before = [f"key {n}" for n in range(100_000)]
    before[:500] = ["often"] * 500
    after = [f"new {n}" for n in range(1000)]
    found = measured(scored({"x": before}, 100_000), scored({"x": after}, 1000), ["x"], tmp_path)
    histogram = feature(found, "x")["histogram"]
    assert len(histogram["categories"]) == 50
    assert histogram["categories"][0] == "often"
    assert histogram["other"] == [100_000 - 500 - 49, 1000]
    assert histogram["unseen"] == 1000


def test_a_changed_schema_is_measured_with_what_is_left(tmp_path: Path) -> None:
    before = scored({"x": range(50), "y": range(50)}, 50)
    after = scored({"x": range(50)}, 50)
    columns = [{"name": "x", "type": "integer"}, {"name": "y", "type": "integer"}]
    changed = [{"name": "x", "type": "float"}, {"name": "z", "type": "text"}]
    found = measured(
        before, after, ["x", "y"], tmp_path, schema_before=columns, schema_after=changed
    )
    assert [one["feature"] for one in found["features"]] == ["x"]
    assert found["schema"] == [
        {"column": "y", "change": "removed", "before": "integer", "after": None},
        {"column": "z", "change": "added", "before": None, "after": "text"},
    ]


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_other_tasks_are_measured_too(task: str, tmp_path: Path) -> None:
    before, after = scored({"x": range(100)}, 100, 1), scored({"x": range(100)}, 100, 2)
    for side, seed in ((before, 1), (after, 2)):
        generator = np.random.default_rng(seed)
        side["label"] = [str(value) for value in generator.integers(0, 3, 100)]
        if task == "multiclass":
            side["prediction"] = [str(value) for value in generator.integers(0, 3, 100)]
            del side["score"]
    found = measured(before, after, ["x"], tmp_path, task=task, threshold=None, positive_label=None)
    names = {figure["name"]: figure["estimable"] for figure in found["measures"]}
    changed = {"multiclass": "accuracy_change", "regression": "mae_change"}[task]
    assert names["prediction_psi"] and names[changed]
    assert found["groups"] == []


def test_one_row_a_side_is_too_few_to_judge(tmp_path: Path) -> None:
    found = measured(scored({"x": [1.0]}, 1), scored({"x": [2.0]}, 1), ["x"], tmp_path)
    assert {check["verdict"] for check in found["checks"]} == {"undecided"}
    assert of(found, "x", "psi")["reason"] == "too_few"


def test_an_empty_side_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="0 in the batch"):
        measured(scored({"x": [1.0]}, 1), scored({"x": []}, 0), ["x"], tmp_path)


def test_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="knows no weights"):
        measured(scored({}, 9), scored({}, 9), [], tmp_path, weights="s0")


def test_without_labels_the_quality_is_not_estimable_and_all_else_is(tmp_path: Path) -> None:
    found = measured(scored({}, 100), scored({}, 100, 2, labels=False), [], tmp_path)
    assert overall(found, "roc_auc_change")["reason"] == "no_labels"
    assert overall(found, "prediction_psi")["estimable"]
    assert found["performance"] == []
