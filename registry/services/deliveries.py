"""Send announced events to the listeners that the settings name, until they have arrived."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from registry import dispatch
from registry.models import Delivery, Event, Unit, User
from registry.rules.events import cloud_event, signature
from registry.rules.notices import one_line
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import journal, rights, webhooks

# After so many minutes it is tried again; then it is given up, and stays in the feed.
WAITS = (1, 5, 30, 120, 720, 1440)


def body_of(event: Event) -> dict[str, Any]:
    """Return an event as listeners get it: CloudEvents 1.0 in JSON."""
    model = event.about
    data = {
        "name": event.name,
        "model": model.slug if model else None,
        "version": event.version.label if event.version else None,
        "details": event.details,
    }
    return cloud_event(
        number=event.pk, name=event.name, at=event.at, source=f"{settings.BASE_URL}/", data=data
    )


def deliver(*, delivery_id: int) -> None:
    """Send one event to one listener; to be killed and called again at any point.

    The next attempt is set before this one is made, so an event may arrive twice and never gets
    lost: listeners tell repetitions by its id.
    """
    now = timezone.now()
    held = Delivery.objects.waiting().filter(pk=delivery_id, due_at__lte=now)
    if not held.update(attempts=F("attempts") + 1, due_at=now + timedelta(minutes=1)):
        return
    delivery = Delivery.objects.select_related("event__version__model", "event__model").get(
        pk=delivery_id
    )
    answer = _send(delivery)
    arrived = 200 <= answer[0] < 300
    # A listener's own words: whatever is in them, they are kept as one plain line.
    told = one_line(f"{answer[0]} {answer[1]}", 200)
    if arrived:
        Delivery.objects.filter(pk=delivery_id).update(arrived_at=timezone.now(), last_answer=told)
    elif delivery.attempts > len(WAITS):
        Delivery.objects.filter(pk=delivery_id).update(given_up_at=timezone.now(), last_answer=told)
    else:
        again = timezone.now() + timedelta(minutes=WAITS[delivery.attempts - 1])
        Delivery.objects.filter(pk=delivery_id).update(due_at=again, last_answer=told)


def deliver_waiting() -> int:
    """Queue every delivery that is due; return how many."""
    due = Delivery.objects.waiting().filter(due_at__lte=timezone.now())
    sent = list(due.values_list("pk", flat=True)[:1000])
    for delivery_id in sent:
        dispatch.deliver_event(delivery_id)
    return len(sent)


@journal.verb
def send_again(*, delivery: Delivery, by: User) -> Delivery:
    """Have an event sent to a listener once more, from the first attempt on."""
    delivery = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("event__version__model__unit", "event__model__unit")
        .get(pk=delivery.pk)
    )
    event = delivery.event
    role = require_administrator(by=by, unit=event.about.unit if event.about else None)
    if delivery.listener not in settings.EVENT_LISTENERS:
        raise Refused.because(
            "delivery.no_listener",
            gettext_noop(
                "The settings name no listener %(listener)s any more; an operator can add it again."
            ),
            listener=delivery.listener,
        )
    delivery.attempts, delivery.due_at, delivery.last_answer = 0, timezone.now(), ""
    delivery.arrived_at = delivery.given_up_at = None
    delivery.save()
    journal.record(
        "delivery.sent_again",
        by=by,
        subject=delivery,
        role=role,
        model=event.about,
        changes={"event": event.pk, "listener": delivery.listener},
    )
    dispatch.deliver_event(delivery.pk)
    return delivery


def require_administrator(*, by: User, unit: Unit | None) -> str:
    """Return the role in which the person looks after deliveries, of any unit where none is named.

    Raise PermissionDenied when there is none.
    """
    verb = "event.send_again"
    unit = unit or Unit.objects.where(by, verb).first() or Unit.objects.visible_to(by).first()
    if unit is None:
        raise PermissionDenied(_("You hold no role in a unit yet; ask an administrator."))
    return rights.require(by=by, verb=verb, unit=unit)


def _send(delivery: Delivery) -> tuple[int, str]:
    """Post the event, and return status and words of the answer; 0 where there was none."""
    address = settings.EVENT_LISTENERS.get(delivery.listener)
    if address is None:
        return 0, "The settings name no such listener any more."
    body = json.dumps(body_of(delivery.event), sort_keys=True).encode()
    timestamp = int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/cloudevents+json",
        "X-Event-Id": str(delivery.event_id),
        "X-Event-Timestamp": str(timestamp),
        "X-Signature-SHA256": signature(settings.EVENT_SECRET, timestamp, body),
    }
    return webhooks.post(address, body, headers, private=settings.EVENT_LISTENERS_MAY_BE_PRIVATE)
