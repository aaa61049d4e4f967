"""The gate gives every reason, and what follows by itself follows in the right order."""

from __future__ import annotations

import itertools

import pytest

from registry.rules.gates import gate_reasons, moves_due
from registry.rules.releases import IN_FORCE, MOVES, STANDING, Act, State

SENTENCES_OF_THEIR_OWN = {
    State.EXPIRED: "gate.expired",
    State.VOID: "gate.void",
    State.BREACHED: "gate.breached",
}


def codes(state: str = "approved", **more: object) -> list[str]:
    return [reason.code for reason in gate_reasons(state=state, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize("state", State)
def test_only_an_approval_in_force_opens_the_gate(state: State) -> None:
    if state in IN_FORCE:
        assert codes(state) == []
    else:
        assert codes(state) == [SENTENCES_OF_THEIR_OWN.get(state, "gate.not_approved")]


def test_an_expired_approval_closes_the_gate() -> None:
    assert codes(expired=True) == ["gate.expired"]


def test_missing_signatures_and_a_broken_case_file_close_it() -> None:
    assert codes(unsigned=True) == ["gate.unsigned"]
    assert codes("live", broken=True) == ["gate.broken_case_file"]


def test_a_new_edition_closes_it_where_the_policy_says_so() -> None:
    assert codes(outdated_policy=True) == ["gate.policy_outdated"]


@pytest.mark.parametrize(("tier", "expected"), [(2, []), (3, ["gate.tier_too_light"])])
def test_a_lighter_tier_than_the_class_of_today_allows_closes_it(
    tier: int, expected: list[str]
) -> None:
    assert codes(tier=tier, ai_act_class="high_risk_annex_i") == expected
    assert codes(tier=tier, ai_act_class="minimal") == []


def test_a_changed_fact_closes_the_gate_and_is_named() -> None:
    (reason,) = gate_reasons(state="approved", changed=["version.threshold", "card.revision"])
    assert reason.code == "gate.void"
    assert "(Version: Threshold; Model card: Revision)" in str(reason)
    assert reason.about == ("version.threshold", "card.revision")


def test_each_failing_exhibit_and_each_breached_condition_is_named() -> None:
    reasons = gate_reasons(state="approved", failing=["A", "B"], breached=["Train the officers"])
    assert [(reason.code, *reason.params.values()) for reason in reasons] == [
        ("gate.failing_exhibit", "A"),
        ("gate.failing_exhibit", "B"),
        ("gate.condition_breached", "Train the officers"),
    ]


def test_the_gate_gives_every_reason_at_once() -> None:
    found = codes("revoked", expired=True, changed=("purpose",), failing=("Fairness",))
    assert found == [
        "gate.not_approved",
        "gate.void",
        "gate.expired",
        "gate.failing_exhibit",
    ]


def due(state: str, **facts: bool) -> list[Act]:
    quiet = {
        "changed": False,
        "expired": False,
        "overdue": False,
        "waiting": False,
        "conditional": False,
    }
    return moves_due(state, **quiet | facts)


def test_nothing_follows_by_itself_from_a_sound_approval() -> None:
    assert [due(state) for state in (State.APPROVED, State.LIVE)] == [[], []]


@pytest.mark.parametrize("state", sorted(STANDING))
def test_a_change_voids_and_time_expires_whatever_else_is_so(state: State) -> None:
    assert due(state, changed=True, expired=True, overdue=True) == [Act.VOID]
    assert due(state, expired=True, overdue=True, waiting=True) == [Act.EXPIRE]


def test_a_missed_condition_breaches_and_its_acceptance_mends() -> None:
    for state in (State.WITH_CONDITIONS, State.LIVE):
        assert due(state, overdue=True, waiting=True, conditional=True) == [Act.BREACH]
    assert due(State.BREACHED, overdue=True, waiting=True, conditional=True) == []
    assert due(State.BREACHED, waiting=True, conditional=True) == [Act.MEND]
    assert due(State.BREACHED, conditional=True) == [Act.MEND, Act.CLEAR]


def test_the_last_acceptance_clears_an_approval_of_its_conditions() -> None:
    assert due(State.WITH_CONDITIONS, waiting=True, conditional=True) == []
    assert due(State.WITH_CONDITIONS, conditional=True) == [Act.CLEAR]


@pytest.mark.parametrize("state", State)
def test_whatever_follows_is_a_row_of_the_table_and_settles(state: State) -> None:
    """Every combination of facts: each act is allowed, and after them nothing more follows."""
    names = ("changed", "expired", "overdue", "waiting", "conditional")
    for values in itertools.product([False, True], repeat=len(names)):
        facts = dict(zip(names, values, strict=True))
        if facts["overdue"] and not facts["waiting"]:
            continue  # What is overdue is not accepted yet.
        here = state
        for act in due(state, **facts):
            here = MOVES[here, act]
        assert due(here, **facts) == []
