"""A monitor: when it is due, and the events by which it tells of a breach."""

from __future__ import annotations

from datetime import datetime, timedelta

from registry.rules.events import RETRAINING_DUE, REVIEW_DUE
from registry.rules.wording import gettext_noop

SHORTEST_DAYS, LONGEST_DAYS = 1, 366

# What a breach asks for; who starts the monitor chooses.
ANNOUNCES = {
    REVIEW_DUE: gettext_noop("A review of the model"),
    RETRAINING_DUE: gettext_noop("Training the model again"),
}


def next_due(due_at: datetime, every_days: int, now: datetime) -> datetime:
    """Return the next time after now, in whole steps from the last one.

    A monitor that was not looked at for a month is due once and not thirty times, and keeps its
    hour.
    """
    step = timedelta(days=every_days)
    missed = max(0, (now - due_at) // step)
    return due_at + (missed + 1) * step
