"""Incidents: the clocks of the AI Act worked out by hand, the table of moves, and the times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from registry.rules.incidents import (
    ACT_NAMES,
    CLOCK_NAMES,
    KINDS,
    LINKS,
    MOVES,
    RUNNING,
    STATE_NAMES,
    Act,
    State,
    clock_of,
    objections_to_class,
    objections_to_facts,
    objections_to_moving,
    objections_to_times,
    to_tell,
)

AWARE = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TIMED = [code for code, kind in KINDS.items() if kind.days is not None]

ALLOWED = {
    State.REPORTED: {Act.ASSESS, Act.CORRECT, Act.HALF_PASSED, Act.ALL_PASSED},
    State.ASSESSED: {
        Act.ASSESS,
        Act.CORRECT,
        Act.NOTIFY,
        Act.RULE_OUT,
        Act.HALF_PASSED,
        Act.ALL_PASSED,
    },
    State.NOTIFIED: {Act.NOTIFY, Act.CORRECT, Act.CLOSE},
    State.NOT_REPORTABLE: {Act.ASSESS, Act.CORRECT, Act.CLOSE},
    State.CLOSED: set(),
}


@pytest.mark.parametrize(("state", "act"), [*product(State, Act)])
def test_an_incident_takes_the_moves_of_the_table_and_no_others(state: State, act: Act) -> None:
    told = [one.code for one in objections_to_moving(state, act)]
    assert told == ([] if act in ALLOWED[state] else ["incident.wrong_state"])


def test_every_state_is_reached_and_every_word_has_its_name() -> None:
    assert {State.REPORTED, *MOVES.values()} == set(State)
    assert (set(STATE_NAMES), set(ACT_NAMES)) == (set(State), set(Act))


def test_nothing_takes_a_notification_back() -> None:
    after = {target for (state, _act), target in MOVES.items() if state == State.NOTIFIED}
    assert after == {State.NOTIFIED, State.CLOSED}


# Regulation (EU) 2024/1689, Art. 73: paragraph 2, 3 and 4.
@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("death", datetime(2026, 11, 11, 9, 30, tzinfo=UTC)),
        ("health", datetime(2026, 11, 16, 9, 30, tzinfo=UTC)),
        ("rights", datetime(2026, 11, 16, 9, 30, tzinfo=UTC)),
        ("property", datetime(2026, 11, 16, 9, 30, tzinfo=UTC)),
        ("infrastructure", datetime(2026, 11, 3, 9, 30, tzinfo=UTC)),
        ("widespread", datetime(2026, 11, 3, 9, 30, tzinfo=UTC)),
    ],
)
def test_the_time_to_report_ends_as_the_act_says(kind: str, due: datetime) -> None:
    clock = clock_of(kind, AWARE, State.REPORTED, None, AWARE)
    assert clock is not None
    assert (clock.due, clock.half, clock.left) == (due, AWARE + (due - AWARE) / 2, due - AWARE)


def test_a_malfunction_without_serious_harm_has_no_clock() -> None:
    assert clock_of("malfunction", AWARE, State.REPORTED, None, AWARE) is None


@pytest.mark.parametrize(("kind", "state"), [*product(TIMED, sorted(RUNNING))])
def test_a_running_clock_is_told_at_half_and_at_its_end(kind: str, state: str) -> None:
    days = timedelta(days=KINDS[kind].days or 0)

    def at(now: datetime) -> str:
        clock = clock_of(kind, AWARE, state, None, now)
        return clock.state if clock else ""

    half, due = AWARE + days / 2, AWARE + days
    assert [at(AWARE), at(half - SECOND), at(half), at(due), at(due + SECOND)] == [
        "running",
        "running",
        "half",
        "half",
        "overdue",
    ]


def test_a_notification_stops_the_clock_in_time_or_late() -> None:
    due = AWARE + timedelta(days=10)
    now = due + timedelta(days=30)
    for state in (State.NOTIFIED, State.CLOSED):
        for notified_at, told in ((due, "met"), (due + SECOND, "late")):
            clock = clock_of("death", AWARE, state, notified_at, now)
            assert clock is not None and clock.state == told


def test_an_assessment_alone_stops_no_clock_but_its_confirmation_does() -> None:
    later = AWARE + timedelta(days=99)
    states = {}
    for state in (State.ASSESSED, State.NOT_REPORTABLE, State.CLOSED):
        clock = clock_of("health", AWARE, state, None, later)
        states[state] = clock.state if clock else ""
    assert states == {
        State.ASSESSED: "overdue",
        State.NOT_REPORTABLE: "stopped",
        State.CLOSED: "stopped",
    }
    assert {"running", "half", "overdue", "met", "late", "stopped"} == set(CLOCK_NAMES)


@pytest.mark.parametrize(
    ("passed", "told", "expected"),
    [
        (timedelta(days=4), {}, None),
        (timedelta(days=5), {}, Act.HALF_PASSED),
        (timedelta(days=5), {Act.HALF_PASSED: True}, None),
        (timedelta(days=11), {}, Act.ALL_PASSED),
        (timedelta(days=11), {Act.HALF_PASSED: True}, Act.ALL_PASSED),
        (timedelta(days=11), {Act.ALL_PASSED: True}, None),
    ],
)
def test_each_is_told_once(passed: timedelta, told: dict[str, bool], expected: Act | None) -> None:
    clock = clock_of("death", AWARE, State.REPORTED, None, AWARE + passed)
    assert to_tell(clock, told) == expected


def test_nothing_is_told_where_no_clock_runs() -> None:
    assert to_tell(None, {}) is None
    assert to_tell(clock_of("death", AWARE, State.NOTIFIED, AWARE, AWARE), {}) is None


def times(occurred: int, aware: int, **more: object) -> list[str]:
    return [
        one.code
        for one in objections_to_times(
            occurred_at=AWARE + timedelta(hours=occurred),
            aware_at=AWARE + timedelta(hours=aware),
            reported_at=AWARE,
            **more,  # type: ignore[arg-type]
        )
    ]


def test_an_incident_occurs_then_is_known_then_is_reported() -> None:
    assert times(-2, -1) == times(0, 0) == []
    assert times(-1, -2) == ["incident.aware_before_it_occurred"]
    assert times(-1, 1) == ["incident.aware_later"]
    assert times(2, 1) == ["incident.aware_later", "incident.aware_before_it_occurred"]


def test_a_clock_is_not_set_back_after_the_notification() -> None:
    before = AWARE - timedelta(hours=5)
    assert times(-9, -4, aware_before=before) == []
    assert times(-9, -6, notified=True, aware_before=before) == []
    assert times(-9, -4, notified=True, aware_before=before) == ["incident.clock_set_back"]


def test_what_is_reported_uses_the_words_of_the_tables() -> None:
    for kind, link in product(KINDS, LINKS):
        assert objections_to_facts(kind, link, "It refused everybody.") == []
    told = [one.code for one in objections_to_facts("flood", "magic", " ")]
    assert told == [
        "incident.unknown_kind",
        "incident.unknown_link",
        "incident.says_nothing",
    ]
    assert objections_to_class("minimal") == []
    assert [one.code for one in objections_to_class("harmless")] == ["incident.unknown_class"]
