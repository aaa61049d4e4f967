"""Samples of a report's envelope, of what was deleted, and of versions and releases in short."""

from __future__ import annotations

import json
from typing import Any

from registry.rules.casefile import digest
from tests.audits.sample_journal import extract


def envelope(journal: list[dict[str, Any]], *, public: bool = False) -> dict[str, Any]:
    """Return what stands in every dossier, whatever it is on, made from its journal."""
    found = extract(journal, public=public)
    stated = json.loads(found["checkpoint"]["statement"])
    printed = {name: stated[name] for name in ("size", "root", "at", "key")}
    return {
        "asked_as_of": None,
        "serial": "MG-3F2A-9C1B-77D0-0A12",
        "organisation": "Example Bank",
        "verify_url": "https://models.example.org/verify/",
        "recalled": [],
        "roles": roles(),
        "checkpoint": {"number": stated["size"], **printed, "window": dict(found["window"])},
        "journal": [
            {**entry, "seal": one["seal"]}
            for entry, one in zip(journal, found["entries"], strict=True)
        ],
        "journal_extract": found,
    }


def roles(unit: str = "Retail credit") -> list[dict[str, Any]]:
    """Return who held which role in a unit; one of them did nothing that the report tells."""
    held = (("auditor", "Ole Quist"), ("data_scientist", "Ada Brandt"), ("validator", "Vera Lindt"))
    since = "2026-01-07T08:00:00.000000Z"
    return [{"unit": unit, "role": role, "person": who, "granted_at": since} for role, who in held]


def tombstone(**changed: Any) -> dict[str, Any]:
    """Return what is left of a file that was deleted by a rule."""
    told = {
        "what": "Predictions of run 12, asked for by Brandt",
        "digest": digest("predictions"),
        "at": "2026-11-15T03:00:00.000000Z",
        "rule": "Logs and predictions: 6 months",
        "size": 40_960,
        "journal": 104,
    }
    return told | changed


def version(label: str, number: int, **changed: Any) -> dict[str, Any]:
    """Return a version as the report on a model lists it."""
    told: dict[str, Any] = {
        "label": label,
        "number": number,
        "registered_at": f"2026-0{number}-10T09:20:00.000000Z",
        "registered_by": "Ada Brandt",
        "artefact_sha256": digest(f"artefact {label}"),
        "told": False,
        "releases": [],
    }
    return told | changed


def short_release(environment: str, state: str, **changed: Any) -> dict[str, Any]:
    """Return a release as a list tells it."""
    told: dict[str, Any] = {
        "environment": environment,
        "state": state,
        "submitted_at": "2026-11-11T12:00:00.000000Z",
        "decided_at": "2026-11-12T12:00:00.000000Z",
        "valid_until": "2027-11-12T12:00:00.000000Z",
        "gate_allowed": True,
        "case_file_digest": digest(f"{environment} {state}"),
    }
    return told | changed
