"""What is past its time goes with the retention task alone, and leaves a tombstone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from knox.models import get_token_model
from pytest_django import Settings

from audits import tasks as audit_tasks
from audits.models import Report
from audits.rendering.completeness import objections_to
from audits.services import reports
from audits.services.reporting import dossier_of
from registry import tasks
from registry.models import (
    DatasetVersion,
    Delivery,
    Entry,
    Event,
    Evidence,
    Mail,
    Notice,
    Release,
    RetentionRule,
    RowsDeletion,
    StoredFile,
    Tombstone,
)
from registry.services import (
    files,
    journal,
    overrides,
    releases,
    retention,
    retention_rules,
    tombstones,
    uses,
)
from tests.cast import (
    Cast,
    a_complete_version,
    a_dataset_version,
    a_release,
    a_version,
    an_approved_release,
    an_exhibit,
    gather,
)
from tests.conftest import keep_files_in
from tests.registry.keeping import YEAR, a_rule, foreseen
from tests.registry.lending import ask_for
from tests.registry.rows_at_rest import fresh, in_the_store
from tests.registry.signing import fresh as release_again
from tests.traces import journalled, nothing_written, only_the_entitled_may, refused, time_passes

ROOT = Path(__file__).resolve().parents[2]
OWN_RULE = "own rule: 10 years since the version was last in use"


def keep_house() -> None:
    tasks.keep_house()
    audit_tasks.keep_house()
    tasks.keep_house()


def test_an_exhibit_goes_after_ten_years_and_leaves_a_tombstone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = a_version(cast)
    exhibit = an_exhibit(cast, version)
    before = Evidence.objects.filter(pk=exhibit.pk).values().get()
    time_passes(monkeypatch, days=9.9 * YEAR)
    assert foreseen().going == []
    with nothing_written():
        keep_house()
    time_passes(monkeypatch, days=0.2 * YEAR)
    (going,) = foreseen().going
    assert (going.thing.record, going.thing.kind, going.goes) == (exhibit, "evidence", True)
    assert going.thing.rule == OWN_RULE
    with journalled() as entries:
        keep_house()
    (told,) = [entry for entry in entries if entry.action == "evidence.file_deleted"]
    assert (told.actor, told.model, told.subject_id, told.reason) == (
        "system",
        version.model.slug,
        exhibit.pk,
        OWN_RULE,
    )
    stone = Tombstone.objects.get(kind="evidence")
    assert (stone.record_kind, stone.record_id, stone.sha256, stone.size, stone.rule) == (
        "evidence",
        exhibit.pk,
        exhibit.digest,
        exhibit.file.size,
        OWN_RULE,
    )
    (line,) = retention.tombstones_of(version)
    assert (line["what"], line["digest"], line["rule"], line["journal"]) == (
        exhibit.title,
        exhibit.digest,
        OWN_RULE,
        told.number,
    )
    assert retention.tombstones_of(version, stone.at - timedelta(seconds=1)) == []
    assert Evidence.objects.filter(pk=exhibit.pk).values().get() == before
    assert in_the_store() == []
    with pytest.raises(files.Refused, match="deleted on .* when its time was over"):
        files.read_checked(fresh(exhibit.file))
    assert journal.verify()[0] is None
    with nothing_written():
        keep_house()


def test_what_waits_for_a_decision_stays(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_rule(cast, artefact="1 day")
    waiting = a_release(cast, a_complete_version(cast))
    time_passes(monkeypatch, days=11 * YEAR)
    keep_house()
    assert not Tombstone.objects.filter(kind="evidence").exists()
    assert foreseen().going == []
    assert release_again(waiting).state == "submitted"


def test_an_emergency_release_that_waits_for_its_second_signature_is_in_use(cast: Cast) -> None:
    def in_use() -> bool:
        return uses.facts_of([override.version], on=timezone.localdate())[version.pk].in_use

    version = a_complete_version(cast)
    override = ask_for(version, cast.owner)
    assert in_use()
    overrides.end(override=override, reason="It is over.", by=cast.owner)
    assert not in_use()


def test_an_approval_that_holds_keeps_the_exhibits_it_rests_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = an_approved_release(cast)
    assert release.valid_until is not None
    open_for = (release.valid_until - timezone.now()).days
    time_passes(monkeypatch, days=open_for + 9.9 * YEAR)
    assert [one for one in foreseen().going if one.thing.kind == "evidence"] == []
    time_passes(monkeypatch, days=0.2 * YEAR)
    going = [one.thing for one in foreseen().going if one.thing.kind == "evidence"]
    assert {thing.record for thing in going} == set(release.version.evidence.all())


def test_a_file_that_another_record_needs_stays_until_that_is_due_as_well(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = a_version(cast)
    old = an_exhibit(cast, version)
    time_passes(monkeypatch, days=6 * YEAR)
    younger = Evidence(
        version=version,
        kind="other",
        title="The same once more",
        verdict="none",
        summary="Filed again.",
        file=old.file,
        file_name="again.json",
        digest=old.digest,
        reproduced=False,
        producer="the cast",
        origin="the same once more",
        filed_at=timezone.now(),
        filed_by=cast.scientist,
    )
    younger.save()
    time_passes(monkeypatch, days=5 * YEAR)
    (going,) = foreseen().going
    assert (going.thing.record, going.needed_by, going.goes) == (old, 1, False)
    keep_house()
    assert (Tombstone.objects.filter(kind="evidence").count(), len(in_the_store())) == (0, 1)
    time_passes(monkeypatch, days=6 * YEAR)
    keep_house()
    assert {one.record_id for one in Tombstone.objects.filter(kind="evidence")} == {
        old.pk,
        younger.pk,
    }
    assert in_the_store() == []


def test_drift_no_case_file_rests_on_is_a_log_and_goes_earlier(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = a_complete_version(cast)
    frozen = an_exhibit(cast, version, "drift")
    an_approved_release(cast, version)
    log = an_exhibit(cast, version, "drift")
    time_passes(monkeypatch, days=3 * YEAR + 2)
    logs = [one.thing for one in foreseen().going if one.thing.kind == "automatic_log"]
    assert [thing.record for thing in logs] == [log]
    keep_house()
    assert fresh(log.file).erased_at
    assert not fresh(frozen.file).erased_at


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


def test_a_rule_is_set_by_an_administrator_and_confirmed_by_a_second_person(cast: Cast) -> None:
    def propose(by: object, **periods: str) -> RetentionRule:
        return retention_rules.propose(
            frameworks=["eu_ai_act"],
            periods=periods or {"evidence": "15 years"},
            reason="Our counsel asks.",
            by=by,  # type: ignore[arg-type]
        )

    only_the_entitled_may(cast, "retention_rule.propose", propose)
    with refused("retention.too_short", "retention.period"):
        propose(cast.admin, evidence="9 years", mail="for ever")
    first = propose(cast.admin)
    assert retention_rules.in_force().edition == 0
    with refused("retention.own_proposal"):
        retention_rules.confirm(rule=first, by=cast.admin)
    only_the_entitled_may(
        cast, "retention_rule.confirm", lambda by: retention_rules.confirm(rule=first, by=by)
    )
    second = propose(cast.admin, evidence="12 years", notice="")
    with refused("retention.overtaken"):
        retention_rules.confirm(rule=first, by=cast.manager)
    with journalled() as entries:
        retention_rules.confirm(rule=second, by=cast.manager)
    assert [entry.action for entry in entries] == ["retention_rule.confirmed"]
    with refused("retention.confirmed_already"):
        retention_rules.confirm(rule=second, by=cast.manager)
    rules = retention_rules.in_force()
    assert (rules.edition, str(rules.periods["evidence"]), list(rules.periods)) == (
        2,
        "12 years",
        ["evidence"],
    )


KILLED = """
import os, signal
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from registry.services import files, keeping, kept_files
real = timezone.now
timezone.now = lambda: real() + timedelta(days=4100)
files.sweep = lambda digest: os.kill(os.getpid(), signal.SIGKILL)
keeping.delete_due(sources=kept_files.SOURCES)
"""


def test_a_process_killed_in_between_is_made_up_for_by_the_next(
    committed_db: str,
    quick_passwords: None,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_files_in(settings, tmp_path / "files")
    cast = gather()
    version = a_version(cast)
    exhibits = [an_exhibit(cast, version) for _ in range(3)]
    killed = subprocess.run(  # noqa: S603 - this Python, and the text above
        [sys.executable, "-c", KILLED],
        env=os.environ
        | {
            "DATABASE_URL": committed_db,
            "VAR_DIR": str(tmp_path),
            "PEOPLE_KEY": b64encode(settings.PEOPLE_KEY).decode(),
            "DJANGO_SETTINGS_MODULE": "mlops_gov.settings",
            "PYTHONPATH": str(ROOT),
        },
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert (Tombstone.objects.count(), len(in_the_store())) == (1, 3)
    time_passes(monkeypatch, days=4100)
    keep_house()
    assert {one.record_id for one in Tombstone.objects.filter(kind="evidence")} == {
        exhibit.pk for exhibit in exhibits
    }
    assert (in_the_store(), StoredFile.objects.filter(has_leftovers=True).count()) == ([], 0)
    assert journal.verify()[0] is None
    assert RowsDeletion.objects.count() == DatasetVersion.objects.count() == 0
