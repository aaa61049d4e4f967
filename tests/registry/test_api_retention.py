"""Retention through the API: a last day, an earlier deletion, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from registry.models import DatasetVersion
from tests.cast import Cast, a_dataset, a_dataset_version, a_table, api


def door(data: DatasetVersion) -> str:
    return f"/api/v1/dataset-versions/{data.pk}/"


def post_table(cast: Cast, **changed: Any) -> Any:
    form = {
        "file": SimpleUploadedFile("applications.csv", a_table().encode()),
        "role": "test",
        "provenance": "Drawn by hand.",
    }
    dataset = a_dataset(cast)
    return api(cast.scientist).post(
        f"/api/v1/datasets/{dataset.pk}/versions/", form | changed, format="multipart"
    )


def test_a_last_day_is_taken_and_told(cast: Cast) -> None:
    until = str(timezone.localdate() + timedelta(days=30))
    answer = post_table(cast, keep_until=until)
    assert answer.status_code == 201
    assert (answer.json()["keep_until"], answer.json()["rows_deletion"]) == (until, None)


def test_without_one_the_usual_day_holds(cast: Cast) -> None:
    until = str(timezone.localdate() + timedelta(days=730))
    assert post_table(cast).json()["keep_until"] == until


def test_a_day_too_late_is_refused_and_no_day_is_malformed(cast: Cast) -> None:
    answer = post_table(cast, keep_until="2999-01-01")
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "dataset.keep_until_late"
    assert not DatasetVersion.objects.exists()


def test_what_is_no_day_is_malformed(cast: Cast) -> None:
    answer = post_table(cast, keep_until="some day")
    assert (answer.status_code, set(answer.json())) == (400, {"keep_until"})


def test_rows_are_deleted_earlier_and_the_version_says_so(cast: Cast) -> None:
    data = a_dataset_version(cast)
    answer = api(cast.manager).post(f"{door(data)}delete-rows/", {"reason": "Asked for."})
    assert answer.status_code == 200
    told = api(cast.auditor).get(door(data)).json()
    assert told == answer.json()
    assert told["rows_deletion"]["deleted_by"]["name"] == "Mara Roth"
    assert told["rows_deletion"]["reason"] == "Asked for."
    assert (told["sha256"], told["rows"]) == (data.file.sha256, 240)


def test_a_deletion_without_a_reason_or_a_second_one_is_refused(cast: Cast) -> None:
    data = a_dataset_version(cast)
    answer = api(cast.admin).post(f"{door(data)}delete-rows/")
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "dataset.deletion_reason"
    assert api(cast.admin).post(f"{door(data)}delete-rows/", {"reason": "x"}).status_code == 200
    answer = api(cast.admin).post(f"{door(data)}delete-rows/", {"reason": "x"})
    assert answer.json()["objections"][0]["code"] == "dataset.rows_deleted_already"


def test_the_wrong_role_is_refused_and_a_stranger_finds_nothing(cast: Cast) -> None:
    data = a_dataset_version(cast)
    said = {"reason": "Mine."}
    for person in (cast.scientist, cast.validator, cast.owner, cast.auditor):
        assert api(person).post(f"{door(data)}delete-rows/", said).status_code == 403
    assert api(cast.outsider).post(f"{door(data)}delete-rows/", said).status_code == 404
    assert DatasetVersion.objects.with_rows().count() == 1
