"""Sample facts of a case file: card, data, risk, exhibits, journal and decisions."""

from __future__ import annotations

from typing import Any

from registry.rules.casefile import canonical, digest
from registry.rules.matrices import DEFAULT_MATRIX, place
from registry.rules.risk import STARTING_HAZARDS
from tests.audits.sample_measurements import drift, fairness, performance

HAZARD_PLACES = (
    ((3, 3), "A manual scorecard, drilled twice a year.", (1, 3)),
    (
        (4, 4),
        "The officer decides; reasons are shown with every score; applicants may appeal.",
        (3, 4),
    ),
    ((3, 4), "Monthly monitoring of drift and of impact ratios; retraining is rehearsed.", (2, 3)),
    ((2, 4), "Two trained deputies; the build is repeated from scratch every quarter.", (1, 4)),
)
# Counts by group: true positives, false positives, false negatives, true negatives.
CARD = {
    "model_details": "Logistic regression by the credit models team, built in November 2026."
    " Ask Ada Brandt (ada.brandt@example.org).\n\nFitted with scikit-learn; features are scaled and"
    " missing values imputed with the median of the training data.",
    "intended_use": "Supports a credit officer, who decides. Not for automatic refusals, not for"
    " business loans, and not for applicants outside the region the training data comes from.",
    "factors": "Sex, race and ethnicity of the main applicant, as given in the application. Größe"
    " des Haushalts wurde geprüft und verworfen.",
    "metrics": "Area under the ROC curve, since the threshold is set by business; impact ratio at"
    " the threshold of 0.5, since that is what applicants feel.",
    "evaluation_data": "A random fifth of the applications, held out before any fitting.",
    "training_data": "The other four fifths. Applications of 1990; today's applicants differ.",
    "quantitative_analyses": "See the exhibits. Where p < 0.05 & n > 30 the text says <b>so</b>.",
    "ethical_considerations": "A wrongly refused applicant loses a home. Appeals go to a person.",
    "caveats": "",
}


def column(name: str, kind: str = "DOUBLE", missing: int = 0) -> dict[str, Any]:
    """Return a column as a table's profile states it."""
    return {"name": name, "type": kind, "missing": missing}


FEATURES = [
    "loan_amount", "appraised_value", "monthly_income", "years_of_credit_history",
    "unemployment_rate_of_the_industry_of_the_applicant",
    *(f"liability_{number:02d}" for number in range(1, 32)),
]  # fmt: skip
COLUMNS = [
    *(column(name, missing=number % 4) for number, name in enumerate(FEATURES)),
    column("sex", "VARCHAR", 5),
    column("race", "VARCHAR"),
    column("application_id", "BIGINT"),
    column("approve", "BIGINT"),
]


def data(role: str, number: int, rows: int) -> dict[str, Any]:
    """Return a dataset version as a case file states it."""
    return {
        "dataset": "loanapp",
        "number": number,
        "role": role,
        "sha256": digest(f"loanapp {number}"),
        "rows": rows,
        "format": "parquet",
        "columns": COLUMNS,
        "sensitive_columns": ["sex", "race"],
        "provenance": "Boston Fed, 1990; Hunter and Walker 1996. Prepared by Ada Brandt.",
    }


def risk() -> dict[str, Any]:
    """Return a risk assessment as a case file states it."""
    hazards = []
    for title, (before, controls, after) in zip(STARTING_HAZARDS, HAZARD_PLACES, strict=True):
        inherent, residual = place(DEFAULT_MATRIX, *before), place(DEFAULT_MATRIX, *after)
        hazards.append(
            {
                "title": title,
                "controls": controls,
                **inherent,
                **{f"residual_{key}": value for key, value in residual.items()},
            }
        )
    return {
        "revision": 2,
        "matrix": {**DEFAULT_MATRIX, "edition": 1},
        "hazards": hazards,
        "inherent": place(DEFAULT_MATRIX, 4, 4),
        "residual": place(DEFAULT_MATRIX, 3, 4),
    }


def exhibit(
    number: int, kind: str, content: dict[str, Any], at: str, **facts: Any
) -> dict[str, Any]:
    """Return a piece of evidence with its text and digest."""
    text = canonical(content)
    return {
        "id": number,
        "kind": kind,
        "title": f"{kind.capitalize()} on loanapp 2",
        "verdict": content.get("verdict", "none"),
        "summary": "",
        "at": at,
        "producer": "mlops-gov run 12",
        "reproduced": True,
        **facts,
        "digest": digest(text),
        "file_name": f"evidence/{number}-{kind}.json",
        "content": content,
        "text": text,
    }


def evidence() -> list[dict[str, Any]]:
    """Return the exhibits of the full dossier; one fairness run came before the latest."""
    return [
        exhibit(
            11, "fairness", {**fairness(), "verdict": "undecided"}, "2026-11-12T09:12:00Z",
            summary="An earlier threshold of 0.6.",
        ),
        exhibit(
            12, "performance", performance(), "2026-11-18T10:02:11Z",
            summary="The area under the ROC curve is 0.831, above the limit of 0.600.",
        ),
        exhibit(
            13, "fairness", fairness(), "2026-11-18T10:03:45Z",
            summary="Seven groups were compared; for some there are too few people to tell.",
        ),
        exhibit(
            14, "drift", drift(), "2026-11-19T08:00:00Z", producer="Ada Brandt", reproduced=False,
            summary="One feature drifts; see the table.",
        ),
    ]  # fmt: skip


def entry(
    number: int, at: str, actor: str, role: str, action: str, reason: str = ""
) -> dict[str, Any]:
    """Return an entry of the journal."""
    return {
        "number": 100 + number,
        "model_number": number,
        "at": at,
        "actor": actor,
        "role": role,
        "action": action,
        "subject": "Mortgage approval 2.1",
        "reason": reason,
        "seal": digest(f"seal {number}"),
    }


def journal() -> list[dict[str, Any]]:
    """Return the journal's extract about the model."""
    return [
        entry(1, "2026-11-10T09:00:00.123456Z", "Ada Brandt", "data_scientist", "model.registered"),
        entry(2, "2026-11-10T09:20:00Z", "Ada Brandt", "data_scientist", "version.registered"),
        entry(3, "2026-11-18T10:02:11Z", "worker", "", "evidence.filed"),
        entry(4, "2026-11-19T12:00:00Z", "Ada Brandt", "data_scientist", "release.submitted"),
        entry(5, "2026-11-20T14:40:00Z", "Vera Lindt", "validator", "release.signed",
              "Repeated the build and the figures; both agree."),
        entry(6, "2026-11-20T15:12:00Z", "Grace Hartmann", "model_risk_manager",
              "release.approved"),
    ]  # fmt: skip


def decision(name: str, role: str, at: str, stage: str, reason: str) -> dict[str, Any]:
    """Return an approval; ``whole`` binds it to the case file."""
    return {
        "act": "approve",
        "environment": "production",
        "printed_name": name,
        "role": role,
        "meaning": "I reviewed this case file and approve the release",
        "reason": reason,
        "at": at,
        "method": "password",
        "stage": stage,
        "case_file_digest": None,
        "bound": True,
        "counts": True,
        "sent_to": None,
        "round": 1,
        "on_behalf_of": None,
        "delegation": None,
        "conditions": [],
        "case_file_number": 1,
    }
