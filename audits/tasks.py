"""The queue's doors: an id in, one service call."""

from __future__ import annotations

from celery import shared_task

from audits.services import performing, reaping, reporting
from registry.services import journal


@shared_task(name="audits.perform_run")  # type: ignore[untyped-decorator]
def perform_run(run_id: int) -> None:
    """Carry out a run; safe to be killed anywhere and sent again."""
    with journal.came_in_by("worker", "task"):
        performing.perform(run_id=run_id)


@shared_task(name="audits.make_report")  # type: ignore[untyped-decorator]
def make_report(report_id: int) -> None:
    """Make a report; safe to be killed anywhere and sent again."""
    with journal.came_in_by("worker", "task"):
        reporting.make(report_id=report_id)


@shared_task(name="audits.reap")  # type: ignore[untyped-decorator]
def reap() -> None:
    """Queue what a lost worker left behind."""
    with journal.came_in_by("worker", "task"):
        reaping.reap()
