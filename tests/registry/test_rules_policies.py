"""The policy's ruling, and the checklist for each thing it asks for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.rules.cards import SECTION_CODES
from registry.rules.checklists import Exhibit, Item, Standing, checklist
from registry.rules.policies import Requirement, Ruling, objections_to, ruling
from registry.rules.refusals import Refused
from registry.rules.releases import Stage

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TIER: dict[str, Any] = {
    "card_sections": ["model_details", "caveats"],
    "data_roles": ["train", "test"],
    "risk_assessed": True,
    "deputy_named": True,
    "evidence": {
        "fairness": {
            "max_age_days": 30,
            "verdicts": ["pass", "warn"],
            "reproduced": True,
            "closes_gate": True,
        }
    },
    "stages": [{"name": "Risk", "role": "model_risk_manager", "needed": 2}],
    "approval_days": 365,
}
POLICY: dict[str, Any] = {
    "name": "default",
    "plans": {"fairness": {"checks": []}},
    "tiers": {str(tier): TIER for tier in (1, 2, 3, 4)},
}
RULING = Ruling(
    tier=1,
    card_sections=("model_details", "caveats"),
    data_roles=("train", "test"),
    risk_assessed=True,
    deputy_named=True,
    evidence=(Requirement("fairness", 30, ("pass", "warn"), reproduced=True, closes_gate=True),),
    plans={"fairness": {"checks": []}},
    stages=(Stage("Risk", "model_risk_manager", 2),),
    approval_days=365,
)
GOOD = Exhibit(1, "fairness", "pass", NOW - timedelta(days=1), reproduced=True)


def test_a_ruling_is_read_from_the_definition() -> None:
    assert ruling(POLICY, 1) == RULING


def test_all_sections_can_be_asked_for_in_a_word() -> None:
    policy = {**POLICY, "tiers": {**POLICY["tiers"], "2": {**TIER, "card_sections": "all"}}}
    assert ruling(policy, 2).card_sections == SECTION_CODES


def spoiled(change: Callable[[dict[str, Any]], object]) -> list[str]:
    policy = copy.deepcopy(POLICY)
    policy["tiers"]["2"] = copy.deepcopy(TIER)
    change(policy["tiers"]["2"])
    return [objection.code for objection in objections_to(policy)]


def test_a_sound_policy_has_nothing_against_it() -> None:
    assert objections_to(POLICY) == []


def test_a_release_needs_a_signature() -> None:
    assert spoiled(lambda tier: tier.update(stages=[])) == ["policy.no_stage"]


@pytest.mark.parametrize("role", ["auditor", "administrator", "data_scientist", "service", "king"])
def test_a_stage_is_signed_by_a_decider(role: str) -> None:
    assert spoiled(lambda tier: tier["stages"][0].update(role=role)) == ["policy.stage"]


def test_a_stage_needs_at_least_one_person() -> None:
    assert spoiled(lambda tier: tier["stages"][0].update(needed=0)) == ["policy.stage"]


def test_an_unknown_verdict_is_refused() -> None:
    ask = {"verdicts": ["splendid"]}
    assert spoiled(lambda tier: tier["evidence"]["fairness"].update(ask)) == ["policy.evidence"]


def test_evidence_has_to_be_allowed_an_age() -> None:
    ask = {"max_age_days": 0}
    assert spoiled(lambda tier: tier["evidence"]["fairness"].update(ask)) == ["policy.evidence"]


@pytest.mark.parametrize("part", sorted(TIER))
def test_a_lacking_part_is_named(part: str) -> None:
    policy = copy.deepcopy(POLICY)
    policy["tiers"]["2"] = {name: value for name, value in TIER.items() if name != part}
    (objection,) = objections_to(policy)
    assert objection.code == "policy.incomplete"
    assert part in str(objection)


@pytest.mark.parametrize("part", ["max_age_days", "verdicts", "reproduced", "closes_gate"])
def test_a_part_lacking_from_a_kind_of_evidence_is_named(part: str) -> None:
    assert spoiled(lambda tier: tier["evidence"]["fairness"].pop(part)) == ["policy.incomplete"]


@pytest.mark.parametrize(
    "misspelt",
    [
        {"card_sections": ["model_detials"]},
        {"data_roles": ["tset"]},
        {"evidence": {"fariness": TIER["evidence"]["fairness"]}},
    ],
)
def test_a_misspelt_name_is_refused_and_not_passed_over(misspelt: dict[str, Any]) -> None:
    assert spoiled(lambda tier: tier.update(misspelt)) == ["policy.unknown_name"]


def test_a_ruling_on_a_broken_policy_is_refused() -> None:
    broken = {**TIER, "stages": []}
    with pytest.raises(Refused):
        ruling({**POLICY, "tiers": {**POLICY["tiers"], "1": broken}}, 1)


def test_a_lacking_tier_is_refused() -> None:
    policy = {**POLICY, "tiers": {"1": TIER}}
    with pytest.raises(Refused) as refused:
        ruling(policy, 1)
    assert [one.code for one in refused.value.objections] == ["policy.incomplete"]


@pytest.mark.parametrize("nothing", [{}, {"tiers": None}, {"tiers": []}, {"tiers": {"1": "x"}}])
def test_what_is_no_policy_is_refused(nothing: dict[str, Any]) -> None:
    assert [one.code for one in objections_to(nothing)] == ["policy.incomplete"]


def items(ruled: Ruling = RULING, **changed: Any) -> dict[str, Item]:
    facts: dict[str, Any] = {
        "card": {"model_details": "x", "caveats": "y"},
        "data_roles": ["train", "test"],
        "risk_is_assessed": True,
        "deputy_is_named": True,
        "exhibits": [GOOD],
        "now": NOW,
    }
    return {item.code: item for item in checklist(ruled, **facts | changed)}


def unmet(**changed: Any) -> list[tuple[str, str, str]]:
    return [
        (code, item.standing.value, item.objection.code)
        for code, item in items(**changed).items()
        if item.objection
    ]


def test_everything_asked_for_is_listed_and_met() -> None:
    told = items()
    assert list(told) == [
        "card",
        "data.train",
        "data.test",
        "risk",
        "deputy",
        "evidence.fairness",
    ]
    assert {item.standing for item in told.values()} == {Standing.MET}
    assert told["evidence.fairness"].exhibit_id == 1


def test_a_version_without_a_card_misses_the_required_sections() -> None:
    (item,) = (item for item in items(card=None).values() if item.objection)
    assert item.objection is not None
    assert item.objection.params == {"count": 2, "sections": "model_details, caveats"}


def test_a_section_the_policy_does_not_ask_for_may_be_empty() -> None:
    assert unmet(card={"model_details": "x", "caveats": "y", "factors": ""}) == []


@pytest.mark.parametrize("lacking", ["train", "test"])
def test_each_role_of_data_is_asked_for(lacking: str) -> None:
    roles = [role for role in ("train", "test", "production") if role != lacking]
    assert unmet(data_roles=roles) == [(f"data.{lacking}", "missing", "submit.data_missing")]


def test_the_risk_has_to_be_assessed() -> None:
    assert unmet(risk_is_assessed=False) == [("risk", "missing", "submit.risk_missing")]


def test_a_deputy_has_to_be_named() -> None:
    assert unmet(deputy_is_named=False) == [("deputy", "missing", "submit.deputy_missing")]


def test_what_the_policy_does_not_ask_for_is_not_listed() -> None:
    lenient = replace(RULING, risk_assessed=False, deputy_named=False, data_roles=(), evidence=())
    assert list(items(lenient, card=None)) == ["card"]


MISSING = [("evidence.fairness", "missing", "submit.evidence_missing")]


def test_evidence_has_to_be_there() -> None:
    assert unmet(exhibits=[]) == MISSING


def test_evidence_of_another_kind_does_not_count() -> None:
    assert unmet(exhibits=[replace(GOOD, kind="performance")]) == MISSING


def test_evidence_on_other_data_does_not_count() -> None:
    assert unmet(exhibits=[replace(GOOD, outdated=True)]) == MISSING


def test_evidence_not_reproduced_does_not_count_where_the_policy_asks() -> None:
    assert unmet(exhibits=[replace(GOOD, reproduced=False)]) == MISSING


def test_evidence_not_reproduced_counts_where_the_policy_lets_it() -> None:
    (ask,) = RULING.evidence
    lenient = replace(RULING, evidence=(replace(ask, reproduced=False),))
    told = items(lenient, exhibits=[replace(GOOD, reproduced=False)])
    assert told["evidence.fairness"].standing is Standing.MET


def test_evidence_on_its_last_day_still_counts() -> None:
    assert unmet(exhibits=[replace(GOOD, at=NOW - timedelta(days=30))]) == []


def test_evidence_past_its_age_has_expired() -> None:
    old = replace(GOOD, at=NOW - timedelta(days=30, seconds=1))
    assert unmet(exhibits=[old]) == [("evidence.fairness", "expired", "submit.evidence_expired")]


@pytest.mark.parametrize("verdict", ["undecided", "fail", "none"])
def test_a_verdict_the_policy_does_not_accept_fails(verdict: str) -> None:
    assert unmet(exhibits=[replace(GOOD, verdict=verdict)]) == [
        ("evidence.fairness", "failing", "submit.evidence_failing")
    ]


@pytest.mark.parametrize("verdict", ["pass", "warn"])
def test_a_verdict_the_policy_accepts_passes(verdict: str) -> None:
    assert unmet(exhibits=[replace(GOOD, verdict=verdict)]) == []


def test_the_newest_exhibit_decides_and_not_the_best() -> None:
    failing = replace(GOOD, id=2, verdict="fail", at=NOW)
    told = items(exhibits=[failing, GOOD])["evidence.fairness"]
    assert (told.standing, told.exhibit_id) == (Standing.FAILING, 2)


def test_a_newer_exhibit_on_other_data_does_not_decide() -> None:
    outdated = replace(GOOD, id=2, verdict="fail", at=NOW, outdated=True)
    assert items(exhibits=[outdated, GOOD])["evidence.fairness"].exhibit_id == 1


def test_everything_missing_is_said_at_once() -> None:
    nothing = {
        "card": None,
        "data_roles": [],
        "risk_is_assessed": False,
        "deputy_is_named": False,
        "exhibits": [],
    }
    assert [code for code, _, _ in unmet(**nothing)] == list(items())
