"""Periods of the calendar, as people write them: 10 years, 6 months, 30 days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

UNITS = {"year": 12, "month": 1}
WRITTEN = re.compile(r"(\d{1,4}) (year|month|day)s?")


@dataclass(frozen=True)
class Period:
    """So many months of the calendar, or so many days."""

    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        if self.days:
            return f"{self.days} day{'s' * (self.days != 1)}"
        number, unit = (
            (self.months // 12, "year") if self.months % 12 == 0 else (self.months, "month")
        )
        return f"{number} {unit}{'s' * (number != 1)}"

    def after(self, start: date) -> date:
        """Return the last day of the period; the 31st is the last of a shorter month."""
        month = start.year * 12 + start.month - 1 + self.months
        if month // 12 >= date.max.year:
            return date.max
        first = _first_of(month)
        following = _first_of(month + 1)
        day = min(start.day, (following - first).days)
        return first.replace(day=day) + timedelta(days=self.days)

    def began_by(self, day: date) -> date:
        """Return a day on or after the last one from which the period is over on this day.

        Up to a month too late: for asking a table for what could be due, and no more.
        """
        month = max(day.year * 12 + day.month - 1 - self.months, 12)
        return min(day, _first_of(month) + timedelta(days=31) - timedelta(days=self.days))

    def is_at_least(self, other: Period) -> bool:
        """Say whether it ends no earlier, whatever day both are counted from."""
        starts = (date(2023, 3, 1) + timedelta(days=day) for day in range(4 * 365 + 1))
        return all(self.after(start) >= other.after(start) for start in starts)


def period(text: str) -> Period:
    """Return the period written as "10 years", "6 months" or "30 days". Raises ValueError."""
    found = WRITTEN.fullmatch(" ".join(str(text).split()).lower())
    if found is None or int(found[1]) == 0:
        raise ValueError(f"{text} is no period")
    number, unit = int(found[1]), found[2]
    return Period(days=number) if unit == "day" else Period(months=number * UNITS[unit])


def _first_of(month: int) -> date:
    """Return the first day of a month, counted from the year 0."""
    return date(month // 12, month % 12 + 1, 1)
