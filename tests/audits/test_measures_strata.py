"""Fairness given a factor: the strata, and the ratio pooled over them, by hand."""

import json
import math
from typing import Any

import pytest

from audits.measures.conditionals import Pair, conditional_selection_ratio
from audits.measures.intervals import quantile, sidak
from tests.audits.test_measures_fairness import group_named
from tests.audits.test_measures_rows import codes, measured, refusal

FACTOR = {"s3": "grade"}


def rows_of(*cells: tuple[str | None, object, int, int]) -> dict[str, list[Any]]:
    """Return rows from cells of (group, factor, people, selected)."""
    columns: dict[str, list[Any]] = {"s0": [], "s3": [], "label": [], "score": []}
    for group, factor, people, selected in cells:
        columns["s0"] += [group] * people
        columns["s3"] += [factor] * people
        columns["score"] += [0.9] * selected + [0.1] * (people - selected)
        columns["label"] += [place % 2 for place in range(people)]
    return columns


# Within each grade women and men are selected alike; men are more often of the better grade.
SIMPSON = rows_of(("f", "A", 40, 32), ("f", "B", 160, 32), ("m", "A", 150, 120), ("m", "B", 50, 10))


def pooled(found: dict[str, Any], group: str) -> dict[str, Any]:
    figure: dict[str, Any] = next(
        one["figure"] for one in found["conditional"] if one["group"] == group
    )
    return figure


def test_a_gap_that_the_factor_explains_goes_within_the_strata() -> None:
    found = measured("fairness", SIMPSON, strata=FACTOR, plan={"reference": {"sex": "m"}})
    raw = group_named(found, "f")["versus"]["rates"]["selection_rate"]["ratio"]
    assert raw["high"] < 0.8
    figure = pooled(found, "f")
    assert figure["value"] == pytest.approx(1.0)
    assert figure["low"] < 1 < figure["high"]


def test_the_pooled_ratio_and_its_interval_by_hand() -> None:
    pairs = [Pair(8, 20, 30, 60), Pair(10, 50, 9, 30)]
    over = 8 * 60 / 80 + 10 * 30 / 80
    under = 30 * 20 / 80 + 9 * 50 / 80
    variance = (
        (20 * 60 * 38 - 8 * 30 * 80) / 80**2 + (50 * 30 * 19 - 10 * 9 * 80) / 80**2
    ) / (over * under)  # fmt: skip
    figure = conditional_selection_ratio(pairs)
    assert figure.value == pytest.approx(over / under)
    reach = math.exp(1.959963984540054 * math.sqrt(variance))
    assert (figure.low, figure.high) == pytest.approx((over / under / reach, over / under * reach))
    assert (figure.n, figure.interval) == (70, "greenland_robins")


def test_one_stratum_is_the_plain_ratio_with_the_plain_log_interval() -> None:
    figure = conditional_selection_ratio([Pair(8, 20, 30, 60)])
    assert figure.value == pytest.approx((8 / 20) / (30 / 60))
    error = math.sqrt(1 / 8 - 1 / 20 + 1 / 30 - 1 / 60)
    assert figure.high == pytest.approx(0.8 * math.exp(quantile(0.95) * error))


def test_a_stratum_without_one_of_the_groups_says_nothing() -> None:
    both = [Pair(8, 20, 30, 60)]
    more = conditional_selection_ratio([*both, Pair(5, 9, 0, 0), Pair(0, 0, 4, 7)])
    assert more == conditional_selection_ratio(both)
    assert conditional_selection_ratio([Pair(5, 9, 0, 0)]).reason == "no_common_stratum"


def test_what_has_no_ratio_or_no_spread_says_so() -> None:
    assert conditional_selection_ratio([Pair(5, 9, 0, 8)]).reason == "reference_is_zero"
    nobody = conditional_selection_ratio([Pair(0, 9, 4, 8)])
    assert (nobody.value, nobody.low, nobody.reason) == (0.0, None, "no_spread")
    everybody = conditional_selection_ratio([Pair(9, 9, 4, 8)])
    assert (everybody.value, everybody.low, everybody.reason) == (2.0, None, "no_spread")


def test_the_level_is_for_the_groups_of_the_attribute() -> None:
    rows = rows_of(
        ("a", "A", 100, 60), ("b", "A", 80, 40), ("c", "A", 60, 30),
        ("a", "B", 100, 20), ("b", "B", 80, 10), ("c", "B", 60, 9), ("d", "B", 4, 1),
    )  # fmt: skip
    found = measured("fairness", rows, strata=FACTOR)
    alone = conditional_selection_ratio(
        [Pair(40, 80, 60, 100), Pair(10, 80, 20, 100)], sidak(0.95, 2)
    )
    assert pooled(found, "b") == alone.as_dict()
    assert pooled(found, "d")["reason"] == "too_few"
    assert "sex: d (grade)" not in {one["group"] for one in found["honesty"]["not_estimable"]}


