"""How long rows may be kept, worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from registry.rules.retention import is_past, last_day, objections_to_keeping

TODAY = date(2028, 2, 28)


def test_days_are_counted_over_a_leap_day() -> None:
    assert last_day(today=TODAY, days=2) == date(2028, 3, 1)


@pytest.mark.parametrize(
    ("until", "past"),
    [(date(2028, 2, 27), True), (TODAY, False), (date(2028, 2, 29), False)],
)
def test_rows_are_still_there_on_their_last_day(until: date, past: bool) -> None:
    assert is_past(until, today=TODAY) is past


@pytest.mark.parametrize(
    ("until", "codes"),
    [
        (date(2028, 2, 27), ["dataset.keep_until_past"]),
        (TODAY, []),
        (date(2028, 3, 9), []),
        (date(2028, 3, 10), ["dataset.keep_until_late"]),
    ],
)
def test_the_last_day_lies_between_today_and_the_latest(until: date, codes: list[str]) -> None:
    found = objections_to_keeping(until, today=TODAY, at_most_days=10)
    assert [objection.code for objection in found] == codes


def test_the_latest_day_is_named() -> None:
    (objection,) = objections_to_keeping(date(2029, 1, 1), today=TODAY, at_most_days=10)
    assert "2028-03-09 at the latest" in str(objection)
