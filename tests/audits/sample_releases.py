"""Samples of what follows from a release: its moves, conditions, delegations, and its use."""

from __future__ import annotations

from typing import Any

from registry.rules.casefile import digest
from registry.rules.overrides import MEANING

DONE = "2026-11-20T15:12:00.000000Z"


def stage(name: str, role: str, **changed: Any) -> dict[str, Any]:
    """Return a stage that one person of a role has signed."""
    ask = {"role": role, "needed": 1, "of": None, "signed": 1}
    told = {"name": name, "asks": [ask], "rule": "all", "beside": False, "needed": 1, "signed": 1}
    return told | changed


def committee(**changed: Any) -> dict[str, Any]:
    """Return a stage of two of a panel of three, and the business owner."""
    asks = [
        {"role": "model_risk_manager", "needed": 2, "of": 3, "signed": 2},
        {"role": "business_owner", "needed": 1, "of": None, "signed": 1},
    ]
    return stage("Committee", "", asks=asks, needed=3, signed=3) | changed


def moves() -> list[dict[str, Any]]:
    """Return the moves of a release that was approved; the last ones came by themselves."""
    return [
        _move("draft", "", "draft", "2026-11-18T12:00:00Z", "Ada Brandt"),
        _move("submit", "draft", "submitted", "2026-11-19T12:00:00Z", "Ada Brandt"),
        _move("begin", "submitted", "in_review", "2026-11-20T14:40:00Z", "Vera Lindt"),
        _move("approve", "in_review", "approved", DONE, None),
    ]


def _move(act: str, before: str, after: str, at: str, who: str | None) -> dict[str, Any]:
    return {"act": act, "before": before, "after": after, "at": at, "who": who}


def condition(**changed: Any) -> dict[str, Any]:
    """Return a condition that was fulfilled by an exhibit."""
    told: dict[str, Any] = {
        "number": 1,
        "asked": "Train the credit officers, Weber.",
        "owner": "Jonas Weber",
        "due": "2026-12-20T23:59:59.999999Z",
        "evidence_kind": "other",
        "named_by": "Grace Hartmann",
        "named_at": DONE,
        "offer": "Okafor trained all 41 of them.",
        "offered_at": "2026-11-20T15:30:00.000000Z",
        "offered_by": "Jonas Weber",
        "exhibit": {"id": 12, "title": "Performance on loanapp 2"},
        "acceptance": "The list that Weber sent is complete.",
        "accepted_at": "2026-11-20T15:45:00.000000Z",
        "accepted_by": "Hedda Falk",
    }
    return told | changed


def delegation(**changed: Any) -> dict[str, Any]:
    """Return a delegation that was ended early."""
    told: dict[str, Any] = {
        "number": 12,
        "giver": "Ines Vogt",
        "delegate": "Grace Hartmann",
        "role": "model_risk_manager",
        "model_alone": True,
        "starts_at": "2026-11-19T00:00:00.000000Z",
        "ends_at": "2026-11-30T00:00:00.000000Z",
        "reason": "Vogt is on leave.",
        "given_at": "2026-11-18T09:00:00.000000Z",
        "ended_at": "2026-11-20T15:50:00.000000Z",
        "ended_by": "Ines Vogt",
        "end_reason": "Back early.",
    }
    return told | changed


def override(**changed: Any) -> dict[str, Any]:
    """Return an emergency release that has ended by itself and was reviewed."""
    told: dict[str, Any] = {
        "number": 3,
        "environment": "production",
        "days": 2,
        "reason": "The old model crashes; Brandt is called.",
        "digest": digest("override"),
        "asked_at": "2026-11-12T06:00:00.000000Z",
        "asked_by": "Hedda Falk",
        "starts_at": "2026-11-12T07:00:00.000000Z",
        "ends_at": "2026-11-14T07:00:00.000000Z",
        "ended_at": None,
        "ended_by": None,
        "end_reason": "",
        "signatures": [
            _signature("Hedda Falk", "model_risk_manager", "2026-11-12T06:00:00.000000Z"),
            _signature("Jonas Weber", "business_owner", "2026-11-12T07:00:00.000000Z"),
        ],
        "review": {"number": 8, "outcome": "not_revalidated"},
    }
    return told | changed


def _signature(name: str, role: str, at: str) -> dict[str, Any]:
    return {
        "printed_name": name,
        "role": role,
        "meaning": MEANING,
        "reason": "Nothing else can be started before Monday.",
        "method": "password and one-time code",
        "digest": digest("override"),
        "at": at,
    }


def deployment(**changed: Any) -> dict[str, Any]:
    """Return a deployment whose artefact is the registered one, and which was replaced."""
    told: dict[str, Any] = {
        "number": 5,
        "environment": "production",
        "of_this_version": True,
        "label": "2.1",
        "target": "eu-1 / scores / https://scores.example.org/v1",
        "artefact_sha256": digest("artefact"),
        "matches": True,
        "image_digest": f"sha256:{digest('image')}",
        "live_from": "2026-11-12T07:10:00.000000Z",
        "live_until": "2026-11-13T07:10:00.000000Z",
        "reported_at": "2026-11-12T07:12:00.000000Z",
        "reported_by": "Dora Klein",
        "ended_how": "replaced",
        "end_reported_at": "2026-11-13T07:12:00.000000Z",
        "ended_by": "Dora Klein",
        "end_reason": "",
        "uncovered_since": None,
        "shortcomings": [],
    }
    return told | changed


def review(**changed: Any) -> dict[str, Any]:
    """Return a review that says why the model was not revalidated."""
    told: dict[str, Any] = {
        "number": 8,
        "version": "2.1",
        "cause": "override",
        "led_to": {"override": "3", "environment": "production"},
        "repeats": 1,
        "opened_at": "2026-11-12T07:00:00.000000Z",
        "opened_by": "Jonas Weber",
        "due": "2026-11-19T07:00:00.000000Z",
        "outcome": "not_revalidated",
        "reason": "The version was in full review already, Falk says; nothing is won by another.",
        "rests_on": ["Performance on loanapp 2"],
        "decided_by": "Hedda Falk",
        "good_until": "2027-02-01",
        "closed_at": "2026-11-18T09:00:00.000000Z",
        "closed_by": "Vera Lindt",
        "closed_as": "validator",
    }
    return told | changed


def attestation(**changed: Any) -> dict[str, Any]:
    """Return a round in which the owner confirmed the model but for one thing."""
    told: dict[str, Any] = {
        "period": "2026-Q3",
        "starts_on": "2026-07-01",
        "ends_on": "2026-09-30",
        "due_on": "2026-11-30",
        "digest": digest("inventory"),
        "opened_at": "2026-11-11T09:00:00.000000Z",
        "owner": "Jonas Weber",
        "confirmation": {
            "says": "confirmed_with_exceptions",
            "exception": "The deputy is Okafor by now.",
            "printed_name": "Jonas Weber",
            "role": "business_owner",
            "meaning": "I own these models and confirm the inventory but for the exceptions I name",
            "method": "password",
            "digest": digest("inventory"),
            "at": "2026-11-12T09:00:00.000000Z",
        },
    }
    return told | changed
