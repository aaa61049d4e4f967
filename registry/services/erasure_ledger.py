"""The ledger of erasures, outside the database: a restored backup still holds the keys it names."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from registry.rules.casefile import canonical
from registry.rules.erasures import Erasure, Unreadable, erasures_in
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop


def append(erasure: Erasure) -> None:
    """Write an erasure down; it is on the disk when this returns. Raises Refused where it is not.

    Without its line nobody is erased: the next restore would bring them back unnoticed.
    """
    try:
        _append(canonical(asdict(erasure)))
    except OSError as error:
        raise Refused.because(
            "erasures.unwritable",
            gettext_noop(
                "The ledger of erasures %(path)s cannot be written: %(why)s. Nothing was erased;"
                " have an operator mend that first."
            ),
            path=settings.ERASURES_FILE,
            why=error.strerror,
        ) from error


def take_back(erasure: Erasure) -> None:
    """Say that an erasure was not committed after all."""
    _append(canonical({"taken_back": erasure.id}))


def read() -> list[Erasure]:
    """Return the erasures that happened, oldest first. Raises Refused where a line is damaged."""
    path = Path(settings.ERASURES_FILE)
    if not path.exists():
        return []
    try:
        return erasures_in(path.read_text(encoding="utf-8"))
    except (Unreadable, UnicodeDecodeError) as error:
        raise Refused.because(
            "erasures.unreadable",
            gettext_noop(
                "The ledger of erasures %(path)s is damaged (%(where)s); restore it from its own"
                " backup, or people who were erased come back."
            ),
            path=path,
            where=error,
        ) from error


def _append(line: str) -> None:
    with _held() as ledger:
        content = os.pread(ledger, os.fstat(ledger).st_size, 0)
        # What a power cut left of a line was never committed, and would spoil the next one.
        whole = content.rfind(b"\n") + 1
        try:
            os.ftruncate(ledger, whole)
            os.pwrite(ledger, line.encode() + b"\n", whole)
            os.fsync(ledger)
        except OSError:
            os.ftruncate(ledger, whole)
            raise


@contextmanager
def _held() -> Iterator[int]:
    """Open the ledger for whoever writes to it alone."""
    path = Path(settings.ERASURES_FILE)
    is_new = not path.exists()
    ledger = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(ledger, fcntl.LOCK_EX)
        yield ledger
        if is_new:
            _sync_folder(path.parent)
    finally:
        os.close(ledger)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
