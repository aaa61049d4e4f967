"""Sample dossiers: a full one and a bare one, whole in themselves, to be bent by each test."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from audits.measures.intervals import Share, mover_ratio, wilson
from audits.rules.reports import RENDERER
from registry.rules.casefile import canonical, digest
from registry.rules.risk import DEFAULT_MATRIX, STARTING_HAZARDS, place

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
Counted = dict[str | None, tuple[int, int, int, int]]
BY_SEX: Counted = {"female": (58, 5, 2, 5), "male": (268, 17, 6, 32), None: (4, 1, 0, 0)}
BY_RACE: Counted = {"black": (24, 5, 5, 14), "hispanic": (16, 3, 2, 5), "white": (290, 15, 1, 18)}


def figure(name: str, share: tuple[int, int], reason: str = "no_rows") -> dict[str, Any]:
    """Return a rate as a measurement states it."""
    successes, trials = share
    if not trials:
        return {
            "name": name, "value": None, "low": None, "high": None, "interval": "", "n": 0,
            "estimable": False, "reason": reason,
        }  # fmt: skip
    low, high = wilson(Share(successes, trials))
    return {
        "name": name, "value": successes / trials, "low": low, "high": high, "interval": "wilson",
        "n": trials, "estimable": True, "reason": "too_few" if trials < 30 else "",
    }  # fmt: skip


def group(attribute: str, name: str | None, counts: Sequence[int], best: Share) -> dict[str, Any]:
    """Return one group of people as a measurement states it."""
    tp, fp, fn, tn = counts
    people = sum(counts)
    selected = Share(tp + fp, people)
    is_best = selected.rate == best.rate
    low, high = (1.0, 1.0) if is_best else mover_ratio(selected, best)
    return {
        "attribute": attribute,
        "group": name or "missing",
        "values": [name],
        "missing": name is None,
        "count": people,
        "too_few": people < 30,
        "reference": is_best,
        "measures": {
            "selection_rate": figure("selection_rate", (tp + fp, people)),
            "true_positive_rate": figure("true_positive_rate", (tp, tp + fn), "no_positives"),
            "false_positive_rate": figure("false_positive_rate", (fp, fp + tn), "no_negatives"),
            "true_negative_rate": figure("true_negative_rate", (tn, fp + tn), "no_negatives"),
            "false_negative_rate": figure("false_negative_rate", (fn, tp + fn), "no_positives"),
            "precision": figure("precision", (tp, tp + fp), "no_selected"),
            "accuracy": figure("accuracy", (tp + tn, people)),
        },
        "impact_ratio": {
            "name": "impact_ratio",
            "value": selected.rate / best.rate,
            "low": low,
            "high": high,
            "interval": "reference" if is_best else "mover_r",
            "n": people,
            "estimable": True,
            "reason": "too_few" if people < 30 else "",
        },
    }  # fmt: skip


def groups(attribute: str, counted: Counted) -> list[dict[str, Any]]:
    """Return the groups of an attribute; the best is the highest rate among the large ones."""
    shares = [Share(c[0] + c[1], sum(c)) for c in counted.values() if sum(c) >= 30]
    best = max(shares, key=lambda share: share.rate)
    return [group(attribute, name, counts, best) for name, counts in counted.items()]


def check_of(one: dict[str, Any]) -> dict[str, Any]:
    """Return the check of a group's impact ratio against four fifths."""
    ratio = one["impact_ratio"]
    clear = "pass" if ratio["low"] >= 0.8 else "fail" if ratio["high"] < 0.8 else "undecided"
    return {
        "measure": "impact_ratio", "attribute": one["attribute"], "group": one["group"],
        "missing": one["missing"], "limit": 0.8, "direction": "at_least", "warn": None,
        "value": ratio["value"], "low": ratio["low"], "high": ratio["high"],
        "interval": ratio["interval"], "reason": ratio["reason"],
        "verdict": "undecided" if ratio["reason"] else clear,
    }  # fmt: skip


def honesty(**facts: Any) -> dict[str, Any]:
    """Return the honesty block of a measurement."""
    return {
        "rows_in": 398,
        "rows_used": 398,
        "dropped": [
            {"reason": "label_missing", "rows": 0},
            {"reason": "prediction_missing", "rows": 0},
        ],
        "missing_sensitive": {"sex": 5, "race": 0},
        "smallest_group": 30,
        "smallest_cell": 10,
        "small_cells": 7,
        "too_few": ["sex: missing", "race: hispanic"],
        "not_estimable": [],
        "comparisons": 6,
        "level": 0.95,
        "seed": None,
        "libraries": {
            "python": "3.11.9",
            "duckdb": "2.0.0",
            "fairlearn": "0.15.0",
            "numpy": "2.4.6",
        },
        "duration_seconds": 1.204,
        **facts,
    }


