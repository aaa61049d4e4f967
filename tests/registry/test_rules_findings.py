"""Findings: the table of moves, severities and their days, and who may not judge."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from registry.rules.findings import (
    ACT_NAMES,
    JUDGING,
    LONGEST_ACCEPTANCE,
    LONGEST_DAYS,
    MOVES,
    OUTCOMES,
    OUTCOMES_OF,
    SEVERITIES,
    STATE_NAMES,
    UNSETTLED,
    Act,
    State,
    is_lower,
    is_overdue,
    objections_to_day,
    objections_to_facts,
    objections_to_mover,
    objections_to_moving,
    objections_to_outcome,
    standing,
)
from registry.rules.refusals import Objection

TODAY = date(2026, 11, 21)
OPENER, OWNER, ANSWERER, AUTHOR, JUDGE = 1, 2, 3, 4, 5


def codes(objections: list[Objection]) -> list[str]:
    return [objection.code for objection in objections]


@pytest.mark.parametrize(("state", "act"), [*product(State, Act)])
def test_a_finding_takes_the_moves_of_the_table_and_no_others(state: State, act: Act) -> None:
    allowed = {
        State.OPEN: {Act.ANSWER, Act.ACCEPT_RISK, Act.RATE},
        State.ANSWERED: {Act.CLOSE, Act.CHALLENGE, Act.ACCEPT_RISK, Act.RATE},
        State.ACCEPTED_RISK: {Act.ANSWER},
        State.CLOSED: set(),
    }
    expected = [] if act in allowed[state] else ["finding.wrong_state"]
    assert codes(objections_to_moving(state, act)) == expected


def test_every_state_is_reached_and_every_word_has_its_name() -> None:
    assert {State.OPEN, *MOVES.values()} == set(State)
    assert (set(STATE_NAMES), set(ACT_NAMES)) == (set(State), set(Act))
    assert set(LONGEST_DAYS) == set(LONGEST_ACCEPTANCE) == set(SEVERITIES)
    assert {one for known in OUTCOMES_OF.values() for one in known} == set(OUTCOMES)


def test_nothing_but_an_answer_that_was_judged_closes_a_finding() -> None:
    assert [move for move, after in MOVES.items() if after == State.CLOSED] == [
        (State.ANSWERED, Act.CLOSE)
    ]


def test_an_accepted_risk_is_open_again_the_day_after_its_end() -> None:
    accepted = State.ACCEPTED_RISK
    assert standing(accepted, TODAY, TODAY) == accepted
    assert standing(accepted, TODAY, TODAY + timedelta(days=1)) == State.OPEN
    assert standing(accepted, None, TODAY) == State.OPEN
    for state in set(State) - {accepted}:
        assert standing(state, None, TODAY) == state


def test_a_finding_is_overdue_from_the_day_after_it_was_due_until_it_is_settled() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert [state for state in State if is_overdue(state, yesterday, TODAY)] == [
        State.OPEN,
        State.ANSWERED,
    ]
    assert not any(is_overdue(state, TODAY, TODAY) for state in UNSETTLED)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_day_is_not_past_and_within_the_longest_time_of_the_severity(severity: str) -> None:
    def said(days: int) -> list[str]:
        day = TODAY + timedelta(days=days)
        return codes(objections_to_day(day, TODAY, severity, LONGEST_DAYS, "due"))

    assert said(-1) == ["finding.due_past"]
    assert said(0) == said(LONGEST_DAYS[severity]) == []
    assert said(LONGEST_DAYS[severity] + 1) == ["finding.due_too_late"]


def test_the_more_severe_the_sooner() -> None:
    for days in (LONGEST_DAYS, LONGEST_ACCEPTANCE):
        ordered = [days[severity] for severity in SEVERITIES]
        assert ordered == sorted(ordered, reverse=True)


def facts(**changed: str) -> list[str]:
    said = {
        "source": "validation",
        "severity": "high",
        "title": "Calibration",
        "text": "Scores are too high below 0.2.",
        "question": "",
        "ground": "",
    }
    return codes(objections_to_facts(**said | changed))


def test_a_finding_says_what_was_found_and_a_challenge_its_ground() -> None:
    assert facts() == []
    assert facts(question="Why so?", ground="The curve.") == []
    assert facts(question="Why so?") == ["finding.challenge_without_ground"]
    assert facts(title=" ") == facts(text="\n") == ["finding.says_nothing"]
    assert facts(title="x" * 201) == ["finding.title_too_long"]
    assert facts(source="hearsay", severity="fatal") == [
        "finding.unknown_source",
        "finding.unknown_severity",
    ]


@pytest.mark.parametrize(("act", "outcome"), [*product(Act, OUTCOMES)])
def test_each_judgement_says_an_outcome_of_its_own(act: Act, outcome: str) -> None:
    known = {
        Act.CLOSE: {"accepted", "partly", "model_changed"},
        Act.CHALLENGE: {"rejected", "partly"},
    }.get(act, set())
    expected = [] if outcome in known else ["finding.unknown_outcome"]
    assert codes(objections_to_outcome(act, outcome)) == expected


def mover(person: int, act: Act, *, lowers: bool = False) -> list[str]:
    return codes(
        objections_to_mover(
            person,
            act,
            opener=OPENER,
            owner=OWNER,
            answered_by=[ANSWERER, None],
            hands={"card": {AUTHOR}, "data": {None}},
            lowers=lowers,
        )
    )


@pytest.mark.parametrize("act", sorted(JUDGING))
def test_nobody_judges_their_own_answer_or_their_own_work(act: Act) -> None:
    assert mover(JUDGE, act) == mover(OPENER, act) == []
    assert mover(OWNER, act) == mover(ANSWERER, act) == ["finding.own_answer"]
    assert mover(AUTHOR, act) == ["finding.own_work"]


def test_the_opener_does_not_answer_and_everybody_else_may() -> None:
    assert mover(OPENER, Act.ANSWER) == ["finding.own_question"]
    assert [mover(person, Act.ANSWER) for person in (OWNER, ANSWERER, AUTHOR, JUDGE)] == [[]] * 4


def test_the_opener_raises_a_severity_and_never_lowers_it() -> None:
    assert mover(OPENER, Act.RATE) == []
    assert mover(OPENER, Act.RATE, lowers=True) == ["finding.own_severity"]
    assert mover(JUDGE, Act.RATE, lowers=True) == []


def test_severities_are_ordered() -> None:
    pairs = [(one, other) for one in SEVERITIES for other in SEVERITIES if is_lower(one, other)]
    assert pairs == [
        ("low", "medium"),
        ("low", "high"),
        ("low", "critical"),
        ("medium", "high"),
        ("medium", "critical"),
        ("high", "critical"),
    ]
