"""What is wrong with a policy is said in sentences, whatever somebody wrote into it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from registry.rules.policies import TIERS, objections_to, ruling
from registry.rules.policy_parts import PARTS
from registry.rules.refusals import Refused
from registry.rules.releases import ALWAYS_EXCLUDED, HANDS
from tests.registry.definitions import POLICY, TIER, with_tier


def codes(policy: object) -> list[str]:
    return [objection.code for objection in objections_to(policy)]


def spoiled(change: Callable[[dict[str, Any]], object]) -> list[str]:
    policy = with_tier("2")
    change(policy["tiers"]["2"])
    return codes(policy)


def test_a_sound_policy_has_nothing_against_it() -> None:
    assert objections_to(POLICY) == []


WRONG: dict[str, list[object]] = {
    "risk_assessed": ["yes", 1, None],
    "deputy_named": ["no", 0],
    "conditions_allowed": ["true", []],
    "new_edition_closes_gate": [1],
    "scorecard_filled": ["later"],
    "approval_days": [0, -1, 3651, "365", 1.5, True, None, 10**40],
    "review_days": [0, -1, 3651, "365", None],
    "override_days": [-1, 15, "14", True, None],
    "reauthentication": ["passphrase", "", None, 1, ["password"]],
    "excluded": ["submitted", ["gossip"], ["card", "card"], [["card"]], None],
    "open_findings_block": ["high", ["severe"], ["high", "high"], None],
}


@pytest.mark.parametrize(
    ("part", "value"), [(part, value) for part, values in WRONG.items() for value in values]
)
def test_a_wrong_value_is_refused_by_the_name_of_its_part(part: str, value: object) -> None:
    assert codes(with_tier("2", **{part: value})) == [f"policy.{part}"]
    assert codes(with_tier("2", environments={"staging": {part: value}})) == [f"policy.{part}"]


def test_every_part_was_tried_with_wrong_values() -> None:
    assert set(WRONG) == set(PARTS)


@pytest.mark.parametrize("part", ALWAYS_EXCLUDED)
def test_who_made_a_version_is_excluded_by_every_edition(part: str) -> None:
    others = [one for one in HANDS if one != part]
    places = {"environments": {"staging": {"excluded": others}}}
    for policy in (with_tier("2", excluded=others), with_tier("2", **places)):
        (objection,) = objections_to(policy)
        assert objection.code == "policy.excluded_too_few"
        assert f"leaves out {part}." in str(objection)


def test_an_edition_that_excludes_nobody_is_told_whom_it_left_out() -> None:
    (objection,) = objections_to(with_tier("2", excluded=[]))
    assert "submitted, registered, card, data, run" in str(objection)


@pytest.mark.parametrize("part", sorted(set(HANDS) - set(ALWAYS_EXCLUDED)))
def test_the_rest_is_the_choice_of_the_edition(part: str) -> None:
    assert codes(with_tier("2", excluded=[one for one in HANDS if one != part])) == []
    assert codes(with_tier("2", excluded=[*ALWAYS_EXCLUDED, part])) == []


@pytest.mark.parametrize("days", [0, 14])
def test_an_emergency_lasts_up_to_fourteen_days(days: int) -> None:
    assert codes(with_tier("2", override_days=days)) == []


EVIDENCE = TIER["evidence"]["fairness"]


@pytest.mark.parametrize(
    "change",
    [
        {"verdicts": ["splendid"]},
        {"verdicts": []},
        {"verdicts": "pass"},
        {"verdicts": [["pass"]]},
        {"max_age_days": 0},
        {"max_age_days": -30},
        {"max_age_days": 3651},
        {"max_age_days": "30"},
        {"reproduced": "yes"},
        {"closes_gate": 1},
        {"independent": "no"},
    ],
)
def test_wrong_evidence_is_refused(change: dict[str, Any]) -> None:
    evidence = {"fairness": {**EVIDENCE, **change}}
    assert codes(with_tier("2", evidence=evidence)) == ["policy.evidence"]


@pytest.mark.parametrize("part", ["max_age_days", "verdicts", "reproduced", "closes_gate"])
def test_a_part_lacking_from_a_kind_of_evidence_is_named(part: str) -> None:
    assert spoiled(lambda tier: tier["evidence"]["fairness"].pop(part)) == ["policy.incomplete"]


@pytest.mark.parametrize("part", sorted(TIER))
def test_a_lacking_part_is_named(part: str) -> None:
    policy = copy.deepcopy(POLICY)
    policy["tiers"]["2"] = {name: value for name, value in TIER.items() if name != part}
    (objection,) = objections_to(policy)
    assert objection.code == "policy.incomplete"
    assert part in str(objection)


@pytest.mark.parametrize(
    "misspelt",
    [
        {"card_sections": ["model_detials"]},
        {"data_roles": ["tset"]},
        {"evidence": {"fariness": EVIDENCE}},
    ],
)
def test_a_misspelt_name_is_refused_and_not_passed_over(misspelt: dict[str, Any]) -> None:
    assert spoiled(lambda tier: tier.update(misspelt)) == ["policy.unknown_name"]


@pytest.mark.parametrize(
    "policy",
    [
        {**POLICY, "planes": {}},
        {**POLICY, "tiers": {**POLICY["tiers"], "5": TIER}},
        with_tier("2", depute_named=True),
        with_tier("2", environments={"staging": {"approval_dais": 3}}),
        with_tier("2", environments={"staging": {"like": 3}}),
        with_tier("2", environments={"staging": {"plans": {}}}),
        with_tier("2", evidence={"fairness": {**EVIDENCE, "max_age": 3}}),
    ],
)
def test_a_part_nobody_knows_is_refused_by_name(policy: dict[str, Any]) -> None:
    assert codes(policy) == ["policy.unknown_part"]


@pytest.mark.parametrize("name", [None, "", 3, "x" * 101, "a\x00b"])
def test_a_policy_has_a_name(name: object) -> None:
    assert codes({**POLICY, "name": name}) == ["policy.name"]


@pytest.mark.parametrize("nothing", [[], {}, None, "", 3, {"tiers": {}}, {"plans": {}}])
def test_what_is_no_policy_is_refused(nothing: object) -> None:
    assert "policy.incomplete" in codes(nothing)


@pytest.mark.parametrize("like", [0, 5, "2", "two", [2], {"tier": 2}, -1])
def test_a_tier_is_like_one_that_there_is(like: object) -> None:
    assert codes(with_tier("2", like=like)) == ["policy.like"]


@pytest.mark.parametrize("like", [True, 2.0])
def test_a_tier_is_named_by_its_number(like: object) -> None:
    assert codes(with_tier("3", like=like)) == ["policy.incomplete"]


def test_a_circle_of_tiers_is_refused_for_each_in_it() -> None:
    policy = with_tier("1", like=1)
    assert codes(policy) == ["policy.circle"]
    policy["tiers"]["1"] = {"like": 2}
    policy["tiers"]["2"] = {"like": 3}
    policy["tiers"]["3"] = {"like": 1}
    assert codes(policy) == ["policy.circle"] * 3


def test_a_lacking_part_may_come_from_the_tier_it_is_like() -> None:
    policy = copy.deepcopy(POLICY)
    policy["tiers"]["4"] = {"like": 1}
    assert codes(policy) == []


json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda parts: (
        some.lists(parts, max_size=3) | some.dictionaries(some.text(max_size=8), parts, max_size=3)
    ),
    max_leaves=8,
)
places = some.sampled_from(
    [
        ("name",),
        ("plans",),
        ("tiers",),
        ("tiers", "2"),
        *(("tiers", "2", part) for part in (*TIER, *PARTS, "like", "plans", "environments")),
        ("tiers", "2", "evidence", "fairness"),
        ("tiers", "2", "evidence", "fairness", "verdicts"),
        ("tiers", "2", "stages", 0),
        ("tiers", "2", "stages", 0, "needed"),
        ("tiers", "2", "stages", 0, "asks"),
        ("tiers", "2", "environments", "staging"),
        ("tiers", "2", "environments", "staging", "stages"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(places, json_values)
def test_whatever_is_written_anywhere_is_refused_in_sentences_or_can_be_ruled_by(
    place: tuple[str | int, ...], value: object
) -> None:
    policy: Any = with_tier("2", environments={"staging": {}})
    part = policy
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    objections = objections_to(policy)
    assert all(str(objection) for objection in objections)
    for tier in TIERS:
        for environment in ("", "staging"):
            try:
                assert ruling(policy, tier, environment).stages
            except Refused:
                assert objections


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_garbage_is_refused(value: object) -> None:
    assert objections_to(value)
