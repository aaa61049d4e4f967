"""Which instants can be asked for, and what is said of what was not there yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from registry.rules.as_of import no_unit, no_unit_yet, not_yet, objections_to_instant

NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)


def test_now_and_what_is_past_can_be_asked_for_and_what_is_to_come_cannot() -> None:
    assert objections_to_instant(NOW, NOW) == []
    assert objections_to_instant(NOW - timedelta(days=9), NOW) == []
    (objection,) = objections_to_instant(NOW + timedelta(microseconds=1), NOW)
    assert objection.code == "as_of.future"


def test_what_was_not_there_yet_is_named_with_the_instant() -> None:
    told = not_yet("Scores 1.0", "2026-11-20T16:00:00.000000Z")
    assert str(told) == (
        "There was no Scores 1.0 on 2026-11-20T16:00:00.000000Z yet; choose a later instant."
    )
    assert "founded by 2026" in str(no_unit_yet("2026-11-20T16:00:00.000000Z"))
    assert no_unit().objection.code == "as_of.no_role"