SCORED = {
    "reproduced": True, "threshold": 0.5, "positive_label": "1", "label_column": "approve",
}  # fmt: skip


def performance() -> dict[str, Any]:
    """Return the measurement of how well the model performs."""
    return {
        "format": "mlops-gov/measurement/1",
        "kind": "performance",
        "task": "binary",
        "scored": SCORED,
        "baseline": {"name": "majority_class", "measure": "accuracy", "value": 338 / 398},
        "confusion": {
            "true_positives": 330, "false_positives": 23,
            "false_negatives": 8, "true_negatives": 37,
        },
        "measures": [
            figure("accuracy", (367, 398)),
            figure("precision", (330, 353)),
            figure("recall", (330, 338)),
            figure("specificity", (37, 60)),
            {"name": "roc_auc", "value": 0.8312, "low": 0.7745, "high": 0.876, "interval": "delong",
             "n": 398, "estimable": True, "reason": ""},
            {"name": "log_loss", "value": 0.3144, "low": 0.2711, "high": 0.3646,
             "interval": "log_normal", "n": 398, "estimable": True, "reason": ""},
        ],
        "groups": [],
        "comparisons": [],
        "checks": [
            {"measure": "roc_auc", "attribute": "", "group": "", "missing": False, "limit": 0.6,
             "direction": "at_least", "warn": None, "value": 0.8312, "low": 0.7745, "high": 0.8760,
             "interval": "delong", "verdict": "pass", "reason": ""},
        ],
        "verdict": "pass",
        "cells": {
            "columns": ["label", "prediction"],
            "rows": [[0, 0, 37], [0, 1, 23], [1, 0, 8], [1, 1, 330]],
        },
        "honesty": honesty(too_few=[], comparisons=0, seed=20260101),
    }  # fmt: skip


def comparison(attribute: str, name: str, value: float, low: float, high: float) -> dict[str, Any]:
    """Return a comparison of the groups of an attribute, over all and over the large ones."""
    stated = {
        "name": name, "value": value, "low": low, "high": high, "interval": "simultaneous_wilson",
        "n": 398, "estimable": True, "reason": "", "left_out": [],
    }  # fmt: skip
    judged = {**stated, "value": value * 0.9, "left_out": ["missing"]}
    return {"attribute": attribute, **stated, "judged": judged}


def fairness() -> dict[str, Any]:
    """Return the measurement of how differently groups are treated."""
    made = [*groups("sex", BY_SEX), *groups("race", BY_RACE)]
    checks = [check_of(one) for one in made if not one["reference"]]
    return {
        "format": "mlops-gov/measurement/1",
        "kind": "fairness",
        "task": "binary",
        "scored": SCORED,
        "measures": [],
        "groups": made,
        "comparisons": [
            comparison(attribute, name, value, low, high)
            for attribute, name, value, low, high in (
                ("sex", "demographic_parity_difference", 0.1176, 0.0, 0.3921),
                ("sex", "equalized_odds_difference", 0.6531, 0.0204, 0.9011),
                ("race", "demographic_parity_difference", 0.3372, 0.1411, 0.5120),
                ("race", "demographic_parity_ratio", 0.6419, 0.4710, 0.8202),
            )
        ],
        "checks": checks,
        "verdict": "fail",
        "cells": {
            "columns": ["sex", "race", "label", "prediction"],
            "rows": [
                ["female", "black", 0, 0, 4], ["female", "black", 1, 1, 12],
                ["female", "white", 0, 0, 11], ["female", "white", 1, 1, 43],
                ["male", "black", 0, 0, 10], ["male", "black", 1, 1, 21],
                ["male", "white", 0, 0, 37], ["male", "white", 1, 1, 255],
                [None, "white", 1, 1, 5],
            ],
        },
        "honesty": honesty(
            not_estimable=[
                {"group": "sex: missing", "measure": "true_negative_rate", "reason": "no_negatives"}
            ]
        ),
    }  # fmt: skip


