"""Each group against one fixed group: by hand, at the Sidak level, and as a check finds it."""

from typing import Any

import pytest

from audits.measures.intervals import Share, mover_ratio, newcombe, sidak
from tests.audits.test_measures_fairness import group_named, rows_of
from tests.audits.test_measures_rows import measured

THREE = rows_of(
    ("a", 1, 1, 120), ("a", 1, 0, 30), ("a", 0, 1, 10), ("a", 0, 0, 40),
    ("b", 1, 1, 60), ("b", 1, 0, 20), ("b", 0, 1, 5), ("b", 0, 0, 35),
    ("c", 1, 1, 20), ("c", 1, 0, 20), ("c", 0, 1, 10), ("c", 0, 0, 20),
)  # fmt: skip
BOTH = {"s0": "sex", "s1": "race"}


def held(found: dict[str, Any], group: str, rate: str, kind: str = "difference") -> dict[str, Any]:
    figure: dict[str, Any] = group_named(found, group)["versus"]["rates"][rate][kind]
    return figure


def test_the_largest_group_is_the_reference_and_is_not_held_against_itself() -> None:
    found = measured("fairness", THREE)
    assert {group["versus"]["reference"] for group in found["groups"]} == {"a"}
    assert group_named(found, "a")["versus"]["rates"] == {}


def test_a_difference_is_newcombes_at_the_level_for_the_groups_compared() -> None:
    found = measured("fairness", THREE)
    figure = held(found, "b", "true_positive_rate")
    assert figure["name"] == "true_positive_rate_difference"
    assert figure["value"] == pytest.approx(60 / 80 - 120 / 150)
    limits = newcombe(Share(60, 80), Share(120, 150), sidak(0.95, 2))
    assert (figure["low"], figure["high"]) == pytest.approx(limits)
    assert (figure["n"], figure["interval"]) == (80, "newcombe")


def test_a_ratio_is_mover_r_at_the_level_for_the_groups_compared() -> None:
    figure = held(measured("fairness", THREE), "c", "selection_rate", "ratio")
    assert figure["name"] == "selection_rate_ratio"
    assert figure["value"] == pytest.approx((30 / 70) / (130 / 200))
    limits = mover_ratio(Share(30, 70), Share(130, 200), sidak(0.95, 2))
    assert (figure["low"], figure["high"]) == pytest.approx(limits)


def test_the_plan_names_the_reference() -> None:
    found = measured("fairness", THREE, plan={"reference": {"sex": "b"}})
    assert {group["versus"]["reference"] for group in found["groups"]} == {"b"}
    assert held(found, "a", "selection_rate")["value"] == pytest.approx(130 / 200 - 65 / 120)


def test_a_named_group_that_nobody_is_in_gives_way_to_the_largest() -> None:
    found = measured("fairness", THREE, plan={"reference": {"sex": "z"}})
    assert {group["versus"]["reference"] for group in found["groups"]} == {"a"}


def test_where_attributes_meet_the_named_values_meet() -> None:
    columns = {
        "label": [1, 0] * 20,
        "score": [0.9] * 40,
        "s0": ["f"] * 30 + ["m"] * 10,
        "s1": ["x", "y"] * 20,
    }
    plan = {"reference": {"sex": "m", "race": "y"}}
    found = measured("fairness", columns, sensitive=BOTH, plan=plan)
    crossed = [group for group in found["groups"] if group["attribute"] == "sex x race"]
    assert {group["versus"]["reference"] for group in crossed} == {"m, y"}
    named = measured(
        "fairness", columns, sensitive=BOTH, plan={"reference": {"sex x race": "f, x"}}
    )
    assert named["groups"][-1]["versus"]["reference"] == "f, x"


def test_those_without_a_value_are_the_reference_only_if_there_is_nobody_else() -> None:
    rows = rows_of((None, 1, 1, 90), (None, 0, 0, 10), ("b", 1, 1, 40), ("c", 0, 0, 40))
    assert measured("fairness", rows)["groups"][0]["versus"]["reference"] == "b"
    named = measured("fairness", rows, plan={"reference": {"sex": "missing"}})
    assert named["groups"][0]["versus"]["reference"] == "missing"


