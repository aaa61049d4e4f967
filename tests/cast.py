"""The fixed cast of people, and builders for what they work on; all of it through the services."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from knox.models import get_token_model
from rest_framework.test import APIClient

from registry.models import (
    CardRevision,
    DataLink,
    Dataset,
    DatasetVersion,
    Evidence,
    ModelVersion,
    RegisteredModel,
    Release,
    RiskAssessment,
    ScorecardFilling,
    Unit,
    User,
)
from registry.rules.cards import SECTIONS
from registry.rules.casefile import canonical
from registry.rules.risk import STARTING_HAZARDS, HazardFacts
from registry.rules.roles import Role
from registry.rules.scorecards import CODES
from registry.services import (
    cards,
    datasets,
    evidence,
    people,
    registered_models,
    releases,
    risk,
    scorecards,
    units,
    versions,
)
from registry.services.signatures import Proof
from tests import scenes

PASSWORD = "a pass phrase of the cast"
FEATURES = ("income", "debt")
# Which answers beside 1 lead to which tier.
LEADING_TO = {1: {"exposure": 4, "purpose": 3}, 2: {"purpose": 4}, 3: {"purpose": 3}, 4: {}}
ROWS = 240

_numbers = count(1)


@dataclass(frozen=True)
class Cast:
    """One person a role in the unit "Retail credit", and an outsider who is at work in another."""

    unit: Unit
    other_unit: Unit
    scientist: User
    validator: User
    manager: User
    manager2: User
    owner: User
    auditor: User
    admin: User
    outsider: User
    manager3: User
    ethics: User
    deployer: User


@pytest.fixture
def cast(db: None, quick_passwords: None) -> Cast:
    """The whole cast, in a test that is rolled back."""
    return gather()


@scenes.kept
def gather() -> Cast:
    """Found both units, and grant everybody their role."""
    admin = a_person("admin", "Alma Berg")
    unit = units.found(slug="retail-credit", name="Retail credit", administrator=admin, by=None)
    other_admin = a_person("other_admin", "Bela Hahn")
    other = units.found(slug="treasury", name="Treasury", administrator=other_admin, by=None)
    return Cast(
        unit=unit,
        other_unit=other,
        scientist=_member(unit, "scientist", "Ada Brandt", Role.DATA_SCIENTIST, admin),
        validator=_member(unit, "validator", "Viktor Lang", Role.VALIDATOR, admin),
        manager=_member(unit, "manager", "Mara Roth", Role.MODEL_RISK_MANAGER, admin),
        manager2=_member(unit, "manager2", "Milan Novak", Role.MODEL_RISK_MANAGER, admin),
        owner=_member(unit, "owner", "Olga Winter", Role.BUSINESS_OWNER, admin),
        auditor=_member(unit, "auditor", "Aron Fuchs", Role.AUDITOR, admin),
        admin=admin,
        outsider=_member(other, "outsider", "Otto Stein", Role.DATA_SCIENTIST, other_admin),
        manager3=_member(unit, "manager3", "Moritz Adler", Role.MODEL_RISK_MANAGER, admin),
        ethics=_member(unit, "ethics", "Elena Sommer", Role.ETHICS_REVIEWER, admin),
        deployer=_member(unit, "deployer", "Dana Kraft", Role.DEPLOYER, admin),
    )


def a_person(username: str, name: str) -> User:
    """Make an account that holds no role yet; its password is PASSWORD."""
    first, last = name.split(" ", 1)
    return people.add(
        username=username, first_name=first, last_name=last, password=PASSWORD, by=None
    )


def _member(unit: Unit, username: str, name: str, role: Role, admin: User) -> User:
    person = a_person(username, name)
    units.grant(unit=unit, user=person, role=role, by=admin)
    return person


def api(person: User) -> APIClient:
    """Return a client of the API that speaks JSON and brings a token of this person."""
    _, token = get_token_model().objects.create(user=person, expiry=timedelta(hours=1))
    client = APIClient()
    client.default_format = "json"
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def a_statement(cast: Cast, **changed: Any) -> registered_models.Statement:
    """What is said of a model: tier 3 takes one signature, a model risk manager's."""
    said: dict[str, Any] = {
        "purpose": "Propose which mortgage applications are granted.",
        "intended_use": "A clerk decides; the score is one of several things on the page.",
        "tier": 3,
        "owner": cast.owner,
        "deputy": cast.manager2,
        # Of one maintainer alone every assessment would have to reckon with the loss.
        "maintainers": (cast.scientist, cast.manager2),
    }
    return registered_models.Statement(**said | changed)


