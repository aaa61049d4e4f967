"""Model versions and their data through the API."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from registry.models import DataLink, ModelVersion, StoredFile
from tests.cast import (
    FEATURES,
    Cast,
    a_dataset_version,
    a_model,
    a_trained_artefact,
    a_version,
    api,
    attached,
)

VERSIONS = "/api/v1/versions/"


def a_body(**changed: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "model": "mortgage-approval",
        "label": "2.1",
        "features": list(FEATURES),
        "label_column": "approve",
        "positive_label": "1",
        "threshold": 0.5,
        "parameters": {"max_depth": 2},
    }
    return said | changed


def a_form(**changed: Any) -> dict[str, Any]:
    body = a_body(**changed)
    return body | {"parameters": json.dumps(body["parameters"])}


def test_a_vendors_version_is_registered_without_an_artefact(cast: Cast) -> None:
    a_model(cast)
    answer = api(cast.scientist).post(VERSIONS, a_body())
    assert answer.status_code == 201
    assert answer.json()["artefact"] is None
    assert answer.json()["parameters"] == {"max_depth": 2}


def test_an_artefact_is_recognised_and_hashed(cast: Cast, tmp_path: Path) -> None:
    a_model(cast)
    trained = a_trained_artefact(tmp_path / "model.json").read_bytes()
    form = a_form(
        artefact=SimpleUploadedFile("model.json", trained),
        environment=SimpleUploadedFile("requirements.txt", b"xgboost-cpu==3.2.0\n"),
    )
    answer = api(cast.scientist).post(VERSIONS, form, format="multipart")
    assert answer.status_code == 201, answer.json()
    told = api(cast.auditor).get(f"{VERSIONS}{answer.json()['id']}/").json()
    assert told["artefact"]["format"] == "xgboost-json"
    assert told["artefact"]["name"] == "model.json"
    assert told["environment"]["size"] == 19
    assert told["features"] == list(FEATURES)


def test_a_pickle_is_refused_by_its_bytes_and_leaves_nothing(cast: Cast) -> None:
    a_model(cast)
    form = a_form(artefact=SimpleUploadedFile("model.json", pickle.dumps({"a": 1})))
    answer = api(cast.scientist).post(VERSIONS, form, format="multipart")
    assert answer.status_code == 409
    assert "skops" in answer.json()["objections"][0]["message"]
    assert not ModelVersion.objects.exists()
    assert not StoredFile.objects.exists()


def test_an_empty_file_is_refused_with_a_sentence(cast: Cast) -> None:
    a_model(cast)
    form = a_form(artefact=SimpleUploadedFile("model.json", b""))
    answer = api(cast.scientist).post(VERSIONS, form, format="multipart")
    assert answer.status_code == 409
    assert "empty" in answer.json()["objections"][0]["message"]


def test_a_file_past_the_limit_is_refused_with_a_sentence(cast: Cast, settings: Settings) -> None:
    a_model(cast)
    settings.ARTEFACT_LIMIT = settings.TABLE_LIMIT = 1000
    form = a_form(artefact=SimpleUploadedFile("model.json", b"{" + b" " * 200_000))
    answer = api(cast.scientist).post(VERSIONS, form, format="multipart")
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "file.too_large_to_take"
    assert not ModelVersion.objects.exists()


def test_everything_that_is_wrong_is_told_at_once(cast: Cast) -> None:
    a_model(cast)
    wrong = a_body(label="2/1", threshold=1.5, positive_label="", code_commit="HEAD")
    answer = api(cast.scientist).post(VERSIONS, wrong)
    assert answer.status_code == 409
    assert {one["code"] for one in answer.json()["objections"]} == {
        "version.label",
        "version.threshold",
        "version.positive_label",
        "version.code_commit",
    }


def test_a_threshold_off_the_scale_is_refused_for_every_task(cast: Cast) -> None:
    a_model(cast, task="regression")
    answer = api(cast.scientist).post(VERSIONS, a_body(threshold=7))
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "version.threshold"


@pytest.mark.parametrize(
    "wrong",
    [
        {"stage": "Production"},
        {"label": 2.1},
        {"features": "income, debt"},
        {"parameters": ["max_depth"]},
        {"parameters": {"note": "\0"}},
        {"threshold": "half"},
        {"threshold": True},
        {"threshold": "nan"},
        {"threshold": 10**400},
        {"artefact": "model.json"},
    ],
)
def test_an_unknown_field_or_a_wrong_type_is_malformed(cast: Cast, wrong: dict[str, Any]) -> None:
    a_model(cast)
    answer = api(cast.scientist).post(VERSIONS, a_body(**wrong))
    assert answer.status_code == 400
    assert set(answer.json()) == set(wrong)


def test_json_that_is_nested_too_deeply_is_malformed(cast: Cast) -> None:
    bottomless = '{"parameters": ' + "[" * 100_000
    answer = api(cast.scientist).generic("POST", VERSIONS, bottomless, "application/json")
    assert answer.status_code == 400


def test_a_manager_registers_no_version(cast: Cast) -> None:
    a_model(cast)
    assert api(cast.manager).post(VERSIONS, a_body()).status_code == 403


def test_a_stranger_finds_neither_model_nor_version(cast: Cast) -> None:
    version = a_version(cast)
    stranger = api(cast.outsider)
    assert stranger.post(VERSIONS, a_body()).status_code == 404
    assert stranger.get(f"{VERSIONS}{version.pk}/").status_code == 404
    assert stranger.get(VERSIONS).json()["results"] == []
    for part in ("data", "card", "risk", "checklist", "evidence"):
        assert stranger.get(f"{VERSIONS}{version.pk}/{part}/").status_code == 404


def test_versions_are_narrowed_by_model(cast: Cast) -> None:
    a_version(cast)
    found = api(cast.auditor).get(VERSIONS, {"model": "mortgage-approval", "label": "1.0"})
    assert [one["label"] for one in found.json()["results"]] == ["1.0"]
    assert api(cast.auditor).get(VERSIONS, {"model": "other"}).json()["count"] == 0


def test_a_number_no_database_has_is_not_found(cast: Cast) -> None:
    assert api(cast.auditor).get(f"{VERSIONS}{10**30}/").status_code == 404


def test_data_is_attached_and_detached(cast: Cast) -> None:
    version, data = a_version(cast), a_dataset_version(cast)
    links = f"{VERSIONS}{version.pk}/data/"
    answer = api(cast.scientist).post(links, {"data": data.pk})
    assert answer.status_code == 201
    assert answer.json()["data"]["role"] == "test"
    gone = api(cast.scientist).delete(f"{links}{data.pk}/?reason=Wrong+year")
    assert gone.status_code == 204
    assert api(cast.auditor).get(links).json()["results"] == []
    assert DataLink.objects.get().detached_by == cast.scientist


def test_data_is_attached_once(cast: Cast) -> None:
    version = a_version(cast)
    data = attached(cast, version).data
    answer = api(cast.scientist).post(f"{VERSIONS}{version.pk}/data/", {"data": data.pk})
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "data.attached"


def test_data_that_is_not_attached_is_not_found(cast: Cast) -> None:
    version, data = a_version(cast), a_dataset_version(cast)
    answer = api(cast.scientist).delete(f"{VERSIONS}{version.pk}/data/{data.pk}/")
    assert answer.status_code == 404


def test_others_neither_attach_nor_detach(cast: Cast) -> None:
    version = a_version(cast)
    data = attached(cast, version).data
    links = f"{VERSIONS}{version.pk}/data/"
    assert api(cast.auditor).delete(f"{links}{data.pk}/").status_code == 403
    assert api(cast.outsider).delete(f"{links}{data.pk}/").status_code == 404
    assert api(cast.outsider).post(links, {"data": data.pk}).status_code == 404


def test_the_checklist_tells_everything_that_is_missing(cast: Cast) -> None:
    version = a_version(cast)
    told = api(cast.auditor).get(f"{VERSIONS}{version.pk}/checklist/").json()
    assert told["complete"] is False
    assert {item["code"]: item["standing"] for item in told["items"]} == {
        "card": "missing",
        "data.test": "missing",
        "risk": "missing",
        "scorecard": "missing",
        "evidence.performance": "missing",
        "evidence.fairness": "missing",
        "findings": "met",
    }