def drift() -> dict[str, Any]:
    """Return a file of a kind that no chapter of its own reads."""
    return {
        "kind": "drift",
        "reference": {"dataset": "loanapp-test", "rows": 398},
        "index": "population stability index",
        "stable": True,
        "features": [
            {"feature": "loan_amount", "psi": 0.031, "verdict": "pass"},
            {"feature": "unemployment_rate_of_the_industry_of_the_applicant", "psi": 0.214,
             "verdict": "warn"},
        ],
    }  # fmt: skip


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
    test_data = {"dataset": "loanapp", "number": 2}
    return [
        exhibit(
            11, "fairness", {**fairness(), "verdict": "undecided"}, "2026-11-12T09:12:00Z",
            summary="An earlier threshold of 0.6.", data=test_data,
        ),
        exhibit(
            12, "performance", performance(), "2026-11-18T10:02:11Z", data=test_data,
            summary="The area under the ROC curve is 0.831, above the limit of 0.600.",
        ),
        exhibit(
            13, "fairness", fairness(), "2026-11-18T10:03:45Z", data=test_data,
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
    }


def full(**changes: Any) -> dict[str, Any]:
    """Return a dossier in which every part is filled in: an approved mortgage model."""
    found = evidence()
    dossier = {
        "renderer": RENDERER,
        "profile": "regulator",
        "language": "en",
        "as_of": "2026-11-20T16:00:00Z",
        "case_file": {
            "format": "mlops-gov/case-file/1",
            "subject": {
                "model": {
                    "slug": "mortgage-approval",
                    "name": "Mortgage approval",
                    "task": "binary",
                    "purpose": "Recommends approval or refusal of residential mortgage applications"
                    " to a credit officer, who decides.",
                    "intended_use": "Branch offices in Massachusetts, retail customers.\n\nNot for"
                    " automatic decisions.",
                },
                "version": {
                    "label": "2.1",
                    "artefact": {
                        "sha256": digest("artefact"), "size": 48_211, "format": "skops",
                        "name": "mortgage.skops",
                    },
                    "source": "https://git.example.org/credit/mortgage",
                    "code_commit": "5f0c1e2b7a9d4c3e8f6a5b4c3d2e1f0a9b8c7d6e",
                    "environment": {
                        "sha256": digest("environment"), "size": 3_120, "name": "requirements.lock",
                    },
                    "parameters": {"C": 0.1, "penalty": "l2", "max_iter": 1000, "tol": 1e-06,
                                   "class_weight": None, "solver": "lbfgs"},
                    "features": FEATURES,
                    "label_column": "approve",
                    "positive_label": "1",
                    "threshold": 0.5,
                },
                "data": [data("train", 1, 1591), data("test", 2, 398)],
                "card": {"revision": 3, "sections": CARD, "filled": 8, "of": 9},
                "risk": risk(),
            },
            "context": {
                "unit": "Retail credit", "owner": "Jonas Weber", "deputy": "Mina Okafor",
                "maintainers": ["Ada Brandt", "Grace Hartmann"], "tier": 1,
            },
            "exhibits": [
                {key: one[key] for key in ("id", "kind", "title", "digest", "verdict", "summary",
                                           "at", "producer", "reproduced")}
                for one in found
            ],
            "editions": {
                "policy": {"name": "credit-severe", "edition": 4, "digest": digest("policy")},
                "matrix": {"name": "default-5x5", "edition": 1, "digest": digest("matrix")},
            },
            "release": {
                "environment": "production", "submitted_by": "Ada Brandt",
                "submitted_at": "2026-11-19T12:00:00Z",
            },
        },
        "release": {
            "environment": "production",
            "state": "approved",
            "submitted_at": "2026-11-19T12:00:00Z",
            "submitted_by": "Ada Brandt",
            "valid_until": "2027-11-20T15:12:00Z",
            "stages": [
                {"name": "Validation", "role": "validator", "needed": 1, "signed": 1},
                {"name": "Risk sign-off", "role": "model_risk_manager", "needed": 1, "signed": 1},
            ],
            "gate": {"allowed": True, "reasons": []},
        },
        "decisions": [
            decision("Vera Lindt", "validator", "2026-11-20T14:40:00Z", "Validation",
                     "Repeated the build and the figures; both agree."),
            decision("Grace Hartmann", "model_risk_manager", "2026-11-20T15:12:00Z",
                     "Risk sign-off", "Within appetite.\nLindt's findings are met."),
        ],
        "evidence": found,
        "journal": journal(),
        "changes": [
            {"fact": "version.threshold", "before": 0.6, "after": 0.5},
            {"fact": "card.sections.factors", "before": "Sex and race.", "after": CARD["factors"]},
        ],
    }  # fmt: skip
    return whole({**dossier, **copy.deepcopy(changes)})


def bare(**changes: Any) -> dict[str, Any]:
    """Return a dossier with as little as there can be: a vendor's model nobody asked for yet."""
    dossier = full()
    subject = dossier["case_file"]["subject"]
    subject["version"] |= {
        "artefact": None, "environment": None, "source": "", "code_commit": "", "parameters": {},
        "features": [], "positive_label": "", "threshold": None,
    }  # fmt: skip
    subject |= {"card": None, "risk": None, "data": []}
    dossier["case_file"] |= {"exhibits": [], "release": None}
    dossier["case_file"]["editions"]["matrix"] = None
    dossier["case_file"]["context"] |= {"deputy": None, "maintainers": []}
    empty: dict[str, Any] = {"release": None, "decisions": [], "evidence": [], "changes": []}
    return whole({**dossier, **empty, "journal": dossier["journal"][:1], **copy.deepcopy(changes)})


def whole(dossier: dict[str, Any]) -> dict[str, Any]:
    """Return the dossier with the text and digest of its case file made anew."""
    dossier = copy.deepcopy(dossier)
    dossier["case_file_text"] = canonical(dossier["case_file"])
    dossier["case_file_digest"] = digest(dossier["case_file_text"])
    for one in dossier["decisions"]:
        if one["bound"]:
            one["case_file_digest"] = dossier["case_file_digest"]
    return dossier


LONG_NAME = (
    "Früherkennung-von-Zahlungsschwierigkeiten-bei-Genossenschaftsdarlehen"
    " <script>alert(1)</script> & 住宅 für Größenordnungsunterschiede \u202eevil"
)
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2


def crowded(**changes: Any) -> dict[str, Any]:
    """Return a dossier with too much of everything, and text that tries to be something else."""
    dossier = full()
    case_file, found = dossier["case_file"], dossier["evidence"]
    subject = case_file["subject"]
    subject["model"] |= {"name": LONG_NAME, "purpose": f"{LONG_NAME}. " * 8, "intended_use": ""}
    subject["version"]["parameters"] |= {LONG_WORD: {"deep": [1, 2, {"er": LONG_WORD}]}}
    subject["card"]["sections"] = {
        **CARD,
        "caveats": f"<img src=x> {LONG_WORD} {{{{ 1 }}}}\n\n" * 6,
    }
    subject["data"] = [data("production", number, 10_000_000 + number) for number in range(1, 12)]
    subject["data"][0]["dataset"] = LONG_WORD
    hazards = subject["risk"]["hazards"]
    subject["risk"]["hazards"] = [
        {**hazards[n % 4], "title": f"{LONG_NAME} {n}"} for n in range(14)
    ]
    content = fairness()
    counted: Counted = {
        f"{LONG_NAME if n == 3 else 'group'} {n}": (40 + n, 4, 3, 9 + n % 5) for n in range(45)
    }
    content["groups"] = [*content["groups"], *groups("sex x race x ethnicity", counted)]
    content["checks"] = [check_of(one) for one in content["groups"] if not one["reference"]]
    more = [
        exhibit(n, "fairness", {**content, "seed": n}, f"2026-11-20T10:{n:02d}:00Z",
                title=f"Fairness {LONG_NAME}", producer=LONG_WORD)
        for n in range(20, 32)
    ]  # fmt: skip
    dossier["evidence"] = [*found, *more]
    case_file["exhibits"] += [
        {key: value for key, value in one.items() if key not in ("file_name", "content", "text")}
        for one in more[:6]
    ]
    dossier["journal"] = [
        entry(
            n,
            "2026-11-10T09:00:00Z",
            LONG_NAME if n > 295 else "Ada Brandt",
            "validator",
            "card.saved",
            LONG_WORD if n > 295 else "",
        )
        for n in range(1, 301)
    ]
    dossier["changes"] = [{"fact": f"card.{LONG_WORD}", "before": LONG_NAME * 9, "after": None}]
    dossier["release"]["gate"] = {
        "allowed": False,
        "reasons": [
            {"message": "A later exhibit fails: %(exhibit)s.", "params": {"exhibit": LONG_NAME}}
        ],
    }
    dossier["decisions"][0] |= {"printed_name": LONG_NAME, "reason": LONG_WORD}
    return whole({**dossier, **copy.deepcopy(changes)})
