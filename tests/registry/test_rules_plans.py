"""The plan's rules by hand: its shape, that it is never laxer than the policy, and the merger."""

from __future__ import annotations

from typing import Any

import pytest

from registry.rules.plan_shapes import objections_to_shape
from registry.rules.plans import (
    OWN,
    POLICY,
    STRICTER,
    effective,
    is_laxer,
    objections_to_laxness,
    sourced,
    without_the_policys,
)


def check(measure: str = "impact_ratio", limit: Any = 0.8, **changed: Any) -> dict[str, Any]:
    given = {"attribute": "*", "direction": "at_least", "warn": None}
    return {"measure": measure, "limit": limit, **given, **changed}


def at_most(limit: float, warn: float | None = None, **changed: Any) -> dict[str, Any]:
    return check("psi", limit, direction="at_most", warn=warn, **changed)


def section(*checks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"checks": list(checks), **more}


def laxer(own: dict[str, Any], policy: dict[str, Any]) -> list[str]:
    found = objections_to_laxness({"fairness": own}, {"fairness": policy})
    # Every sentence can be filled in.
    assert all(str(one) for one in found)
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("own", "policy", "found"),
    [
        (check(limit=0.8), check(limit=0.8), []),
        (check(limit=0.9), check(limit=0.8), []),
        (check(limit=0.79), check(limit=0.8), ["plan.laxer"]),
        (at_most(0.2), at_most(0.2), []),
        (at_most(0.1), at_most(0.2), []),
        (at_most(0.21), at_most(0.2), ["plan.laxer"]),
        # A mark to warn at may only come earlier, and a limit as strict as the mark loses nothing.
        (at_most(0.2, 0.1), at_most(0.2, 0.1), []),
        (at_most(0.2, 0.05), at_most(0.2, 0.1), []),
        (at_most(0.2, 0.15), at_most(0.2, 0.1), ["plan.warns_later"]),
        (at_most(0.15), at_most(0.2, 0.1), ["plan.warns_later"]),
        (at_most(0.1), at_most(0.2, 0.1), []),
        (check(limit=0.8, warn=0.9), check(limit=0.8), []),
        (check(limit=0.8), check(limit=0.8, warn=0.9), ["plan.warns_later"]),
        # For the same people or more.
        (check(attribute="*"), check(attribute="sex"), []),
        (check(attribute="sex"), check(attribute="*"), ["plan.left_out"]),
        (check(attribute="race"), check(attribute="sex"), ["plan.left_out"]),
        (check(attribute="*", limit=0.7), check(attribute="sex"), ["plan.laxer"]),
        # On the same measure, in the same direction.
        (check("roc_auc"), check(), ["plan.left_out"]),
        (check(direction="at_most"), check(), ["plan.left_out"]),
    ],
)
def test_a_check_is_the_policys_or_stricter(
    own: dict[str, Any], policy: dict[str, Any], found: list[str]
) -> None:
    assert laxer(section(own), section(policy)) == found


def test_the_sentence_names_the_measure_and_both_limits() -> None:
    (told,) = objections_to_laxness(
        {"fairness": section(check(limit=0.7))}, {"fairness": section(check(limit=0.8))}
    )
    assert str(told) == (
        "Fairness: Impact ratio of at least 0.7 is laxer than the policy's 0.8."
        " Ask for 0.8 or more."
    )


def test_more_checks_are_free() -> None:
    own = section(check(), check("roc_auc", 0.9, attribute=""), check(attribute="sex", limit=0.95))
    assert laxer(own, section(check())) == []


def test_a_kind_that_is_not_named_goes_by_the_policy() -> None:
    assert objections_to_laxness({"drift": section()}, {"fairness": section(check())}) == []


@pytest.mark.parametrize("name", ["smallest_group", "smallest_cell"])
@pytest.mark.parametrize("size", [5, 500])
def test_the_sizes_are_the_policys_in_either_direction(name: str, size: int) -> None:
    assert laxer(section(**{name: size}), section(**{name: 30})) == [f"plan.{name}"]
    assert laxer(section(**{name: 30}), section(**{name: 30})) == []


