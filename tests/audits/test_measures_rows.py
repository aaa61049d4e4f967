"""How scored rows are read: labels, groups, gaps, and what is refused with a sentence."""

import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from audits.measures import measure_fairness, measure_performance
from audits.measures.rows import label_text
from registry.rules.refusals import Refused

SEX = {"s0": "sex"}


def measured(kind: str, columns: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Write the columns as scored rows and measure them."""
    options = {
        "task": "binary",
        "threshold": 0.5,
        "positive_label": "1",
        "plan": {"kind": kind, "checks": []},
        "sensitive": SEX if kind == "fairness" else {},
        "reproduced": True,
        "label_column": "approve",
        **changes,
    }
    measure = {"performance": measure_performance, "fairness": measure_fairness}[kind]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "it's scored.parquet"
        pd.DataFrame(dict(columns)).to_parquet(path)
        return measure(path, **options)


def refusal(kind: str, columns: Mapping[str, Any], **changes: Any) -> Refused:
    """Return the refusal of a measurement, whose every sentence can be filled in."""
    with pytest.raises(Refused) as caught:
        measured(kind, columns, **changes)
    assert "%(" not in str(caught.value)
    return caught.value


def codes(refused: Refused) -> list[str]:
    return [objection.code for objection in refused.objections]


@pytest.mark.parametrize(
    "labels",
    [
        [1, 0, 1],
        [1.0, 0.0, 1.0],
        ["1", "0", "1"],
        ["1.0", "0.00", " 1 "],
        [True, False, True],
        ["True", "FALSE", "true"],
        [Decimal("1.00"), Decimal("0.00"), Decimal("1.00")],
        pd.Categorical(["1", "0", "1"]),
    ],
)
@pytest.mark.parametrize("positive", ["1", 1, 1.0, True, "true", "1.0"])
def test_the_positive_label_is_found_however_it_is_written(labels: Any, positive: object) -> None:
    found = measured(
        "performance", {"label": labels, "score": [0.9, 0.9, 0.1]}, positive_label=positive
    )
    assert found["confusion"] == {
        "true_positives": 1,
        "false_positives": 1,
        "false_negatives": 1,
        "true_negatives": 0,
    }


def test_words_keep_their_case_as_labels() -> None:
    assert label_text("Approved") != label_text("approved")
    assert label_text(" denied ") == "denied"
    assert label_text("-0.0") == label_text(0) == "0"
    assert label_text("1.50") == "1.50"
    assert label_text("12.00") == "12"


def test_labels_in_words_need_their_positive_one() -> None:
    rows = {"label": ["approved", "denied"], "score": [0.9, 0.1]}
    found = measured("performance", rows, positive_label="approved")
    assert found["confusion"]["true_positives"] == 1
    refused = refusal("performance", rows, positive_label="yes")
    assert codes(refused) == ["measure.positive_label_unknown"]
    assert "approved, denied" in str(refused)
    assert codes(refusal("performance", rows, positive_label=None)) == [
        "measure.positive_label_missing"
    ]


def test_labels_that_are_not_binary_are_refused() -> None:
    refused = refusal("fairness", {"label": [0, 1, 2], "score": [0.1] * 3, "s0": ["a"] * 3})
    assert codes(refused) == ["measure.labels_not_binary"]
    many = {"label": list(range(500)), "score": [0.5] * 500}
    assert codes(refusal("performance", many)) == ["measure.labels_not_binary"]


def test_rows_without_label_or_score_are_left_out_and_counted() -> None:
    rows = {
        "label": [1, 0, None, float("nan"), 1],
        "score": [0.9, 0.1, 0.9, None, float("nan")],
        "s0": ["a", None, "a", "b", "b"],
    }
    found = measured("fairness", rows)
    assert found["honesty"]["dropped"] == [
        {"reason": "label_missing", "rows": 2},
        {"reason": "prediction_missing", "rows": 1},
    ]
    assert (found["honesty"]["rows_in"], found["honesty"]["rows_used"]) == (5, 2)
    assert found["honesty"]["missing_sensitive"] == {"sex": 1}


def test_a_blank_label_is_a_missing_one() -> None:
    found = measured("performance", {"label": ["1", "0", "", "  "], "score": [0.9, 0.1, 0.9, 0.9]})
    assert found["honesty"]["rows_used"] == 2


def test_rows_that_are_all_unusable_are_refused() -> None:
    refused = refusal("performance", {"label": [None, None], "score": [0.1, 0.2]})
    assert codes(refused) == ["measure.no_rows"]


def test_a_missing_value_is_no_group_that_reads_missing() -> None:
    found = measured(
        "fairness",
        {"label": [1, 0, 1], "score": [0.9, 0.1, 0.9], "s0": ["missing", None, "missing"]},
    )
    named = [(group["group"], group["missing"], group["count"]) for group in found["groups"]]
    assert named == [("missing", False, 2), ("missing", True, 1)]
    assert [group["values"] for group in found["groups"]] == [["missing"], [None]]
    assert [row[0] for row in found["cells"]["rows"]] == ["missing", None]


def test_whole_numbers_with_gaps_are_groups_without_decimals() -> None:
    found = measured(
        "fairness", {"label": [1, 0, 1], "score": [0.9, 0.1, 0.9], "s0": [1.0, 0.0, None]}
    )
    assert [group["group"] for group in found["groups"]] == ["0", "1", "missing"]


def test_texts_of_a_sensitive_column_are_left_as_they_are() -> None:
    values = ["1.0", "1", '"select"', "🙂", "a, b", "FALSE"]
    found = measured("fairness", {"label": [1, 0] * 3, "score": [0.5] * 6, "s0": values})
    assert sorted(group["group"] for group in found["groups"]) == sorted(values)


def test_a_missing_label_is_no_negative_one_where_nobody_is_positive() -> None:
    found = measured("performance", {"label": [0, None, 0], "score": [0.9, 0.9, 0.1]})
    assert found["honesty"]["rows_used"] == 2
    assert found["confusion"]["false_positives"] == 1


def test_a_score_on_the_threshold_is_selected() -> None:
    found = measured("performance", {"label": [1, 0], "score": [0.5, 0.4999]})
    assert found["confusion"]["true_positives"] == 1
    assert found["confusion"]["true_negatives"] == 1


@pytest.mark.parametrize("score", [-0.1, 1.5])
def test_scores_that_are_no_probabilities_are_refused(score: float) -> None:
    refused = refusal("performance", {"label": [1, 0], "score": [0.5, score]})
    assert codes(refused) == ["measure.score_range"]
    assert str(score) in str(refused)


@pytest.mark.parametrize("score", [float("inf"), float("-inf")])
def test_infinite_scores_are_refused(score: float) -> None:
    refused = refusal("performance", {"label": [1, 0], "score": [0.5, score]})
    assert codes(refused) == ["measure.not_a_number"]


def test_scores_in_words_are_refused_and_numbers_as_text_are_read() -> None:
    assert codes(refusal("performance", {"label": [1, 0], "score": ["0.5", "high"]})) == [
        "measure.not_a_number"
    ]
    found = measured("performance", {"label": [1, 0], "score": ["0.5", ""]})
    assert found["honesty"]["rows_used"] == 1


@pytest.mark.parametrize("threshold", [None, -0.1, 1.1, float("nan")])
def test_a_threshold_outside_0_and_1_is_refused(threshold: float | None) -> None:
    refused = refusal("performance", {"label": [1, 0], "score": [0.5, 0.5]}, threshold=threshold)
    assert codes(refused) == ["measure.threshold"]


def test_columns_that_are_not_there_are_named() -> None:
    refused = refusal("fairness", {"label": [1, 0], "prediction": [1, 0]})
    assert codes(refused) == ["measure.column_missing"]
    assert "score, s0" in str(refused)


def test_a_task_that_does_not_exist_is_refused() -> None:
    refused = refusal("performance", {"label": [1], "score": [0.5]}, task="ranking")
    assert codes(refused) == ["measure.task"]


def test_fairness_of_a_task_that_does_not_exist_is_refused() -> None:
    refused = refusal("fairness", {"label": [1], "score": [0.5], "s0": ["a"]}, task="ranking")
    assert codes(refused) == ["measure.task"]


def test_fairness_without_a_sensitive_column_is_refused() -> None:
    refused = refusal("fairness", {"label": [1], "score": [0.5]}, sensitive={})
    assert codes(refused) == ["measure.no_sensitive_column"]


def test_every_sensitive_column_with_too_many_groups_is_named_at_once() -> None:
    rows = 5000
    columns = {
        "label": [0, 1] * (rows // 2),
        "score": [0.5] * rows,
        "s0": [str(row) for row in range(rows)],
        "s1": ["a", "b"] * (rows // 2),
        "s2": [row % 101 for row in range(rows)],
    }
    refused = refusal("fairness", columns, sensitive={"s0": "postcode", "s1": "sex", "s2": "age"})
    assert codes(refused) == ["measure.too_many_groups"] * 2
    assert "postcode" in str(refused)
    assert "age" in str(refused)
    assert "sex" not in str(refused)


def test_a_hundred_groups_are_taken_and_too_many_intersections_are_not() -> None:
    columns = {
        "label": [0, 1] * 1010,
        "score": [0.5] * 2020,
        "s0": [row % 100 for row in range(2020)],
        "s1": [row // 100 for row in range(2020)],
    }
    alone = measured("fairness", columns)
    assert len(alone["groups"]) == 100
    refused = refusal("fairness", columns, sensitive={"s0": "age", "s1": "region"})
    assert codes(refused) == ["measure.too_many_intersections"]
