"""Reports through the API; the making of them has tests of its own."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from audits.models import Report
from audits.services import reports
from registry.models import ModelVersion
from tests.audits.reporting import finished as done
from tests.cast import Cast, a_version, an_approved_release, an_exhibit, api

REPORTS = "/api/v1/reports/"


def asked_for(cast: Cast, version: ModelVersion | None = None) -> Report:
    return reports.request(
        version=version or a_version(cast), profile="internal", language="en", by=cast.auditor
    )


def test_an_auditor_asks_for_a_report_with_nothing_but_the_version(cast: Cast) -> None:
    version = a_version(cast)
    answer = api(cast.auditor).post(REPORTS, {"version": version.pk})
    assert answer.status_code == 202
    told = answer.json()
    assert (told["state"], told["profile"], told["language"]) == ("queued", "regulator", "en")
    assert api(cast.auditor).get(f"{REPORTS}{told['id']}/").json() == told


def test_the_same_state_asked_for_again_gives_the_same_report(cast: Cast) -> None:
    version = a_version(cast)
    asked = {"version": version.pk, "profile": "regulator", "language": "en"}
    first = api(cast.auditor).post(REPORTS, asked).json()["id"]
    assert api(cast.manager).post(REPORTS, asked).json()["id"] == first
    an_exhibit(cast, version)
    assert api(cast.auditor).post(REPORTS, asked).json()["id"] != first


def test_an_unknown_profile_or_language_is_refused(cast: Cast) -> None:
    asked = {"version": a_version(cast).pk, "profile": "secret", "language": "tlh"}
    answer = api(cast.auditor).post(REPORTS, asked)
    assert answer.status_code == 409
    codes = {one["code"] for one in answer.json()["objections"]}
    assert codes == {"report.profile", "report.language"}


@pytest.mark.parametrize("wrong", [{"version": None}, {"profile": 1}, {"colour": "red"}])
def test_a_malformed_request_is_told(cast: Cast, wrong: dict[str, Any]) -> None:
    answer = api(cast.auditor).post(REPORTS, {"version": a_version(cast).pk} | wrong)
    assert answer.status_code == 400
    assert set(answer.json()) == set(wrong)


def test_a_report_that_is_not_done_has_no_file_yet(cast: Cast) -> None:
    report = asked_for(cast)
    answer = api(cast.auditor).get(f"{REPORTS}{report.pk}/file/")
    assert answer.status_code == 409
    assert "queued" in answer.json()["objections"][0]["message"]


def test_the_file_is_what_was_sealed(cast: Cast) -> None:
    report = done(asked_for(cast))
    answer = api(cast.auditor).get(f"{REPORTS}{report.pk}/file/", HTTP_ACCEPT="application/pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content == b"%PDF-1.7 of a test"
    name = f"mortgage-approval-1.0-internal-{report.serial}.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    told = api(cast.auditor).get(f"{REPORTS}{report.pk}/").json()
    assert (told["state"], told["percent"], told["sha256"]) == ("done", 100, report.file.sha256)


def test_an_administrator_asks_for_no_report(cast: Cast) -> None:
    answer = api(cast.admin).post(REPORTS, {"version": a_version(cast).pk})
    assert answer.status_code == 403


def test_a_stranger_finds_no_report(cast: Cast) -> None:
    report = done(asked_for(cast))
    stranger = api(cast.outsider)
    assert stranger.get(REPORTS).json()["results"] == []
    assert stranger.get(f"{REPORTS}{report.pk}/").status_code == 404
    assert stranger.get(f"{REPORTS}{report.pk}/file/").status_code == 404
    assert stranger.post(REPORTS, {"version": report.version_id}).status_code == 404


def test_reports_are_narrowed(cast: Cast) -> None:
    report = asked_for(cast)
    asked = {"version": report.version_id, "state": "queued", "model": "mortgage-approval"}
    assert api(cast.auditor).get(REPORTS, asked).json()["count"] == 1
    assert api(cast.auditor).get(REPORTS, {"state": "done"}).json()["count"] == 0


def test_one_asks_on_a_release_a_model_or_units_and_on_exactly_one_of_them(cast: Cast) -> None:
    release = an_approved_release(cast)
    auditor = api(cast.auditor)
    on_model = auditor.post(REPORTS, {"model": "mortgage-approval"}).json()
    assert (on_model["scope"], on_model["model"]) == ("model", "mortgage-approval")
    assert on_model["version"] == release.version_id
    on_release = auditor.post(REPORTS, {"release": release.pk}).json()
    assert (on_release["scope"], on_release["release"]) == ("release", release.pk)
    on_units = auditor.post(REPORTS, {"units": ["retail-credit"]}).json()
    assert (on_units["scope"], on_units["units"]) == ("portfolio", ["retail-credit"])
    assert (on_units["model"], on_units["case_file_digest"]) == (None, "")
    assert auditor.get(REPORTS, {"scope": "portfolio"}).json()["count"] == 1
    for wrong in ({}, {"release": release.pk, "model": "mortgage-approval"}):
        answer = auditor.post(REPORTS, wrong)
        assert answer.status_code == 400
        assert "exactly one" in str(answer.json())
    outsider = api(cast.outsider)
    for unseen in (
        {"release": release.pk},
        {"model": "mortgage-approval"},
        {"units": ["retail-credit"]},
        {"units": ["retail-credit", "treasury"]},
    ):
        assert outsider.post(REPORTS, unseen).status_code == 404
    assert api(cast.admin).post(REPORTS, {"units": ["retail-credit"]}).status_code == 403


def test_a_report_as_of_an_instant_says_so_and_one_to_come_is_refused(cast: Cast) -> None:
    version = a_version(cast)
    at = timezone.now().isoformat()
    told = api(cast.auditor).post(REPORTS, {"version": version.pk, "as_of": at}).json()
    assert datetime.fromisoformat(told["asked_as_of"]) == datetime.fromisoformat(at)
    assert datetime.fromisoformat(told["as_of"]) == datetime.fromisoformat(at)
    to_come = {"version": version.pk, "as_of": "2999-01-01T00:00:00Z"}
    answer = api(cast.auditor).post(REPORTS, to_come)
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "report.as_of_future"
    answers = {"1999-01-01T00:00:00Z": 409, "0001-01-01T00:00:00+14:00": 400, "yesterday": 400}
    for said, status in answers.items():
        asked = {"version": version.pk, "as_of": said}
        assert api(cast.auditor).post(REPORTS, asked).status_code == status, said


def test_a_report_is_recalled_with_a_reason(cast: Cast) -> None:
    report = done(asked_for(cast))
    door = f"{REPORTS}{report.pk}/recall/"
    assert api(cast.outsider).post(door, {"reason": "X."}).status_code == 404
    assert api(cast.manager).post(door, {"reason": "X."}).status_code == 403
    assert api(cast.auditor).post(door, {}).status_code == 400
    told = api(cast.auditor).post(door, {"reason": "A wrong annex."}).json()
    assert (told["standing"], told["recall_reason"]) == ("recalled", "A wrong annex.")
    assert api(cast.admin).post(door, {"reason": "Again."}).status_code == 409
    assert api(cast.auditor).get(f"{REPORTS}{report.pk}/file/").status_code == 200


@pytest.mark.parametrize("form", ["docx", "xlsx", "csv.zip", "json"])
def test_the_same_report_is_had_in_other_forms(cast: Cast, form: str) -> None:
    report = asked_for(cast)
    door = f"{REPORTS}{report.pk}/file.{form}"
    assert api(cast.auditor).get(door).status_code == 409
    done(report)
    answer = api(cast.auditor).get(door)
    assert answer.status_code == 200
    name = f"mortgage-approval-1.0-internal-{report.serial}.{form}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    if form == "json":
        told = json.loads(answer.content)
        assert (told["serial"], told["sealed_sha256"]) == (report.serial, report.file.sha256)
    assert api(cast.admin).get(door).status_code == 403
    assert api(cast.outsider).get(door).status_code == 404
