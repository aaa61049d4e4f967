"""The moves of a release walked exhaustively, the stages, who may not sign, and the gate."""

from __future__ import annotations

import pytest

from registry.rules.releases import (
    DECIDED,
    HANDS,
    MEANINGS,
    MOVES,
    OPEN,
    STATE_NAMES,
    Act,
    Signature,
    Stage,
    State,
    current_stage,
    gate_reasons,
    objections_to_moving,
    objections_to_signer,
)

POSSIBLE = {
    ("in_review", "approve"): "approved",
    ("in_review", "reject"): "rejected",
    ("in_review", "withdraw"): "withdrawn",
    ("approved", "revoke"): "revoked",
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_a_move_that_is_not_in_the_table_is_refused(state: State, act: Act) -> None:
    codes = [objection.code for objection in objections_to_moving(state, act)]
    if (state.value, act.value) in POSSIBLE:
        assert codes == []
        assert MOVES[state, act] == POSSIBLE[state.value, act.value]
    else:
        assert codes == ["release.wrong_state"]
        assert (state, act) not in MOVES


def test_from_review_every_path_ends() -> None:
    """Walk all moves: nothing leads back, and every end is a state nobody can leave."""
    ends, paths = set(), [[State.IN_REVIEW]]
    while paths:
        path = paths.pop()
        onward = [after for (before, _), after in MOVES.items() if before == path[-1]]
        assert not set(onward) & set(path)
        paths += [[*path, state] for state in onward]
        if not onward:
            ends.add(path[-1])
    assert ends == {State.REJECTED, State.WITHDRAWN, State.REVOKED}


def test_only_a_release_in_review_is_open() -> None:
    assert {State.IN_REVIEW} == OPEN
    assert {State.APPROVED, State.REJECTED, State.WITHDRAWN, State.REVOKED} == DECIDED


def test_every_state_and_act_has_its_words() -> None:
    assert set(STATE_NAMES) == set(State)
    assert set(MEANINGS) == set(Act)


STAGES = (Stage("Validation", "validator", 1), Stage("Risk", "model_risk_manager", 2))


@pytest.mark.parametrize(
    ("signed", "stage"),
    [
        ([], 0),
        ([(1, 0)], 1),
        ([(1, 0), (2, 1)], 1),
        ([(1, 0), (2, 1), (3, 1)], None),
        # Signatures of a later stage do not stand in for those of an earlier one.
        ([(2, 1), (3, 1)], 0),
        ([(1, 0), (4, 0)], 1),
    ],
)
def test_the_current_stage_is_the_first_that_lacks_signatures(
    signed: list[tuple[int, int]], stage: int | None
) -> None:
    assert current_stage(STAGES, [Signature(*one) for one in signed]) == stage


NOBODY: dict[str, set[int | None]] = {part: set() for part in HANDS}


@pytest.mark.parametrize("part", HANDS)
def test_whoever_did_a_part_of_the_work_may_not_sign(part: str) -> None:
    (objection,) = objections_to_signer(7, {**NOBODY, part: {3, 7}}, [])
    assert objection.code == f"release.own_work.{part}"


@pytest.mark.parametrize("part", HANDS)
def test_somebody_else_may_sign(part: str) -> None:
    assert objections_to_signer(8, {**NOBODY, part: {3, 7, None}}, []) == []


def test_the_parts_of_the_work_are_these() -> None:
    assert set(HANDS) >= {"submitted", "registered", "card", "data", "risk"}


def test_every_part_of_the_work_is_named() -> None:
    found = objections_to_signer(7, {part: {7} for part in HANDS}, [])
    assert [one.code for one in found] == [f"release.own_work.{part}" for part in HANDS]


def test_nobody_signs_a_case_file_twice() -> None:
    (objection,) = objections_to_signer(7, NOBODY, [Signature(3, 0), Signature(7, 0)])
    assert objection.code == "release.signed_already"


def codes(
    state: str = "approved",
    expired: bool = False,
    changed: tuple[str, ...] = (),
    failing: tuple[str, ...] = (),
) -> list[str]:
    reasons = gate_reasons(state=state, expired=expired, changed=changed, failing=failing)
    return [reason.code for reason in reasons]


def test_the_gate_of_a_sound_approval_is_open() -> None:
    assert codes() == []


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
def test_only_an_approval_opens_the_gate(state: State) -> None:
    assert codes(state=state) == ["gate.not_approved"]


def test_an_expired_approval_closes_the_gate() -> None:
    assert codes(expired=True) == ["gate.expired"]


def test_a_changed_fact_closes_the_gate_and_is_named() -> None:
    (reason,) = gate_reasons(
        state="approved", expired=False, changed=["version.threshold", "card.revision"]
    )
    assert reason.code == "gate.void"
    assert "version.threshold, card.revision" in str(reason)


def test_each_failing_exhibit_closes_the_gate_by_name() -> None:
    reasons = gate_reasons(state="approved", expired=False, changed=[], failing=["A", "B"])
    assert [(reason.code, reason.params["exhibit"]) for reason in reasons] == [
        ("gate.failing_exhibit", "A"),
        ("gate.failing_exhibit", "B"),
    ]


def test_the_gate_gives_every_reason_at_once() -> None:
    assert codes("revoked", True, ("purpose",), ("Fairness",)) == [
        "gate.not_approved",
        "gate.expired",
        "gate.void",
        "gate.failing_exhibit",
    ]
