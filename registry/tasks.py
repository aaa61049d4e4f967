"""The queue's doors: an id in where there is one, one service call."""

from __future__ import annotations

from celery import shared_task

from registry.services import deliveries, housekeeping, journal


@shared_task(name="registry.keep_house")  # type: ignore[untyped-decorator]
def keep_house() -> None:
    """Delete rows whose retention has passed, and remove what was left behind."""
    with journal.came_in_by("worker", "task"):
        housekeeping.keep_house()


@shared_task(name="registry.deliver_event")  # type: ignore[untyped-decorator]
def deliver_event(delivery_id: int) -> None:
    """Send one event to one listener; safe to be killed anywhere and sent again."""
    deliveries.deliver(delivery_id=delivery_id)


@shared_task(name="registry.deliver_waiting")  # type: ignore[untyped-decorator]
def deliver_waiting() -> None:
    """Queue what has not arrived yet and is due again."""
    deliveries.deliver_waiting()
