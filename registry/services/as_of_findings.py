"""Findings and incidents as they stood at a past instant, by the moves they had taken by then."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, QuerySet

from registry.models import Finding, FindingMove, Incident, IncidentMove
from registry.rules.incidents import Act

TIMES = ("occurred_at", "aware_at")


def findings_at(findings: QuerySet[Finding], at: datetime) -> list[Finding]:
    """Return those opened by then as they stood; set back in memory, never to be saved."""
    moves = FindingMove.objects.filter(at__lte=at).order_by("number")
    found = list(findings.filter(opened_at__lte=at).prefetch_related(Prefetch("moves", moves)))
    for finding in found:
        taken = list(finding.moves.all())
        if taken:
            last = taken[-1]
            finding.state, finding.severity = last.after, last.severity
            finding.accepted_until = last.until
    return found


def incidents_at(incidents: QuerySet[Incident], at: datetime) -> list[Incident]:
    """Return those reported by then as they stood: what was mended later is unmended."""
    moves = IncidentMove.objects.filter(at__lte=at).order_by("number")
    found = list(incidents.filter(reported_at__lte=at).prefetch_related(Prefetch("moves", moves)))
    known = {incident.pk: incident for incident in found}
    mended = IncidentMove.objects.filter(incident__in=known, act=Act.CORRECT, at__gt=at)
    for move in mended.order_by("-number"):
        _unmend(known[move.incident_id], move)
    for incident in found:
        taken = list(incident.moves.all())
        if taken:
            incident.state = taken[-1].after
        if not any(one.act == Act.NOTIFY for one in taken):
            incident.notified_at = None
    return found


def _unmend(incident: Incident, move: IncidentMove) -> None:
    for name, (before, _after) in move.facts.items():
        setattr(incident, name, datetime.fromisoformat(before) if name in TIMES else before)
