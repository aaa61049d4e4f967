"""The tables of Local Law 144 (6 RCNY 5-301), every figure worked out by hand."""

from typing import Any

import pytest

from audits.measures.intervals import Share, mover_ratio, sidak, wilson
from tests.audits.test_measures_rows import codes, measured, refusal

BOTH = {"s0": "sex", "s1": "race"}
PLAN = {"presets": ["ll144"]}


def rows_of(*cells: tuple[str | None, str | None, int, int]) -> dict[str, list[Any]]:
    """Return rows from cells of (sex, race, assessed, selected); nobody has a label."""
    columns: dict[str, list[Any]] = {"s0": [], "s1": [], "label": [], "score": []}
    for sex, race, assessed, selected in cells:
        columns["s0"] += [sex] * assessed
        columns["s1"] += [race] * assessed
        columns["score"] += [0.9] * selected + [0.1] * (assessed - selected)
        columns["label"] += [1, *[None] * (assessed - 1)]
    return columns


ROWS = rows_of(
    ("Female", "Asian", 100, 30), ("Female", "White", 200, 90),
    ("Male", "Asian", 150, 60), ("Male", "White", 250, 150),
    ("Male", "Pacific", 6, 3), ("Female", "Pacific", 4, 1),
    (None, "White", 20, 5), ("Male", None, 30, 12), (None, None, 3, 0),
)  # fmt: skip


def table(found: dict[str, Any], by: str) -> dict[str, dict[str, Any]]:
    whole = next(one for one in found["ll144"]["tables"] if one["by"] == by)
    return {one["category"]: one for one in whole["categories"]}


def test_every_row_assessed_counts_whether_labelled_or_not() -> None:
    found = measured("fairness", ROWS, sensitive=BOTH, plan=PLAN)
    assert found["ll144"]["rows"] == 763
    assert found["ll144"]["source"] == "6 RCNY 5-301"
    assert (found["ll144"]["tool"], found["ll144"]["median"]) == ("selection", None)
    assert found["honesty"]["rows_used"] == 9


def test_selection_rates_and_impact_ratios_by_sex() -> None:
    by_sex = table(measured("fairness", ROWS, sensitive=BOTH, plan=PLAN), "sex")
    female, male = by_sex["Female"], by_sex["Male"]
    assert (female["count"], female["counting"]) == (304, 121)
    assert (male["count"], male["counting"]) == (436, 225)
    assert female["rate"]["value"] == pytest.approx(121 / 304)
    assert (female["rate"]["low"], female["rate"]["high"]) == wilson(Share(121, 304))
    assert male["impact_ratio"]["value"] == 1.0
    assert female["impact_ratio"]["value"] == pytest.approx((121 / 304) / (225 / 436))
    limits = mover_ratio(Share(121, 304), Share(225, 436), 0.95)
    assert (female["impact_ratio"]["low"], female["impact_ratio"]["high"]) == pytest.approx(limits)


def test_unknown_categories_are_counted_and_left_out() -> None:
    found = measured("fairness", ROWS, sensitive=BOTH, plan=PLAN)
    assert [(one["by"], one["unknown"]) for one in found["ll144"]["tables"]] == [
        ("sex", 23),
        ("race", 33),
        ("sex_by_race", 53),
    ]


def test_a_category_under_two_percent_is_shown_but_has_no_ratio_and_is_no_yardstick() -> None:
    found = measured("fairness", ROWS, sensitive=BOTH, plan=PLAN)
    by_race = table(found, "race")
    # 10 of 730 rows with a known race are 1.4 %.
    pacific = by_race["Pacific"]
    assert (pacific["count"], pacific["counting"]) == (10, 4)
    assert (pacific["left_out"], pacific["impact_ratio"]) == (True, None)
    assert pacific["rate"]["value"] == pytest.approx(0.4)
    assert by_race["White"]["impact_ratio"]["value"] == 1.0
    few = rows_of(("F", "x", 490, 100), ("M", "y", 500, 200), ("M", "z", 10, 10))
    by_race = table(measured("fairness", few, sensitive=BOTH, plan=PLAN), "race")
    assert by_race["y"]["impact_ratio"]["value"] == 1.0
    assert by_race["x"]["impact_ratio"]["value"] == pytest.approx((100 / 490) / (200 / 500))


def test_a_category_of_exactly_two_percent_stays() -> None:
    rows = rows_of(("F", "x", 490, 100), ("M", "y", 490, 200), ("M", "z", 20, 2))
    by_race = table(measured("fairness", rows, sensitive=BOTH, plan=PLAN), "race")
    assert not by_race["z"]["left_out"]
    assert by_race["z"]["impact_ratio"]["value"] == pytest.approx(0.1 / (200 / 490))
    assert by_race["z"]["impact_ratio"]["reason"] == "too_few"


