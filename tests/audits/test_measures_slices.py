"""Slices, curves, baselines and weights of a performance measurement, worked out by hand."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from audits.measures.intervals import Share, wilson
from audits.measures.slices import MOST_VALUES
from tests.audits.test_measures_performance import sample
from tests.audits.test_measures_rows import codes, measured, refusal

ROWS = {"label": [1, 1, 0, 0, 1, 0], "score": [0.9, 0.2, 0.8, 0.1, 0.7, 0.3]}


def sliced(column: Any, **changes: Any) -> list[dict[str, Any]]:
    size = len(column)
    rows = {"label": np.arange(size) % 2, "score": (np.arange(size) % 10) / 10, "s0": column}
    found = measured("performance", rows, slices={"s0": "branch"}, **changes)["slices"]
    assert sum(one["count"] for one in found) == size
    assert {one["column"] for one in found} == {"branch"}
    return list(found)


def test_each_value_is_a_slice_and_so_are_the_missing_ones() -> None:
    found = measured(
        "performance", {**ROWS, "s0": ["b", "b", "b", "a", None, None]}, slices={"s0": "branch"}
    )["slices"]
    assert [(one["value"], one["missing"], one["count"]) for one in found] == [
        ("a", False, 1),
        ("b", False, 3),
        (None, True, 2),
    ]
    figures = {name: one["value"] for name, one in found[1]["measures"].items()}
    assert figures == pytest.approx(
        {
            "accuracy": 1 / 3,
            "precision": 1 / 2,
            "recall": 1 / 2,
            "specificity": 0,
            "roc_auc": 1 / 2,
            "brier_score": (0.01 + 0.64 + 0.64) / 3,
            "ece": (0.1 + abs(0.2 - 1) + 0.8) / 3,
        }
    )
    assert all(one["too_few"] for one in found)
    assert found[0]["measures"]["recall"]["reason"] == "no_positives"


def test_many_numbers_are_cut_at_their_quartiles_and_ties_stay_together() -> None:
    found = sliced([*range(1, 41), None, None])
    assert [(one["value"], one["count"]) for one in found] == [
        ("1 to 10", 10),
        ("11 to 20", 10),
        ("21 to 30", 10),
        ("31 to 40", 10),
        (None, 2),
    ]
    assert (found[0]["low"], found[0]["high"]) == (1, 10)
    tied = sliced([5.0] * 60 + [float(one) for one in range(10, 40)])
    assert [one["count"] for one in tied if one["low"] == 5] == [60]
    assert [one["value"] for one in sliced([str(one / 4) for one in range(40)])][0] == "0 to 2.25"


def test_few_numbers_are_values_in_their_order() -> None:
    assert [one["value"] for one in sliced([10, 9, 2, 1] * 5)] == ["1", "2", "9", "10"]


def test_the_rarest_of_many_texts_stand_together() -> None:
    column = [f"v{place:02}" for place in range(25) for _ in range(2 if place < 20 else 1)]
    found = sliced(column)
    assert len(found) == MOST_VALUES + 1
    other = found[-1]
    assert (other["other"], other["count"]) == (True, 5)
    named = sliced([*column, "other", "other", "other"])
    assert [one["count"] for one in named if one["value"] == "other" and not one["other"]] == [3]


def test_a_column_without_any_value_is_one_slice() -> None:
    assert [(one["value"], one["count"]) for one in sliced([None] * 6)] == [(None, 6)]


def test_a_hundred_thousand_different_values_are_cut_or_put_together() -> None:
    size = 100_000
    assert len(sliced([f"person {place}" for place in range(size)])) == MOST_VALUES + 1
    assert [one["count"] for one in sliced(np.arange(size))] == [25_000] * 4


@pytest.mark.parametrize(
    "column",
    [
        [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)] * 3,
        [
            datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1))).isoformat(),
            datetime(2026, 1, 1, tzinfo=timezone(-timedelta(hours=8))).isoformat(),
        ]
        * 3,
        [True, False] * 3,
        ["'; DROP TABLE rows; --", '"select"'] * 3,
        ["\N{SMILING FACE WITH SUNGLASSES}", "ß"] * 3,
    ],
)
def test_a_slice_may_hold_anything(column: list[Any]) -> None:
    assert [one["count"] for one in sliced(column)] == [3, 3]


def test_slices_of_a_regression_have_their_own_errors() -> None:
    found = measured(
        "performance",
        {"label": [1.0, 2.0, 3.0, 5.0], "score": [2.0, 2.0, 1.0, 5.0], "s0": list("aabb")},
        task="regression",
        slices={"s0": "branch"},
    )["slices"]
    values = [{name: one["value"] for name, one in part["measures"].items()} for part in found]
    assert values == [
        pytest.approx({"mae": 0.5, "rmse": math.sqrt(0.5), "bias": 0.5}),
        pytest.approx({"mae": 1, "rmse": math.sqrt(2), "bias": -1}),
    ]


def test_slices_of_many_classes_are_measured_over_the_classes_they_hold() -> None:
    found = measured(
        "performance",
        {"label": list("xxyyzz"), "prediction": list("xyyyzx"), "s0": list("aaaabb")},
        task="multiclass",
        slices={"s0": "branch"},
    )["slices"]
    assert found[0]["measures"]["balanced_accuracy"]["value"] == (1 / 2 + 1) / 2
    assert found[1]["measures"]["accuracy"]["value"] == 1 / 2


def test_a_slice_column_that_is_not_there_is_refused() -> None:
    assert codes(refusal("performance", ROWS, slices={"s7": "x"})) == ["measure.column_missing"]


def test_the_thresholds_hold_every_whole_percent_and_the_declared_one() -> None:
    label, score = sample()
    found = measured("performance", {"label": label, "score": score}, threshold=0.333)
    steps = found["curves"]["thresholds"]
    assert len(steps) == 102
    assert [step["threshold"] for step in steps if step["declared"]] == [0.333]
    for step in steps:
        predicted = score >= step["threshold"]
        assert step["true_positives"] == (predicted & (label == 1)).sum()
        assert step["false_positives"] == (predicted & (label == 0)).sum()
    declared = next(step for step in steps if step["declared"])
    assert {name: declared[name] for name in found["confusion"]} == found["confusion"]


def test_calibration_bins_hold_their_lower_end() -> None:
    rows = {"label": [1, 0, 1, 1], "score": [0.1, 0.19, 0.2, 1.0]}
    bins = measured("performance", rows)["curves"]["calibration"]
    assert [(one["low"], one["high"], one["rows"]) for one in bins] == [
        (0.1, 0.2, 2),
        (0.2, 0.3, 1),
        (0.9, 1.0, 1),
    ]
    assert bins[0]["mean_score"] == pytest.approx(0.145)
    assert bins[0]["positives"] == 1
    assert (bins[0]["rate"]["low"], bins[0]["rate"]["high"]) == wilson(Share(1, 2))


def test_baselines_of_scores_answer_with_the_share_of_positives() -> None:
    found = measured("performance", {"label": [1, 1, 1, 0], "score": [0.9, 0.8, 0.7, 0.2]})
    values = {(one["name"], one["measure"]): one["value"] for one in found["baselines"]}
    assert values == pytest.approx(
        {
            ("majority_class", "accuracy"): 0.75,
            ("base_rate", "brier_score"): 0.75 * 0.25,
            ("base_rate", "log_loss"): -0.75 * math.log(0.75) - 0.25 * math.log(0.25),
        }
    )
    assert found["baseline"] == found["baselines"][0]


def test_weights_are_refused_and_never_taken_for_counts() -> None:
    refused = refusal("performance", {**ROWS, "w": [1, 2, 3, 1, 1, 1]}, weights="w")
    assert codes(refused) == ["measure.weights"]
    assert "column w" in str(refused)