def test_each_stratum_is_measured_by_itself() -> None:
    found = measured("fairness", SIMPSON, strata=FACTOR)
    first, second = found["strata"]
    assert (first["column"], first["value"], first["count"]) == ("grade", "A", 190)
    assert (second["value"], second["count"]) == ("B", 210)
    (by_sex,) = first["attributes"]
    female, male = by_sex["groups"]
    assert (female["count"], female["measures"]["selection_rate"]["value"]) == (40, 0.8)
    assert male["measures"]["selection_rate"]["value"] == 0.8
    assert [one["name"] for one in by_sex["comparisons"]] == [
        "demographic_parity_difference",
        "demographic_parity_ratio",
    ]
    assert by_sex["comparisons"][0]["value"] == pytest.approx(0)
    json.dumps(found, allow_nan=False)


def test_missing_values_of_the_factor_are_a_stratum_at_the_end() -> None:
    rows = rows_of(("f", None, 20, 5), ("f", "A", 20, 5), ("m", None, 20, 5), ("m", "A", 20, 9))
    found = measured("fairness", rows, strata=FACTOR)
    assert [(one["value"], one["missing"]) for one in found["strata"]] == [
        ("A", False),
        ("missing", True),
    ]


def test_numbers_with_many_values_are_cut_at_their_quartiles() -> None:
    rows = {
        "label": [1, 0] * 200,
        "score": [0.9, 0.1, 0.1] * 133 + [0.9],
        "s0": ["f", "f", "m", "m"] * 100,
        "s3": [float(place) for place in range(400)],
    }
    found = measured("fairness", rows, strata=FACTOR)
    names = [one["value"] for one in found["strata"]]
    assert names == ["≤ 99.75", "> 99.75, ≤ 199.5", "> 199.5, ≤ 299.25", "> 299.25"]
    assert [one["count"] for one in found["strata"]] == [100] * 4


def test_a_skewed_column_has_fewer_parts_and_loses_nobody() -> None:
    values = [0.0] * 300 + [float(place) for place in range(1, 101)]
    rows = {"label": [1, 0] * 200, "score": [0.9, 0.1] * 200, "s0": ["f", "m"] * 200, "s3": values}
    found = measured("fairness", rows, strata=FACTOR)
    assert sum(one["count"] for one in found["strata"]) == 400
    assert found["strata"][0]["value"] == "≤ 0"


def test_whole_numbers_stand_in_their_own_order() -> None:
    rows = rows_of(("f", 10, 40, 9), ("f", 2, 40, 9), ("m", 10, 40, 9), ("m", 2, 40, 12))
    assert [one["value"] for one in measured("fairness", rows, strata=FACTOR)["strata"]] == [
        "2",
        "10",
    ]


def test_texts_with_many_values_are_refused() -> None:
    rows = rows_of(*((sex, f"branch {n}", 4, 2) for n in range(21) for sex in "fm"))
    assert codes(refusal("fairness", rows, strata=FACTOR)) == ["measure.too_many_strata"]
    few = rows_of(*((sex, f"branch {n}", 4, 2) for n in range(20) for sex in "fm"))
    assert len(measured("fairness", few, strata=FACTOR)["strata"]) == 20


def test_a_factor_of_one_value_changes_nothing() -> None:
    rows = rows_of(("f", "A", 60, 30), ("m", "A", 90, 60))
    found = measured("fairness", rows, strata=FACTOR)
    assert pooled(found, "f")["value"] == pytest.approx(0.5 / (60 / 90))


def test_a_factor_that_is_the_group_itself_has_no_common_stratum() -> None:
    rows = rows_of(("f", "f", 60, 30), ("m", "m", 90, 60))
    found = measured("fairness", rows, strata=FACTOR)
    assert pooled(found, "f")["reason"] == "no_common_stratum"
    gap = {"group": "sex: f (grade)", "measure": "conditional_selection_ratio",
           "reason": "no_common_stratum"}  # fmt: skip
    assert gap in found["honesty"]["not_estimable"]


@pytest.mark.parametrize(
    ("limit", "direction", "verdict"),
    [
        (0.5, "at_least", "pass"), (1.0, "at_least", "undecided"), (1.9, "at_least", "fail"),
        (1.9, "at_most", "pass"), (1.0, "at_most", "undecided"), (0.5, "at_most", "fail"),
    ],
)  # fmt: skip
def test_a_check_on_the_pooled_ratio_is_judged_and_names_the_factor(
    limit: float, direction: str, verdict: str
) -> None:
    check = {"measure": "conditional_selection_ratio", "attribute": "sex", "limit": limit,
             "direction": direction}  # fmt: skip
    found = measured("fairness", SIMPSON, strata=FACTOR, plan={"checks": [check]})
    (judged,) = found["checks"]
    assert (judged["group"], judged["given"], judged["verdict"]) == ("m", "grade", verdict)


def test_strata_are_measured_where_people_are_selected() -> None:
    rows = {**SIMPSON, "prediction": ["a"] * 400, "label": ["a"] * 400}
    for task in ("regression", "multiclass"):
        found = refusal("fairness", rows, strata=FACTOR, task=task, positive_label=None)
        assert codes(found) == ["measure.strata_task"]