def test_the_crossing_has_a_row_for_each_pair_and_its_own_yardstick() -> None:
    found = measured("fairness", ROWS, sensitive=BOTH, plan=PLAN)
    both = table(found, "sex_by_race")
    assert list(both) == [
        "Female, Asian", "Female, Pacific", "Female, White", "Male, Asian", "Male, Pacific",
        "Male, White",
    ]  # fmt: skip
    assert both["Male, White"]["impact_ratio"]["interval"] == "reference"
    ratio = both["Female, Asian"]["impact_ratio"]
    assert ratio["value"] == pytest.approx(0.3 / 0.6)
    # Four categories are kept, so six pairs could have been compared.
    limits = mover_ratio(Share(30, 100), Share(150, 250), sidak(0.95, 6))
    assert (ratio["low"], ratio["high"]) == pytest.approx(limits)


def test_a_scoring_tool_is_counted_by_the_median_of_the_sample() -> None:
    rows = {
        "label": [1, 0] * 5,
        "score": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0],
        "s0": ["f", "m"] * 5,
        "s1": ["x"] * 5 + ["y"] * 5,
    }
    plan = {**PLAN, "ll144": {"tool": "scoring"}}
    found = measured("fairness", rows, sensitive=BOTH, plan=plan)
    assert (found["ll144"]["tool"], found["ll144"]["median"]) == ("scoring", pytest.approx(0.55))
    by_sex = table(found, "sex")
    # Over 0.55: 0.6 (m), 0.7 (f), 0.8 (m), 0.9 (f), 1.0 (m).
    assert (by_sex["f"]["counting"], by_sex["m"]["counting"]) == (2, 3)
    assert by_sex["f"]["rate"]["name"] == "scoring_rate"
    assert by_sex["f"]["impact_ratio"]["value"] == pytest.approx(2 / 3)


def test_a_score_at_the_median_is_not_above_it() -> None:
    rows = {"label": [1.0] * 5, "score": [1.0, 2.0, 2.0, 2.0, 3.0], "s0": list("fffmm"),
            "s1": ["x"] * 5}  # fmt: skip
    found = measured("fairness", rows, sensitive=BOTH, plan=PLAN, task="regression")
    assert (found["ll144"]["tool"], found["ll144"]["median"]) == ("scoring", 2.0)
    assert table(found, "sex")["m"]["counting"] == 1


def test_a_tool_that_sorts_into_classes_has_tables_for_each_class() -> None:
    rows = {
        "label": ["low", "mid", "high", "mid"] * 10,
        "prediction": ["low", "mid", "high", "high"] * 10,
        "s0": ["f", "f", "m", "m"] * 10,
        "s1": ["x", "y"] * 20,
    }
    found = measured("fairness", rows, sensitive=BOTH, plan=PLAN, task="multiclass",
                     positive_label=None)  # fmt: skip
    by_sex = {
        one["output"]: {
            category["category"]: category["counting"] for category in one["categories"]
        }
        for one in found["ll144"]["tables"]
        if one["by"] == "sex"
    }
    assert by_sex == {
        "high": {"f": 0, "m": 20},
        "low": {"f": 10, "m": 0},
        "mid": {"f": 10, "m": 0},
    }


def test_the_attributes_are_found_by_name_or_named_by_the_plan() -> None:
    renamed = {"s0": "Gender", "s1": "Ethnicity"}
    found = measured("fairness", ROWS, sensitive=renamed, plan=PLAN)
    assert found["ll144"]["tables"][2]["attribute"] == "Gender x Ethnicity"
    plan = {**PLAN, "ll144": {"sex": "s", "race": "r"}}
    assert measured("fairness", ROWS, sensitive={"s0": "s", "s1": "r"}, plan=plan)["ll144"]
    found = refusal("fairness", ROWS, sensitive={"s0": "sex", "s1": "age"}, plan=PLAN)
    assert codes(found) == ["measure.ll144_attribute"]


def test_a_check_on_the_ratio_of_the_law_is_judged_for_every_category_but_the_best() -> None:
    check = {"measure": "ll144_impact_ratio", "attribute": "sex", "limit": 0.95,
             "direction": "at_least"}  # fmt: skip
    found = measured("fairness", ROWS, sensitive=BOTH, plan={**PLAN, "checks": [check]})
    assert [(one["group"], one["verdict"]) for one in found["checks"]] == [("Female", "fail")]


def test_where_nobody_is_selected_there_is_no_ratio() -> None:
    rows = rows_of(("F", "x", 50, 0), ("M", "y", 50, 0))
    by_sex = table(measured("fairness", rows, sensitive=BOTH, plan=PLAN), "sex")
    assert by_sex["F"]["impact_ratio"]["reason"] == "largest_is_zero"
    one = rows_of(("F", "x", 50, 10), ("F", "y", 50, 20))
    by_sex = table(measured("fairness", one, sensitive=BOTH, plan=PLAN), "sex")
    assert by_sex["F"]["impact_ratio"]["reason"] == "one_group"
