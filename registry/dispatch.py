"""The only file of the registry that puts work on the queue.

By the task's name, once the transaction has committed.
"""

from __future__ import annotations

from functools import partial

from celery import current_app
from django.db import transaction


def deliver_event(delivery_id: int) -> None:
    """Queue the sending of one event to one listener; where the queue is away, the beat does."""
    transaction.on_commit(
        lambda: current_app.send_task("registry.deliver_event", args=[delivery_id]), robust=True
    )


def send_mail(mail_id: int) -> None:
    """Queue the sending of one mail; where the queue is away, the beat finds it later."""
    transaction.on_commit(
        lambda: current_app.send_task("registry.send_mail", args=[mail_id]), robust=True
    )


def settle_gates() -> None:
    """Queue the telling of gates that changed; where the queue is away, the beat finds it later."""
    transaction.on_commit(lambda: current_app.send_task("registry.settle_gates"), robust=True)


def check_journal() -> None:
    """Queue a check of the whole journal; where the queue is away, the nightly one comes anyway."""
    transaction.on_commit(
        lambda: current_app.send_task("registry.check_journal_asked"), robust=True
    )


def tell_checkpoints(*, stamp: bool) -> None:
    """Queue that new checkpoints are written down outside, and time-stamped if asked for.

    Where the queue is away, the beat finds them later.
    """
    for name in ("registry.deliver_checkpoints", *(("registry.stamp_checkpoints",) * stamp)):
        transaction.on_commit(partial(current_app.send_task, name), robust=True)
