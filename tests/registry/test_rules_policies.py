"""The policy's ruling: what is read for a tier in an environment, and the defaults of silence."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from registry.rules.cards import SECTION_CODES
from registry.rules.findings import SEVERITIES as FINDING_SEVERITIES
from registry.rules.policies import Requirement, Ruling, environments_of, ruling
from registry.rules.policy_parts import SEVERITIES, STRENGTHS
from registry.rules.refusals import Refused
from registry.rules.releases import ALWAYS_EXCLUDED, HANDS
from registry.rules.signatures import Strength
from registry.rules.stages import Ask, Stage
from tests.registry.definitions import POLICY, TIER, with_tier

RULING = Ruling(
    tier=1,
    card_sections=("model_details", "caveats"),
    data_roles=("train", "test"),
    risk_assessed=True,
    deputy_named=True,
    evidence=(Requirement("fairness", 30, ("pass", "warn"), reproduced=True, closes_gate=True),),
    plans={"fairness": {"checks": []}},
    stages=(Stage("Risk", (Ask("model_risk_manager", 2),)),),
    approval_days=365,
)


def test_a_ruling_is_read_from_the_definition() -> None:
    assert ruling(POLICY, 1) == RULING


def test_what_an_early_edition_does_not_say_has_a_default() -> None:
    said = ruling(POLICY, 1)
    assert (said.review_days, said.reauthentication, said.conditions_allowed) == (
        365,
        "password",
        True,
    )
    assert said.excluded == tuple(HANDS)
    assert (said.new_edition_closes_gate, said.scorecard_filled) == (False, False)
    assert (said.open_findings_block, said.override_days) == (("high", "critical"), 14)
    assert [ruling(POLICY, tier).review_days for tier in (1, 2, 3, 4)] == [365, 365, 730, 1095]


def test_what_is_said_stands() -> None:
    said: dict[str, Any] = {
        "review_days": 90,
        "reauthentication": "second_factor",
        "conditions_allowed": False,
        "excluded": [*ALWAYS_EXCLUDED, "risk"],
        "new_edition_closes_gate": True,
        "open_findings_block": ["critical"],
        "scorecard_filled": True,
        "override_days": 0,
    }
    read = ruling(with_tier("2", **said), 2)
    assert {name: getattr(read, name) for name in said} == {
        **said,
        "excluded": (*ALWAYS_EXCLUDED, "risk"),
        "open_findings_block": ("critical",),
    }


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ([], ALWAYS_EXCLUDED),
        (["submitted"], ALWAYS_EXCLUDED),
        (["risk", "card", "evidence"], (*ALWAYS_EXCLUDED, "evidence", "risk")),
    ],
)
def test_an_early_edition_that_excludes_too_few_is_read_with_those_it_left_out(
    said: list[str], read: tuple[str, ...]
) -> None:
    assert ruling(with_tier("2", excluded=said), 2).excluded == read
    there = with_tier("2", environments={"staging": {"excluded": said}})
    assert ruling(there, 2, "staging").excluded == read
    assert ruling(there, 2).excluded == tuple(HANDS)


def test_all_sections_can_be_asked_for_in_a_word() -> None:
    assert ruling(with_tier("2", card_sections="all"), 2).card_sections == SECTION_CODES


def test_evidence_may_have_to_be_made_on_the_validators_side() -> None:
    ask = {**TIER["evidence"]["fairness"], "independent": True}
    (read,) = ruling(with_tier("2", evidence={"fairness": ask}), 2).evidence
    assert read.independent


def test_a_stage_in_the_long_form() -> None:
    committee = {
        "name": "Committee",
        "asks": [
            {"role": "model_risk_manager", "needed": 2, "of": 3},
            {"role": "business_owner", "needed": 1},
        ],
        "rule": "any",
        "beside": True,
        "again": True,
    }
    policy = with_tier("2", stages=[*TIER["stages"], committee])
    assert ruling(policy, 2).stages[1] == Stage(
        "Committee",
        (Ask("model_risk_manager", 2, 3), Ask("business_owner", 1)),
        rule="any",
        beside=True,
        again=True,
    )


def test_a_tier_has_limits_of_its_own_kind_by_kind() -> None:
    drift: dict[str, Any] = {"checks": []}
    own = {"drift": drift, "fairness": {"smallest_group": 100, "checks": []}}
    assert ruling(with_tier("2", plans=own), 2).plans == own
    assert ruling(with_tier("2", plans=own), 1).plans == POLICY["plans"]


LIGHT = [{"name": "Look", "role": "validator", "needed": 1}]


def test_an_environment_overrides_single_parts() -> None:
    policy = with_tier("2", environments={"staging": {"stages": LIGHT}})
    assert ruling(policy, 2, "staging").stages == (Stage("Look", (Ask("validator", 1),)),)
    assert ruling(policy, 2, "staging").card_sections == RULING.card_sections
    for environment in ("", "production", "nowhere"):
        assert ruling(policy, 2, environment).stages == RULING.stages
    assert ruling(policy, 2, "staging").environment == "staging"
    assert environments_of(policy) == ["staging"]


def test_a_tier_may_be_like_another() -> None:
    policy = copy.deepcopy(POLICY)
    policy["tiers"]["3"] = {"like": 2, "approval_days": 30}
    policy["tiers"]["4"] = {"like": 3}
    assert ruling(policy, 4).approval_days == ruling(policy, 3).approval_days == 30
    assert ruling(policy, 4).stages == ruling(policy, 2).stages


def test_who_is_like_another_is_so_in_each_environment_until_it_says_otherwise() -> None:
    policy = with_tier("2", environments={"staging": {"approval_days": 7, "stages": LIGHT}})
    policy["tiers"]["3"] = {"like": 2, "approval_days": 30}
    policy["tiers"]["4"] = {"like": 3, "environments": {"staging": {"approval_days": 3}}}
    assert ruling(policy, 3, "staging").stages == ruling(policy, 2, "staging").stages
    assert ruling(policy, 3, "staging").approval_days == 30
    assert ruling(policy, 4, "staging").approval_days == 3
    assert ruling(policy, 4, "production").approval_days == 30


def why_not_read(policy: dict[str, Any], tier: int = 2) -> list[str]:
    with pytest.raises(Refused) as refused:
        ruling(policy, tier)
    return [one.code for one in refused.value.objections]


def test_a_ruling_without_a_signature_is_refused() -> None:
    assert why_not_read(with_tier("2", stages=[])) == ["policy.no_stage"]


@pytest.mark.parametrize("ask", [{"role": "king", "needed": 1}, {"role": "validator", "needed": 0}])
def test_a_ruling_that_nobody_or_anybody_signs_is_refused(ask: dict[str, Any]) -> None:
    assert why_not_read(with_tier("2", stages=[{"name": "Risk", **ask}])) == ["policy.stage"]


def test_a_circle_of_tiers_is_refused() -> None:
    policy = with_tier("2", like=3)
    policy["tiers"]["3"] = {"like": 2}
    assert why_not_read(policy) == ["policy.circle"]


@pytest.mark.parametrize("part", sorted(TIER))
def test_a_lacking_part_is_refused(part: str) -> None:
    policy = copy.deepcopy(POLICY)
    policy["tiers"]["2"] = {name: value for name, value in TIER.items() if name != part}
    assert why_not_read(policy) == ["policy.incomplete"]
    assert ruling(policy, 1) == RULING


@pytest.mark.parametrize("nothing", [{}, {"tiers": None}, {"tiers": {"2": "x"}}, {"tiers": [1]}])
def test_nothing_is_read_from_what_is_no_policy(nothing: dict[str, Any]) -> None:
    assert why_not_read(nothing) == ["policy.incomplete"]


def test_an_edition_from_before_a_rule_can_still_be_read() -> None:
    """Decisions rest on it: a part nobody knows today, or too many days, must not stop a gate."""
    old = with_tier("2", approval_days=100_000, gossip=True)
    assert ruling(old, 2).approval_days == 100_000


def test_the_words_are_those_of_the_rooms_they_speak_of() -> None:
    assert set(SEVERITIES) == set(FINDING_SEVERITIES)
    assert set(STRENGTHS) == set(Strength)
