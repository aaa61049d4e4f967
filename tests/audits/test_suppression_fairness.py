"""What a fairness measurement keeps to itself before those who may not see small cells."""

from itertools import product
from typing import Any

import pytest

from audits.suppression import suppress
from tests.audits.test_measures_fairness import rows_of
from tests.audits.test_measures_rows import measured

BOTH = {"s0": "sex", "s1": "race"}
AT_LEAST = {"direction": "at_least", "limit": 0.8}


def crossed(**counts: int) -> dict[str, list[Any]]:
    """Return rows of sex and race, as many of each as named, a third of them not selected."""
    columns: dict[str, list[Any]] = {"s0": [], "s1": [], "label": [], "score": []}
    for name, count in counts.items():
        sex, race = name.split("_")
        columns["s0"] += [sex] * count
        columns["s1"] += [race] * count
        columns["label"] += [place % 2 for place in range(count)]
        columns["score"] += [0.1 if place % 3 == 0 else 0.9 for place in range(count)]
    return columns


def test_a_small_group_keeps_everything_to_itself() -> None:
    rows = rows_of(
        ("a", 1, 1, 60), ("a", 0, 0, 40), ("b", 1, 1, 40), ("b", 0, 0, 60), ("c", 1, 1, 4)
    )
    shown = suppress(measured("fairness", rows))
    few = next(group for group in shown["groups"] if group["group"] == "c")
    assert few["count"] == {"fewer_than": 10}
    assert (few["measures"], few["scores"], few["versus"]["rates"]) == ({}, {}, {})
    assert few["impact_ratio"] is few["treatment_ratio"] is few["significance"] is None


def test_what_is_held_against_a_rate_that_is_not_shown_is_not_shown() -> None:
    # The reference group has four negatives only: its false positive rate is withheld, and the
    # difference to it would give it away.
    rows = rows_of(
        ("a", 1, 1, 96), ("a", 0, 1, 2), ("a", 0, 0, 2),
        ("b", 1, 1, 40), ("b", 0, 1, 10), ("b", 0, 0, 40),
    )  # fmt: skip
    shown = suppress(measured("fairness", rows))
    first, second = shown["groups"]
    assert first["measures"]["false_positive_rate"]["value"] is None
    assert second["measures"]["false_positive_rate"]["value"] == 0.2
    held = second["versus"]["rates"]
    assert held["false_positive_rate"]["difference"]["value"] is None
    assert held["false_positive_rate"]["ratio"]["reason"] == "withheld"
    assert held["true_positive_rate"]["difference"]["value"] == 0.0


def test_checks_on_what_is_withheld_are_withheld() -> None:
    rows = rows_of(
        ("a", 1, 1, 60), ("a", 0, 0, 40), ("b", 1, 1, 40), ("b", 0, 0, 60), ("c", 1, 1, 4)
    )
    names = ("selection_rate_ratio", "impact_ratio", "roc_auc", "treatment_ratio")
    checks = [{"measure": name, "attribute": "sex", **AT_LEAST} for name in names]
    shown = suppress(measured("fairness", rows, plan={"checks": checks}))
    for check in shown["checks"]:
        if check["group"] == "c":
            assert (check["value"], check["reason"]) == (None, "withheld")
    of_b = [check for check in shown["checks"] if (check["group"], check["value"]) == ("b", 0.667)]
    assert len(of_b) == 2


def test_a_small_crossing_cannot_be_found_from_the_sums_of_its_row_and_column() -> None:
    rows = crossed(f_x=40, f_y=6, f_z=40, m_x=200, m_y=200, m_z=200, n_x=90, n_y=7, n_z=90)
    found = measured("fairness", rows, sensitive=BOTH)
    shown = suppress(found)
    open_cells = {tuple(row[:2]) for row in shown["cells"]["rows"] if isinstance(row[-1], int)}
    hidden = set(product("fmn", "xyz")) - open_cells
    for place in (0, 1):
        for value in {one[place] for one in hidden}:
            assert sum(one[place] == value for one in hidden) > 1
    assert ("m", "z") in open_cells
    crossings = [group for group in shown["groups"] if group["attribute"] == "sex x race"]
    assert not [group for group in crossings if isinstance(group["count"], int)]
    assert {group["count"] for group in shown["groups"] if group["attribute"] == "sex"} == {
        86,
        600,
        187,
    }


def test_sums_of_small_groups_of_a_regression_are_withheld() -> None:
    rows = {
        "label": [float(place % 5) for place in range(100)],
        "score": [float(place % 7) for place in range(100)],
        "s0": ["a"] * 60 + ["b"] * 36 + ["c"] * 4,
    }
    shown = suppress(measured("fairness", rows, task="regression"))
    by_group = {row[0]: row[1:] for row in shown["cells"]["rows"]}
    assert by_group["c"] == [None] * 7 + [{"fewer_than": 10}]
    assert by_group["b"] == [None] * 8
    assert isinstance(by_group["a"][-1], int)
    assert shown["groups"][2]["measures"] == {}


def test_the_tables_of_a_law_are_bounded_and_rounded() -> None:
    rows = crossed(male_x=200, male_y=104, female_x=150, female_y=4)
    plan = {"presets": ["ll144"], "checks": [
        {"measure": "ll144_impact_ratio", "attribute": "*", **AT_LEAST}]}  # fmt: skip
    found = measured("fairness", rows, sensitive=BOTH, plan=plan)
    by_sex, _, both = suppress(found)["ll144"]["tables"]
    assert [one["count"] for one in by_sex["categories"]] == [154, 304]
    few = next(one for one in both["categories"] if one["category"] == "female, y")
    assert (few["count"], few["counting"], few["rate"]) == ({"fewer_than": 10}, None, None)
    assert [one["count"] for one in both["categories"] if one is not few] == [
        {"about": 150},
        {"about": 200},
        {"about": 100},
    ]


def test_the_strata_and_what_is_pooled_over_them_are_suppressed() -> None:
    rows = crossed(f_x=60, m_x=60, n_x=5) | {"s3": ["1", "2"] * 62 + ["2"]}
    found = measured(
        "fairness", rows, sensitive={"s0": "sex"}, strata={"s3": "grade"},
        plan={"checks": [{"measure": "conditional_selection_ratio", "attribute": "sex",
                          **AT_LEAST}]},
    )  # fmt: skip
    shown = suppress(found)
    for stratum in shown["strata"]:
        assert "about" in stratum["count"]
        for group in stratum["attributes"][0]["groups"]:
            assert not isinstance(group["count"], int)
    pooled = {one["group"]: one["figure"] for one in shown["conditional"]}
    assert pooled["n"]["reason"] == "withheld"
    assert pooled["m"]["n"] == {"about": 60}
    told = {check["group"]: check["reason"] for check in shown["checks"]}
    assert told == {"m": "", "n": "withheld"}


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_what_has_no_small_counts_is_only_rounded(task: str) -> None:
    rows = rows_of(("a", 1, 1, 60), ("a", 0, 0, 40), ("b", 1, 1, 40), ("b", 0, 0, 60))
    found = measured("fairness", rows, task=task)
    assert [group["count"] for group in suppress(found)["groups"]] == [100, 100]
