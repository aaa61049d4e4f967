"""Keep files by content, and take them back when the verb that kept them fails."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from registry.models import StoredFile
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import journal

BLOCK = 1 << 20


def sha256_of(source: Path) -> str:
    """Return the digest of a file, read in blocks."""
    summed = hashlib.sha256()
    with source.open("rb") as stream:
        while block := stream.read(BLOCK):
            summed.update(block)
    return summed.hexdigest()


def keep(source: Path | bytes) -> StoredFile:
    """Put the bytes into the store, once for each content; to be called inside a verb.

    Raises Refused for an empty file.
    """
    digest = hashlib.sha256(source).hexdigest() if isinstance(source, bytes) else sha256_of(source)
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size == 0:
        raise Refused.because(
            "file.empty", gettext_noop("The file is empty; choose the file that has the content.")
        )
    _lock(digest)
    kept = StoredFile.objects.filter(sha256=digest).first()
    if kept and default_storage.exists(kept.place):
        return kept
    stored = kept or StoredFile(sha256=digest, size=size, kept_at=timezone.now())
    journal.on_failure(lambda: _take_back(stored.sha256))
    if not default_storage.exists(stored.place):
        if isinstance(source, bytes):
            default_storage.save(stored.place, ContentFile(source))
        else:
            with source.open("rb") as stream:
                default_storage.save(stored.place, File(stream))
    if kept is None:
        stored.save()
    return stored


def read_checked(stored: StoredFile) -> bytes:
    """Return the bytes after checking them against the digest. Raises Refused when they differ."""
    try:
        with stored.open() as stream:
            content: bytes = stream.read()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise Refused.because(
            "file.broken",
            gettext_noop(
                "The file %(digest)s is missing from the store or was changed there;"
                " restore it from a backup."
            ),
            digest=stored.sha256[:12],
        )
    return content


def path_checked(stored: StoredFile) -> Path:
    """Return a path on this machine whose bytes match the digest.

    Raises Refused when they differ.
    """
    path = Path(default_storage.path(stored.place))
    if not path.is_file() or sha256_of(path) != stored.sha256:
        read_checked(stored)
    return path


def _take_back(digest: str) -> None:
    """Remove bytes that no row speaks of.

    Unless another verb has kept the same content meanwhile.
    """
    with transaction.atomic():
        _lock(digest)
        stored = StoredFile(sha256=digest)
        if not StoredFile.objects.filter(sha256=digest).exists():
            default_storage.delete(stored.place)


def _lock(digest: str) -> None:
    """Let one verb at a time decide about one content, until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])
