"""The words and states of runs."""

from __future__ import annotations

from audits.rules.runs import KIND_NAMES, MOST_ATTEMPTS, STATE_NAMES, UNDER_WAY, Kind, State
from registry.rules.catalogue import EVIDENCE_KINDS


def test_every_kind_of_run_is_a_kind_of_evidence() -> None:
    assert {kind.value for kind in Kind} <= set(EVIDENCE_KINDS)


def test_every_kind_and_state_has_its_words() -> None:
    assert set(KIND_NAMES) == set(Kind)
    assert set(STATE_NAMES) == set(State)


def test_what_waits_or_runs_is_under_way() -> None:
    assert {State.QUEUED, State.RUNNING} == UNDER_WAY


def test_a_run_is_given_up_after_three_attempts() -> None:
    assert MOST_ATTEMPTS == 3
