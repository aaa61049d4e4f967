"""Deletions that a killed process or a stubborn store interrupts: of rows, and of what is due."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from pytest_django import Settings

from registry import tasks
from registry.models import DatasetVersion, RowsDeletion, StoredFile, Tombstone
from registry.services import journal, retention
from tests.cast import (
    Cast,
    a_dataset,
    a_dataset_version,
    a_table,
    a_version,
    an_exhibit,
    gather,
)
from tests.conftest import keep_files_in
from tests.registry.keeping import keep_house
from tests.registry.rows_at_rest import fresh, in_the_store, lies_at
from tests.traces import nothing_written, time_passes

ROOT = Path(__file__).resolve().parents[2]

KILLED = """
import os, signal, sys
import django
django.setup()
from registry.models import DatasetVersion, User
from registry.services import files, retention
files.sweep = lambda digest: os.kill(os.getpid(), signal.SIGKILL)
retention.delete_rows(
    data=DatasetVersion.objects.get(), reason="Asked for.", by=User.objects.get(username="admin")
)
"""


KILLED_AT_NIGHT = """
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


def run_until_killed(text: str, database: str, settings: Settings, folder: Path) -> None:
    """Run Python over the test's database and files; it has to kill itself."""
    killed = subprocess.run(  # noqa: S603 - this Python, and one of the texts above
        [sys.executable, "-c", text],
        env=os.environ
        | {
            "DATABASE_URL": database,
            "VAR_DIR": str(folder),
            "PEOPLE_KEY": b64encode(settings.PEOPLE_KEY).decode(),
            "DJANGO_SETTINGS_MODULE": "mlops_gov.settings",
            "PYTHONPATH": str(ROOT),
        },
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL


def test_a_process_killed_between_the_commit_and_the_removal_loses_nothing(
    committed_db: str, quick_passwords: None, settings: Settings, tmp_path: Path
) -> None:
    keep_files_in(settings, tmp_path / "files")
    data = a_dataset_version(gather())
    run_until_killed(KILLED, committed_db, settings, tmp_path)
    assert RowsDeletion.objects.get().data == data
    assert (len(in_the_store()), fresh(data.file).wrapped_key) == (1, None)
    tasks.keep_house()
    assert in_the_store() == []
    assert journal.verify()[0] is None
    with nothing_written():
        tasks.keep_house()


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
    run_until_killed(KILLED_AT_NIGHT, committed_db, settings, tmp_path)
    assert (Tombstone.objects.count(), len(in_the_store())) == (1, 3)
    time_passes(monkeypatch, days=4100)
    keep_house()
    assert {one.record_id for one in Tombstone.objects.filter(kind="evidence")} == {
        exhibit.pk for exhibit in exhibits
    }
    assert (in_the_store(), StoredFile.objects.filter(has_leftovers=True).count()) == ([], 0)
    assert journal.verify()[0] is None
    assert RowsDeletion.objects.count() == DatasetVersion.objects.count() == 0


def test_bytes_that_cannot_be_removed_now_are_removed_later(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, other = (
        a_dataset_version(cast),
        a_dataset_version(cast, a_dataset(cast, "Few"), table=a_table(30)),
    )
    place = lies_at(stuck.file)
    place.unlink()
    place.mkdir()
    (place / "in the way").touch()
    for data in (stuck, other):
        retention.delete_rows(data=data, reason="Asked for.", by=cast.admin)
    assert retention.finish_erasing() == 1
    assert f"The bytes of {stuck.file.sha256[:12]} could not be removed" in caplog.text
    assert in_the_store() == [place / "in the way"]
    (place / "in the way").unlink()
    assert retention.finish_erasing() == 1
