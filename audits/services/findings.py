"""What a report states of findings on a version and of incidents with it, as plain data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from registry.models import Finding, FindingMove, Incident, IncidentMove, ModelVersion
from registry.rules import findings as rules
from registry.services.as_of_findings import findings_at, incidents_at
from registry.services.case_files import instant


def findings_of(
    version: ModelVersion, as_of: datetime, at: datetime | None = None
) -> list[dict[str, Any]]:
    """Return every finding on the version, closed ones too, in the order they were opened.

    What is overdue is that as of the report's instant. With ``at`` findings and moves that came
    later are left out.
    """
    found = Finding.objects.filter(version=version).select_related("owner", "opened_by")
    found = found.order_by("opened_at", "pk")
    findings = found.prefetch_related("moves") if at is None else findings_at(found, at)
    return [_finding(one, as_of) for one in findings]


def incidents_of(
    version: ModelVersion, as_of: datetime, at: datetime | None = None
) -> list[dict[str, Any]]:
    """Return the incidents of the version, and those of the model whose version nobody knows.

    How a clock stood then is told, and not the minutes it has left: the same state asked for
    twice gives the same report. With ``at`` incidents, steps and corrections that came later are
    left out.
    """
    found = Incident.objects.filter(
        Q(version=version) | Q(version=None, model=version.model)
    ).order_by("aware_at", "pk")
    incidents = found.prefetch_related("moves") if at is None else incidents_at(found, at)
    told = [_incident(one, as_of) for one in incidents]
    # A correction may have moved the time by which they are in order.
    return sorted(told, key=lambda one: (one["aware_at"], one["id"]))


def _finding(finding: Finding, as_of: datetime) -> dict[str, Any]:
    today = timezone.localdate(as_of)
    stands = rules.standing(finding.state, finding.accepted_until, today)
    until = finding.accepted_until
    return {
        "id": finding.pk,
        "title": finding.title,
        "found": finding.text,
        "source": finding.source,
        "severity": finding.severity,
        "state": stands.value,
        "owner": finding.owner.printed_name,
        "opened_by": finding.opened_by.printed_name if finding.opened_by else None,
        "opened_at": instant(finding.opened_at),
        "due": finding.due.isoformat(),
        "overdue": rules.is_overdue(stands, finding.due, today),
        "accepted_until": until.isoformat() if until else None,
        "section": finding.section,
        "paragraph": finding.paragraph,
        "quote": finding.quote,
        "card_revision": finding.card_revision,
        "question": finding.question,
        "ground": finding.ground,
        "incident": finding.incident_id,
        "moves": [_finding_move(move) for move in finding.moves.all()],
    }


def _finding_move(move: FindingMove) -> dict[str, Any]:
    return {
        **_who(move),
        "act": move.act,
        "severity": move.severity,
        "plan": move.plan,
        "outcome": move.outcome,
        "until": move.until.isoformat() if move.until else None,
    }


def _incident(incident: Incident, as_of: datetime) -> dict[str, Any]:
    clock = incident.clock(as_of)
    return {
        "id": incident.pk,
        "kind": incident.kind,
        "link": incident.link,
        "environment": incident.environment,
        "version_known": incident.version_id is not None,
        "occurred_at": instant(incident.occurred_at),
        "aware_at": instant(incident.aware_at),
        "reported_at": instant(incident.reported_at),
        "notified_at": instant(incident.notified_at) if incident.notified_at else None,
        "description": incident.description,
        "affected": incident.affected,
        "immediate_action": incident.immediate_action,
        "state": incident.state,
        "clock": {
            "days": clock.days,
            "article": clock.article,
            "due": instant(clock.due),
            "state": clock.state,
        }
        if clock
        else None,
        "moves": [_incident_move(move) for move in incident.moves.all()],
    }


def _incident_move(move: IncidentMove) -> dict[str, Any]:
    # What was reported stands above the moves; a correction tells what it replaced.
    corrected = move.act == "correct"
    mended = [
        {"fact": fact, "before": before, "after": after}
        for fact, (before, after) in (move.facts.items() if corrected else ())
    ]
    told = {"assess", "notify", "close"}
    return {
        **_who(move),
        "act": move.act,
        "mended": mended,
        **(move.facts if move.act in told else {}),
    }


def _who(move: FindingMove | IncidentMove) -> dict[str, Any]:
    return {
        "at": instant(move.at),
        "who": move.printed_name if move.by_id else None,
        "role": move.role,
        "said": move.text,
    }
