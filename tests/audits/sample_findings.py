"""Sample findings and incidents, as a dossier tells them."""

from __future__ import annotations

from typing import Any

OPENED = "2026-11-12T09:00:00.000000Z"


def finding_move(act: str, who: str | None, role: str, said: str, **changed: Any) -> dict[str, Any]:
    """Return one step of a finding."""
    told: dict[str, Any] = {"severity": "high", "plan": "", "outcome": "", "until": None}
    return {"act": act, "who": who, "role": role, "said": said, "at": OPENED, **told} | changed


def finding(**changed: Any) -> dict[str, Any]:
    """Return a finding that was challenged, answered and closed."""
    told: dict[str, Any] = {
        "id": 4,
        "title": "Scores are too high below 0.2",
        "found": "The calibration curve lies above the diagonal.\nLindt measured it again.",
        "source": "validation",
        "severity": "high",
        "state": "closed",
        "owner": "Jonas Weber",
        "opened_by": "Vera Lindt",
        "opened_at": OPENED,
        "due": "2026-12-01",
        "overdue": False,
        "accepted_until": None,
        "section": "metrics",
        "paragraph": 1,
        "quote": "AUC and the impact ratio, both at the threshold of 0.5.",
        "card_revision": 3,
        "question": "Why is the score not calibrated, Weber?",
        "ground": "Calibration error 0.08.",
        "incident": None,
        "moves": [
            finding_move("open", "Vera Lindt", "validator", "As above."),
            finding_move(
                "answer",
                "Jonas Weber",
                "business_owner",
                "The threshold was chosen on calibrated scores.",
                plan="Isotonic regression in 2.2.",
            ),
            finding_move(
                "challenge", "Vera Lindt", "validator", "No figure is given.", outcome="rejected"
            ),
            finding_move("answer", "Jonas Weber", "business_owner", "It is 0.01 now."),
            finding_move(
                "rate", "Grace Hartmann", "model_risk_manager", "Few people.", severity="medium"
            ),
            finding_move(
                "close",
                "Vera Lindt",
                "validator",
                "Measured again.",
                outcome="model_changed",
                severity="medium",
            ),
        ],
    }
    return told | changed


def incident_move(act: str, who: str | None, role: str, said: str, **facts: Any) -> dict[str, Any]:
    """Return one step of an incident."""
    told: dict[str, Any] = {
        "act": act,
        "who": who,
        "role": role,
        "said": said,
        "at": OPENED,
        "mended": [],
    }
    return told | facts


def incident(**changed: Any) -> dict[str, Any]:
    """Return an incident whose first report went out in time."""
    told: dict[str, Any] = {
        "id": 2,
        "kind": "rights",
        "link": "suspected",
        "environment": "production",
        "version_known": True,
        "occurred_at": "2026-11-10T07:00:00.000000Z",
        "aware_at": "2026-11-11T08:30:00.000000Z",
        "reported_at": "2026-11-11T09:00:00.000000Z",
        "notified_at": "2026-11-13T10:00:00.000000Z",
        "description": "Applicants of one district were refused, Brandt says.",
        "affected": "43 applicants, among them 2 over eighty",
        "immediate_action": "A clerk decides all of them.",
        "state": "notified",
        "clock": {
            "days": 15,
            "article": "Art. 73(2)",
            "due": "2026-11-26T08:30:00.000000Z",
            "state": "met",
        },
        "moves": [
            incident_move("report", "Ada Brandt", "data_scientist", "As above."),
            incident_move("half_passed", None, "system", "", due="2026-11-26T08:30:00+00:00"),
            incident_move(
                "correct",
                "Grace Hartmann",
                "model_risk_manager",
                "The logs show it.",
                mended=[
                    {"fact": "kind", "before": "malfunction", "after": "rights"},
                    {
                        "fact": "aware_at",
                        "before": "2026-11-12T08:30:00+00:00",
                        "after": "2026-11-11T08:30:00+00:00",
                    },
                    {"fact": "affected", "before": "41", "after": "43, of them 2 over eighty"},
                ],
            ),
            incident_move(
                "assess",
                "Vera Lindt",
                "validator",
                "Annex III no. 5(b).",
                ai_act_class="high_risk_annex_iii",
                reportable=True,
            ),
            incident_move(
                "notify",
                "Grace Hartmann",
                "model_risk_manager",
                "",
                authority="Market surveillance",
                reference="MSA-17",
                notified_at="2026-11-13T10:00:00+00:00",
                complete=False,
            ),
            incident_move(
                "close",
                "Grace Hartmann",
                "model_risk_manager",
                "A postcode stood for origin.",
                root_cause="A postcode stood for origin.",
                corrective_action="The feature was taken out by Brandt.",
            ),
        ],
    }
    return told | changed
