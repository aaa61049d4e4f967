"""Keeps two launchers out of the same folder; the lock dies with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from words import Halt


@contextmanager
def held(path: Path, *, doing: str) -> Iterator[None]:
    """Hold the lock, or stop and say which process holds it.

    The kernel drops the lock with the process, so nothing has to be cleaned up after a kill; the
    file itself stays, because removing it would let two processes lock two different files.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise Halt(f"{doing} is already under way in this folder: {holder}.") from error
        file.seek(0)
        file.truncate()
        file.write(f"{doing}, process {os.getpid()}")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
