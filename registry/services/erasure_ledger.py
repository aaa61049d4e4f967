"""The ledger of erasures, outside the database: a restored backup still holds the keys it names."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from registry.rules.casefile import canonical
from registry.rules.erasures import Erasure, Unreadable, erasures_in
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

logger = logging.getLogger(__name__)


def append(erasure: Erasure) -> None:
    """Write an erasure down; it is on the disk when this returns. Raises Refused where it is not.

    Without its line nobody is erased: the next restore would bring them back unnoticed.
    """
    try:
        _append([erasure.as_line().encode()])
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
    _append([canonical({"taken_back": erasure.id}).encode()])


def confirm(erasure: Erasure) -> None:
    """Say that an erasure was committed: whatever database comes back, it holds."""
    _append([canonical({"confirmed": erasure.id}).encode()])


def join(content: bytes) -> bool:
    """Add the lines of another copy that are not here yet; return whether there were any.

    Nothing that stands here is moved or rewritten, so it can be killed anywhere and done again.
    """
    return _append(_whole(content, "the archive").split(b"\n")[:-1], once=True)


def read() -> list[Erasure]:
    """Return the erasures that happened, oldest first. Raises Refused where a line is damaged."""
    path = Path(settings.ERASURES_FILE)
    if not path.exists():
        return []
    try:
        return erasures_in(_whole(path.read_bytes(), path).decode())
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


def _append(lines: Iterable[bytes], *, once: bool = False) -> bool:
    """Write lines at the end, with ``once`` only those not there; return whether any was."""
    with _held() as ledger:
        content = os.pread(ledger, os.fstat(ledger).st_size, 0)
        # What a power cut left of a line was never committed, and would spoil the next one.
        whole = _whole(content, settings.ERASURES_FILE)
        here = set(whole.split(b"\n")) if once else set()
        more = b"".join(line + b"\n" for line in lines if line not in here)
        try:
            os.ftruncate(ledger, len(whole))
            if os.pwrite(ledger, more, len(whole)) < len(more):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(ledger)
        except OSError:
            os.ftruncate(ledger, len(whole))
            raise
        return bool(more)


def _whole(content: bytes, where: object) -> bytes:
    """Return the lines that were written to their end."""
    end = content.rfind(b"\n") + 1
    if end < len(content):
        logger.warning(
            "The last line of the ledger of erasures (%s) was cut short as it was written; nothing"
            " was committed of it, and it is passed over.",
            where,
        )
    return content[:end]


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
