"""Whether what a sealed report states of releases is still so: all that a stranger is told."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from audits.models import Report
from audits.rules.reports import Scope
from registry.models import Event, GateRow, Release, ReleaseMove
from registry.rules.releases import IN_FORCE, ONCE_APPROVED, State


def is_overtaken(report: Report) -> bool:
    """Say whether a release the report speaks of has moved since, or its approval ended.

    That an approved one went live is no such move, and neither is the first draft of another.
    """
    since = _since(report)
    moves = ReleaseMove.objects.filter(release__in=_releases(report), at__gt=since)
    if _that_count(moves, report).exists():
        return True
    now = timezone.now()
    return any(not row.is_open(now) for row in _gates_that_closed(report, since, now))


def _since(report: Report) -> datetime:
    """Return from when on the report can no longer tell what happens.

    It speaks as of the last act it states and was asked for after that, and what it states of
    gates was so when it was asked for; one that was asked for as of an instant speaks of that.
    """
    if report.asked_as_of is not None:
        return datetime.fromisoformat(report.as_of)
    return max(datetime.fromisoformat(report.as_of), report.requested_at)


def _that_count(moves: QuerySet[ReleaseMove], report: Report) -> QuerySet[ReleaseMove]:
    counted = moves.exclude(before__in=sorted(IN_FORCE), after=State.LIVE)
    if report.scope == Scope.RELEASE:
        return counted.exclude(before="", after=State.DRAFT)
    # That something is under review is nothing a stranger is told, so only approvals count.
    approved = sorted(ONCE_APPROVED)
    return counted.filter(Q(before__in=approved) | Q(after__in=approved))


def _releases(report: Report) -> QuerySet[Release]:
    if report.scope == Scope.RELEASE:
        return Release.objects.filter(pk=report.release_id)
    if report.scope == Scope.VERSION:
        return Release.objects.filter(version=report.version_id)
    if report.scope == Scope.MODEL:
        return Release.objects.filter(version__model=report.model_id)
    return Release.objects.filter(version__model__unit__in=report.units.all())


def _gates_that_closed(report: Report, since: datetime, now: datetime) -> QuerySet[GateRow]:
    """Return the gates that an exhibit, a finding or the clock closed after that instant."""
    releases = _releases(report)
    told = Event.objects.filter(
        name="gate.closed", version__in=releases.values("version"), at__gt=since
    )
    closed = list(told.values_list("details__release", flat=True))
    ended = Q(valid_until__gt=since, valid_until__lte=now)
    due = Q(condition_due__gt=since, condition_due__lte=now)
    return GateRow.objects.filter(ended | due | Q(release__in=closed), release__in=releases)
