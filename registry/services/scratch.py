"""Private folders for rows in the clear, which are gone afterwards whatever happens."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

# An upload is moved out of its folder within its request; a day is longer than any request.
UPLOADS_LEFT_AFTER_SECONDS = 24 * 3600


@contextmanager
def folder() -> Iterator[Path]:
    """Give an empty folder that this user alone can enter, and remove it afterwards.

    A process that is killed leaves it behind, but loses its lock on it; by that `sweep` knows it.
    """
    root = _root()
    with _locked(root):
        made = Path(tempfile.mkdtemp(prefix="rows-", dir=root))
        lock = _lock(made, fcntl.LOCK_EX)
    try:
        yield made
    finally:
        shutil.rmtree(made)
        os.close(lock)


def sweep() -> int:
    """Remove what killed processes left on this machine; return how many folders and uploads."""
    swept = 0
    root = _root()
    with _locked(root):
        for left in root.iterdir():
            try:
                lock = _lock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(left)
            os.close(lock)
            swept += 1
    return swept + _sweep_uploads()


def _sweep_uploads() -> int:
    oldest = time.time() - UPLOADS_LEFT_AFTER_SECONDS
    swept = 0
    for upload in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):
        if upload.is_file() and upload.stat().st_mtime < oldest:
            upload.unlink(missing_ok=True)
            swept += 1
    return swept


def _root() -> Path:
    root = Path(settings.SCRATCH_DIR)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Keep a folder that is being made, and is not locked yet, from being taken for a left one."""
    lock = _lock(root, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(lock)


def _lock(path: Path, how: int) -> int:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        os.close(handle)
        raise
    return handle
