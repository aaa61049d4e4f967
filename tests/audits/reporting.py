"""Reports as a test asks for them, what they would state, and how a worker finishes them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from audits.models import Report
from audits.services import dossiers, reports, scopes
from audits.services.claims import claim
from registry.models import User


def asked(by: User, **given: Any) -> Report:
    """Ask for a report; ``given`` names what it is on, and what is not as it mostly is."""
    return reports.request(**{"profile": "internal", "language": "en", **given}, by=by)


def stated(
    profile: str = "regulator", as_of: datetime | None = None, **subject: Any
) -> dict[str, Any]:
    """Return what a report on this would state."""
    named: dict[str, Any] = dict.fromkeys(("version", "release", "model", "portfolio"))
    on = scopes.locked(**{**named, **subject})
    return dossiers.gather(on, profile=profile, language="en", as_of=as_of).dossier


def read(**subject: Any) -> dict[str, Any]:
    """Return the same as its worker reads it, with a serial."""
    dossier: dict[str, Any] = json.loads(json.dumps(stated(**subject)))
    dossier["serial"] = "MG-0000-0000-0000-0000"
    if "case_file_text" in dossier:
        dossier["case_file"] = json.loads(dossier["case_file_text"])
    for exhibit in dossier.get("evidence", []):
        exhibit["content"] = json.loads(exhibit["text"])
    return dossier


def finished(report: Report, content: bytes = b"%PDF-1.7 of a test") -> Report:
    """Seal a report that waits, with these bytes."""
    held = claim(Report, report.pk)
    assert held is not None
    reports.finish(report=report, attempt=held.attempt, unsealed="0" * 64, sealed=content)
    report.refresh_from_db()
    return report
