"""Model cards and risk assessments through the API."""

from __future__ import annotations

from typing import Any

import pytest

from registry.rules.risk import STARTING_HAZARDS
from tests.cast import Cast, a_card, a_model, a_release, a_version, api, assessed_risk


def card_of(version: Any) -> str:
    return f"/api/v1/versions/{version.pk}/card/"


def risk_of(version: Any) -> str:
    return f"/api/v1/versions/{version.pk}/risk/"


def a_hazard(**changed: Any) -> dict[str, Any]:
    said = {
        "title": STARTING_HAZARDS[0],
        "likelihood": 4,
        "impact": 4,
        "controls": "A fallback by hand.",
        "residual_likelihood": 2,
        "residual_impact": 2,
    }
    return said | changed


def test_a_card_is_saved_and_tells_how_complete_it_is(cast: Cast) -> None:
    version = a_version(cast)
    before = api(cast.scientist).get(card_of(version)).json()
    assert (before["revision"], before["completeness"]["filled"]) == (0, 0)
    body = {"sections": {"intended_use": "A clerk decides."}, "based_on": 0}
    answer = api(cast.scientist).put(card_of(version), body)
    assert answer.status_code == 200
    told = api(cast.auditor).get(card_of(version)).json()
    assert (told["revision"], told["effective_revision"]) == (1, 1)
    assert told["completeness"]["filled"] == 1
    assert "intended_use" not in told["completeness"]["missing"]
    assert told["saved_by"]["username"] == "scientist"


def test_a_card_is_not_saved_over_what_somebody_wrote_meanwhile(cast: Cast) -> None:
    version = a_version(cast)
    a_card(cast, version, caveats="None known.")
    body = {"sections": {"caveats": "Many."}, "based_on": 0}
    answer = api(cast.scientist).put(card_of(version), body)
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "card.saved_meanwhile"


@pytest.mark.parametrize(
    "wrong", [{"sections": "text"}, {"sections": {"caveats": 3}}, {"sections": {}, "text": ""}, {}]
)
def test_a_malformed_card_is_told(cast: Cast, wrong: dict[str, Any]) -> None:
    assert api(cast.scientist).put(card_of(a_version(cast)), wrong).status_code == 400


def test_a_section_no_card_has_is_refused(cast: Cast) -> None:
    answer = api(cast.scientist).put(card_of(a_version(cast)), {"sections": {"poem": "x"}})
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "card.unknown_section"


def test_a_card_in_review_takes_a_draft_that_is_put_into_effect_by_hand(cast: Cast) -> None:
    version = a_release(cast).version
    draft = api(cast.scientist).put(card_of(version), {"sections": {"caveats": "One more."}})
    assert (draft.json()["revision"], draft.json()["effective_revision"]) == (2, 1)
    effective = f"{card_of(version)}effective/"
    answer = api(cast.scientist).post(effective, {"revision": 2})
    assert answer.status_code == 200
    assert answer.json()["effective_revision"] == 2
    again = api(cast.scientist).post(effective, {"revision": 2})
    assert again.json()["objections"][0]["code"] == "card.in_effect"
    assert api(cast.scientist).post(effective, {"revision": 9}).status_code == 404


def test_others_save_no_card(cast: Cast) -> None:
    version = a_version(cast)
    body = {"sections": {"caveats": "x"}}
    assert api(cast.auditor).put(card_of(version), body).status_code == 403
    assert api(cast.outsider).put(card_of(version), body).status_code == 404
    a_card(cast, version, caveats="x")
    effective = f"{card_of(version)}effective/"
    assert api(cast.auditor).post(effective, {"revision": 1}).status_code == 403
    assert api(cast.outsider).post(effective, {"revision": 1}).status_code == 404


def test_risk_is_assessed_on_the_matrix(cast: Cast) -> None:
    version = a_version(cast)
    before = api(cast.auditor).get(risk_of(version)).json()
    assert before["starting_hazards"] == list(STARTING_HAZARDS)
    assert before["hazards"] == []
    answer = api(cast.scientist).put(risk_of(version), {"hazards": [a_hazard()]})
    assert answer.status_code == 200
    told = api(cast.auditor).get(risk_of(version)).json()
    assert told["inherent"] == {"likelihood": 4, "impact": 4, "score": 16, "level": "high"}
    assert told["residual"] == {"likelihood": 2, "impact": 2, "score": 4, "level": "medium"}
    assert told["hazards"][0]["residual"]["level"] == "medium"
    assert told["matrix"]["likelihoods"][0] == "Rare"


def test_risk_off_the_matrix_is_refused(cast: Cast) -> None:
    hazards = [a_hazard(likelihood=6), a_hazard(residual_impact=5), a_hazard(controls="")]
    answer = api(cast.scientist).put(risk_of(a_version(cast)), {"hazards": hazards})
    assert answer.status_code == 409
    assert {one["code"] for one in answer.json()["objections"]} == {
        "risk.off_the_matrix",
        "risk.no_controls",
    }


def test_an_assessment_without_the_loss_of_the_only_maintainer_is_refused(cast: Cast) -> None:
    version = a_version(cast, a_model(cast, maintainers=(cast.scientist,)))
    answer = api(cast.scientist).put(risk_of(version), {"hazards": [a_hazard()]})
    assert answer.status_code == 409
    (told,) = answer.json()["objections"]
    assert told["code"] == "risk.lacks_few_maintainers"
    assert STARTING_HAZARDS[3] in told["message"]
    gone = a_hazard(title=STARTING_HAZARDS[3])
    answer = api(cast.scientist).put(risk_of(version), {"hazards": [a_hazard(), gone]})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"hazards": {}},
        {"hazards": [a_hazard(likelihood="often")]},
        {"hazards": [a_hazard(owner="me")]},
    ],
)
def test_a_malformed_assessment_is_told(cast: Cast, wrong: dict[str, Any]) -> None:
    answer = api(cast.scientist).put(risk_of(a_version(cast)), wrong)
    assert answer.status_code == 400
    assert set(answer.json()) == {"hazards"}


def test_risk_in_review_takes_a_draft_that_is_put_into_effect_by_hand(cast: Cast) -> None:
    version = a_release(cast).version
    draft = api(cast.validator).put(risk_of(version), {"hazards": [a_hazard()]})
    assert (draft.json()["revision"], draft.json()["effective_revision"]) == (2, 1)
    answer = api(cast.manager).post(f"{risk_of(version)}effective/", {"revision": 2})
    assert answer.json()["effective_revision"] == 2


def test_others_assess_no_risk(cast: Cast) -> None:
    version = a_version(cast)
    body = {"hazards": [a_hazard()]}
    assert api(cast.auditor).put(risk_of(version), body).status_code == 403
    assert api(cast.outsider).put(risk_of(version), body).status_code == 404
    assessed_risk(cast, version)
    effective = f"{risk_of(version)}effective/"
    assert api(cast.validator).post(effective, {"revision": 1}).status_code == 403
    assert api(cast.outsider).post(effective, {"revision": 1}).status_code == 404
