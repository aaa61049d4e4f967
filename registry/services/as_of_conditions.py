"""Conditions of approvals as they stood at a past instant: set back in memory, never saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from registry.models import Condition, Evidence, User
from registry.services.as_of_journal import Told, told_of


def rewind(conditions: Sequence[Condition], at: datetime) -> None:
    """Take back what was offered and accepted since; an offer that was replaced stands again."""
    later = [one for one in conditions if one.offered_at is not None and one.offered_at > at]
    told = told_of("condition", [one.pk for one in later], at)
    offers = {pk: _last_offer(entries) for pk, entries in told.items()}
    people = User.objects.in_bulk([one.actor for one in offers.values() if one and one.actor])
    shown = {one.changes.get("exhibit") for one in offers.values() if one}
    exhibits = Evidence.objects.in_bulk([pk for pk in shown if pk])
    for condition in conditions:
        if condition.accepted_at is not None and condition.accepted_at > at:
            condition.accepted_at, condition.accepted_by = None, None
            condition.acceptance = ""
    for condition in later:
        offer = offers.get(condition.pk)
        condition.offer = offer.reason if offer else ""
        condition.offered_by = people.get(offer.actor or 0) if offer else None
        condition.offered_at = _offered_at(offer) if offer else None
        condition.evidence = exhibits.get(offer.changes.get("exhibit")) if offer else None


def _last_offer(entries: Sequence[Told]) -> Told | None:
    offers = [one for one in entries if one.action == "condition.offered"]
    return offers[-1] if offers else None


def _offered_at(offer: Told) -> datetime:
    said = offer.changes.get("offered_at")
    return datetime.fromisoformat(said) if said else offer.at
