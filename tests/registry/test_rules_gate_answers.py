"""What the gate answers, for every state of a release: a yes is only what is known to be one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.rules.gate_answers import DECISIONS, LETS_THROUGH, OVERRIDE, Answer, Settled, answer
from registry.rules.refusals import Objection
from registry.rules.releases import State

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ARTEFACT, OTHER = "a" * 64, "b" * 64
APPROVED = Settled(
    state="approved",
    reasons=[],
    valid_until=NOON + 9 * DAY,
    condition_due=None,
    artefact_sha256=ARTEFACT,
    settled_at=NOON - DAY,
    release=7,
    case_file="c" * 64,
)


def asked(digest: str | None = ARTEFACT, now: datetime = NOON, **changed: Any) -> Answer:
    found = answer(replace(APPROVED, **changed), digest=digest, now=now)
    # Whatever was asked: allowed is the same as there being nothing against it.
    assert found.allowed == (not found.reasons)
    assert found.decision in DECISIONS
    assert found.allowed <= (found.decision in LETS_THROUGH)
    assert all(str(one) for one in (*found.reasons, *found.notes))
    return found


# Every state there is, and two that are none: the decision, and whether it may run.
STATES = {
    "draft": ("pending", False),
    "submitted": ("pending", False),
    "in_review": ("pending", False),
    "approved": ("approved", True),
    "approved_with_conditions": ("approved_with_conditions", True),
    "rejected": ("rejected", False),
    "withdrawn": ("withdrawn", False),
    "live": ("live", True),
    "superseded": ("superseded", False),
    "expired": ("expired", False),
    "condition_breached": ("condition_breached", False),
    "revoked": ("revoked", False),
    "void": ("void", False),
    "retired": ("retired", False),
    "override": ("override", True),
    "": ("refused", False),
    "open sesame": ("refused", False),
}


def test_the_table_has_every_state() -> None:
    assert {*State, OVERRIDE} <= set(STATES)


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_answered_by_the_table(state: str) -> None:
    decision, allowed = STATES[state]
    found = asked(state=state)
    assert (found.decision, found.allowed) == (decision, allowed)
    assert (found.release, found.case_file) == (7, "c" * 64)


@pytest.mark.parametrize("state", STATES)
def test_no_state_is_let_through_with_another_artefact(state: str) -> None:
    for digest in (OTHER, "", " ", ARTEFACT[:12], "sha256:", f"sha256:{OTHER}"):
        found = asked(digest, state=state)
        assert not found.allowed
        assert found.digest_matches is False
        assert found.reasons[-1].code == "gate.other_artefact"


@pytest.mark.parametrize("state", STATES)
def test_no_state_is_let_through_with_a_reason_against_it(state: str) -> None:
    reason = Objection("gate.void", "It changed.")
    found = asked(state=state, reasons=[reason])
    assert not found.allowed
    assert found.reasons == (reason,)


@pytest.mark.parametrize("state", sorted(LETS_THROUGH))
@pytest.mark.parametrize(
    ("changed", "decision", "code"),
    [
        ({"valid_until": NOON}, "expired", "gate.expired"),
        ({"valid_until": NOON - DAY}, "expired", "gate.expired"),
        ({"valid_until": None}, "refused", "gate.without_end"),
        ({"condition_due": NOON}, "condition_breached", "gate.condition_breached"),
        ({"condition_due": NOON - DAY}, "condition_breached", "gate.condition_breached"),
    ],
)
def test_what_ends_with_time_is_compared_with_now(
    state: str, changed: dict[str, Any], decision: str, code: str
) -> None:
    found = asked(state=state, **changed)
    if state == OVERRIDE and code == "gate.expired":
        code = "gate.override_ended"
    assert (found.decision, [one.code for one in found.reasons]) == (decision, [code])


@pytest.mark.parametrize("state", sorted(LETS_THROUGH))
def test_until_then_it_is_open(state: str) -> None:
    later = NOON + timedelta(microseconds=1)
    assert asked(state=state, valid_until=later, condition_due=later).allowed


def test_everything_against_it_is_told_at_once() -> None:
    found = asked(
        OTHER,
        reasons=[Objection("gate.failing_exhibit", "It fails.")],
        valid_until=NOON - DAY,
        condition_due=NOON - DAY,
    )
    assert [one.code for one in found.reasons] == [
        "gate.failing_exhibit",
        "gate.expired",
        "gate.condition_breached",
        "gate.other_artefact",
    ]


def test_what_was_settled_long_ago_is_neither_more_nor_less_open() -> None:
    long_ago = NOON - 999 * DAY
    assert asked(settled_at=long_ago).allowed
    assert not asked(settled_at=long_ago, valid_until=NOON).allowed


def test_a_clock_that_was_set_back_brings_nothing_to_life() -> None:
    ended: dict[str, Any] = {"valid_until": NOON, "settled_at": NOON + DAY}
    assert asked(now=NOON - 9 * DAY, **ended).decision == "expired"
    assert asked(now=NOON - 9 * DAY).allowed


def test_without_a_digest_the_answer_says_what_was_not_checked() -> None:
    found = asked(None)
    assert (found.allowed, found.digest_matches) == (True, None)
    assert [one.code for one in found.notes] == ["gate.digest_not_checked"]
    assert asked(ARTEFACT).notes == ()


@pytest.mark.parametrize("written", [ARTEFACT, ARTEFACT.upper(), f"sha256:{ARTEFACT}"])
def test_a_digest_is_the_same_however_it_is_written(written: str) -> None:
    assert asked(written).digest_matches is True


def test_a_vendor_model_has_no_artefact_that_a_digest_could_be_of() -> None:
    assert asked(None, artefact_sha256="").allowed
    for digest in ("", ARTEFACT):
        found = asked(digest, artefact_sha256="")
        assert [one.code for one in found.reasons] == ["gate.other_artefact"]


@pytest.mark.parametrize("digest", [None, "", ARTEFACT])
def test_where_nothing_was_settled_nothing_is_allowed(digest: str | None) -> None:
    found = answer(None, digest=digest, now=NOON)
    assert (found.decision, found.allowed) == ("unknown", False)
    assert [one.code for one in found.reasons] == ["gate.no_release"]