@scenes.kept
def a_model(
    cast: Cast, name: str = "Mortgage approval", *, task: str = "binary", **statement: Any
) -> RegisteredModel:
    """Register a model in the cast's unit."""
    said = a_statement(cast, **statement)
    return registered_models.register(
        unit=cast.unit, name=name, task=task, statement=said, by=cast.scientist
    )


@scenes.kept
def a_version(
    cast: Cast, model: RegisteredModel | None = None, label: str = "1.0", **build: Any
) -> ModelVersion:
    """Register a version, a vendor's unless an ``artefact`` (a path) is given."""
    artefact: Path | None = build.pop("artefact", None)
    given: dict[str, Any] = {
        "label": label,
        "features": FEATURES,
        "label_column": "approve",
        "positive_label": "1",
        "threshold": 0.5,
        "code_commit": "4f2a9c1",
        "parameters": {"max_depth": 2},
        "artefact": versions.Upload(artefact, artefact.name) if artefact else None,
    }
    return versions.register(
        model=model or a_model(cast), build=versions.Build(**given | build), by=cast.scientist
    )


def a_table(rows: int = ROWS) -> str:
    """Return CSV text: two features, the true outcome, and the sensitive columns sex and race."""
    lines = ["income,debt,approve,sex,race"]
    for row in range(rows):
        income, debt = 20 + row * 37 % 80, row * 53 % 60
        approve = int(income - debt + row % 7 > 25)
        lines.append(f"{income},{debt},{approve},{'fm'[row % 2]},{'abc'[row % 3]}")
    return "\n".join(lines) + "\n"


def a_trained_artefact(path: Path) -> Path:
    """Save XGBoost, trained on the rows of `a_table`, as JSON under this path."""
    path.write_bytes(_trained())
    return path


@functools.cache
def _trained() -> bytes:
    import numpy as np
    import xgboost

    rows = np.genfromtxt(a_table().splitlines()[1:], delimiter=",", usecols=(0, 1, 2))
    model = xgboost.XGBClassifier(n_estimators=8, max_depth=2, random_state=0, n_jobs=1)
    model.fit(rows[:, :2], rows[:, 2])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(path)
        return path.read_bytes()


@scenes.kept
def a_dataset(cast: Cast, name: str = "Applications") -> Dataset:
    """Register a dataset in the cast's unit."""
    about = "Mortgage applications of one year."
    return datasets.register(unit=cast.unit, name=name, description=about, by=cast.scientist)


@scenes.kept
def a_dataset_version(
    cast: Cast,
    dataset: Dataset | None = None,
    *,
    role: str = "test",
    sensitive_columns: Sequence[str] = ("sex", "race"),
    table: str | None = None,
) -> DatasetVersion:
    """Register a version of a dataset, from CSV text; training rows are never the test rows."""
    text = a_table(ROWS + (role == "train")) if table is None else table
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "applications.csv"
        path.write_text(text, encoding="utf-8")
        return datasets.register_version(
            dataset=dataset or a_dataset(cast),
            table=path,
            role=role,
            sensitive_columns=sensitive_columns,
            provenance="Drawn from the application system, all of one year.",
            by=cast.scientist,
        )


