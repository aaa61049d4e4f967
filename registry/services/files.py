"""Keep files by content, people's rows sealed, and take them back when the verb fails."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from registry.models import StoredFile, Tombstone
from registry.rules.refusals import Objection, Refused
from registry.rules.retention import PEOPLES_ROWS, ROWS_GONE, file_gone
from registry.rules.wording import gettext_noop
from registry.services import journal, row_keys, scratch, sealed_rows

BLOCK = 1 << 20


class Draft(File):  # type: ignore[type-arg]  # the class cannot be subscripted at run time
    """A finished file that the store may move into its place, instead of copying it."""

    def temporary_file_path(self) -> str:
        """Return where it lies."""
        return str(self.name)


def sha256_of(source: Path) -> str:
    """Return the digest of a file, read in blocks."""
    summed = hashlib.sha256()
    with source.open("rb") as stream:
        while block := stream.read(BLOCK):
            summed.update(block)
    return summed.hexdigest()


def keep(source: Path | bytes, *, holds_rows: bool = False) -> StoredFile:
    """Put the bytes into the store, once for each content; to be called inside a verb.

    With ``holds_rows`` they are encrypted on the way in, and so are those that lay there plain.
    Raises Refused for an empty file.
    """
    digest = hashlib.sha256(source).hexdigest() if isinstance(source, bytes) else sha256_of(source)
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size == 0:
        raise Refused.because(
            "file.empty", gettext_noop("The file is empty; choose the file that has the content.")
        )
    lock(digest)
    kept = StoredFile.objects.filter(sha256=digest).first()
    stored = kept or StoredFile(sha256=digest, size=size, kept_at=timezone.now())
    is_there = kept is not None and default_storage.exists(stored.place)
    if is_there and stored.erased_at is None and stored.is_sealed >= holds_rows:
        return stored
    journal.on_failure(partial(sweep, digest))
    was = stored.place
    key = row_keys.give_key(stored) if holds_rows or stored.is_sealed else None
    # What a killed process left there, of which no row speaks, may be half a file, or sealed with
    # a key that is lost.
    if kept is None or stored.erased_at or stored.place != was:
        default_storage.delete(stored.place)
    if not default_storage.exists(stored.place):
        _put(stored, source, key)
    stored.erased_at = None
    if kept is not None and stored.place != was:
        leave_over(stored)
    stored.save()
    return stored


def read_checked(stored: StoredFile) -> bytes:
    """Return the bytes after checking them against the digest. Raises Refused when they differ."""
    return b"".join(blocks(stored))


@contextmanager
def opened(stored: StoredFile) -> Iterator[Path]:
    """Yield a path on this machine with the plain bytes, checked against the digest.

    Of a sealed file it leads to a copy in a private folder, which is gone afterwards. Raises
    Refused when the bytes differ, are lost or were erased.
    """
    # Somebody may have sealed or erased it since it was loaded.
    stored = StoredFile.objects.get(pk=stored.pk)
    if not stored.is_sealed and stored.erased_at is None:
        yield _path_checked(stored)
        return
    with scratch.folder() as folder:
        path = folder / "rows"
        with path.open("xb") as copy:
            for block in blocks(stored):
                copy.write(block)
        yield path


def is_whole(stored: StoredFile) -> bool:
    """Say whether the store holds the bytes of the digest; sealed ones are opened to see it."""
    try:
        for _ in blocks(stored):
            pass
    except Refused:
        return False
    return True


def objection_to_reading(stored: StoredFile) -> Objection:
    """Say why the bytes of an erased file are not there: under which rule it went, and when."""
    tombstone = Tombstone.objects.filter(file=stored).order_by("-pk").first()
    if tombstone is None or tombstone.kind in PEOPLES_ROWS:
        return ROWS_GONE
    return file_gone(str(tombstone.at.date()), tombstone.rule)


def seal(stored: StoredFile) -> StoredFile:
    """Encrypt a file that still lies plain; to be called inside a verb.

    Both files are there until the verb has committed, so it can be killed anywhere.
    """
    lock(stored.sha256)
    stored = StoredFile.objects.get(pk=stored.pk)
    if stored.is_sealed or stored.erased_at:
        return stored
    return keep(_path_checked(stored), holds_rows=True)


def leave_over(stored: StoredFile) -> None:
    """Have bytes that no longer count removed once this commits; the caller saves the row.

    If the process is killed before that, the housekeeping does it.
    """
    stored.has_leftovers = True
    transaction.on_commit(partial(sweep, stored.sha256), robust=True)


def sweep(digest: str) -> None:
    """Remove every copy of a content but the one that its row speaks of, if there is a row."""
    with transaction.atomic():
        lock(digest)
        stored = StoredFile.objects.filter(sha256=digest).first()
        current = stored.place if stored and stored.erased_at is None else None
        for place in (stored or StoredFile(sha256=digest)).places.values():
            if place != current:
                default_storage.delete(place)
        if stored and stored.has_leftovers:
            stored.has_leftovers = False
            stored.save(update_fields=["has_leftovers"])


def lock(digest: str) -> None:
    """Let one verb at a time decide about one content, until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])


def _put(stored: StoredFile, source: Path | bytes, key: bytes | None) -> None:
    """Write the bytes to their place, through a key where there is one."""
    content = ContentFile(source) if isinstance(source, bytes) else File(source.open("rb"))
    with content:
        if key is None:
            default_storage.save(stored.place, content)
            return
        with scratch.folder() as folder, (folder / "sealed").open("xb+") as draft:
            sealed_rows.seal(content, draft, key=key, sha256=stored.sha256)
            draft.flush()
            os.fsync(draft.fileno())
            draft.seek(0)
            default_storage.save(stored.place, Draft(draft))


def blocks(stored: StoredFile) -> Iterator[bytes]:
    """Yield the plain bytes; when they were not the right ones, raise Refused at the end."""
    if stored.erased_at:
        raise Refused(objection_to_reading(stored))
    key = row_keys.key_of(stored) if stored.is_sealed else None
    summed = hashlib.sha256()
    try:
        with stored.open() as stream:
            for block in _plain(stream, key, stored.sha256):
                summed.update(block)
                yield block
    except (FileNotFoundError, sealed_rows.Damaged):
        raise _broken(stored) from None
    if summed.hexdigest() != stored.sha256:
        raise _broken(stored)


def _plain(stream: IO[bytes], key: bytes | None, sha256: str) -> Iterator[bytes]:
    if key is not None:
        yield from sealed_rows.unseal(stream, key=key, sha256=sha256)
        return
    while block := stream.read(BLOCK):
        yield block


def _path_checked(stored: StoredFile) -> Path:
    """Return the path of a plain file whose bytes match. Raises Refused when they differ."""
    path = Path(default_storage.path(stored.place))
    if not path.is_file() or sha256_of(path) != stored.sha256:
        raise _broken(stored)
    return path


def _broken(stored: StoredFile) -> Refused:
    return Refused.because(
        "file.broken",
        gettext_noop(
            "The file %(digest)s is missing from the store or was changed there;"
            " restore it from a backup."
        ),
        digest=stored.sha256[:12],
    )
