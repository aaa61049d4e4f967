"""Retention on the pages: a last day when rows come in, and deleting them earlier."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from registry.models import DatasetVersion, RowsDeletion
from registry.services import retention
from tests.cast import Cast, a_dataset, a_dataset_version, a_table
from tests.registry.pages import signed_in
from tests.registry.test_pages_markup import faults_of

DELETE = ("delete_rows", ["applications", 1])
DATASET = ("dataset", ["applications"])


def post_table(cast: Cast, keep_until: str) -> Any:
    a_dataset(cast)
    return signed_in(cast.scientist).post(
        reverse("add_dataset_version", args=["applications"]),
        {
            "table": SimpleUploadedFile("applications.csv", a_table().encode()),
            "role": "test",
            "provenance": "Drawn by hand.",
            "keep_until": keep_until,
        },
    )


def test_a_last_day_is_taken_from_the_form(cast: Cast) -> None:
    until = timezone.localdate() + timedelta(days=30)
    assert post_table(cast, until.isoformat()).status_code == 302
    assert DatasetVersion.objects.get().keep_until == until


@pytest.mark.parametrize(
    ("said", "status", "sentence"),
    [("2001-01-01", 409, "which is over"), ("soon", 422, "Enter a valid date.")],
)
def test_a_day_that_cannot_be_taken_is_refused_on_the_form(
    cast: Cast, said: str, status: int, sentence: str
) -> None:
    answer = post_table(cast, said)
    assert answer.status_code == status
    assert sentence in answer.text
    assert not DatasetVersion.objects.exists()


def test_those_who_may_find_the_way_and_others_do_not(cast: Cast) -> None:
    a_dataset_version(cast)
    way = f'href="{reverse(*DELETE[:1], args=DELETE[1])}"'
    for person, may in ((cast.manager, True), (cast.admin, True), (cast.scientist, False)):
        page = signed_in(person).get(reverse(DATASET[0], args=DATASET[1])).text
        assert "Rows kept until" in page
        assert (way in page) is may


def test_rows_are_deleted_and_the_page_says_who_and_why(cast: Cast) -> None:
    a_dataset_version(cast)
    client = signed_in(cast.manager)
    address = reverse(DELETE[0], args=DELETE[1])
    assert "Nobody can bring them back" in client.get(address).text
    assert client.post(address, {"reason": "A customer asked."}).status_code == 302
    page = client.get(reverse(DATASET[0], args=DATASET[1])).text
    assert "A customer asked." in page
    assert "Mara Roth" in page
    assert "Rows kept until" not in page
    assert "(deleted)" in client.get(reverse("datasets")).text


def test_a_deletion_without_a_reason_is_refused_on_the_form(cast: Cast) -> None:
    a_dataset_version(cast)
    answer = signed_in(cast.admin).post(reverse(DELETE[0], args=DELETE[1]), {"reason": " "})
    assert answer.status_code == 409
    assert "Say why the rows are deleted" in answer.text
    assert not RowsDeletion.objects.exists()


def test_rows_that_went_when_due_name_nobody(cast: Cast) -> None:
    data = a_dataset_version(cast)
    retention.delete_rows(data=data, reason="The retention set for these rows has passed.", by=None)
    page = signed_in(cast.auditor).get(reverse(DATASET[0], args=DATASET[1])).text
    assert "The retention set for these rows has passed." in page


def test_the_wrong_role_is_refused_and_a_stranger_finds_nothing(cast: Cast) -> None:
    a_dataset_version(cast)
    address = reverse(DELETE[0], args=DELETE[1])
    assert signed_in(cast.scientist).post(address, {"reason": "Mine."}).status_code == 403
    assert signed_in(cast.outsider).post(address, {"reason": "Mine."}).status_code == 404
    assert not RowsDeletion.objects.exists()


def test_the_pages_are_as_well_made_as_all_others(cast: Cast) -> None:
    data = a_dataset_version(cast)
    client = signed_in(cast.manager)
    asked = client.get(reverse(DELETE[0], args=DELETE[1]))
    refused = client.post(reverse(DELETE[0], args=DELETE[1]))
    kept = client.get(reverse(DATASET[0], args=DATASET[1]))
    retention.delete_rows(data=data, reason="A customer asked.", by=cast.manager)
    gone = client.get(reverse(DATASET[0], args=DATASET[1]))
    answers: list[Any] = [asked, refused, kept, gone]
    assert [faults_of(answer) for answer in answers] == [[]] * 4
