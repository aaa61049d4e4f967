"""A report that was asked for is finished once, or fails and can be asked for again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from audits.models import Report
from audits.services import reporting, reports
from audits.services.claims import claim
from registry.rules.refusals import Objection
from registry.services import files
from tests.audits.reporting import asked, finished
from tests.cast import Cast, a_version, an_approved_release
from tests.traces import journalled, nothing_written


def test_a_report_asked_for_before_its_dossier_broke_fails_with_the_reason(cast: Cast) -> None:
    report = asked(cast.auditor, version=a_version(cast))
    Path(default_storage.path(report.dossier.place)).unlink()
    reporting.make(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.reason[0]["code"]) == ("failed", "file.broken")


def test_a_finished_report_has_its_sealed_file(cast: Cast) -> None:
    report = asked(cast.auditor, version=a_version(cast))
    with journalled() as entries:
        finished(report)
    assert (report.state, report.percent, report.unsealed) == ("done", 100, "0" * 64)
    assert report.file is not None
    assert files.read_checked(report.file) == b"%PDF-1.7 of a test"
    (entry,) = entries
    assert (entry.action, entry.actor) == ("report.sealed", "system")
    assert json.loads(entry.changes)["sha256"] == report.file.sha256


def test_a_report_is_finished_once(cast: Cast) -> None:
    report = asked(cast.auditor, version=a_version(cast))
    held = claim(Report, report.pk)
    assert held is not None
    first = reports.finish(report=report, attempt=1, unsealed="0" * 64, sealed=b"one")
    with nothing_written():
        again = reports.finish(report=report, attempt=1, unsealed="1" * 64, sealed=b"two")
    assert (first is not None, again) == (True, None)


def test_a_lost_attempt_finishes_and_fails_nothing(cast: Cast) -> None:
    report = asked(cast.auditor, version=a_version(cast))
    claim(Report, report.pk)
    with nothing_written():
        assert reports.finish(report=report, attempt=2, unsealed="0" * 64, sealed=b"x") is None
        reports.fail(report=report, attempt=2, objections=[Objection("x", "Y.")])


def test_a_failed_report_can_be_asked_for_again(cast: Cast) -> None:
    version = a_version(cast)
    report = asked(cast.auditor, version=version)
    claim(Report, report.pk)
    reports.fail(report=report, attempt=1, objections=[Objection("x", "Y %(z)s.", {"z": 1})])
    report.refresh_from_db()
    assert report.reason == [{"code": "x", "message": "Y %(z)s.", "params": {"z": "1"}}]
    again = asked(cast.auditor, version=version)
    assert (again.pk != report.pk, again.key, again.state) == (True, report.key, "queued")


def test_a_report_is_made_from_its_dossier_and_sealed(cast: Cast, settings: Any) -> None:
    settings.SEAL_FOLDER = Path(default_storage.path("")).parent / "seal"
    report = asked(cast.auditor, version=an_approved_release(cast).version)
    reporting.make(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.reason) == ("done", [])
    assert report.file is not None
    sealed = files.read_checked(report.file)
    assert sealed.startswith(b"%PDF")
    # A seal is added behind the pages, so they are still there byte by byte.
    pages = next(
        sealed[: place + 6] for place in range(len(sealed)) if sealed.startswith(b"%%EOF\n", place)
    )
    assert hashlib.sha256(pages).hexdigest() == report.unsealed
    with nothing_written():
        reporting.make(report_id=report.pk)
