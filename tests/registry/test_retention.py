"""Rows go when their time is over or somebody asks for it; what was found on them stays."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from registry import tasks
from registry.models import (
    DataLink,
    DatasetVersion,
    Entry,
    RowsDeletion,
    StoredFile,
    Tombstone,
    User,
)
from registry.rules.retention import BY_HAND, PAST_RETENTION, ROWS_PERIOD
from registry.services import evidence, files, gates, journal, retention, tombstones
from tests.cast import (
    Cast,
    a_dataset,
    a_dataset_version,
    a_table,
    a_version,
    an_approved_release,
    gather,
)
from tests.registry.rows_at_rest import fresh, in_the_store, lies_at, read
from tests.registry.signing import fresh as release_again
from tests.traces import (
    journalled,
    nothing_written,
    only_the_entitled_may,
    refused,
    time_passes,
    who,
)

ASKED = "A customer asked for erasure."


def delete(data: DatasetVersion, by: User | None, reason: str = ASKED) -> RowsDeletion:
    return retention.delete_rows(data=data, reason=reason, by=by)


def again(data: DatasetVersion) -> DatasetVersion:
    return DatasetVersion.objects.get(pk=data.pk)


def test_rows_are_kept_for_the_usual_time_unless_a_day_is_named(cast: Cast) -> None:
    today = timezone.localdate()
    assert a_dataset_version(cast).keep_until == today + timedelta(days=730)


def test_a_deletion_is_written_down_and_the_rest_stays(cast: Cast) -> None:
    data = a_dataset_version(cast)
    before = DatasetVersion.objects.filter(pk=data.pk).values().get()
    with journalled() as entries:
        deletion = delete(data, cast.manager)
    assert DatasetVersion.objects.filter(pk=data.pk).values().get() == before
    assert (deletion.sha256, deletion.rows) == (data.file.sha256, 240)
    assert (deletion.deleted_by, deletion.reason) == (cast.manager, ASKED)
    (entry,) = entries
    assert (entry.action, who(entry), entry.role, entry.reason) == (
        "dataset_version.rows_deleted",
        "Mara Roth",
        "model_risk_manager",
        ASKED,
    )
    assert json.loads(entry.changes) == {
        "sha256": data.file.sha256,
        "rows": 240,
        "keep_until": str(data.keep_until),
        "same_content_kept_by": [],
    }
    assert journal.verify()[0] is None


def test_the_key_goes_with_the_commit_and_the_bytes_after_it(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    data = a_dataset_version(cast)
    with django_capture_on_commit_callbacks(execute=True):
        delete(data, cast.admin)
        stored = fresh(data.file)
        assert (stored.wrapped_key, stored.has_leftovers) == (None, True)
        assert len(in_the_store()) == 1
    assert in_the_store() == []
    assert fresh(data.file).has_leftovers is False


def test_a_process_killed_after_the_commit_is_made_up_for(cast: Cast) -> None:
    # Within a test nothing commits: this is what a process killed right then leaves behind.
    data = a_dataset_version(cast)
    delete(data, cast.admin)
    assert len(in_the_store()) == 1
    tasks.keep_house()
    assert in_the_store() == []
    with nothing_written():
        tasks.keep_house()


def test_deleted_rows_are_not_read_any_more(cast: Cast) -> None:
    data = a_dataset_version(cast)
    assert retention.objection_to_reading(data) is None
    delete(data, cast.admin)
    objection = retention.objection_to_reading(again(data))
    assert objection is not None
    assert objection.code == "data.rows_deleted"
    with refused("data.rows_deleted"):
        read(data.file)


def test_others_delete_no_rows(cast: Cast) -> None:
    data = a_dataset_version(cast)
    only_the_entitled_may(cast, "dataset.delete_rows", lambda person: delete(data, person))
    other = a_dataset_version(cast, a_dataset(cast, "Others"))
    delete(data, cast.manager)
    delete(other, cast.admin)


def test_a_deletion_needs_a_reason_and_happens_once(cast: Cast) -> None:
    data = a_dataset_version(cast)
    with refused("dataset.deletion_reason"):
        delete(data, cast.admin, "  ")
    delete(data, cast.admin)
    with refused("dataset.rows_deleted_already"):
        delete(data, cast.admin)
    with refused("dataset.rows_deleted_already", "dataset.deletion_reason"):
        delete(data, cast.admin, "")


def test_the_gate_stays_open_and_the_signed_content_the_same(cast: Cast) -> None:
    release = an_approved_release(cast)
    assert gates.gate(release_again(release)).allowed
    delete(DataLink.objects.get(version=release.version).data, cast.manager)
    gate = gates.gate(release_again(release))
    assert (gate.allowed, list(gate.reasons)) == (True, [])


@pytest.mark.parametrize(("days", "deleted"), [(730, 0), (731, 1)])
def test_rows_go_on_the_day_after_their_last(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, days: int, deleted: int
) -> None:
    data = a_dataset_version(cast)
    time_passes(monkeypatch, days=days)
    with journalled() as entries:
        tasks.keep_house()
    assert RowsDeletion.objects.count() == len(entries) == deleted
    assert again(data).has_rows is not bool(deleted)
    if deleted:
        told = (entries[0].actor, entries[0].role, entries[0].door)
        assert told == ("system", "system", "worker")
        assert entries[0].reason == "The retention set for these rows has passed."
    retention.finish_erasing()
    with nothing_written():
        tasks.keep_house()


def test_the_same_rows_under_two_versions_go_with_the_last(cast: Cast) -> None:
    first = a_dataset_version(cast)
    second = a_dataset_version(cast, a_dataset(cast, "Again"))
    assert first.file == second.file
    with journalled() as entries:
        delete(first, cast.admin)
    kept_by = json.loads(entries[0].changes)["same_content_kept_by"]
    assert kept_by == [f"datasetversion {second.pk}"]
    assert (again(first).has_rows, read(second.file)) == (False, a_table().encode())
    assert not Tombstone.objects.exists()
    retention.delete_rows(data=second, reason=PAST_RETENTION, by=None)
    retention.finish_erasing()
    assert in_the_store() == []
    stones = list(Tombstone.objects.order_by("record_id"))
    assert [(one.record_id, one.rule) for one in stones] == [
        (first.pk, BY_HAND),
        (second.pk, ROWS_PERIOD),
    ]
    numbers = tombstones.journal_numbers(stones)
    told = Entry.objects.filter(number__in=numbers.values()).order_by("number")
    assert [one.subject_id for one in told] == [first.pk, second.pk]
    third = a_dataset_version(cast, first.dataset)
    delete(third, cast.admin)
    assert set(Tombstone.objects.values_list("record_id", flat=True)) == {
        first.pk,
        second.pk,
        third.pk,
    }
    assert Tombstone.objects.count() == 3


def test_an_exhibit_with_the_same_bytes_keeps_them(cast: Cast) -> None:
    data = a_dataset_version(cast)
    exhibit = evidence.file_exhibit(
        version=a_version(cast),
        kind="other",
        title="The table itself",
        verdict="none",
        summary="Filed as it is.",
        content=a_table().encode(),
        file_name="table.csv",
        producer="the cast",
        origin="by hand",
        reproduced=False,
        data=None,
        by=cast.scientist,
    )
    with journalled() as entries:
        delete(data, cast.admin)
    assert f"evidence {exhibit.pk}" in entries[0].changes
    assert files.read_checked(fresh(exhibit.file)) == a_table().encode()


def test_rows_registered_again_are_there_again_under_another_key(cast: Cast) -> None:
    first = a_dataset_version(cast)
    key = bytes(first.file.wrapped_key or b"")
    delete(first, cast.admin)
    second = a_dataset_version(cast, first.dataset)
    retention.finish_erasing()
    assert (second.number, second.file_id) == (2, first.file_id)
    assert bytes(second.file.wrapped_key or b"") != key
    assert read(second.file) == a_table().encode()
    assert again(first).has_rows is False


def test_plain_rows_of_an_earlier_edition_go_as_well(cast: Cast) -> None:
    data = a_dataset_version(cast)
    lies_at(data.file).unlink()
    StoredFile.objects.filter(pk=data.file_id).update(wrapped_key=None, wrapped_by="")
    plain = lies_at(fresh(data.file))
    plain.parent.mkdir(parents=True)
    plain.write_text(a_table())
    delete(data, cast.admin)
    retention.finish_erasing()
    assert in_the_store() == []


def test_data_that_keeps_no_rows_here_has_none_to_delete(cast: Cast) -> None:
    data = a_dataset_version(cast)
    with connection.cursor() as cursor:
        # As the table is after a query was registered; its trigger lets nobody make it so later.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE registry_datasetversion DISABLE TRIGGER USER")
        cursor.execute("UPDATE registry_datasetversion SET keep_until = NULL")
        cursor.execute("ALTER TABLE registry_datasetversion ENABLE TRIGGER USER")
    with refused("dataset.no_rows_here"):
        delete(data, cast.admin)
    retention.delete_overdue()
    assert again(data).has_rows


@pytest.mark.parametrize(
    ("days", "code"), [(-1, "dataset.keep_until_past"), (31, "dataset.keep_until_late")]
)
def test_a_last_day_outside_the_limits_is_refused(
    cast: Cast, settings: Settings, days: int, code: str
) -> None:
    settings.ROWS_KEPT_AT_MOST_DAYS = 30
    with refused(code):
        retention.keep_until(timezone.localdate() + timedelta(days=days))


def test_committed_for_real_the_bytes_are_gone_at_once(
    committed_db: str, quick_passwords: None
) -> None:
    cast = gather()
    data = a_dataset_version(cast)
    other = a_dataset_version(cast, data.dataset, role="train")
    delete(data, cast.admin)
    assert in_the_store() == [lies_at(other.file)]
    assert not StoredFile.objects.filter(has_leftovers=True).exists()
    assert Entry.objects.filter(action="dataset_version.rows_deleted").count() == 1
