"""Findings and incidents as tests need them; all of it through the services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from registry.models import Finding, Incident, ModelVersion, RegisteredModel
from registry.services import finding_moves, findings, incident_moves, incidents
from tests.cast import Cast, a_model, a_version


def in_days(days: int) -> date:
    """Return the day so many days from today."""
    return timezone.localdate() + timedelta(days=days)


def a_finding(cast: Cast, version: ModelVersion | None = None, **changed: Any) -> Finding:
    """Have the validator open a finding that the owner answers."""
    said: dict[str, Any] = {
        "version": version or a_version(cast),
        "severity": "high",
        "title": "Scores are too high below 0.2",
        "text": "The calibration curve lies above the diagonal for low scores.",
        "owner": cast.owner,
        "due": in_days(20),
        "question": "Why is the score not calibrated before the threshold is applied?",
        "ground": "Calibration error 0.08 on the test data.",
        "by": cast.validator,
    }
    return findings.open_finding(**said | changed)


def an_answered_finding(cast: Cast, version: ModelVersion | None = None, **said: Any) -> Finding:
    """Have the owner answer a finding."""
    return finding_moves.answer(
        finding=a_finding(cast, version, **said),
        text="The threshold was chosen on calibrated scores.",
        plan="Calibrate with isotonic regression in 1.1.",
        by=cast.owner,
    )


def an_incident(cast: Cast, model: RegisteredModel | None = None, **changed: Any) -> Incident:
    """Have the scientist report an incident that the unit has known of for six hours."""
    now = timezone.now()
    said: dict[str, Any] = {
        "model": model or a_model(cast),
        "environment": "production",
        "kind": "rights",
        "link": "suspected",
        "occurred_at": now - timedelta(days=1),
        "aware_at": now - timedelta(hours=6),
        "description": "Applicants of one district were refused without exception.",
        "affected": "43 applicants",
        "immediate_action": "A clerk decides all applications of the district.",
        "by": cast.scientist,
    }
    return incidents.report(**said | changed)


def an_assessed_incident(
    cast: Cast, model: RegisteredModel | None = None, *, reportable: bool = True, **said: Any
) -> Incident:
    """Have the validator assess an incident."""
    return incident_moves.assess(
        incident=an_incident(cast, model, **said),
        ai_act_class="high_risk_annex_iii",
        reportable=reportable,
        text="Credit scoring of natural persons, Annex III no. 5(b).",
        by=cast.validator,
    )


def a_notified_incident(cast: Cast, model: RegisteredModel | None = None, **said: Any) -> Incident:
    """Have the manager notify the authority."""
    return incident_moves.notify(
        incident=an_assessed_incident(cast, model, **said),
        authority="Market surveillance authority",
        reference="MSA-2026-17",
        complete=False,
        by=cast.manager,
    )
