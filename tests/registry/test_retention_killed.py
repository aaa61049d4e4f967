"""Deletions of rows that a killed process or a stubborn store interrupts."""

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
from registry.models import RowsDeletion
from registry.services import journal, retention
from tests.cast import Cast, a_dataset, a_dataset_version, a_table, gather
from tests.conftest import keep_files_in
from tests.registry.rows_at_rest import fresh, in_the_store, lies_at
from tests.traces import nothing_written

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


def test_a_process_killed_between_the_commit_and_the_removal_loses_nothing(
    committed_db: str, quick_passwords: None, settings: Settings, tmp_path: Path
) -> None:
    keep_files_in(settings, tmp_path / "files")
    data = a_dataset_version(gather())
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
    assert RowsDeletion.objects.get().data == data
    assert (len(in_the_store()), fresh(data.file).wrapped_key) == (1, None)
    tasks.keep_house()
    assert in_the_store() == []
    assert journal.verify()[0] is None
    with nothing_written():
        tasks.keep_house()


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
