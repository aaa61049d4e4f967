"""Registered models through the API."""

from __future__ import annotations

from typing import Any

import pytest

from registry.models import RegisteredModel
from tests.cast import Cast, a_model, api

MODELS = "/api/v1/models/"


def a_body(**changed: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "unit": "retail-credit",
        "name": "Mortgage approval",
        "task": "binary",
        "purpose": "Propose which applications are granted.",
        "intended_use": "A clerk decides.",
        "tier": 3,
        "owner": "owner",
        "deputy": "manager2",
        "maintainers": ["scientist"],
    }
    return said | changed


def test_a_scientist_registers_a_model(cast: Cast) -> None:
    answer = api(cast.scientist).post(MODELS, a_body())
    assert answer.status_code == 201
    assert answer.json()["slug"] == "mortgage-approval"
    found = api(cast.auditor).get(f"{MODELS}mortgage-approval/").json()
    assert found["stated"]["owner"] == {"username": "owner", "name": "Olga Winter"}
    assert found["stated"]["maintainers"] == [{"username": "scientist", "name": "Ada Brandt"}]


def test_a_refused_model_tells_every_reason_and_leaves_nothing(cast: Cast) -> None:
    answer = api(cast.scientist).post(MODELS, a_body(tier=9, task="clustering", deputy="owner"))
    assert answer.status_code == 409
    codes = {one["code"] for one in answer.json()["objections"]}
    assert codes == {"model.tier", "model.task", "model.deputy"}
    assert not RegisteredModel.objects.exists()


def test_an_unknown_field_is_named(cast: Cast) -> None:
    answer = api(cast.scientist).post(MODELS, a_body(owner_name="Olga", stage="Production"))
    assert answer.status_code == 400
    assert set(answer.json()) == {"owner_name", "stage"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": 7},
        {"tier": "high"},
        {"tier": [3]},
        {"maintainers": "scientist"},
        {"purpose": None},
        {"name": "x" * 201},
    ],
)
def test_a_field_of_the_wrong_type_is_malformed(cast: Cast, wrong: dict[str, Any]) -> None:
    answer = api(cast.scientist).post(MODELS, a_body(**wrong))
    assert answer.status_code == 400
    assert set(answer.json()) == set(wrong)


@pytest.mark.parametrize(
    "body",
    ["{", "[]", '"text"', "null", '{"tier": NaN}', '{"name": "\\ud800"}', '{"\\ud800": 1}'],
)
def test_a_body_that_is_no_object_is_malformed(cast: Cast, body: str) -> None:
    answer = api(cast.scientist).generic("POST", MODELS, body, "application/json")
    assert answer.status_code == 400


def test_an_account_the_unit_does_not_know_is_named(cast: Cast) -> None:
    answer = api(cast.scientist).post(MODELS, a_body(owner="outsider"))
    assert answer.status_code == 400
    assert "outsider" in str(answer.json())


def test_an_auditor_registers_nothing(cast: Cast) -> None:
    answer = api(cast.auditor).post(MODELS, a_body())
    assert answer.status_code == 403
    assert "Data scientist" in answer.json()["detail"]


def test_a_stranger_finds_neither_unit_nor_model(cast: Cast) -> None:
    model = a_model(cast)
    stranger = api(cast.outsider)
    assert stranger.post(MODELS, a_body(name="Other")).status_code == 404
    assert stranger.get(MODELS).json()["results"] == []
    assert stranger.get(f"{MODELS}{model.slug}/").status_code == 404
    assert stranger.get(f"{MODELS}{model.slug}/revisions/").status_code == 404
    assert stranger.post(f"{MODELS}{model.slug}/revisions/", {}).status_code in {400, 404}


def test_a_revision_is_dated_and_the_earlier_one_stays(cast: Cast) -> None:
    model = a_model(cast)
    body = a_body(tier=2, reason="It is used for larger loans now.")
    for name in ("unit", "name", "task"):
        del body[name]
    answer = api(cast.manager).post(f"{MODELS}{model.slug}/revisions/", body)
    assert answer.status_code == 201
    told = api(cast.auditor).get(f"{MODELS}{model.slug}/revisions/").json()["results"]
    assert [(one["revision"], one["tier"]) for one in told] == [(2, 2), (1, 3)]


def test_a_revision_without_a_reason_is_refused(cast: Cast) -> None:
    model = a_model(cast)
    body = {name: a_body()[name] for name in ("purpose", "intended_use", "tier", "owner")}
    answer = api(cast.scientist).post(f"{MODELS}{model.slug}/revisions/", body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"reason"}


def test_a_misspelt_filter_is_not_silently_left_out(cast: Cast) -> None:
    a_model(cast)
    assert api(cast.auditor).get(MODELS, {"untit": "treasury"}).status_code == 400
    assert api(cast.auditor).get(MODELS, {"tier": "2"}).json()["results"] == []
    assert api(cast.auditor).get(MODELS, {"unit": "retail\0"}).status_code == 400