@scenes.kept
def attached(cast: Cast, version: ModelVersion, data: DatasetVersion | None = None) -> DataLink:
    """Attach data to a version: test data, unless told."""
    return versions.attach_data(
        version=version, data=data or a_dataset_version(cast), by=cast.scientist
    )


@scenes.kept
def a_card(cast: Cast, version: ModelVersion, **sections: str) -> CardRevision:
    """Save these sections of the version's card."""
    return cards.save(version=version, sections=sections, by=cast.scientist)


@scenes.kept
def complete_card(cast: Cast, version: ModelVersion) -> CardRevision:
    """Save a card that says something in every section."""
    texts = {section.code: f"{section.name}: said in full." for section in SECTIONS}
    return a_card(cast, version, **texts)


@scenes.kept
def assessed_risk(cast: Cast, version: ModelVersion) -> RiskAssessment:
    """Assess the four starting hazards: medium before the controls, low after them."""
    hazards = [
        HazardFacts(title, 3, 3, "Watched, with a fallback by hand.", 1, 3)
        for title in STARTING_HAZARDS
    ]
    return risk.assess(version=version, hazards=hazards, by=cast.scientist)


@scenes.kept
def an_exhibit(
    cast: Cast,
    version: ModelVersion,
    kind: str = "performance",
    *,
    verdict: str = "pass",
    data: DatasetVersion | None = None,
    reproduced: bool = True,
    by: User | None = None,
) -> Evidence:
    """File a small exhibit, as if measured elsewhere."""
    number = next(_numbers)
    return evidence.file_exhibit(
        version=version,
        kind=kind,
        title=f"{kind.capitalize()}, measurement {number}",
        verdict=verdict,
        summary="Made for a test.",
        content=canonical({"kind": kind, "verdict": verdict, "number": number}).encode(),
        file_name=f"{kind}-{number}.json",
        producer="the cast",
        origin=f"the cast, measurement {number}",
        reproduced=reproduced,
        data=data,
        by=by or cast.scientist,
    )


@scenes.kept
def a_scorecard(cast: Cast, model: RegisteredModel) -> ScorecardFilling:
    """Have the scorecard lead to the tier that was stated; one that is filled stays."""
    filling = model.scorecards.first()
    if filling is not None:
        return filling
    tier = RegisteredModel.objects.values_list("revision__tier", flat=True).get(pk=model.pk)
    answers = dict.fromkeys(CODES, 1) | LEADING_TO[tier]
    return scorecards.fill(model=model, answers=answers, by=cast.scientist)


@scenes.kept
def a_complete_version(
    cast: Cast, model: RegisteredModel | None = None, label: str = "1.0", **build: Any
) -> ModelVersion:
    """Register a version with everything that tier 3 asks for, ready to be submitted."""
    version = a_version(cast, model, label, **build)
    data = a_dataset_version(cast, a_dataset(cast, f"Applications {next(_numbers)}"))
    attached(cast, version, data)
    complete_card(cast, version)
    assessed_risk(cast, version)
    a_scorecard(cast, version.model)
    an_exhibit(cast, version, "performance", data=data)
    an_exhibit(cast, version, "fairness", data=data)
    return version


@scenes.kept
def a_release(
    cast: Cast, version: ModelVersion | None = None, environment: str = "production"
) -> Release:
    """Submit a version for release; it is in review."""
    return releases.submit(
        version=version or a_complete_version(cast), environment=environment, by=cast.scientist
    )


@scenes.kept
def an_approved_release(cast: Cast, version: ModelVersion | None = None) -> Release:
    """Submit a version of tier 3 and have the manager sign for it."""
    release = a_release(cast, version)
    releases.approve(
        release=release,
        digest=release.case_file.digest,
        reason="Read in full; the residual risk is low.",
        proof=Proof(password=PASSWORD),
        by=cast.manager,
    )
    release.refresh_from_db()
    return release
