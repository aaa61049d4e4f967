"""Datasets and their versions through the API."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from registry.models import DatasetVersion, StoredFile
from tests.cast import ROWS, Cast, a_dataset, a_dataset_version, a_table, api

DATASETS = "/api/v1/datasets/"


def a_form(content: str | bytes | None = None, **changed: Any) -> dict[str, Any]:
    table = a_table() if content is None else content
    rows = table.encode() if isinstance(table, str) else table
    said = {
        "file": SimpleUploadedFile("applications.csv", rows),
        "role": "test",
        "sensitive_columns": ["sex", "race"],
        "provenance": "All applications of one year.",
    }
    return said | changed


def test_a_dataset_is_registered_and_its_rows_fingerprinted(cast: Cast) -> None:
    asked = {"unit": "retail-credit", "name": "Applications", "description": "Of one year."}
    dataset = api(cast.scientist).post(DATASETS, asked)
    assert dataset.status_code == 201
    versions = f"{DATASETS}{dataset.json()['id']}/versions/"
    answer = api(cast.scientist).post(versions, a_form(), format="multipart")
    assert answer.status_code == 201, answer.json()
    told = api(cast.auditor).get(f"/api/v1/dataset-versions/{answer.json()['id']}/").json()
    assert told["rows"] == ROWS
    assert told["sensitive_columns"] == ["sex", "race"]
    assert [column["name"] for column in told["columns"]][:2] == ["income", "debt"]
    assert len(told["sha256"]) == 64


def test_a_column_that_is_not_there_is_refused_and_leaves_nothing(cast: Cast) -> None:
    versions = f"{DATASETS}{a_dataset(cast).pk}/versions/"
    form = a_form(sensitive_columns=["gender"])
    answer = api(cast.scientist).post(versions, form, format="multipart")
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "dataset.no_such_column"
    assert not DatasetVersion.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_sensitive_column_with_5000_values_is_refused(cast: Cast) -> None:
    versions = f"{DATASETS}{a_dataset(cast).pk}/versions/"
    table = "who,approve\n" + "".join(f"person {n},{n % 2}\n" for n in range(5000))
    form = a_form(table, sensitive_columns=["who"])
    answer = api(cast.scientist).post(versions, form, format="multipart")
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "dataset.too_many_groups"


def test_an_empty_table_is_refused_with_a_sentence(cast: Cast) -> None:
    versions = f"{DATASETS}{a_dataset(cast).pk}/versions/"
    answer = api(cast.scientist).post(versions, a_form(b""), format="multipart")
    assert answer.status_code == 409
    assert "empty" in answer.json()["objections"][0]["message"]


def test_a_missing_file_or_an_unknown_field_is_malformed(cast: Cast) -> None:
    versions = f"{DATASETS}{a_dataset(cast).pk}/versions/"
    answer = api(cast.scientist).post(versions, a_form(sensitive="sex"), format="multipart")
    assert answer.status_code == 400
    assert set(answer.json()) == {"sensitive"}
    answer = api(cast.scientist).post(versions, a_form(file="rows"), format="multipart")
    assert set(answer.json()) == {"file"}


def test_others_register_no_data(cast: Cast) -> None:
    dataset = a_dataset(cast)
    asked = {"unit": "retail-credit", "name": "More"}
    assert api(cast.auditor).post(DATASETS, asked).status_code == 403
    versions = f"{DATASETS}{dataset.pk}/versions/"
    assert api(cast.manager).post(versions, a_form(), format="multipart").status_code == 403


def test_a_stranger_finds_no_data(cast: Cast) -> None:
    data = a_dataset_version(cast)
    stranger = api(cast.outsider)
    dataset = f"{DATASETS}{data.dataset_id}/"
    assert stranger.get(DATASETS).json()["results"] == []
    assert stranger.get(dataset).status_code == 404
    assert stranger.get(f"{dataset}versions/").status_code == 404
    assert stranger.post(f"{dataset}versions/", a_form(), format="multipart").status_code == 404
    assert stranger.get(f"/api/v1/dataset-versions/{data.pk}/").status_code == 404
