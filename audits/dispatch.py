"""The only file that puts work on the queue.

By the task's name, once the transaction has committed.
"""

from __future__ import annotations

from celery import current_app
from django.db import transaction


def perform_run(run_id: int) -> None:
    """Queue a run."""
    _send("audits.perform_run", run_id)


def make_report(report_id: int) -> None:
    """Queue a report."""
    _send("audits.make_report", report_id)


def _send(name: str, row_id: int) -> None:
    transaction.on_commit(lambda: current_app.send_task(name, args=[row_id]))
