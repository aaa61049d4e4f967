"""What has to be done every hour: what is past its time deleted, what was left behind removed."""

from __future__ import annotations

from registry.services import (
    announcements,
    attestations,
    findings,
    incident_clocks,
    keeping,
    kept_files,
    overrides,
    people,
    retention,
    review_calendar,
    scratch,
    settling,
    short_lived,
)


def keep_house() -> None:
    """Do all of it; each part is safe to be killed anywhere and done again."""
    settling.settle_all()
    announcements.remind()
    retention.delete_overdue()
    keeping.delete_due(sources=kept_files.SOURCES)
    short_lived.delete_expired()
    retention.seal_plain_rows()
    retention.finish_erasing()
    scratch.sweep()
    incident_clocks.watch()
    findings.remind_of_overdue()
    review_calendar.watch()
    attestations.remind()
    overrides.remind()
    people.settle_erasures()
