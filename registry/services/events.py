"""Announce events: kept for whoever reads the feed, and sent to the listeners that are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from registry import dispatch
from registry.models import Delivery, Event, ModelVersion, RegisteredModel, User
from registry.services import journal


@journal.verb
def announce(
    *,
    name: str,
    version: ModelVersion | None,
    details: Mapping[str, Any],
    by: User | None,
    model: RegisteredModel | None = None,
) -> Event:
    """Write the event down, and send it to every listener once this commits.

    ``model`` is for what concerns a model and no version of it; an event of neither concerns the
    installation, such as a new edition of the policy.
    """
    now = timezone.now()
    event = Event.objects.create(
        name=name,
        version=version,
        model=None if version else model,
        details=dict(details),
        at=now,
    )
    journal.record(
        "event.announced",
        by=by,
        subject=event,
        role="system" if by is None else "",
        model=event.about,
        changes={"name": name, **details},
    )
    for listener in settings.EVENT_LISTENERS:
        delivery = Delivery.objects.create(event=event, listener=listener, due_at=now)
        dispatch.deliver_event(delivery.pk)
    return event
