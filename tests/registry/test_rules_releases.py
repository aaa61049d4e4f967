"""The moves of a release walked exhaustively, and who may not sign."""

from __future__ import annotations

import pytest

from registry.rules.releases import (
    APPROVALS,
    FINAL,
    HANDS,
    IN_FORCE,
    MEANINGS,
    MOVES,
    ONCE_APPROVED,
    OPEN,
    REVIEWING,
    STANDING,
    STATE_NAMES,
    Act,
    State,
    objections_to_moving,
    objections_to_signer,
)
from registry.rules.stages import Ask, Stage, Vote

POSSIBLE = {
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "begin"): "in_review",
    ("submitted", "withdraw"): "withdrawn",
    ("in_review", "approve"): "approved",
    ("in_review", "approve_with_conditions"): "approved_with_conditions",
    ("in_review", "reject"): "rejected",
    ("in_review", "send_back"): "in_review",
    ("in_review", "return"): "draft",
    ("in_review", "withdraw"): "withdrawn",
    ("approved", "go_live"): "live",
    ("approved", "supersede"): "superseded",
    ("approved", "expire"): "expired",
    ("approved", "void"): "void",
    ("approved", "revoke"): "revoked",
    ("approved", "retire"): "retired",
    ("approved_with_conditions", "go_live"): "live",
    ("approved_with_conditions", "clear"): "approved",
    ("approved_with_conditions", "breach"): "condition_breached",
    ("approved_with_conditions", "supersede"): "superseded",
    ("approved_with_conditions", "expire"): "expired",
    ("approved_with_conditions", "void"): "void",
    ("approved_with_conditions", "revoke"): "revoked",
    ("approved_with_conditions", "retire"): "retired",
    ("live", "breach"): "condition_breached",
    ("live", "supersede"): "superseded",
    ("live", "expire"): "expired",
    ("live", "void"): "void",
    ("live", "revoke"): "revoked",
    ("live", "retire"): "retired",
    ("condition_breached", "mend"): "approved_with_conditions",
    ("condition_breached", "supersede"): "superseded",
    ("condition_breached", "expire"): "expired",
    ("condition_breached", "void"): "void",
    ("condition_breached", "revoke"): "revoked",
    ("condition_breached", "retire"): "retired",
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_a_move_that_is_not_in_the_table_is_refused(state: State, act: Act) -> None:
    codes = [objection.code for objection in objections_to_moving(state, act)]
    if (state.value, act.value) in POSSIBLE:
        assert codes == []
        assert MOVES[state, act] == POSSIBLE[state.value, act.value]
        return
    assert (state, act) not in MOVES
    begins_the_review = state is State.SUBMITTED and act in REVIEWING
    assert codes == ([] if begins_the_review else ["release.wrong_state"])


def test_every_state_can_be_reached_from_a_draft() -> None:
    reached, ahead = {State.DRAFT}, [State.DRAFT]
    while ahead:
        here = ahead.pop()
        onward = {after for (before, _), after in MOVES.items() if before == here} - reached
        reached |= onward
        ahead += sorted(onward)
    assert reached == set(State)


def test_no_move_leads_out_of_an_end_and_from_everywhere_an_end_can_be_reached() -> None:
    assert set(FINAL) == {
        State.REJECTED,
        State.WITHDRAWN,
        State.SUPERSEDED,
        State.EXPIRED,
        State.REVOKED,
        State.VOID,
        State.RETIRED,
    }
    assert not [before for before, _ in MOVES if before in FINAL]
    for state in set(State) - FINAL:
        assert {after for (before, _), after in MOVES.items() if before == state} & (
            FINAL | {State.IN_REVIEW}
        )


def test_an_approval_is_reached_by_a_signed_approval_alone() -> None:
    """Everything in force comes from review by an approval, or from what was in force before."""
    for (before, act), after in MOVES.items():
        if after in IN_FORCE:
            assert act in APPROVALS or before in STANDING


def test_the_kinds_of_states_are_apart() -> None:
    kinds = [OPEN, STANDING, FINAL, frozenset({State.DRAFT})]
    assert sum(len(kind) for kind in kinds) == len(State)
    assert frozenset().union(*kinds) == frozenset(State)
    assert IN_FORCE < STANDING < ONCE_APPROVED


def test_every_state_has_its_words_and_every_signed_act_its_meaning() -> None:
    assert set(STATE_NAMES) == set(State)
    assert set(REVIEWING) | {Act.WITHDRAW, Act.REVOKE, Act.RETIRE} == set(MEANINGS)


NOBODY: dict[str, set[int | None]] = {part: set() for part in HANDS}
VALIDATION = Stage("Validation", (Ask("validator", 1),))
RISK = Stage("Risk", (Ask("model_risk_manager", 2),))
COMMITTEE = Stage("Committee", (Ask("model_risk_manager", 2, of=3),), again=True)
STAGES = (VALIDATION, RISK, COMMITTEE)


@pytest.mark.parametrize("part", HANDS)
def test_whoever_did_a_part_of_the_work_may_not_sign(part: str) -> None:
    (objection,) = objections_to_signer(7, {**NOBODY, part: {3, 7}}, [])
    assert objection.code == f"release.own_work.{part}"


@pytest.mark.parametrize("part", HANDS)
def test_somebody_else_may_sign(part: str) -> None:
    assert objections_to_signer(8, {**NOBODY, part: {3, 7, None}}, []) == []


@pytest.mark.parametrize("part", HANDS)
def test_a_policy_may_leave_a_part_out(part: str) -> None:
    others = [one for one in HANDS if one != part]
    assert objections_to_signer(7, {**NOBODY, part: {7}}, [], excluded=others) == []


def test_the_parts_of_the_work_are_these() -> None:
    assert set(HANDS) >= {"submitted", "registered", "card", "data", "run", "risk"}


def test_every_part_of_the_work_is_named() -> None:
    found = objections_to_signer(7, {part: {7} for part in HANDS}, [])
    assert [one.code for one in found] == [f"release.own_work.{part}" for part in HANDS]


def told(signer: int, place: int, *votes: Vote, validated: tuple[int, ...] = ()) -> list[str]:
    found = objections_to_signer(
        signer, NOBODY, votes, stage=place, stages=STAGES, validated=validated
    )
    return [one.code for one in found]


def test_nobody_signs_a_stage_twice() -> None:
    vote = Vote(7, 1, "model_risk_manager")
    assert told(7, 1, vote) == ["release.signed_already"]
    assert told(7, 1, Vote(7, 1, "model_risk_manager", approves=False)) == [
        "release.signed_already"
    ]
    assert told(8, 1, vote) == []


def test_who_signed_one_stage_signs_another_only_where_the_policy_says_again() -> None:
    assert told(7, 2, Vote(7, 1, "model_risk_manager")) == []
    assert told(7, 1, Vote(7, 2, "model_risk_manager")) == ["release.signed_already"]
    assert told(7, 2, Vote(7, 2, "model_risk_manager")) == ["release.signed_already"]


def test_a_validator_approves_nowhere_else_not_even_again() -> None:
    vote = Vote(7, 0, "validator")
    assert "release.own_work.validated" in told(7, 1, vote)
    assert "release.own_work.validated" in told(7, 2, vote)


def test_an_independent_run_excludes_from_approving_and_not_from_validating() -> None:
    assert told(7, 0, validated=(7,)) == []
    assert told(7, 1, validated=(7,)) == ["release.own_work.validated"]
    assert told(7, 2, validated=(7,)) == ["release.own_work.validated"]
