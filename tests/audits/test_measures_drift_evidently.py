"""Tests of reading Evidently's result files, of the shapes that Evidently itself writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audits.measures.evidently import read_evidently
from registry.rules.refusals import Refused


def old_column(name: str, score: float, drifted: bool) -> dict[str, Any]:
    return {
        "column_name": name,
        "column_type": "num",
        "stattest_name": "K-S p_value",
        "stattest_threshold": 0.05,
        "drift_score": score,
        "drift_detected": drifted,
        "current": {"small_distribution": {"x": [1.0, 2.0], "y": [1.0]}},
    }


def old_report() -> dict[str, Any]:
    """Return a report as Evidently 0.4 to 0.6 writes it."""
    whole = {
        "number_of_columns": 2,
        "number_of_drifted_columns": 1,
        "share_of_drifted_columns": 0.5,
        "dataset_drift": True,
    }
    columns = {"income": old_column("income", 0.0, True), "age": old_column("age", 0.14, False)}
    return {
        "version": "0.6.7",
        "metrics": [
            {"metric": "DatasetDriftMetric", "result": {"drift_share": 0.5, **whole}},
            {"metric": "DataDriftTable", "result": {**whole, "drift_by_columns": columns}},
        ],
    }


def new_metric(column: str, method: str, threshold: float, value: float) -> dict[str, Any]:
    config = {
        "type": "evidently:metric_v2:ValueDrift",
        "column": column,
        "method": method,
        "threshold": threshold,
    }
    name = f"ValueDrift(column={column},method={method},threshold={threshold})"
    return {"id": f"id-{column}", "metric_name": name, "config": config, "value": value}


def new_report(*columns: dict[str, Any], share: float, limit: float = 0.5) -> dict[str, Any]:
    """Return a report as Evidently 0.7 writes it."""
    whole = {
        "id": "id-whole",
        "metric_name": f"DriftedColumnsCount(drift_share={limit})",
        "config": {"type": "evidently:metric_v2:DriftedColumnsCount", "drift_share": limit},
        "value": {"count": 1.0, "share": share},
    }
    return {"metrics": [whole, *columns], "tests": []}


def test_a_report_of_the_older_shape_is_read() -> None:
    found = read_evidently(old_report())

    assert (found["drift_share"], found["verdict"], found["version"]) == (0.5, "fail", "0.6.7")
    assert found["drifted_columns"] == [
        {
            "column": "income",
            "method": "K-S p_value",
            "score": 0.0,
            "threshold": 0.05,
            "drifted": True,
        },
        {
            "column": "age",
            "method": "K-S p_value",
            "score": 0.14,
            "threshold": 0.05,
            "drifted": False,
        },
    ]


def test_a_report_of_the_newer_shape_is_read_and_its_methods_point_both_ways() -> None:
    found = read_evidently(
        new_report(
            new_metric("income", "K-S p_value", 0.05, 0.001),
            new_metric("age", "psi", 0.1, 0.04),
            new_metric("sex", "Wasserstein distance (normed)", 0.1, 0.7),
            new_metric("town", "my own", 0.1, 0.7),
            share=0.4,
        )
    )

    drifted = {column["column"]: column["drifted"] for column in found["drifted_columns"]}
    assert drifted == {"income": True, "age": False, "sex": True, "town": None}
    assert (found["drift_share"], found["verdict"], found["version"]) == (0.4, "pass", "")


def test_the_share_is_held_against_the_limit_of_the_report_itself() -> None:
    assert read_evidently(new_report(share=0.4, limit=0.3))["verdict"] == "fail"


def test_the_tests_of_a_newer_file_know_better_than_its_scores() -> None:
    content = new_report(new_metric("town", "my own", 0.1, 0.7), share=0.2)
    params = content["metrics"][1]["config"]
    content["tests"] = [
        {
            "id": "drift",
            "name": "Value Drift for column town",
            "status": "FAIL",
            "metric_config": {"metric_id": "id-town", "params": params},
        }
    ]

    found = read_evidently(content)

    (column,) = found["drifted_columns"]
    assert (column["drifted"], column["score"]) == (True, 0.7)
    assert found["verdict"] == "pass"


def test_a_test_suite_of_the_older_shape_is_read() -> None:
    feature = {"stattest": "psi", "score": 0.3, "threshold": 0.1, "detected": True}
    content = {
        "version": "0.4.40",
        "tests": [
            {
                "name": "Share of Drifted Columns",
                "status": "SUCCESS",
                "parameters": {"condition": {"lt": 0.9}, "features": {"income": feature}},
            },
            {
                "name": "Drift per Column",
                "status": "FAIL",
                "parameters": {**feature, "column_name": "income"},
            },
        ],
    }

    found = read_evidently(content)

    assert found["drift_share"] == 1.0
    assert found["verdict"] == "pass"
    assert [column["column"] for column in found["drifted_columns"]] == ["income"]


def test_a_test_that_could_not_be_run_leaves_the_verdict_undecided() -> None:
    content = new_report(share=0.1)
    content["tests"] = [{"name": "Share of Drifted Columns: Less 0.500", "status": "ERROR"}]

    assert read_evidently(content)["verdict"] == "undecided"


def test_a_file_about_single_columns_fails_when_one_of_them_drifted() -> None:
    columns = [old_column("income", 0.0, True), old_column("age", 0.5, False)]
    content = {"metrics": [{"metric": "ColumnDriftMetric", "result": one} for one in columns]}

    found = read_evidently(content)

    assert (found["drift_share"], found["verdict"]) == (0.5, "fail")


def test_a_number_that_is_none_is_left_out() -> None:
    content = json.loads(json.dumps({"metrics": [new_metric("a", "psi", 0.1, float("nan"))]}))

    (column,) = read_evidently(content)["drifted_columns"]

    assert (column["score"], column["drifted"]) == (None, None)


@pytest.mark.parametrize(
    "content",
    [{}, {"metrics": "all"}, {"metrics": ["DatasetDriftMetric"]}, {"tests": {"name": "x"}}],
)
def test_a_file_of_another_shape_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        read_evidently(content)

    assert refused.value.objections[0].code == "evidently.shape"


def test_a_report_that_says_nothing_of_drift_is_refused() -> None:
    content = {"metrics": [{"metric": "DatasetSummaryMetric", "result": {"current": {}}}]}

    with pytest.raises(Refused, match="nothing about drift"):
        read_evidently(content)


def test_a_file_with_endless_metrics_is_refused() -> None:
    with pytest.raises(Refused, match="more than 20000 metrics"):
        read_evidently({"metrics": [{}] * 20_001})
