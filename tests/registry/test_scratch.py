"""Private folders: closed, gone afterwards, and swept where a process was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from registry.services import scratch

KILLED = """
import os, signal, sys
from django.conf import settings
settings.configure(SCRATCH_DIR=sys.argv[1], FILE_UPLOAD_TEMP_DIR=sys.argv[1])
import importlib.util
spec = importlib.util.spec_from_file_location("scratch", sys.argv[2])
scratch = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scratch)
with scratch.folder() as folder:
    (folder / "rows").write_text("31,f,1")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def own_scratch(settings: Settings, tmp_path: Path) -> Path:
    settings.SCRATCH_DIR = tmp_path / "scratch"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return tmp_path / "scratch"


def test_a_folder_is_its_owners_alone_and_gone_afterwards(own_scratch: Path) -> None:
    with scratch.folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert own_scratch.stat().st_mode & 0o777 == 0o700
        (folder / "rows").write_text("31,f,1")
    assert list(own_scratch.iterdir()) == []


def test_a_folder_is_gone_after_an_error_too(own_scratch: Path) -> None:
    with pytest.raises(ZeroDivisionError), scratch.folder() as folder:
        (folder / "rows").write_text("31,f,1")
        raise ZeroDivisionError
    assert list(own_scratch.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_is_not(own_scratch: Path) -> None:
    killed = subprocess.run(  # noqa: S603 - this Python, and the text above
        [sys.executable, "-c", KILLED, str(own_scratch), str(scratch.__file__)], check=False
    )
    assert killed.returncode == -9
    (left,) = own_scratch.iterdir()
    assert (left / "rows").exists()
    with scratch.folder() as used:
        assert scratch.sweep() == 1
        assert list(own_scratch.iterdir()) == [used]
    assert scratch.sweep() == 0


def test_an_upload_that_nobody_took_is_swept_after_a_day(settings: Settings) -> None:
    old, young = (Path(settings.FILE_UPLOAD_TEMP_DIR) / f"{n}.upload.csv" for n in "ab")
    for path in (old, young):
        path.write_text("31,f,1")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    assert scratch.sweep() == 1
    assert (old.exists(), young.exists()) == (False, True)
