"""The risk matrix and what an assessment says beside places, through the API."""

from __future__ import annotations

from typing import Any

import pytest

from registry.models import RiskMatrix
from registry.rules.matrices import DEFAULT_MATRIX
from registry.rules.risk import TEXTS
from tests.cast import Cast, a_version, an_exhibit, api, assessed_risk

MATRICES, PREVIEW = "/api/v1/matrices/", "/api/v1/matrices/preview/"
HARSHER = {**DEFAULT_MATRIX, "floor": {"impact": 3, "level": "high"}}


def risk_of(version: Any) -> str:
    return f"/api/v1/versions/{version.pk}/risk/"


def a_hazard(**changed: Any) -> dict[str, Any]:
    places = {"likelihood": 4, "impact": 4, "residual_likelihood": 2, "residual_impact": 2}
    return {"title": "Fire", "controls": "", **places, **changed}


def test_everything_an_assessment_says_is_told_again(cast: Cast) -> None:
    version = a_version(cast)
    exhibit = an_exhibit(cast, version)
    texts = {name: f"{name}, said." for name in TEXTS}
    control = {
        "text": "Sprinklers",
        "design": "effective",
        "operating": "partly",
        "evidence": [exhibit.pk],
    }
    asked = {
        "hazards": [a_hazard(assessed_controls=[control], **texts)],
        "knowledge": "moderate",
        "knowledge_ground": "Two years of data.",
    }
    assert api(cast.scientist).put(risk_of(version), asked).status_code == 200
    told = api(cast.auditor).get(risk_of(version)).json()
    assert (told["knowledge"], told["knowledge_ground"]) == ("moderate", "Two years of data.")
    (hazard,) = told["hazards"]
    assert {name: hazard[name] for name in TEXTS} == texts
    assert hazard["assessed_controls"] == [control]
    assert (told["lacking"], told["changes"]) == ([], [])


def test_a_reassessment_tells_what_changed_and_what_is_left_unsaid(cast: Cast) -> None:
    version = a_version(cast)
    assessed_risk(cast, version)
    asked = {"hazards": [a_hazard(residual_likelihood=4, residual_impact=4)]}
    told = api(cast.scientist).put(risk_of(version), asked).json()
    changes = {one["fact"]: (one["before"], one["after"]) for one in told["changes"]}
    assert changes["hazards.Fire.likelihood"] == (None, 4)
    assert changes["residual.level"] == ("low", "high")
    assert {"code": "risk.lacking.cause", "message": "Fire: the cause is not stated."} in told[
        "lacking"
    ]


def test_every_reason_against_an_assessment_is_told_at_once(cast: Cast) -> None:
    version = a_version(cast)
    broken = {"text": "Hope", "design": "ineffective", "evidence": [4711]}
    asked = {
        "hazards": [a_hazard(vulnerable="none", assessed_controls=[broken])],
        "knowledge": "perfect",
    }
    answer = api(cast.scientist).put(risk_of(version), asked)
    assert answer.status_code == 409
    assert [one["code"] for one in answer.json()["objections"]] == [
        "risk.ineffective_controls",
        "risk.vulnerable_unreasoned",
        "risk.knowledge",
        "risk.foreign_evidence",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"assessed_controls": "Sprinklers"},
        {"assessed_controls": [{"design": "effective"}]},
        {"assessed_controls": [{"text": "Hose", "evidence": ["all"]}]},
        {"assessed_controls": [{"text": "Hose", "owner": "me"}]},
        {"cause": 5},
    ],
)
def test_a_malformed_hazard_is_told(cast: Cast, wrong: dict[str, Any]) -> None:
    answer = api(cast.scientist).put(risk_of(a_version(cast)), {"hazards": [a_hazard(**wrong)]})
    assert answer.status_code == 400
    assert set(answer.json()) == {"hazards"}


def test_the_catalogue_tells_the_hazards_of_each_use_case(cast: Cast) -> None:
    found = api(cast.auditor).get("/api/v1/hazard-catalogue/").json()
    assert [one["use_case"] for one in found][:2] == ["credit", "hiring"]
    first = found[0]["hazards"][0]
    assert set(first) == {"title", "cause", "consequence", "affected"}


def test_a_matrix_is_looked_at_ahead_and_put_into_force(cast: Cast) -> None:
    version = a_version(cast)
    assessed_risk(cast, version)
    ahead = api(cast.admin).post(PREVIEW, {"definition": HARSHER})
    assert ahead.status_code == 200
    assert ahead.json()["others"] == 0
    assert ahead.json()["grid"][0] == ["low", "low", "high", "high", "high"]
    (move,) = ahead.json()["moves"]
    assert (move["version"], move["model"]) == (version.pk, version.model.slug)
    assert (move["residual"], move["appetite"]) == (["low", "high"], ["within", "exception"])
    assert RiskMatrix.objects.count() == 1
    asked = {"definition": HARSHER, "reason": "Impact counts more.", "based_on": 1}
    made = api(cast.admin).post(MATRICES, asked)
    assert made.status_code == 201
    editions = api(cast.auditor).get(MATRICES).json()
    assert [one["edition"] for one in editions] == [2, 1]
    assert (editions[0]["definition"], editions[0]["reason"]) == (HARSHER, "Impact counts more.")
    assert editions[0]["edited_by"]["username"] == "admin"
    assert editions[1]["edited_by"] is None


@pytest.mark.parametrize("door", [MATRICES, PREVIEW])
@pytest.mark.parametrize("wrong", [{}, {"levels": 5}, {"grid": [[[]]]}, {"appetite": {"x": {}}}])
def test_an_unsound_matrix_is_refused_with_its_reasons(
    cast: Cast, door: str, wrong: dict[str, Any]
) -> None:
    definition = {**DEFAULT_MATRIX, **wrong} if wrong else {}
    asked = {"definition": definition, **({"reason": "Why not."} if door == MATRICES else {})}
    answer = api(cast.admin).post(door, asked)
    assert answer.status_code == 409
    assert {one["code"].split(".")[0] for one in answer.json()["objections"]} == {"matrix"}
    assert RiskMatrix.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"definition": []}, {"definition": "x"}, {}, {"definition": {}, "x": 1}]
)
def test_a_malformed_matrix_is_told(cast: Cast, wrong: dict[str, Any]) -> None:
    assert api(cast.admin).post(PREVIEW, wrong).status_code == 400
    assert api(cast.admin).post(MATRICES, {"reason": "x", **wrong}).status_code == 400


def test_nobody_else_edits_the_matrix(cast: Cast) -> None:
    for person in (cast.scientist, cast.manager, cast.auditor, cast.outsider):
        asked = {"definition": HARSHER, "reason": "Mine."}
        assert api(person).post(MATRICES, asked).status_code == 403
        assert api(person).post(PREVIEW, {"definition": HARSHER}).status_code == 403
    assert RiskMatrix.objects.count() == 1
