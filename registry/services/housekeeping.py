"""What has to be done every hour: rows deleted when due, and what was left behind removed."""

from __future__ import annotations

from registry.services import (
    announcements,
    attestations,
    findings,
    incident_clocks,
    overrides,
    retention,
    review_calendar,
    scratch,
    settling,
)


def keep_house() -> None:
    """Do all of it; each part is safe to be killed anywhere and done again."""
    settling.settle_all()
    announcements.remind()
    retention.delete_overdue()
    retention.seal_plain_rows()
    retention.finish_erasing()
    scratch.sweep()
    incident_clocks.watch()
    findings.remind_of_overdue()
    review_calendar.watch()
    attestations.remind()
    overrides.remind()
