"""What goes for good is told by its tombstone: in reports, of rows, and of whole batches."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from knox.models import get_token_model

from audits.models import Report
from audits.rendering.completeness import objections_to
from audits.services import reports
from audits.services.reporting import dossier_of
from registry.models import Delivery, Entry, Event, Mail, Notice, Release, Tombstone
from registry.services import releases, retention, tombstones
from tests.cast import Cast, a_complete_version, a_dataset_version, an_approved_release
from tests.registry.keeping import YEAR, foreseen, keep_house
from tests.registry.rows_at_rest import fresh
from tests.registry.signing import fresh as release_again
from tests.traces import nothing_written, time_passes


def a_report(cast: Cast, release: Release) -> Report:
    """Ask for a report; its dossier is gathered at once."""
    return reports.request(release=release, profile="regulator", language="en", by=cast.auditor)


def test_reports_and_what_they_were_made_from_go_too(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = an_approved_release(cast)
    report = a_report(cast, release)
    Report.objects.filter(pk=report.pk).update(state="failed")
    time_passes(monkeypatch, days=13 * YEAR)
    assert "report" in {one.thing.kind for one in foreseen().going}
    keep_house()
    assert fresh(report.dossier).erased_at
    assert Entry.objects.filter(action="report.dossier_deleted", subject_id=report.pk).count() == 1


def test_a_report_tells_what_was_rightly_deleted_and_is_whole(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = an_approved_release(cast)
    time_passes(monkeypatch, days=13 * YEAR)
    keep_house()
    dossier = dossier_of(a_report(cast, release))
    exhibits = dossier["case_file"]["exhibits"]
    assert (dossier["evidence"], len(exhibits)) == ([], 2)
    told = {one["digest"]: one for one in dossier["tombstones"]}
    assert {one["digest"] for one in exhibits} < set(told)
    assert {one["kind"] for one in told.values()} == {"evidence", "rows"}
    assert all(one["rule"] and one["at"] and one["journal"] for one in told.values())
    assert objections_to(dossier, dossier["renderer"]) == []
    bare = {**dossier, "tombstones": []}
    gaps = [one.code for one in objections_to(bare, dossier["renderer"])]
    assert gaps == ["report.exhibit.missing"] * 2


def test_rows_deleted_by_hand_leave_a_tombstone_as_well(cast: Cast) -> None:
    data = a_dataset_version(cast)
    deletion = retention.delete_rows(data=data, reason="Asked for.", by=cast.admin)
    stone = Tombstone.objects.get()
    assert (stone.kind, stone.record_id, stone.sha256) == ("rows", data.pk, deletion.sha256)
    assert stone.rule == "Deleted by a person, for the reason they gave"
    number = Entry.objects.get(action="dataset_version.rows_deleted").number
    assert tombstones.journal_numbers([stone]) == {stone.pk: number}


def test_notices_mails_deliveries_sessions_and_drafts_go_in_batches(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = releases.draft(
        version=a_complete_version(cast), environment="production", by=cast.scientist
    )
    now = timezone.now()
    mail = Mail.objects.create(
        person=cast.owner, digest_of=now.date(), created_at=now, due_at=now, sent_at=now
    )
    Mail.objects.create(person=cast.owner, created_at=now, due_at=now)
    Notice.objects.all().delete()
    for number in range(3):
        Notice.objects.create(
            person=cast.owner,
            code="release.approved",
            about_kind="release",
            about_id=number,
            created_at=now,
            day=now.date(),
            reminder=False,
            critical=False,
            mail=mail,
        )
    event = Event.objects.create(name="release.approved", details={}, at=now)
    Delivery.objects.create(event=event, listener="one", due_at=now, arrived_at=now)
    Delivery.objects.create(event=event, listener="two", due_at=now)
    Session.objects.create(session_key="a", session_data="", expire_date=now)
    get_token_model().objects.create(user=cast.owner, expiry=timedelta(hours=1))
    time_passes(monkeypatch, days=2 * YEAR + 2)
    monkeypatch.setattr("registry.services.short_lived.BATCH", 2)
    told = {(one.table, one.count) for one in foreseen().expired}
    assert told >= {("notice", 3), ("delivery", 1), ("session", 1), ("authtoken", 1)}
    assert ("release", 1) in told
    keep_house()
    assert not Notice.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).exists()
    assert list(Mail.objects.filter(created_at=now).values_list("sent_at", flat=True)) == [None]
    assert list(Delivery.objects.values_list("listener", flat=True)) == ["two"]
    assert (Session.objects.count(), release_again(draft).state) == (0, "withdrawn")
    stones = Tombstone.objects.filter(record_kind="notice").order_by("pk")
    assert [(one.count, one.record_id, one.kind) for one in stones] == [
        (2, None, "notice"),
        (1, None, "notice"),
    ]
    assert stones[0].title.startswith("2 notices, ")
    laid = Entry.objects.filter(action="tombstone.laid", subject_id=stones[0].pk).get()
    assert json.loads(laid.changes)["count"] == 2
    assert tombstones.journal_numbers(stones)[stones[0].pk] == laid.number
    assert Event.objects.filter(pk=event.pk).exists()
    with nothing_written():
        keep_house()
