"""The store is read against its digests in turn, and what is wrong or of no record is told."""

from __future__ import annotations

import io
import json
import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from pytest_django import Settings

from audits.services import alerts
from registry import tasks
from registry.models import StoreCheck, StoredFile
from registry.services import files, retention, store
from tests.cast import Cast, a_dataset_version, a_version, an_exhibit
from tests.registry.rows_at_rest import fresh, keep, lies_at
from tests.traces import journalled

OLD = time.time() - 2 * 24 * 3600
STRAY = "ab/abandoned"


def lies_there_since(place: str, when: float) -> None:
    default_storage.save(place, ContentFile(b"left behind"))
    os.utime(default_storage.path(place), (when, when))


def check_store(*options: str) -> tuple[int, str]:
    """Run the command; return its exit code and what it printed."""
    said = io.StringIO()
    try:
        call_command("check_store", *options, stdout=said)
    except SystemExit as ended:
        return int(ended.code or 0), said.getvalue()
    return 0, said.getvalue()


def test_a_whole_store_is_found_whole_sealed_files_too(cast: Cast) -> None:
    sealed, plain = a_dataset_version(cast).file, an_exhibit(cast, a_version(cast)).file
    assert (sealed.is_sealed, plain.is_sealed) == (True, False)
    with journalled() as entries:
        tasks.check_store()
    assert entries == []
    found = StoreCheck.objects.get()
    assert (found.files, found.left, found.broken, found.orphans) == (2, 0, [], [])
    assert found.bytes == sealed.size + plain.size
    assert all(one.checked_at and not one.wrong for one in StoredFile.objects.all())
    assert check_store()[0] == 0


def test_what_is_missing_changed_or_locked_is_named_and_told_once(
    cast: Cast, settings: Settings
) -> None:
    version = a_version(cast)
    missing, changed, whole = (an_exhibit(cast, version).file for _ in range(3))
    locked, bent = keep(b"a,b\n1,2\n"), keep(b"a,b\n3,4\n")
    lies_at(missing).unlink()
    lies_at(changed).write_bytes(b"x" * changed.size)
    lies_at(bent).write_bytes(b"x" * lies_at(bent).stat().st_size)
    StoredFile.objects.filter(pk=locked.pk).update(wrapped_by="another")
    with journalled() as entries:
        code, said = check_store("--json")
    told = {one["sha256"]: one["wrong"] for one in json.loads(said)["broken"]}
    assert told == {
        missing.sha256: "missing",
        changed.sha256: "changed",
        bent.sha256: "changed",
        locked.sha256: "locked",
    }
    assert (code, fresh(whole).wrong) == (1, "")
    assert [one.action for one in entries] == ["stored_file.found_broken"] * 4
    with journalled() as entries:
        code, said = check_store()
    assert (code, entries) == (1, [])
    assert f"{missing.sha256} Missing: restore it from a backup." in said
    (alert,) = (one for one in alerts.alerts(cast.auditor) if one.kind == "store")
    assert str(alert.reasons[0]) == (
        "Files that are missing, changed or locked: 4. Restore them from a backup."
    )
    assert alert in alerts.alerts(cast.admin)
    assert "store" not in {one.kind for one in alerts.alerts(cast.scientist)}
    lies_at(missing).write_bytes(b"the wrong backup")
    store.check()
    assert fresh(missing).wrong == "changed"


def test_a_file_that_is_back_is_found_whole_again(cast: Cast) -> None:
    stored = an_exhibit(cast, a_version(cast)).file
    content = lies_at(stored).read_bytes()
    lies_at(stored).unlink()
    store.check()
    assert [store.named_by(one) for one in store.broken()] == [[f"evidence {an_id(stored)}"]]
    lies_at(stored).write_bytes(content)
    with journalled() as entries:
        store.check()
    assert [one.action for one in entries] == ["stored_file.found_whole"]
    assert list(store.broken()) == []


def an_id(stored: StoredFile) -> int:
    (holder,) = retention.holders_of(stored, ())
    return int(holder.pk)


def test_a_night_reads_a_part_and_the_next_goes_on_with_the_longest_unread(
    cast: Cast, settings: Settings
) -> None:
    version = a_version(cast)
    kept = [an_exhibit(cast, version).file for _ in range(3)]
    first = store.check(most_bytes=kept[0].size + kept[1].size)
    assert (first.files, first.left) == (2, 1)
    assert [bool(fresh(one).checked_at) for one in kept] == [True, True, False]
    # However small the part, a file is read, or a large one would stop everything.
    second = store.check(most_bytes=1)
    assert (second.files, bool(fresh(kept[2]).checked_at)) == (1, True)
    assert store.check(most_bytes=1).files == 1


def test_what_no_record_names_is_reported_after_a_day_and_removed_when_asked(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = an_exhibit(cast, a_version(cast)).file
    lies_there_since(STRAY, OLD)
    lies_there_since("sealed/cd/justput", time.time())
    # A plain copy beside a sealed file is one that should have gone.
    sealed = keep()
    lies_there_since(sealed.places[False], OLD)
    erased = a_dataset_version(cast)
    retention.delete_rows(data=erased, reason="Asked for.", by=cast.admin)
    assert {one.place for one in store.orphans() if one.is_old} == {STRAY, sealed.places[False]}
    code, said = check_store()
    assert code == 1
    assert f"{STRAY} Named by no record since" in said
    (alert,) = (one for one in alerts.alerts(cast.admin) if one.kind == "store")
    assert str(alert.reasons[0]).startswith("Files in the store that no record names: 2.")
    with journalled() as entries:
        code, said = check_store("--remove-orphans")
    assert (code, "2 files of no record were removed." in said) == (0, True)
    assert [one.action for one in entries] == ["store.orphan_removed"] * 2
    assert not default_storage.exists(STRAY)
    assert default_storage.exists("sealed/cd/justput")
    assert files.read_checked(fresh(kept)) and files.read_checked(fresh(sealed))
    assert "store" not in {one.kind for one in alerts.alerts(cast.admin)}


def test_what_somebody_came_to_need_since_is_not_removed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = an_exhibit(cast, a_version(cast)).file
    needed = store.Orphan(stored.place, stored.size, fresh(stored).kept_at)
    monkeypatch.setattr(store, "orphans", lambda: [needed])
    monkeypatch.setattr(store.Orphan, "is_old", property(lambda self: True))
    assert store.remove_orphans() == 0
    assert lies_at(stored).exists()
