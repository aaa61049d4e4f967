"""What has to be done every hour: rows deleted when due, and what was left behind removed."""

from __future__ import annotations

from registry.services import retention, scratch


def keep_house() -> None:
    """Do all of it; each part is safe to be killed anywhere and done again."""
    retention.delete_overdue()
    retention.seal_plain_rows()
    retention.finish_erasing()
    scratch.sweep()
