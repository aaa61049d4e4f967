"""Sample dossiers: a full one and a bare one, whole in themselves, to be bent by each test."""

from __future__ import annotations

import copy
import json
from typing import Any

from audits.rules.reports import RENDERER
from registry.rules.casefile import canonical, digest
from registry.rules.releases import MEANINGS, Act
from tests.audits.sample_facts import (
    CARD,
    FEATURES,
    data,
    decision,
    entry,
    evidence,
    exhibit,
    journal,
    risk,
)
from tests.audits.sample_findings import finding, incident
from tests.audits.sample_journal import extract
from tests.audits.sample_measurements import Counted, check_of, fairness, groups
from tests.audits.sample_portfolios import portfolio as portfolio
from tests.audits.sample_proofs import roles, short_release, tombstone, version
from tests.audits.sample_releases import (
    attestation,
    committee,
    condition,
    delegation,
    deployment,
    moves,
    override,
    review,
    stage,
)


def full(**changes: Any) -> dict[str, Any]:
    """Return a dossier in which every part is filled in: an approved mortgage model."""
    found = evidence()
    dossier = {
        "renderer": RENDERER,
        "scope": "release",
        "serial": "MG-3F2A-9C1B-77D0-0A12",
        "organisation": "Example Bank",
        "verify_url": "https://models.example.org/verify/",
        "asked_as_of": None,
        "recalled": [],
        "roles": roles(),
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
                stage("Validation", "validator"),
                stage("Risk sign-off", "model_risk_manager", beside=True),
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
        "other_releases": [
            {"environment": "staging", "state": "approved", "submitted_at": "2026-11-11T12:00:00Z",
             "decided_at": "2026-11-12T12:00:00Z", "case_file_digest": digest("staging"),
             "gate_allowed": False},
        ],
        "changes": [
            {"fact": "version.threshold", "before": 0.6, "after": 0.5},
            {"fact": "card.sections.factors", "before": "Sex and race.", "after": CARD["factors"]},
        ],
        "versions": [],
        "tombstones": [],
        "findings": [finding()],
        "incidents": [incident()],
        "moves": moves(),
        "conditions": [],
        "delegations": [],
        "overrides": [override()],
        "deployments": [deployment()],
        "reviews": [review()],
        "attestations": [attestation()],
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
    empty: dict[str, Any] = {
        "scope": "version",
        "release": None,
        "decisions": [],
        "evidence": [],
        "changes": [],
        "findings": [],
        "incidents": [],
        "other_releases": [],
        "moves": [],
        "overrides": [],
        "deployments": [],
        "reviews": [],
        "attestations": [],
    }
    journal = dossier["journal"][:1]
    told = {**dossier, **empty, "journal": journal}
    return whole({**told, **copy.deepcopy(changes)})


def of_model(**changes: Any) -> dict[str, Any]:
    """Return the full dossier as one on the model: with its other versions beside the one told."""
    live = short_release("production", "live")
    gone = short_release("production", "superseded", gate_allowed=False)
    versions = [
        version("1.0", 1, releases=[short_release("staging", "retired"), gone]),
        version("2.0", 2, artefact_sha256=None),
        version("2.1", 3, told=True, releases=[short_release("staging", "approved"), live]),
    ]  # fmt: skip
    return full(**{"scope": "model", "versions": versions, **changes})


def whole(dossier: dict[str, Any]) -> dict[str, Any]:
    """Return the dossier with the text and digest of its case file made anew, and the extract."""
    dossier = copy.deepcopy(dossier)
    dossier["case_file_text"] = canonical(dossier["case_file"])
    dossier["case_file_digest"] = digest(dossier["case_file_text"])
    for one in dossier["decisions"]:
        if one["bound"]:
            one["case_file_digest"] = dossier["case_file_digest"]
    return {**dossier, **_proven(dossier)}


def _proven(dossier: dict[str, Any]) -> dict[str, Any]:
    """Return the extract of the journal with its proofs, and the checkpoint as it is printed."""
    decided = {"case_file": dossier["case_file_digest"]}
    changes = {f"release.{act}": decided for act in ("submitted", "signed", "approved")}
    found = extract(dossier["journal"], public=dossier["profile"] == "public", changes=changes)
    stated = json.loads(found["checkpoint"]["statement"])
    printed = {name: stated[name] for name in ("size", "root", "at", "key")}
    sealed = [
        {**printed_entry, "seal": one["seal"]}
        for printed_entry, one in zip(dossier["journal"], found["entries"], strict=True)
    ]
    return {
        "journal": sealed,
        "journal_extract": found,
        "checkpoint": {"number": stated["size"], **printed, "window": dict(found["window"])},
    }


def conditional(**changed: Any) -> dict[str, Any]:
    """Return the full dossier as a release under conditions, decided by a committee.

    One of its seats was delegated, and it was sent back once.
    """
    dossier = full()
    dossier["release"] |= {"state": "live"}
    dossier["release"]["stages"].append(committee())
    asked = {"asked": "Train the credit officers, Weber.", "owner": "Jonas Weber",
             "due": "2026-12-20", "evidence_kind": "other"}  # fmt: skip
    validated, approved = dossier["decisions"]
    dossier["decisions"] = [
        {**approved, "counts": False, "reason": "Within appetite at first sight."},
        {**approved, "act": "send_back", "sent_to": "Validation", "counts": None,
         "meaning": MEANINGS[Act.SEND_BACK],
         "reason": "The figures are older than the data."},
        {**validated, "round": 2},
        {**approved, "act": "approve_with_conditions", "on_behalf_of": "Ines Vogt", "round": 2,
         "meaning": MEANINGS[Act.APPROVE_WITH_CONDITIONS],
         "delegation": 12, "method": "password and one-time code", "conditions": [asked]},
    ]  # fmt: skip
    told = {"conditions": [condition()], "delegations": [delegation()]}
    return whole({**dossier, **told, **copy.deepcopy(changed)})


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
    dossier["tombstones"] = [tombstone(what=LONG_NAME, rule=LONG_WORD)]
    dossier["changes"] = [{"fact": f"card.{LONG_WORD}", "before": LONG_NAME * 9, "after": None}]
    dossier["release"]["gate"] = {
        "allowed": False,
        "reasons": [
            {"message": "A later exhibit fails: %(exhibit)s.", "params": {"exhibit": LONG_NAME}}
        ],
    }
    dossier["decisions"][0] |= {"printed_name": LONG_NAME, "reason": LONG_WORD}
    dossier["conditions"] = [
        condition(asked=f"{LONG_NAME}. " * 6, owner=LONG_NAME, accepted_at=None),
        condition(number=2, offer=LONG_WORD, accepted_by=LONG_NAME),
    ]
    dossier["overrides"] = [override(reason=LONG_WORD, asked_by=LONG_NAME, review=None)]
    dossier["deployments"] = [
        deployment(
            number=n,
            environment=LONG_NAME if n == 3 else "staging",
            target=LONG_WORD,
            reported_by=LONG_NAME,
            matches=False,
            uncovered_since="2026-11-19T00:00:00Z",
        )
        for n in range(1, 6)
    ]
    dossier["reviews"] = [
        review(number=n, version=LONG_NAME, reason=f"{LONG_NAME} " * 4, led_to={"x": LONG_WORD})
        for n in range(1, 4)
    ]
    dossier["delegations"] = [delegation(giver=LONG_NAME, reason=LONG_WORD)]
    dossier["attestations"] = [attestation(owner=LONG_NAME, confirmation=None)]
    dossier["release"]["stages"] = [stage(LONG_NAME, "validator"), committee(name=LONG_WORD)]
    return whole({**dossier, **copy.deepcopy(changes)})
