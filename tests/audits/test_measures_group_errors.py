"""Regression by group error, against numpy, scipy and scikit-learn on the raw rows."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from audits.measures.intervals import sidak
from tests.audits.test_measures_fairness import comparison, group_named
from tests.audits.test_measures_rows import codes, measured, refusal


def frame(seed: int = 3) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    group = np.repeat(["a", "b", "c"], [200, 120, 40])
    label = generator.gamma(4, 500, len(group))
    shift = pd.Series(group).map({"a": 0.0, "b": 150.0, "c": -80.0}).to_numpy()
    score = label + shift + generator.normal(0, 300, len(group))
    return pd.DataFrame({"label": label, "score": score, "s0": group})


ROWS = frame()
FOUND = measured("fairness", ROWS, task="regression")


def of(name: str) -> pd.DataFrame:
    return ROWS[ROWS.s0 == name]


def figure(group: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = group_named(FOUND, group)["measures"][name]
    return found


@pytest.mark.parametrize("group", ["a", "b", "c"])
def test_the_figures_of_a_group(group: str) -> None:
    some = of(group)
    expected = {
        "mean_error": (some.score - some.label).mean(),
        "mae": mean_absolute_error(some.label, some.score),
        "rmse": root_mean_squared_error(some.label, some.score),
        "mean_prediction": some.score.mean(),
    }
    values = {name: figure(group, name)["value"] for name in expected}
    assert values == pytest.approx(expected, rel=1e-10)
    assert {figure(group, name)["n"] for name in expected} == {len(some)}


def test_the_interval_of_a_mean_is_students() -> None:
    error = of("b").score - of("b").label
    limits = stats.ttest_1samp(error, 0).confidence_interval(0.95)
    found = figure("b", "mean_error")
    assert (found["low"], found["high"]) == pytest.approx(tuple(limits), rel=1e-9)
    limits = stats.ttest_1samp(of("c").score, 0).confidence_interval(0.95)
    found = figure("c", "mean_prediction")
    assert (found["low"], found["high"]) == pytest.approx(tuple(limits), rel=1e-9)


def test_the_interval_of_the_absolute_error_is_the_delta_methods_on_the_log_scale() -> None:
    error = (of("b").score - of("b").label).abs()
    reach = np.exp(1.959963984540054 * error.std() / np.sqrt(len(error)) / error.mean())
    found = figure("b", "mae")
    assert (found["low"], found["high"]) == pytest.approx(
        (error.mean() / reach, error.mean() * reach)
    )


@pytest.mark.parametrize("name", ["mean_error", "mae", "mean_prediction"])
def test_a_difference_to_the_largest_group_is_welchs(name: str) -> None:
    def values(group: str) -> pd.Series:
        some = of(group)
        error = some.score - some.label
        return {"mean_error": error, "mae": error.abs(), "mean_prediction": some.score}[name]

    expected = stats.ttest_ind(values("b"), values("a"), equal_var=False)
    limits = expected.confidence_interval(sidak(0.95, 2))
    held = group_named(FOUND, "b")["versus"]
    found = held["rates"][name]["difference"]
    assert held["reference"] == "a"
    assert found["name"] == f"{name}_difference"
    assert found["value"] == pytest.approx(values("b").mean() - values("a").mean(), rel=1e-9)
    assert (found["low"], found["high"]) == pytest.approx(tuple(limits), rel=1e-8)


def test_a_difference_of_the_root_error_holds_the_difference() -> None:
    found = group_named(FOUND, "c")["versus"]["rates"]["rmse"]["difference"]
    expected = figure("c", "rmse")["value"] - figure("a", "rmse")["value"]
    assert found["value"] == pytest.approx(expected)
    assert found["low"] < expected < found["high"]
    assert found["interval"] == "mover"


@pytest.mark.parametrize("name", ["mean_error", "mae", "rmse", "mean_prediction"])
def test_a_gap_is_the_largest_minus_the_smallest(name: str) -> None:
    values = [figure(group, name)["value"] for group in "abc"]
    found = comparison(FOUND, f"{name}_gap")
    assert found["value"] == pytest.approx(max(values) - min(values))
    assert found["low"] <= found["value"] <= found["high"]


def test_differences_cover_what_they_should() -> None:
    """Without any difference, the intervals of both groups hold 0 in about 95 % of samples."""
    generator = np.random.default_rng(11)
    covered, repeats = 0, 60
    for _ in range(repeats):
        label = generator.gamma(4, 500, 300)
        rows = {"label": label, "score": label + generator.normal(0, 300, 300),
                "s0": ["a"] * 100 + ["b"] * 100 + ["c"] * 100}  # fmt: skip
        found = measured("fairness", rows, task="regression")
        held = [group["versus"]["rates"].get("mean_error") for group in found["groups"]]
        limits = [one["difference"] for one in held if one]
        covered += all(one["low"] <= 0 <= one["high"] for one in limits)
    assert covered / repeats >= 0.88


def test_the_cells_let_an_outsider_compute_again() -> None:
    columns = FOUND["cells"]["columns"]
    rows = [dict(zip([*columns, "count"], row, strict=True)) for row in FOUND["cells"]["rows"]]
    assert sum(row["count"] for row in rows) == len(ROWS)
    first = rows[0]
    assert first["sex"] == "a"
    assert first["sum_absolute_error"] / first["count"] == pytest.approx(
        figure("a", "mae")["value"]
    )


def test_a_check_on_every_group_is_judged_by_limits_that_hold_together() -> None:
    check = {"measure": "mean_error", "attribute": "sex", "limit": 0, "direction": "at_least"}
    found = measured("fairness", ROWS, task="regression", plan={"checks": [check]})
    verdicts = {one["group"]: one["verdict"] for one in found["checks"]}
    assert verdicts == {"a": "undecided", "b": "pass", "c": "undecided"}
    error = of("b").score - of("b").label
    limits = stats.ttest_1samp(error, 0).confidence_interval(sidak(0.95, 3))
    assert found["checks"][1]["low"] == pytest.approx(limits.low, rel=1e-9)


def test_a_check_on_a_gap_or_difference_is_judged() -> None:
    checks = [
        {"measure": "mean_error_gap", "attribute": "sex", "limit": 10, "direction": "at_most"},
        {"measure": "mean_error_difference", "attribute": "sex", "limit": 1e6,
         "direction": "at_most"},
    ]  # fmt: skip
    found = measured("fairness", ROWS, task="regression", plan={"checks": checks})
    assert [one["verdict"] for one in found["checks"]] == ["fail", "pass", "pass"]


def test_groups_too_few_or_without_spread_are_shown_but_decide_nothing() -> None:
    rows = {
        "label": [1.0, 2.0] * 30 + [5.0] * 40 + [4.0],
        "score": [1.5, 2.2] * 30 + [5.0] * 40 + [9.0],
        "s0": ["a"] * 60 + ["b"] * 40 + ["c"],
    }
    plan = {"checks": [{"measure": "mae", "attribute": "*", "limit": 1, "direction": "at_most"}]}
    found = measured("fairness", rows, task="regression", plan=plan)
    assert group_named(found, "b")["measures"]["mae"]["reason"] == "no_spread"
    single = group_named(found, "c")
    assert (single["too_few"], single["measures"]["mae"]["value"]) == (True, 5.0)
    assert [one["verdict"] for one in found["checks"]] == ["pass", "undecided", "undecided"]
    json.dumps(found, allow_nan=False)


def test_huge_predictions_lose_no_digits() -> None:
    generator = np.random.default_rng(2)
    label = 1e9 + generator.normal(0, 1, 400)
    rows = {"label": label, "score": label + generator.normal(0, 1, 400), "s0": ["a", "b"] * 200}
    found = group_named(measured("fairness", rows, task="regression"), "a")
    limits = stats.ttest_1samp(pd.Series(rows["score"])[::2], 0).confidence_interval(0.95)
    prediction = found["measures"]["mean_prediction"]
    assert prediction["high"] - prediction["low"] == pytest.approx(
        limits.high - limits.low, rel=1e-5
    )


def test_rows_without_label_or_prediction_are_left_out_and_counted() -> None:
    rows = {"label": [1.0, None, 3.0], "score": [1.0, 2.0, None], "s0": ["a", "b", None]}
    found = measured("fairness", rows, task="regression")
    assert found["honesty"]["rows_in"] == 3
    assert found["honesty"]["dropped"] == [
        {"reason": "label_missing", "rows": 1},
        {"reason": "prediction_missing", "rows": 1},
    ]
    nothing = {"label": [None, 1.0], "score": [1.0, None], "s0": ["a", "b"]}
    assert codes(refusal("fairness", nothing, task="regression")) == ["measure.no_rows"]
