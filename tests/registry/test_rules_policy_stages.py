"""What is wrong with the stages of a policy is said in sentences."""

from __future__ import annotations

from typing import Any

import pytest

from registry.rules.policies import objections_to
from tests.registry.definitions import with_tier


def codes(policy: object) -> list[str]:
    return [objection.code for objection in objections_to(policy)]


def with_stages(*stages: dict[str, Any] | str) -> list[str]:
    return codes(with_tier("2", stages=list(stages)))


def test_a_release_needs_a_signature() -> None:
    assert with_stages() == ["policy.no_stage"]


ONE = {"name": "Risk", "role": "model_risk_manager", "needed": 1}


@pytest.mark.parametrize(
    "role",
    ["auditor", "administrator", "data_scientist", "service", "deployer", "king", None, 3, ["x"]],
)
def test_a_stage_is_signed_by_a_decider(role: object) -> None:
    assert with_stages({**ONE, "role": role}) == ["policy.stage"]


@pytest.mark.parametrize("needed", [0, -1, 31, 1.5, "1", True, None, [], 10**30])
def test_a_stage_needs_a_number_of_people(needed: object) -> None:
    assert with_stages({**ONE, "needed": needed}) == ["policy.stage"]


@pytest.mark.parametrize("panel", [1, 0, -3, 31, "3", True, 2.5])
def test_a_panel_has_as_many_people_as_have_to_sign(panel: object) -> None:
    assert with_stages({**ONE, "needed": 2, "of": panel}) == ["policy.stage_panel"]
    assert with_stages({**ONE, "needed": 2, "of": 2}) == []


@pytest.mark.parametrize("name", [None, "", " ", " Risk", "R" * 101, 3, "a\nb", "\ud800"])
def test_a_stage_has_a_name(name: object) -> None:
    assert with_stages({**ONE, "name": name}) == ["policy.stage_name"]


def test_no_two_stages_have_the_same_name() -> None:
    assert with_stages(ONE, {**ONE, "name": "risk"}) == ["policy.stage_twice"]


def test_the_first_stage_runs_beside_nothing() -> None:
    assert with_stages({**ONE, "beside": True}) == ["policy.stage_beside"]
    assert with_stages(ONE, {**ONE, "name": "Two", "beside": True}) == []


@pytest.mark.parametrize("part", ["beside", "again"])
@pytest.mark.parametrize("value", ["true", 1, None, []])
def test_what_is_true_or_false_is_nothing_else(part: str, value: object) -> None:
    assert with_stages(ONE, {**ONE, "name": "Two", part: value}) == ["policy.stage_part"]


@pytest.mark.parametrize("rule", ["most", None, 1, ["all"]])
def test_a_rule_is_all_or_any(rule: object) -> None:
    assert with_stages({**ONE, "rule": rule}) == ["policy.stage_rule"]


def test_who_validates_is_not_let_sign_again() -> None:
    again = {"name": "Validation", "role": "validator", "needed": 1, "again": True}
    assert with_stages(again) == ["policy.stage_again"]


def test_a_misspelt_part_of_a_stage_is_named() -> None:
    (objection,) = objections_to(with_tier("2", stages=[{**ONE, "besides": True}]))
    assert objection.code == "policy.stage_unknown_part"
    assert "besides" in str(objection)


@pytest.mark.parametrize(
    "asks", [[], "x", {"role": "validator"}, 3], ids=["none", "text", "one", "number"]
)
def test_asks_are_a_list_with_something_in_it(asks: object) -> None:
    assert with_stages({"name": "Risk", "asks": asks}) == ["policy.stage_asks"]


def test_who_signs_is_said_once() -> None:
    assert with_stages({**ONE, "asks": [{"role": "validator", "needed": 1}]}) == [
        "policy.stage_asks"
    ]


def test_a_role_is_asked_for_once() -> None:
    ask = {"role": "validator", "needed": 1}
    assert with_stages({"name": "Risk", "asks": [ask, ask]}) == ["policy.stage_role_twice"]


@pytest.mark.parametrize("ask", ["x", None, 3, {}, {"role": "validator"}])
def test_an_ask_says_role_and_number(ask: object) -> None:
    assert with_stages({"name": "Risk", "asks": [ask]}) == ["policy.stage"]


def test_a_misspelt_part_of_an_ask_is_named() -> None:
    ask = {"role": "validator", "needed": 1, "off": 2}
    assert with_stages({"name": "Risk", "asks": [ask]}) == ["policy.stage_unknown_part"]


@pytest.mark.parametrize("stages", ["x", None, {"name": "Risk"}, [ONE] * 13, 3])
def test_stages_are_a_list_of_some(stages: object) -> None:
    assert codes(with_tier("2", stages=stages)) == ["policy.no_stage"]


def test_a_stage_is_an_object() -> None:
    assert with_stages("Risk") == ["policy.stage_shape"]
