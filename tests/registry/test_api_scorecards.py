"""Scorecards, overrides and relations through the API."""

from __future__ import annotations

import pytest

from registry.rules.scorecards import CODES
from tests.cast import PASSWORD, Cast, a_model, api
from tests.registry.scoring import LIGHT, filled, proposed, tier_now

MODEL = "/api/v1/models/mortgage-approval/"
SCORECARD = f"{MODEL}scorecard/"
OVERRIDES = f"{MODEL}tier-overrides/"


def test_the_questions_are_told_before_anything_is_filled(cast: Cast) -> None:
    a_model(cast)
    told = api(cast.auditor).get(SCORECARD).json()
    assert (told["basis"], told["revision"], told["tier"]) == ("stated", 0, 3)
    assert [one["code"] for one in told["questions"]] == list(CODES)
    assert all(len(one["levels"]) == 4 for one in told["questions"])
    assert api(cast.auditor).get(MODEL).json()["tier_basis"] == "stated"


def test_a_card_is_filled_and_the_tier_follows(cast: Cast) -> None:
    model = a_model(cast)
    said = {"answers": LIGHT | {"purpose": 4}, "grounds": {"purpose": "Loans."}, "based_on": 0}
    answer = api(cast.scientist).put(SCORECARD, said)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["tier"], told["scored_tier"], told["points"]) == (2, 2, 0)
    assert told["answers"][1] == {"question": "purpose", "level": 4, "ground": "Loans."}
    assert [one["code"] for one in told["why"]] == ["scorecard.materiality", "scorecard.points"]
    assert tier_now(model) == 2
    assert api(cast.auditor).get(MODEL).json()["tier_basis"] == "scorecard"


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({}, 409),
        ({"purpose": 5}, 409),
        ({**LIGHT, "colour": 1}, 409),
        ({**LIGHT, "purpose": True}, 400),
        ({**LIGHT, "purpose": "high"}, 400),
        ([1, 2], 400),
        ({**LIGHT, "pur\x00pose": 1}, 400),
    ],
)
def test_a_card_that_is_none_is_refused(cast: Cast, answers: object, status: int) -> None:
    model = a_model(cast)
    answer = api(cast.scientist).put(SCORECARD, {"answers": answers})
    assert answer.status_code == status
    assert not model.scorecards.exists()


def test_a_scored_tier_is_not_typed(cast: Cast) -> None:
    filled(a_model(cast), cast.scientist, purpose=4)
    said = {
        "purpose": "p", "intended_use": "u", "tier": 4, "owner": "owner", "reason": "Lighter.",
    }  # fmt: skip
    answer = api(cast.scientist).post(f"{MODEL}revisions/", said)
    assert answer.status_code == 409
    assert [one["code"] for one in answer.json()["objections"]] == ["model.tier_is_scored"]


