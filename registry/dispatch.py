"""The only file of the registry that puts work on the queue.

By the task's name, once the transaction has committed.
"""

from __future__ import annotations

from celery import current_app
from django.db import transaction


def deliver_event(delivery_id: int) -> None:
    """Queue the sending of one event to one listener."""
    transaction.on_commit(
        lambda: current_app.send_task("registry.deliver_event", args=[delivery_id])
    )
