"""The queue's doors: an id in where there is one, one service call."""

from __future__ import annotations

from celery import shared_task

from registry.services import (
    announcements,
    checkpoint_sinks,
    checkpoint_stamps,
    checkpoints,
    coverage,
    deliveries,
    housekeeping,
    journal,
    kept_checks,
    mails,
    settling,
    store,
)


@shared_task(name="registry.keep_house")  # type: ignore[untyped-decorator]
def keep_house() -> None:
    """Delete what is past its time, and remove what was left behind."""
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


@shared_task(name="registry.send_mail")  # type: ignore[untyped-decorator]
def send_mail(mail_id: int) -> None:
    """Send one mail; safe to be killed anywhere and sent again."""
    mails.send(mail_id=mail_id)


@shared_task(name="registry.send_waiting_mail")  # type: ignore[untyped-decorator]
def send_waiting_mail() -> None:
    """Queue the mail that has not gone out yet and is due again."""
    mails.send_waiting()


@shared_task(name="registry.gather_digests")  # type: ignore[untyped-decorator]
def gather_digests() -> None:
    """Write the daily mail of everybody whose hour has come."""
    mails.gather_digests()


@shared_task(name="registry.settle_gates")  # type: ignore[untyped-decorator]
def settle_gates() -> None:
    """Settle the gates that time alone has changed."""
    with journal.came_in_by("worker", "task"):
        settling.settle_due()
        announcements.of_what_followed()
        announcements.of_gates()


@shared_task(name="registry.watch_deployments")  # type: ignore[untyped-decorator]
def watch_deployments() -> None:
    """Look whether what runs is still covered by a valid approval."""
    with journal.came_in_by("worker", "task"):
        coverage.watch()


@shared_task(name="registry.make_checkpoint")  # type: ignore[untyped-decorator]
def make_checkpoint() -> None:
    """Sign the journal as it stands, if it has grown."""
    checkpoints.make()


@shared_task(name="registry.deliver_checkpoints")  # type: ignore[untyped-decorator]
def deliver_checkpoints() -> None:
    """Write new checkpoints down outside the database; safe to be killed anywhere."""
    checkpoint_sinks.deliver()


@shared_task(name="registry.stamp_checkpoints")  # type: ignore[untyped-decorator]
def stamp_checkpoints() -> None:
    """Have new checkpoints time-stamped, where an authority is set."""
    checkpoint_stamps.stamp()


@shared_task(name="registry.check_journal")  # type: ignore[untyped-decorator]
def check_journal() -> None:
    """Check the whole journal, and keep what was found."""
    with journal.came_in_by("worker", "task"):
        kept_checks.keep(kind="nightly")


@shared_task(name="registry.check_journal_asked")  # type: ignore[untyped-decorator]
def check_journal_asked() -> None:
    """Check the whole journal as somebody asked for, and keep what was found."""
    with journal.came_in_by("worker", "task"):
        kept_checks.keep(kind="asked")


@shared_task(name="registry.check_store")  # type: ignore[untyped-decorator]
def check_store() -> None:
    """Read a part of the store against its digests, and look for what no record names."""
    with journal.came_in_by("worker", "task"):
        store.check()
