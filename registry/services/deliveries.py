"""Send announced events to the listeners that the settings name, until they have arrived."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from registry import dispatch
from registry.models import Delivery, Event

SECONDS = 10
# After so many minutes it is tried again; then it is given up, and stays in the feed.
WAITS = (1, 5, 30, 120, 720, 1440)


def body_of(event: Event) -> dict[str, Any]:
    """Return an event as listeners get it, and as the feed shows it."""
    return {
        "id": event.pk,
        "name": event.name,
        "at": event.at.isoformat(),
        "model": event.version.model.slug,
        "version": event.version.label,
        "details": event.details,
    }


def signature(body: bytes) -> str:
    """Return what proves to a listener that the event comes from here: HMAC-SHA256 of the body."""
    return hmac.new(settings.EVENT_SECRET.encode(), body, hashlib.sha256).hexdigest()


def deliver(*, delivery_id: int) -> None:
    """Send one event to one listener; to be killed and called again at any point.

    The next attempt is set before this one is made, so an event may arrive twice and never gets
    lost: listeners tell repetitions by its id.
    """
    now = timezone.now()
    held = Delivery.objects.waiting().filter(pk=delivery_id, due_at__lte=now)
    if not held.update(attempts=F("attempts") + 1, due_at=now + timedelta(minutes=1)):
        return
    delivery = Delivery.objects.select_related("event__version__model").get(pk=delivery_id)
    answer = _send(delivery)
    arrived = 200 <= answer[0] < 300
    told = f"{answer[0]} {answer[1]}"[:200]
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


def _send(delivery: Delivery) -> tuple[int, str]:
    """Post the event, and return status and words of the answer; 0 where there was none.

    The address stands in the settings of the installation and is nobody's input. No redirect is
    followed.
    """
    address = settings.EVENT_LISTENERS.get(delivery.listener)
    if address is None:
        return 0, "The settings name no such listener any more."
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    body = json.dumps(body_of(delivery.event), sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Event-Id": str(delivery.event_id),
        "X-Signature-SHA256": signature(body),
    }
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        path = parts.path or "/"
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.reason
    except (OSError, http.client.HTTPException) as error:
        return 0, type(error).__name__
    finally:
        connection.close()