def test_without_sizes_in_the_policy_the_usual_ones_are_meant() -> None:
    assert laxer(section(smallest_group=30, smallest_cell=10), section()) == []
    assert laxer(section(smallest_group=29), section()) == ["plan.smallest_group"]


def test_what_the_policy_fixes_stays_fixed() -> None:
    policy = section(reference={"sex": "male"}, sample_rows=500, seed=7)
    assert laxer(section(reference={"sex": "female"}), policy) == ["plan.reference"]
    assert laxer(section(sample_rows=499), policy) == ["plan.sample_rows"]
    assert laxer(section(seed=8), policy) == ["plan.seed"]
    free = section(reference={"race": "white"}, sample_rows=501, seed=7, strata=["income"])
    assert laxer(free, policy) == []


def test_the_stricter_of_both_is_in_force_whichever_it_is() -> None:
    # The policy became stricter on the first after the plan was written, and laxer on the second.
    own = section(check(limit=0.8), at_most(0.1, 0.05), check("roc_auc", 0.7, attribute=""))
    policy = section(check(limit=0.85), at_most(0.2, 0.15))
    merged = effective(own, policy)["checks"]
    assert merged == [check(limit=0.85), at_most(0.1, 0.05), check("roc_auc", 0.7, attribute="")]
    assert [source for _check, source in sourced(own, policy)] == [POLICY, STRICTER, OWN]


def test_limit_and_mark_are_merged_apart() -> None:
    own, policy = section(at_most(0.15, 0.12)), section(at_most(0.2, 0.1))
    assert effective(own, policy)["checks"] == [at_most(0.15, 0.1)]


def test_a_mark_that_meets_the_limit_is_none() -> None:
    own, policy = section(at_most(0.1)), section(at_most(0.2, 0.1))
    assert effective(own, policy)["checks"] == [at_most(0.1)]


def test_a_wider_check_stands_beside_the_narrower_one_of_the_policy() -> None:
    narrow, wide = check(attribute="sex"), check(limit=0.9)
    assert effective(section(wide), section(narrow))["checks"] == [narrow, wide]
    laxer_and_wide = check(limit=0.7)
    both = effective(section(laxer_and_wide), section(narrow))["checks"]
    assert both == [narrow, laxer_and_wide]


def test_without_a_plan_the_policy_is_in_force() -> None:
    policy = section(check(), smallest_group=40, smallest_cell=5)
    assert effective({}, policy) == policy
    assert effective({}, {}) == {"checks": [], "smallest_group": 30, "smallest_cell": 10}


def test_what_the_figures_rest_on_is_united() -> None:
    own = {"reference": {"race": "white"}, "strata": ["b", "a"], "sample_rows": 900, "seed": 3}
    policy = {"reference": {"sex": "male"}, "strata": ["a"], "presets": ["ll144"]}
    assert effective(own, policy) == {
        "checks": [],
        "smallest_group": 30,
        "smallest_cell": 10,
        "reference": {"race": "white", "sex": "male"},
        "strata": ["a", "b"],
        "presets": ["ll144"],
        "sample_rows": 900,
        "seed": 3,
    }


def test_a_seed_of_zero_is_a_seed() -> None:
    assert effective({"seed": 0}, {})["seed"] == 0
    assert effective({"seed": 5}, {"seed": 0})["seed"] == 0


def test_sections_that_say_no_more_than_the_policy_are_left_out() -> None:
    policy = {"fairness": section(check()), "drift": section(at_most(0.2))}
    own = {"fairness": section(check(limit=1)), "drift": section(at_most(0.2)), "data": section()}
    assert without_the_policys(own, policy) == {"fairness": section(check(limit=1))}


def test_a_section_that_leaves_a_check_out_is_kept_to_be_refused() -> None:
    policy = {"fairness": section(check())}
    assert without_the_policys({"fairness": section()}, policy) == {"fairness": section()}


@pytest.mark.parametrize(
    ("after", "laxer"),
    [
        ({"fairness": section(check(limit=0.9))}, False),
        ({"fairness": section(check(limit=0.95)), "drift": section(at_most(0.1))}, False),
        ({"fairness": section(check(limit=0.85))}, True),
        ({"fairness": section()}, True),
        ({}, True),
    ],
)
def test_a_plan_that_asks_for_less_than_before_is_laxer(after: dict[str, Any], laxer: bool) -> None:
    assert is_laxer(after, {"fairness": section(check(limit=0.9))}) is laxer
    assert is_laxer(after, {}) is False