def test_a_group_that_is_too_few_does_not_widen_the_intervals_of_others() -> None:
    rows = rows_of(
        ("a", 1, 1, 80), ("a", 1, 0, 20), ("b", 1, 1, 50), ("b", 1, 0, 30), ("c", 1, 1, 3)
    )
    found = measured("fairness", rows)
    limits = newcombe(Share(50, 80), Share(80, 100), 0.95)
    figure = held(found, "b", "selection_rate")
    assert (figure["low"], figure["high"]) == pytest.approx(limits)
    few = held(found, "c", "selection_rate")
    assert (few["value"], few["reason"]) == (pytest.approx(0.2), "too_few")


def test_a_reference_without_the_rate_is_told() -> None:
    rows = rows_of(("a", 1, 0, 100), ("b", 1, 1, 40), ("b", 0, 1, 40))
    found = measured("fairness", rows, plan={"reference": {"sex": "a"}})
    assert held(found, "b", "false_positive_rate")["reason"] == "reference_not_estimable"
    assert held(found, "b", "selection_rate")["value"] == 1.0
    assert held(found, "b", "selection_rate", "ratio")["reason"] == "reference_is_zero"
    back = measured("fairness", rows, plan={"reference": {"sex": "b"}})
    assert held(back, "a", "false_positive_rate")["reason"] == "no_negatives"


def test_one_group_has_no_reference() -> None:
    found = measured("fairness", rows_of(("a", 1, 1, 40)))
    assert found["groups"][0]["versus"] == {"reference": None, "rates": {}}


@pytest.mark.parametrize(
    ("measure", "limit", "direction", "verdicts"),
    [
        # Differences of selection: b 65/120 - 130/200 = -0.11, c 30/70 - 130/200 = -0.22.
        ("selection_rate_difference", -0.5, "at_least", ["pass", "pass"]),
        ("selection_rate_difference", -0.1, "at_least", ["undecided", "undecided"]),
        ("selection_rate_difference", 0.1, "at_least", ["fail", "fail"]),
        ("selection_rate_difference", 0.1, "at_most", ["pass", "pass"]),
        ("selection_rate_difference", -0.1, "at_most", ["undecided", "undecided"]),
        ("selection_rate_difference", -0.5, "at_most", ["fail", "fail"]),
        ("selection_rate_ratio", 0.4, "at_least", ["pass", "pass"]),
        ("selection_rate_ratio", 0.8, "at_least", ["undecided", "undecided"]),
        ("selection_rate_ratio", 1.1, "at_least", ["fail", "fail"]),
        ("selection_rate_ratio", 1.1, "at_most", ["pass", "pass"]),
        ("selection_rate_ratio", 0.8, "at_most", ["undecided", "undecided"]),
        ("selection_rate_ratio", 0.4, "at_most", ["fail", "fail"]),
    ],
)
def test_a_check_on_a_difference_or_ratio_is_judged_in_every_direction(
    measure: str, limit: float, direction: str, verdicts: list[str]
) -> None:
    check = {"measure": measure, "attribute": "sex", "limit": limit, "direction": direction}
    found = measured("fairness", THREE, plan={"checks": [check]})
    assert [one["verdict"] for one in found["checks"]] == verdicts
    assert [one["group"] for one in found["checks"]] == ["b", "c"]


def test_a_name_that_compares_all_groups_is_not_looked_for_in_each() -> None:
    check = {"measure": "accuracy_difference", "attribute": "sex", "limit": 0.5,
             "direction": "at_most"}  # fmt: skip
    found = measured("fairness", THREE, plan={"checks": [check]})
    assert [one["group"] for one in found["checks"]] == [""]


def test_a_difference_and_a_ratio_of_the_same_rates_are_one_comparison() -> None:
    found = measured("fairness", THREE)
    # Two impact ratios, seven rates of two groups, fourteen figures over all groups.
    assert found["honesty"]["comparisons"] == 2 + 2 * 7 + 14
