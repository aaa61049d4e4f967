"""Reports of Evidently taken in as drift evidence: at the service, the page and the API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audits.services import imports
from registry.models import Evidence, ModelVersion, Review
from tests.cast import Cast, a_version, api, attached
from tests.registry.pages import signed_in
from tests.registry.reviewing import in_use
from tests.traces import journalled, nothing_written, only_the_entitled_may, refused

PAGE = {"slug": "mortgage-approval", "number": 1}


def a_report(*drifted: str, stable: int = 2, version: str = "0.6.7") -> bytes:
    """Return a report as Evidently writes it: these columns drifted, and so many did not."""
    names = {**dict.fromkeys(drifted, True), **{f"stable_{n}": False for n in range(stable)}}
    columns = {
        name: {
            "column_name": name,
            "stattest_name": "PSI",
            "stattest_threshold": 0.1,
            "drift_score": 0.31 if is_drifted else 0.02,
            "drift_detected": is_drifted,
        }
        for name, is_drifted in names.items()
    }
    share = len(drifted) / len(names)
    whole = {"share_of_drifted_columns": share, "dataset_drift": share >= 0.5}
    table = {"metric": "DataDriftTable", "result": {**whole, "drift_by_columns": columns}}
    return json.dumps({"version": version, "metrics": [table]}).encode()


def taken(cast: Cast, version: ModelVersion, folder: Path, content: bytes, **more: Any) -> Evidence:
    path = folder / "report.json"
    path.write_bytes(content)
    given = {"file": path, "file_name": "report.json", "data": None, "by": cast.scientist}
    return imports.take_evidently(version=version, **given | more)


def test_a_report_is_filed_in_words(cast: Cast, tmp_path: Path) -> None:
    version = a_version(cast)
    with journalled() as entries:
        exhibit = taken(cast, version, tmp_path, a_report("income", "debt"))
    assert (exhibit.kind, exhibit.verdict, exhibit.reproduced) == ("drift", "fail", False)
    assert exhibit.title == "Drift, by Evidently 0.6.7"
    assert exhibit.summary == (
        "Evidently 0.6.7 found drift in 2 of 4 columns (income, debt)."
        " It is judged by the limits that report was made with."
    )
    assert exhibit.producer == "Evidently 0.6.7, handed in"
    assert [entry.action for entry in entries] == ["evidence.filed"]


def test_drift_in_what_is_in_use_opens_a_review(cast: Cast, tmp_path: Path) -> None:
    version = in_use(cast).version
    taken(cast, version, tmp_path, a_report())
    assert not Review.objects.exists()
    exhibit = taken(cast, version, tmp_path, a_report("income", "debt"))
    review = Review.objects.get()
    assert (review.cause, review.version) == ("drift_breach", version)
    assert review.opened_by == cast.scientist
    assert review.details["summary"] == exhibit.summary
    # The same file handed in again is the same exhibit, and tells nothing new.
    taken(cast, version, tmp_path, a_report("income", "debt"))
    assert not review.events.exists()


@pytest.mark.parametrize(
    ("content", "verdict", "told"),
    [
        (a_report(), "pass", "no drift in any of 2 columns"),
        (a_report("a", stable=9), "pass", "drift in 1 of 10 columns (a)"),
        (
            a_report(*(f"c{n}" for n in range(11)), stable=0),
            "fail",
            "drift in 11 of 11 columns (c0, c1, c2, c3, c4, c5, c6, c7 and 3 more)",
        ),
        (
            b'{"metrics": [{"metric": "DatasetDriftMetric", "result":'
            b' {"share_of_drifted_columns": 0.25, "dataset_drift": false}}]}',
            "pass",
            "drift in 25% of the columns",
        ),
    ],
)
def test_the_summary_says_what_drifted(
    cast: Cast, tmp_path: Path, content: bytes, verdict: str, told: str
) -> None:
    exhibit = taken(cast, a_version(cast), tmp_path, content)
    assert exhibit.verdict == verdict
    assert f"found {told}. It is judged" in exhibit.summary


def test_names_without_an_end_make_no_summary_that_is_refused(cast: Cast, tmp_path: Path) -> None:
    names = [f"{letter}" * 250 for letter in "abcdefghij"]
    exhibit = taken(cast, a_version(cast), tmp_path, a_report(*names, version="9" * 250))
    assert len(exhibit.summary) < 600
    assert len(exhibit.title) < 100


def test_the_same_report_twice_is_one_exhibit(cast: Cast, tmp_path: Path) -> None:
    version = a_version(cast)
    first = taken(cast, version, tmp_path, a_report("income"))
    with nothing_written():
        assert taken(cast, version, tmp_path, a_report("income")) == first


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html>", "evidence.no_json"),
        (b"[]", "evidence.no_object"),
        (b'{"metrics": {}}', "evidently.shape"),
        (b'{"gini": 0.4}', "evidently.shape"),
        (b'{"metrics": []}', "evidently.no_drift"),
        (b'{"format": "mlops-gov/measurement/1", "metrics": []}', "evidence.our_own_format"),
        (a_report("in\0come"), "evidence.character"),
    ],
)
def test_what_is_no_report_on_drift_is_refused(
    cast: Cast, tmp_path: Path, content: bytes, code: str
) -> None:
    version = a_version(cast)
    with refused(code):
        taken(cast, version, tmp_path, content)


def test_nobody_else_hands_a_report_in(cast: Cast, tmp_path: Path) -> None:
    version = a_version(cast)
    only_the_entitled_may(
        cast, "evidence.file", lambda by: taken(cast, version, tmp_path, a_report(), by=by)
    )


def sent(content: bytes, **more: Any) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("report.json", content), **more}


def test_the_page_files_a_report_and_shows_its_columns(cast: Cast) -> None:
    version = a_version(cast)
    data = attached(cast, version).data
    client = signed_in(cast.validator)
    assert reverse("hand_in_evidently", kwargs=PAGE) in (
        client.get(reverse("version_evidence", kwargs=PAGE)).text
    )
    asked = sent(a_report("income"), data=data.pk)
    answer = client.post(reverse("hand_in_evidently", kwargs=PAGE), asked, follow=True)
    exhibit = Evidence.objects.get()
    assert answer.redirect_chain == [(reverse("exhibit", args=[exhibit.pk]), 302)]
    assert exhibit.data == data
    shown = client.get(reverse("figures", args=[exhibit.pk])).text
    assert "Made with Evidently" in shown
    for part in ("income", "drifted", "stable_1", "0.3100", "PSI", "33%"):
        assert part in shown, part


def test_the_page_says_why_a_report_is_refused(cast: Cast) -> None:
    a_version(cast)
    client = signed_in(cast.scientist)
    with nothing_written():
        answer = client.post(reverse("hand_in_evidently", kwargs=PAGE), sent(b'{"metrics": []}'))
    assert answer.status_code == 409
    assert "says nothing about drift" in answer.text


def test_other_roles_and_strangers_do_not_hand_a_report_in(cast: Cast) -> None:
    version = a_version(cast)
    page, door = reverse("hand_in_evidently", kwargs=PAGE), address(version)
    for person, status in ((cast.owner, 403), (cast.outsider, 404)):
        assert signed_in(person).get(page).status_code == status
        assert signed_in(person).post(page, sent(a_report())).status_code == status
        answer = api(person).post(door, sent(a_report()), format="multipart")
        assert answer.status_code == status
    assert not Evidence.objects.exists()


def address(version: ModelVersion) -> str:
    return f"/api/v1/versions/{version.pk}/evidence/evidently/"


def test_the_api_files_a_report(cast: Cast) -> None:
    version = a_version(cast)
    answer = api(cast.scientist).post(
        address(version), sent(a_report("income", stable=0)), format="multipart"
    )
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["verdict"], told["reproduced"]) == ("fail", False)
    assert told["id"] == Evidence.objects.get().pk


@pytest.mark.parametrize(
    ("content", "more", "status"),
    [
        (b'{"metrics": 3}', {}, 409),
        (a_report(), {"verdict": "pass"}, 400),
        (a_report(), {"data": 10**9}, 404),
    ],
)
def test_the_api_refuses_what_is_no_report(
    cast: Cast, content: bytes, more: dict[str, Any], status: int
) -> None:
    version = a_version(cast)
    answer = api(cast.scientist).post(address(version), sent(content, **more), format="multipart")
    assert answer.status_code == status, answer.content
    assert not Evidence.objects.exists()
