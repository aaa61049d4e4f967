"""What ran, what was let through and what was looked at, as it stood at a past instant.

Set back in memory, never to be saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from registry.models import (
    Delegation,
    Deployment,
    Override,
    OverrideSignature,
    Review,
    ReviewEvent,
    User,
)
from registry.rules.deployments import End
from registry.rules.reviews import State
from registry.services.as_of_journal import Told, told_of


def reviews_at(reviews: QuerySet[Review], at: datetime) -> list[Review]:
    """Return those opened by then; one that was closed later is open."""
    events = ReviewEvent.objects.filter(at__lte=at)
    found = reviews.filter(opened_at__lte=at).prefetch_related(Prefetch("events", events))
    rewound = list(found)
    for review in rewound:
        if review.closed_at is not None and review.closed_at > at:
            review.state, review.outcome, review.reason = State.OPEN.value, "", ""
            review.evidence, review.good_until, review.decided_by = [], None, None
            review.closed_at, review.closed_by, review.closed_as = None, None, ""
    return rewound


def overrides_at(overrides: QuerySet[Override], at: datetime) -> list[Override]:
    """Return the emergency releases asked for by then, as they stood, with what was signed."""
    signed = OverrideSignature.objects.filter(signed_at__lte=at)
    found = overrides.filter(asked_at__lte=at).prefetch_related(Prefetch("signatures", signed))
    rewound = list(found)
    for override in rewound:
        if override.starts_at is not None and override.starts_at > at:
            override.starts_at, override.ends_at = None, None
        if override.ended_at is not None and override.ended_at > at:
            override.ended_at, override.ended_by, override.end_reason = None, None, ""
    return rewound


def rewind_delegations(delegations: Iterable[Delegation], at: datetime) -> None:
    """Undo the ends that came after an instant."""
    for one in delegations:
        if one.ended_at is not None and one.ended_at > at:
            one.ended_at, one.ended_by, one.end_reason = None, None, ""


def deployments_at(deployments: QuerySet[Deployment], at: datetime) -> list[Deployment]:
    """Return what had been reported by then, as it stood: by what was known then, not today."""
    found = list(deployments.filter(reported_at__lte=at))
    told = told_of("deployment", [one.pk for one in found], at)
    people = User.objects.in_bulk({one.actor for each in told.values() for one in each})
    for deployment in found:
        entries = told.get(deployment.pk, [])
        if deployment.end_reported_at is not None and deployment.end_reported_at > at:
            _rewind_end(deployment, entries, people)
        _rewind_cover(deployment, entries)
    return found


def running_at(deployments: QuerySet[Deployment], at: datetime) -> list[Deployment]:
    """Return what ran at an instant, by what was known then."""
    found = deployments.filter(live_from__lte=at).filter(
        Q(live_until=None) | Q(live_until__gt=at) | Q(end_reported_at__gt=at)
    )
    return [
        one for one in deployments_at(found, at) if one.live_until is None or one.live_until > at
    ]


def _rewind_end(deployment: Deployment, entries: Sequence[Told], people: dict[int, User]) -> None:
    """Set an end back to the one that was known, or to none; the row keeps the last one only."""
    deployment.live_until, deployment.end_reported_at = None, None
    deployment.ended_how, deployment.ended_by, deployment.end_reason = "", None, ""
    for entry in entries:
        if entry.action == "deployment.reported" and "ended" in entry.changes:
            said = entry.changes["ended"]
            deployment.live_until = datetime.fromisoformat(said["live_until"])
            deployment.end_reported_at = datetime.fromisoformat(said["end_reported_at"])
            deployment.ended_how, deployment.end_reason = (
                said["ended_how"],
                said.get("end_reason", ""),
            )
            deployment.ended_by_id = said["ended_by"]
        elif entry.action in ("deployment.ended", "deployment.replaced"):
            ended = entry.action == "deployment.ended"
            deployment.live_until = datetime.fromisoformat(entry.changes["live_until"])
            reported = entry.changes.get("end_reported_at")
            deployment.end_reported_at = datetime.fromisoformat(reported) if reported else entry.at
            deployment.ended_how = (End.TAKEN_DOWN if ended else End.REPLACED).value
            deployment.ended_by, deployment.end_reason = people.get(entry.actor or 0), entry.reason


def _rewind_cover(deployment: Deployment, entries: Sequence[Told]) -> None:
    """Set back which release covered it and since when none did, where entries tell."""
    for entry in entries:
        if "uncovered_since" in entry.changes:
            since = entry.changes["uncovered_since"]
            deployment.release_id = entry.changes["release"]
            deployment.uncovered_since = datetime.fromisoformat(since) if since else None
