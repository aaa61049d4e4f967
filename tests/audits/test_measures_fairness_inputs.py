"""Bad input to a fairness run: each works by definition, or fails in a sentence."""

import json
from typing import Any

import pytest

from audits.suppression import suppress
from tests.audits.test_measures_rows import codes, measured, refusal


def bad(**changes: Any) -> dict[str, Any]:
    return {
        "label": [1, 0, 1, 0],
        "score": [0.9, 0.1, 0.8, 0.2],
        "s0": ["a", "a", "b", "b"],
        **changes,
    }


def test_a_group_of_one_and_a_column_of_one_value_are_measured() -> None:
    found = measured("fairness", bad(s0=["a", "a", "a", "b"]))
    assert [group["count"] for group in found["groups"]] == [3, 1]
    assert found["honesty"]["too_few"] == ["sex: a", "sex: b"]
    single = measured("fairness", bad(s0=["a"] * 4))
    assert single["groups"][0]["versus"]["reference"] is None
    assert {one["reason"] for one in single["comparisons"]} == {"one_group"}
    json.dumps([found, single], allow_nan=False)


def test_a_sensitive_column_that_is_all_missing_is_one_group() -> None:
    for nothing in ([None] * 4, [float("nan")] * 4, ["", " ", "", ""]):
        found = measured("fairness", bad(s0=nothing))
        assert [(group["group"], group["missing"]) for group in found["groups"]] == [
            ("missing", True)
        ]
        assert found["honesty"]["missing_sensitive"] == {"sex": 4}
    found = measured("fairness", {**bad(), "s1": [None] * 4}, sensitive={"s0": "sex", "s1": "race"})
    assert [group["group"] for group in found["groups"]][-2:] == ["a, missing", "b, missing"]


def test_a_hundred_thousand_different_values_are_refused_in_a_sentence() -> None:
    rows = {"label": [1, 0] * 50_000, "score": [0.9, 0.1] * 50_000,
            "s0": [f"person {place}" for place in range(100_000)]}  # fmt: skip
    found = refusal("fairness", rows)
    assert codes(found) == ["measure.too_many_groups"]
    assert "Put its values into classes first" in str(found)
    rows["score"] = [float(place) for place in range(100_000)]
    assert codes(refusal("fairness", rows, task="regression")) == ["measure.too_many_groups"]


@pytest.mark.parametrize("name", ['"select"', "🙂 group", "label'; drop table", "rows", "label"])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_column_by_any_name_is_measured(name: str, task: str) -> None:
    rows = bad(s1=["x", "y", "x", "🙂"])
    if task == "regression":
        rows["label"] = [1.0, 2.0, 1.0, 2.0]
    found = measured("fairness", rows, task=task, sensitive={"s0": "sex", "s1": name})
    assert {group["attribute"] for group in found["groups"]} == {"sex", name, f"sex x {name}"}
    assert [group["group"] for group in found["groups"][2:5]] == ["x", "y", "🙂"]
    assert [row[:2] for row in suppress(found)["cells"]["rows"]] == [
        row[:2] for row in found["cells"]["rows"]
    ]


def test_a_column_by_any_name_makes_strata() -> None:
    for name in ('"select"', "🙂"):
        rows = bad(**{name: [1, 2, 1, 2]})
        found = measured("fairness", rows, strata={name: name})
        assert [one["value"] for one in found["strata"]] == ["1", "2"]


def test_weights_are_refused_since_they_count_nobody() -> None:
    assert codes(refusal("fairness", bad(w=[1.0] * 4), weights="w")) == ["measure.fairness_weights"]


def test_a_task_that_is_not_there_is_refused() -> None:
    assert codes(refusal("fairness", bad(), task="ranking")) == ["measure.task"]


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"reference": ["male"]}, "plan.reference"),
        ({"reference": {"sex": 1}}, "plan.reference"),
        ({"reference": "male"}, "plan.reference"),
        ({"presets": ["ll145"]}, "plan.presets"),
        ({"presets": "ll144"}, "plan.presets"),
        ({"ll144": {"sex": "sex", "age": "age"}}, "plan.ll144"),
        ({"ll144": {"tool": "hammer"}}, "plan.ll144"),
        ({"ll144": ["sex"]}, "plan.ll144"),
        ({"strata": "grade"}, "plan.strata"),
        ({"strata": [1]}, "plan.strata"),
    ],
)
def test_a_plan_with_what_cannot_be_read_is_refused_in_a_sentence(
    plan: dict[str, Any], code: str
) -> None:
    found = refusal("fairness", bad(), plan=plan)
    assert codes(found) == [code]
    assert "Correct the policy." in str(found)


def test_a_plan_with_everything_is_read() -> None:
    plan = {"reference": {"sex": "a"}, "presets": [], "ll144": {"tool": "selection"}, "strata": []}
    assert measured("fairness", bad(), plan=plan)["groups"][1]["versus"]["reference"] == "a"
    assert measured("fairness", bad(), plan={"reference": None, "presets": None, "strata": None})