def shape(given: object) -> list[str]:
    found = objections_to_shape(given)
    assert all(str(one) for one in found)
    return [one.code for one in found]


@pytest.mark.parametrize("given", [None, [], "plan", 1])
def test_a_plan_is_an_object(given: object) -> None:
    assert shape(given) == ["plan.shape"]


@pytest.mark.parametrize("kind", ["validation", "fariness", "", None])
def test_a_section_is_for_a_kind_of_run(kind: object) -> None:
    assert shape({kind: section()}) == ["plan.kind"]


@pytest.mark.parametrize("given", [None, [], {"checks": {}}, {"checks": None}])
def test_a_section_holds_a_list_of_checks(given: object) -> None:
    assert shape({"drift": given}) == ["plan.section"]


@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        {},
        check(measure=""),
        check(measure="Impact Ratio"),
        check(measure="x" * 81),
        check(measure=7),
        check(limit=None),
        check(limit=True),
        check(limit="0.8"),
        check(limit=float("nan")),
        check(limit=float("inf")),
        check(limit=10**400),
        check(direction="above"),
        check(direction=["at_least"]),
        check(attribute=3),
        check(attribute=" sex"),
        check(attribute="se\0x"),
        check(attribute="\ud800"),
        check(warn="soon"),
        check(owner="me"),
    ],
)
def test_a_check_that_cannot_be_judged_by_is_refused(wrong: object) -> None:
    assert shape({"fairness": {"checks": [wrong]}}) == ["plan.check"]


@pytest.mark.parametrize(
    "good",
    [
        check(),
        check(attribute=""),
        check(attribute=None),
        check(attribute="sex x race"),
        check(limit=1),
        check(limit=-0.5, warn=0),
        check(limit=0.8, warn=0.8),
        at_most(0.2, 0.1),
        {"measure": "r2", "limit": 0.5, "direction": "at_least"},
    ],
)
def test_a_check_that_can_be_judged_by_is_taken(good: dict[str, Any]) -> None:
    assert shape({"fairness": section(good)}) == []
    assert effective(section(good), {})["checks"][0]["limit"] == good["limit"]


@pytest.mark.parametrize("wrong", [check(limit=0.8, warn=0.7), at_most(0.2, 0.3)])
def test_a_warning_comes_before_the_limit(wrong: dict[str, Any]) -> None:
    assert shape({"drift": section(wrong)}) == ["plan.warn"]


def test_one_limit_for_each_figure() -> None:
    assert shape({"fairness": section(check(), check(limit=0.9))}) == ["plan.twice"]
    assert shape({"fairness": section(check(), check(direction="at_most"))}) == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"smallest_group": 0}, "plan.smallest_group"),
        ({"smallest_cell": 1.5}, "plan.smallest_cell"),
        ({"sample_rows": True}, "plan.sample_rows"),
        ({"sample_rows": 10**9}, "plan.sample_rows"),
        ({"seed": -1}, "plan.seed"),
        ({"seed": 2**32}, "plan.seed"),
        ({"strata": "income"}, "plan.strata"),
        ({"strata": [""]}, "plan.strata"),
        ({"strata": ["a"] * 11}, "plan.strata"),
        ({"reference": {"sex": ""}}, "plan.reference"),
        ({"reference": ["sex"]}, "plan.reference"),
        ({"presets": ["ll145"]}, "plan.presets"),
        ({"presets": "ll144"}, "plan.presets"),
        ({"checks": [check(f"m{n}") for n in range(61)]}, "plan.checks"),
        ({"limits": []}, "plan.unknown_part"),
    ],
)
def test_a_part_of_the_wrong_shape_is_named(more: dict[str, Any], code: str) -> None:
    assert shape({"fairness": more}) == [code]


def test_every_part_of_the_right_shape_is_taken() -> None:
    whole = section(
        check(),
        smallest_group=30,
        smallest_cell=10,
        reference={"sex": "male"},
        strata=["income"],
        presets=["ll144"],
        sample_rows=2000,
        seed=7,
    )
    assert shape({"fairness": whole, "drift": section()}) == []
