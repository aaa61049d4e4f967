"""Reports through the API; the making of them has tests of its own."""

from __future__ import annotations

from typing import Any

import pytest

from audits.models import Report
from audits.services import reports
from audits.services.claims import claim
from registry.models import ModelVersion
from tests.cast import Cast, a_version, an_exhibit, api

REPORTS = "/api/v1/reports/"


def asked_for(cast: Cast, version: ModelVersion | None = None) -> Report:
    return reports.request(
        version=version or a_version(cast), profile="internal", language="en", by=cast.auditor
    )


def done(report: Report, content: bytes = b"%PDF-1.7 not really") -> Report:
    held = claim(Report, report.pk)
    assert held is not None
    reports.finish(report=report, attempt=held.attempt, unsealed="0" * 64, sealed=content)
    report.refresh_from_db()
    return report


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
    assert answer.content == b"%PDF-1.7 not really"
    name = f"mortgage-approval-1.0-report-{report.pk}.pdf"
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
