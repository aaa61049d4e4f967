"""The queue's doors: an id in, one service call."""

from __future__ import annotations

from celery import shared_task

from audits.services import performing, reaping, reporting, retention, watching
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


@shared_task(name="audits.keep_house")  # type: ignore[untyped-decorator]
def keep_house() -> None:
    """Delete predictions whose rows are gone."""
    with journal.came_in_by("worker", "task"):
        retention.keep_house()


@shared_task(name="audits.watch")  # type: ignore[untyped-decorator]
def watch() -> None:
    """Let the monitors that are due look."""
    with journal.came_in_by("worker", "task"):
        watching.watch()
