"""When a monitor is due next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from audits.rules.monitors import next_due

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)


def test_it_keeps_its_hour() -> None:
    assert next_due(MONDAY, 7, MONDAY + timedelta(hours=5)) == MONDAY + timedelta(days=7)


def test_what_was_missed_is_not_made_up_for() -> None:
    assert next_due(MONDAY, 7, MONDAY + timedelta(days=30)) == MONDAY + timedelta(days=35)


@given(days=st.integers(1, 366), late=st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_it_is_always_later_and_never_more_than_one_step_away(days: int, late: timedelta) -> None:
    now = MONDAY + late
    due = next_due(MONDAY, days, now)
    assert now < due <= now + timedelta(days=days)
    assert (due - MONDAY) % timedelta(days=days) == timedelta(0)