def test_two_people_override_a_tier(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    made = api(cast.owner).post(OVERRIDES, {"tier": 4, "reason": "Two clerks use it."})
    assert made.status_code == 201
    assert made.json()["standing"] == "open"
    confirm = f"{OVERRIDES}1/confirm/"
    said = {"digest": made.json()["digest"], "password": PASSWORD}
    assert api(cast.manager).post(confirm, {**said, "password": ""}).status_code == 403
    assert api(cast.manager).post(confirm, {**said, "digest": ""}).status_code == 409
    done = api(cast.manager).post(confirm, said)
    assert done.status_code == 200
    assert (done.json()["standing"], done.json()["confirmer_name"]) == ("in_force", "Mara Roth")
    told = api(cast.auditor).get(MODEL).json()
    assert (told["tier_basis"], told["stated"]["tier"]) == ("override", 4)
    assert told["stated"]["confirmed_by"]["username"] == "manager"
    (listed,) = api(cast.auditor).get(OVERRIDES).json()["results"]
    assert listed["number"] == 1
    ended = api(cast.manager2).post(f"{OVERRIDES}1/withdraw/", {"reason": "Over."})
    assert ended.json()["standing"] == "ended"
    assert tier_now(model) == 2


def test_strangers_and_readers(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    proposed(cast, model)
    confirm = f"{OVERRIDES}1/confirm/"
    said = {"digest": "x", "password": PASSWORD}
    for path in (SCORECARD, OVERRIDES, f"{MODEL}relations/"):
        assert api(cast.outsider).get(path).status_code == 404
    assert api(cast.outsider).post(confirm, said).status_code == 404
    assert api(cast.auditor).post(confirm, said).status_code == 403
    assert api(cast.auditor).put(SCORECARD, {"answers": LIGHT}).status_code == 403
    assert api(cast.auditor).post(OVERRIDES, {"tier": 4, "reason": "x"}).status_code == 403


def test_relations_are_made_listed_and_ended(cast: Cast) -> None:
    a_model(cast), a_model(cast, "Scores")
    said = {"upstream": "scores", "what": "Its score is the column pd."}
    made = api(cast.scientist).post(f"{MODEL}relations/", said)
    assert made.status_code == 201
    circle = api(cast.scientist).post(
        "/api/v1/models/scores/relations/", {"upstream": "mortgage-approval", "what": "Back."}
    )
    assert circle.status_code == 409
    assert [one["code"] for one in circle.json()["objections"]] == ["relation.cycle"]
    for slug in ("scores", "mortgage-approval"):
        found = api(cast.auditor).get(f"/api/v1/models/{slug}/relations/").json()["results"]
        assert [one["id"] for one in found] == [made.json()["id"]]
    end = f"/api/v1/model-relations/{made.json()['id']}/end/"
    assert api(cast.outsider).post(end, {"reason": "x"}).status_code == 404
    assert api(cast.auditor).post(end, {"reason": "x"}).status_code == 403
    assert api(cast.scientist).post(end, {"reason": "Not used."}).json()["until"]
    assert (
        api(cast.scientist).post(f"{MODEL}relations/", {**said, "upstream": "x"}).status_code == 404
    )


def test_a_model_is_retired(cast: Cast) -> None:
    a_model(cast)
    assert api(cast.outsider).post(f"{MODEL}retire/", {"reason": "x"}).status_code == 404
    assert api(cast.scientist).post(f"{MODEL}retire/", {"reason": "x"}).status_code == 403
    told = api(cast.manager).post(f"{MODEL}retire/", {"reason": "Replaced."}).json()
    assert (told["retirement_reason"], told["retired_by"]["username"]) == ("Replaced.", "manager")
    again = api(cast.manager).post(f"{MODEL}retire/", {"reason": "Replaced."})
    assert [one["code"] for one in again.json()["objections"]] == ["model.retired"]


def test_what_is_said_for_the_business_goes_in_and_out(cast: Cast) -> None:
    said = {
        "unit": "retail-credit", "name": "Mortgage approval", "task": "binary", "purpose": "p",
        "intended_use": "u", "tier": 2, "owner": "owner", "maintainers": ["scientist"],
        "maintainer_deputies": ["validator"], "business_goal": " Faster answers. ",
        "goal_kpi": "Two days to an answer", "expected_benefit": "300,000 EUR a year",
        "running_cost": "40,000 EUR a year", "use_case": "credit",
        "ai_act_class": "high_risk_annex_iii", "operator_role": "deployer",
        "ai_act_ground": "Annex III, point 5(b).",
    }  # fmt: skip
    answer = api(cast.scientist).post("/api/v1/models/", said)
    assert answer.status_code == 201
    told = answer.json()["stated"]
    assert told["business_goal"] == "Faster answers."
    assert told["maintainer_deputies"] == [{"username": "validator", "name": "Viktor Lang"}]
    assert (told["use_case"], told["ai_act_class"]) == ("credit", "high_risk_annex_iii")
    wrong = {**said, "name": "B", "use_case": "war", "ai_act_class": "minimal", "ai_act_ground": ""}
    refused = api(cast.scientist).post("/api/v1/models/", wrong)
    codes = [one["code"] for one in refused.json()["objections"]]
    assert codes == ["model.use_case", "ai_act.no_ground"]
    light = api(cast.scientist).post("/api/v1/models/", {**said, "name": "C", "tier": 4})
    assert light.status_code == 409
    (objection,) = light.json()["objections"]
    assert objection["code"] == "model.tier_too_light"
    assert "is never lighter than tier 2, and this is tier 4" in str(objection)
