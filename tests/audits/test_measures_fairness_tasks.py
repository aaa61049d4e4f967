"""Treatment equality, several classes, and the figures of scores: by hand and by scikit-learn."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, precision_score, recall_score
from sklearn.metrics import roc_auc_score as sklearn_auc

from audits.measures.group_scores import group_score_figures
from audits.measures.intervals import Share, sidak, wilson
from audits.measures.outcomes import binary_outcomes
from audits.measures.rows import open_rows
from audits.measures.score_bins import read_bins
from audits.measures.selections import EXACT_ROWS
from tests.audits.test_measures_fairness import comparison, group_named, rows_of
from tests.audits.test_measures_rows import codes, measured, refusal

ERRORS = rows_of(
    ("a", 1, 1, 100), ("a", 1, 0, 30), ("a", 0, 1, 20), ("a", 0, 0, 100),
    ("b", 1, 1, 100), ("b", 1, 0, 45), ("b", 0, 1, 15), ("b", 0, 0, 100),
    ("c", 1, 1, 50), ("c", 1, 0, 4), ("c", 0, 0, 50),
)  # fmt: skip


def odds(low: float, high: float) -> tuple[float, float]:
    return low / (1 - low), high / (1 - high)


def test_the_treatment_ratio_is_the_odds_that_an_error_is_a_miss() -> None:
    figure = group_named(measured("fairness", ERRORS), "b")["treatment_ratio"]
    assert figure["value"] == pytest.approx(45 / 15)
    assert figure["n"] == 60
    assert (figure["low"], figure["high"]) == pytest.approx(odds(*wilson(Share(45, 60))))


def test_without_a_false_positive_there_is_no_treatment_ratio() -> None:
    found = measured("fairness", ERRORS)
    figure = group_named(found, "c")["treatment_ratio"]
    assert (figure["value"], figure["reason"], figure["n"]) == (None, "no_false_positives", 4)
    gap = {"group": "sex: c", "measure": "treatment_ratio", "reason": "no_false_positives"}
    assert gap in found["honesty"]["not_estimable"]
    assert comparison(found, "treatment_equality_difference")["left_out"] == ["c"]


def test_treatment_equality_by_hand() -> None:
    found = measured("fairness", ERRORS)
    difference = comparison(found, "treatment_equality_difference")
    ratio = comparison(found, "treatment_equality_ratio")
    assert difference["value"] == pytest.approx(3 - 1.5)
    assert ratio["value"] == pytest.approx(1.5 / 3)
    level = sidak(0.95, 2)
    a, b = odds(*wilson(Share(30, 50), level)), odds(*wilson(Share(45, 60), level))
    assert (difference["low"], difference["high"]) == pytest.approx(
        (max(0, b[0] - a[1]), b[1] - a[0])
    )
    assert (ratio["low"], ratio["high"]) == pytest.approx((a[0] / b[1], min(1, a[1] / b[0])))


def test_a_model_without_errors_has_no_treatment_to_compare() -> None:
    found = measured("fairness", rows_of(("a", 1, 1, 40), ("b", 0, 0, 40)))
    assert comparison(found, "treatment_equality_ratio")["reason"] == "no_false_positives"
    never = rows_of(("a", 0, 1, 40), ("b", 0, 1, 40))
    found = measured("fairness", never)
    assert comparison(found, "treatment_equality_difference")["value"] == 0
    assert comparison(found, "treatment_equality_ratio")["reason"] == "largest_is_zero"


@pytest.mark.parametrize(
    ("measure", "limit", "direction", "verdicts"),
    [
        ("treatment_ratio", 0.5, "at_least", ["pass", "pass", "undecided"]),
        ("treatment_ratio", 2.5, "at_most", ["undecided", "undecided", "undecided"]),
        ("treatment_ratio", 0.7, "at_most", ["fail", "fail", "undecided"]),
        ("treatment_equality_difference", 9, "at_most", ["pass"]),
        ("treatment_equality_difference", 1, "at_most", ["undecided"]),
        ("treatment_equality_ratio", 0.1, "at_least", ["pass"]),
        ("predictive_equality_difference", 0.5, "at_most", ["pass"]),
        ("predictive_equality_difference", 0.01, "at_most", ["undecided"]),
        ("equal_opportunity_ratio", 0.8, "at_least", ["undecided"]),
        ("predictive_parity_ratio", 0.6, "at_least", ["pass"]),
        ("accuracy_ratio", 0.95, "at_least", ["fail"]),
    ],
)
def test_checks_on_the_new_figures_are_judged(
    measure: str, limit: float, direction: str, verdicts: list[str]
) -> None:
    check = {"measure": measure, "attribute": "sex", "limit": limit, "direction": direction}
    found = measured("fairness", ERRORS, plan={"checks": [check]})
    assert [one["verdict"] for one in found["checks"]] == verdicts


CLASSES = pd.DataFrame(
    {
        "label": ["low", "mid", "high", "high", "low", "mid"] * 30,
        "prediction": ["low", "high", "high", "mid", "mid", "mid"] * 20
        + ["high", "low", "mid"] * 20,
        "s0": ["f", "m", "m"] * 60,
    }
)


def test_several_classes_have_an_accuracy_per_group_and_nothing_else() -> None:
    found = measured("fairness", CLASSES, task="multiclass", positive_label=None)
    for group in found["groups"]:
        some = CLASSES[CLASSES.s0 == group["group"]]
        assert list(group["measures"]) == ["accuracy"]
        expected = accuracy_score(some.label, some.prediction)
        assert group["measures"]["accuracy"]["value"] == pytest.approx(expected, abs=1e-12)
        assert group["impact_ratio"] is group["significance"] is None
    assert [one["name"] for one in found["comparisons"]] == [
        "accuracy_difference",
        "accuracy_ratio",
    ]
    values = [group["measures"]["accuracy"]["value"] for group in found["groups"]]
    assert comparison(found, "accuracy_difference")["value"] == pytest.approx(
        abs(values[0] - values[1])
    )
    held = group_named(found, "f")["versus"]["rates"]
    assert held["accuracy"]["difference"]["value"] == pytest.approx(values[0] - values[1])
    assert found["cells"]["columns"] == ["sex", "label", "prediction"]
    json.dumps(found, allow_nan=False)


def test_with_a_positive_label_that_class_is_held_against_the_rest() -> None:
    found = measured("fairness", CLASSES, task="multiclass", positive_label="high")
    for group in found["groups"]:
        some = CLASSES[CLASSES.s0 == group["group"]]
        label, prediction = some.label == "high", some.prediction == "high"
        values = {name: one["value"] for name, one in group["measures"].items()}
        expected = {
            "selection_rate": prediction.mean(),
            "precision": precision_score(label, prediction),
            "true_positive_rate": recall_score(label, prediction) if label.any() else None,
            # Right is whoever has the very class, and not only whoever is rightly not "high".
            "accuracy": accuracy_score(some.label, some.prediction),
        }
        for name, value in expected.items():
            assert values[name] == (None if value is None else pytest.approx(value, abs=1e-12))
    assert group_named(found, "f")["impact_ratio"]["value"] is not None
    accuracies = [group["measures"]["accuracy"]["value"] for group in found["groups"]]
    difference = comparison(found, "accuracy_difference")["value"]
    assert difference == pytest.approx(abs(accuracies[0] - accuracies[1]))
    assert comparison(found, "equal_opportunity_difference")["value"] is not None


def test_a_positive_label_that_does_not_occur_is_refused() -> None:
    found = refusal("fairness", CLASSES, task="multiclass", positive_label="top")
    assert codes(found) == ["measure.positive_label_unknown"]


def test_each_group_has_the_figures_of_its_scores() -> None:
    generator = np.random.default_rng(4)
    frame = pd.DataFrame({"s0": ["a", "b"] * 150, "s1": ["x", "y", "z"] * 100,
                          "label": generator.integers(0, 2, 300)})  # fmt: skip
    frame["score"] = (0.3 * frame.label + 0.7 * generator.random(300)).round(2)
    found = measured("fairness", frame, sensitive={"s0": "sex", "s1": "race"})
    for group in found["groups"]:
        names = {"sex": ["s0"], "race": ["s1"], "sex x race": ["s0", "s1"]}[group["attribute"]]
        some = frame[(frame[names] == group["values"]).all(axis=1)]
        scores = group["scores"]
        expected = sklearn_auc(some.label, some.score)
        assert scores["roc_auc"]["value"] == pytest.approx(expected, abs=1e-10)
        expected = brier_score_loss(some.label, some.score)
        assert scores["brier_score"]["value"] == pytest.approx(expected, abs=1e-10)
        gap = (some.score - some.label).mean()
        assert abs(scores["calibration_gap"]["value"]) == pytest.approx(abs(gap), abs=1e-10)


def test_a_check_on_the_scores_of_every_group_is_judged_for_all_at_once() -> None:
    generator = np.random.default_rng(8)
    frame = pd.DataFrame({"s0": ["a", "b", "c"] * 100, "label": generator.integers(0, 2, 300)})
    frame["score"] = (0.3 * frame.label + 0.7 * generator.random(300)).round(2)
    checks = [
        {"measure": "roc_auc", "attribute": "sex", "limit": 0.5, "direction": "at_least"},
        {"measure": "brier_score", "attribute": "sex", "limit": 0.5, "direction": "at_most"},
    ]
    found = measured("fairness", frame, plan={"checks": checks})
    assert [one["verdict"] for one in found["checks"]] == ["pass"] * 6
    for check, group in zip(found["checks"], found["groups"] * 2, strict=True):
        alone = group["scores"][check["measure"]]
        assert check["low"] < alone["low"] < alone["high"] < check["high"]


def test_many_rows_are_read_into_bins_and_lose_nothing_but_ties() -> None:
    generator = np.random.default_rng(5)
    rows = EXACT_ROWS + 1
    frame = pd.DataFrame({"s0": generator.choice(["a", "b", None], rows),
                          "s1": generator.choice(["x", "y"], rows),
                          "label": generator.integers(0, 2, rows)})  # fmt: skip
    frame["score"] = 0.2 * frame.label + 0.8 * generator.random(rows)
    names = {"s0": "sex", "s1": "race"}
    found = measured("fairness", frame, sensitive=names)
    assert found["score_bins"] == 1000
    assert "score_bins" not in measured("fairness", frame[:-1], sensitive=names)
    for group in found["groups"]:
        some = frame[frame.score >= 0]
        columns = {"sex": ["s0"], "race": ["s1"], "sex x race": ["s0", "s1"]}[group["attribute"]]
        for column, value in zip(columns, group["values"], strict=True):
            some = some[some[column].isna() if value is None else some[column] == value]
        scores = group["scores"]
        area = sklearn_auc(some.label, some.score)
        assert scores["roc_auc"]["value"] == pytest.approx(area, abs=1e-5)
        brier = brier_score_loss(some.label, some.score)
        assert scores["brier_score"]["value"] == pytest.approx(brier, abs=1e-10)
        gap = (some.score - some.label).mean()
        assert scores["calibration_gap"]["value"] == pytest.approx(gap, abs=1e-10)


def test_bins_of_rounded_scores_are_the_exact_figures() -> None:
    generator = np.random.default_rng(6)
    frame = pd.DataFrame(
        {"s0": ["a", "b", "c", "c"] * 300, "label": generator.integers(0, 2, 1200)}
    )
    frame["score"] = (0.2 * frame.label + 0.8 * generator.random(1200)).round(3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scored.parquet"
        frame.to_parquet(path)
        with open_rows(path) as rows:
            outcomes = binary_outcomes(
                rows, threshold=0.5, positive_label=1, label_column="y", kept=["s0"]
            )
            exact = group_score_figures(outcomes, ["s0"])
            binned = read_bins(outcomes, {"s0": "sex"}).figures(("s0",))
    assert set(exact) == set(binned)
    for values, figures in exact.items():
        for name, figure in figures.items():
            assert figure.as_dict() == pytest.approx(binned[values][name].as_dict(), abs=1e-9)
