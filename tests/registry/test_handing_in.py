"""Evidence made elsewhere: handed in at the service, the page and the API, and never reproduced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from registry.models import Evidence, ModelVersion
from registry.services import checklists, evidence, stages
from tests.cast import (
    Cast,
    a_complete_version,
    a_dataset,
    a_dataset_version,
    a_model,
    a_release,
    a_version,
    api,
    attached,
)
from tests.registry.pages import signed_in
from tests.traces import journalled, nothing_written, only_the_entitled_may, refused

SAID = {
    "kind": "validation",
    "title": "Challenger model",
    "verdict": "pass",
    "summary": "A second team found the same order of applicants.",
}
FILE = b'{"gini": 0.41, "challenger": {"gini": 0.4}}'


def handed_in(cast: Cast, version: ModelVersion, folder: Path, **changed: Any) -> Evidence:
    path = folder / "handed-in.json"
    path.write_bytes(changed.pop("content", FILE))
    given: dict[str, Any] = {
        "version": version,
        "finding": evidence.Finding(**{**SAID, **changed.pop("said", {})}),
        "file": path,
        "file_name": "challenger.json",
        "data": None,
        "by": cast.validator,
    }
    return evidence.hand_in(**given | changed)


def test_what_is_handed_in_is_an_exhibit_that_was_not_made_here(cast: Cast, tmp_path: Path) -> None:
    version = a_version(cast)
    with journalled() as entries:
        exhibit = handed_in(cast, version, tmp_path)
    told = {name: getattr(exhibit, name) for name in SAID}
    assert told == SAID
    assert (exhibit.reproduced, exhibit.producer, exhibit.filed_by) == (
        False,
        evidence.BY_HAND,
        cast.validator,
    )
    with exhibit.file.open() as kept:
        assert kept.read() == FILE
    (entry,) = entries
    assert (entry.action, entry.role) == ("evidence.filed", "validator")


def test_the_same_file_with_the_same_finding_is_one_exhibit(cast: Cast, tmp_path: Path) -> None:
    version = a_version(cast)
    first = handed_in(cast, version, tmp_path)
    with nothing_written():
        assert handed_in(cast, version, tmp_path, file_name="again.json") == first


@pytest.mark.parametrize(
    "other", [{"verdict": "fail"}, {"title": "Another"}, {"summary": "Other words."}]
)
def test_the_same_file_with_another_finding_is_refused(
    cast: Cast, tmp_path: Path, other: dict[str, str]
) -> None:
    version = a_version(cast)
    handed_in(cast, version, tmp_path)
    with refused("evidence.handed_in_already"):
        handed_in(cast, version, tmp_path, said=other)


def test_one_file_may_speak_of_two_kinds_and_two_versions(cast: Cast, tmp_path: Path) -> None:
    first, second = a_version(cast), a_version(cast, a_model(cast, "Car loans"))
    handed_in(cast, first, tmp_path)
    handed_in(cast, first, tmp_path, said={"kind": "fairness"})
    handed_in(cast, second, tmp_path)
    assert Evidence.objects.count() == 3


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"said": {"kind": "gossip"}}, "evidence.shape"),
        ({"said": {"verdict": "splendid"}}, "evidence.shape"),
        ({"said": {"title": " "}}, "evidence.shape"),
        ({"said": {"summary": " "}}, "evidence.summary"),
        ({"said": {"summary": "x" * 2001}}, "evidence.summary"),
        ({"content": b""}, "evidence.no_json"),
        ({"content": b'{"format": "mlops-gov/measurement/1"}'}, "evidence.our_own_format"),
        ({"content": b'{"a": "' + b"x" * 5 * 2**20 + b'"}'}, "evidence.too_large"),
    ],
)
def test_what_is_no_evidence_is_refused(
    cast: Cast, tmp_path: Path, changed: dict[str, Any], code: str
) -> None:
    version = a_version(cast)
    with refused(code):
        handed_in(cast, version, tmp_path, **changed)


def test_it_is_said_to_be_made_on_attached_data_alone(cast: Cast, tmp_path: Path) -> None:
    version, data = a_version(cast), a_dataset_version(cast)
    with refused("evidence.data_not_attached"):
        handed_in(cast, version, tmp_path, data=data)
    attached(cast, version, data)
    assert handed_in(cast, version, tmp_path, data=data).data == data


def test_nobody_else_hands_in_evidence(cast: Cast, tmp_path: Path) -> None:
    version = a_version(cast)
    only_the_entitled_may(
        cast, "evidence.file", lambda by: handed_in(cast, version, tmp_path, by=by)
    )


def test_a_claim_to_be_measured_here_counts_for_nothing(cast: Cast, tmp_path: Path) -> None:
    version = a_complete_version(cast, a_model(cast, tier=1))
    claim = b'{"kind": "fairness", "scored": {"reproduced": true}, "checks": []}'
    exhibit = handed_in(cast, version, tmp_path, content=claim, said={"kind": "fairness"})
    assert exhibit.reproduced is False
    item = next(one for one in checklists.checklist(version) if one.code == "evidence.fairness")
    assert item.exhibit_id != exhibit.pk


def test_who_handed_it_in_has_their_hands_on_the_version(cast: Cast, tmp_path: Path) -> None:
    release = a_release(cast)
    before = release.case_file
    handed_in(cast, release.version, tmp_path)
    release.refresh_from_db()
    assert release.case_file.number == before.number + 1
    assert cast.validator.pk in stages.hands_on(release)["evidence"]


PAGE = {"slug": "mortgage-approval", "number": 1}


def sent(content: bytes = FILE, **changed: Any) -> dict[str, Any]:
    return {**SAID, "file": SimpleUploadedFile("challenger.json", content), **changed}


def test_the_page_files_an_exhibit_and_shows_it(cast: Cast) -> None:
    version = a_version(cast)
    data = attached(cast, version).data
    client = signed_in(cast.validator)
    answer = client.post(reverse("hand_in_evidence", kwargs=PAGE), sent(data=data.pk), follow=True)
    exhibit = Evidence.objects.get()
    assert answer.redirect_chain == [(reverse("exhibit", args=[exhibit.pk]), 302)]
    assert "Challenger model" in answer.text
    assert "Not reproduced" in answer.text
    assert exhibit.data == data


def test_the_page_says_why_a_file_is_refused_and_keeps_what_was_written(cast: Cast) -> None:
    a_version(cast)
    client = signed_in(cast.scientist)
    with nothing_written():
        answer = client.post(reverse("hand_in_evidence", kwargs=PAGE), sent(b"gini;0.41"))
    assert answer.status_code == 409
    assert "not JSON" in answer.text
    assert "Challenger model" in answer.text


def test_the_page_offers_the_data_of_the_version_alone(cast: Cast) -> None:
    version = a_version(cast)
    mine = attached(cast, version).data
    other = a_dataset_version(cast, a_dataset(cast, "Another year"))
    client = signed_in(cast.scientist)
    assert f'value="{mine.pk}"' in client.get(reverse("hand_in_evidence", kwargs=PAGE)).text
    answer = client.post(reverse("hand_in_evidence", kwargs=PAGE), sent(data=other.pk))
    assert answer.status_code == 422


def test_the_pages_are_for_those_who_file_and_hidden_from_strangers(cast: Cast) -> None:
    a_version(cast)
    address = reverse("hand_in_evidence", kwargs=PAGE)
    shown = reverse("version_evidence", kwargs=PAGE)
    assert address in signed_in(cast.validator).get(shown).text
    assert address not in signed_in(cast.auditor).get(shown).text
    for person, status in ((cast.auditor, 403), (cast.outsider, 404)):
        assert signed_in(person).post(address, sent()).status_code == status
    assert not Evidence.objects.exists()


def test_a_file_too_large_is_stopped_on_the_way_in(cast: Cast, settings: Settings) -> None:
    a_version(cast)
    settings.ARTEFACT_LIMIT = settings.TABLE_LIMIT = 2**20
    answer = signed_in(cast.scientist).post(
        reverse("hand_in_evidence", kwargs=PAGE), sent(b"x" * 2**21)
    )
    assert answer.status_code == 409


def posted(cast: Cast, by: Any, version: ModelVersion, **changed: Any) -> Any:
    return api(by).post(
        f"/api/v1/versions/{version.pk}/evidence/", sent(**changed), format="multipart"
    )


def test_the_api_files_an_exhibit(cast: Cast) -> None:
    version = a_version(cast)
    data = attached(cast, version).data
    answer = posted(cast, cast.scientist, version, data=data.pk)
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert {name: told[name] for name in SAID} == SAID
    assert (told["reproduced"], told["data"], told["filed_by"]["name"]) == (
        False,
        data.pk,
        "Ada Brandt",
    )
    assert posted(cast, cast.scientist, version, data=data.pk).json()["id"] == told["id"]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"content": b"[]"}, 409),
        ({"verdict": "splendid"}, 409),
        ({"summary": ""}, 400),
        ({"reproduced": "true"}, 400),
        ({"origin": "run 1"}, 400),
        ({"file": "text"}, 400),
        ({"data": 10**9}, 404),
        ({"title": "NUL\0"}, 400),
    ],
)
def test_the_api_refuses_what_is_no_evidence(
    cast: Cast, changed: dict[str, Any], status: int
) -> None:
    version = a_version(cast)
    answer = posted(cast, cast.scientist, version, **changed)
    assert answer.status_code == status, answer.content
    assert not Evidence.objects.exists()


def test_the_api_hides_the_version_from_strangers_and_refuses_other_roles(cast: Cast) -> None:
    version = a_version(cast)
    assert posted(cast, cast.outsider, version).status_code == 404
    assert posted(cast, cast.auditor, version).status_code == 403
    assert not Evidence.objects.exists()
