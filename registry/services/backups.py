"""Make a backup: the database and the store in one archive, the keys in another, kept apart.

A name in the journal and a file of people's rows are erased by destroying a key. That has to hold
for old backups too, so no key lies in the archive that is kept for long: whoever has it reads
everything but people's names, sign-ins and rows. The archive of keys is kept elsewhere, and only
the newest one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from registry.models import CheckpointKey, Head, StoredFile
from registry.rules.backups import (
    FILES,
    FORMAT,
    KEPT_APART,
    KEY_TABLES,
    KEYS_FORMAT,
    Manifest,
    part_name,
)
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import archives, checkpoint_keys, files, journal, key_files, table_copies
from registry.services.checkpoint_keys import Pair


def make(*, archive: Path, keys: Path | None = None, together: bool = False, by: None) -> Manifest:
    """Write the archive, and the one of keys where it is asked for; return the first's manifest.

    Both are of one instant, while everybody goes on working. The manifest's ``lost`` names files
    that the store has no longer, or holds changed: the backup is whole but for them. Raises Refused
    where an archive cannot be written or signed, or both would lie in one folder and ``together``
    is not set.
    """
    if keys is not None and not together and _beside(archive, keys):
        raise Refused.because(
            "backup.together",
            gettext_noop(
                "The archive of keys would lie beside the other one, and whoever takes both can"
                " read what was erased. Name another folder, or add --together where this folder"
                " is only where they are picked up from."
            ),
        )
    signing = checkpoint_keys.present()[1]
    with ExitStack() as stack:
        main = stack.enter_context(archives.written(archive))
        apart = stack.enter_context(archives.written(keys)) if keys else None
        with _one_instant():
            manifest = _write_main(main, signing)
            if apart is not None:
                _write_keys(apart)
                apart.close(_keys_manifest(signing), signing.sign)
            manifest = main.close(manifest, signing.sign)
    _note(manifest, with_keys=keys is not None)
    return manifest


def _write_main(archive: archives.Writer, signing: Pair) -> Manifest:
    names = table_copies.tables()
    for table in names:
        _add_parts(archive, table, table_copies.rows_of(table))
    lost = [stored.sha256 for stored in _kept_files() if not _add_file(archive, stored)]
    return _manifest(
        FORMAT,
        signing,
        source_commit=settings.SOURCE_COMMIT,
        migrations=table_copies.state(),
        tables=table_copies.counted(names),
        sequences=table_copies.sequences(),
        lost=tuple(lost),
    )


def _write_keys(archive: archives.Writer) -> None:
    for table in (*KEY_TABLES, *KEPT_APART):
        _add_parts(archive, table, table_copies.rows_apart(table))
    for name, content in key_files.all_there():
        archive.add_bytes(name, content)


def _keys_manifest(signing: Pair) -> Manifest:
    known = CheckpointKey.objects.order_by("begins_after").values_list("public_key", flat=True)
    return _manifest(KEYS_FORMAT, signing, known=tuple(known))


def _manifest(form: str, signing: Pair, **said: Any) -> Manifest:
    head = Head.objects.get(pk=1)
    made_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Manifest(
        format=form,
        made_at=made_at,
        head=head.number,
        seal=head.seal,
        public_key=signing.public_key.hex(),
        **said,
    )


def _add_parts(archive: archives.Writer, table: str, parts: Iterable[bytes]) -> None:
    for number, part in enumerate(parts, start=1):
        archive.add_bytes(part_name(table, number), part)


def _add_file(archive: archives.Writer, stored: StoredFile) -> bool:
    """Add a file as it lies in the store; leave it out and return False where it is broken."""
    if not files.is_whole(stored):
        return False
    with stored.open() as stream:
        archive.add(f"{FILES}/{stored.place}", stream, stream.size)
    return True


def _kept_files() -> Iterator[StoredFile]:
    yield from StoredFile.objects.filter(erased_at=None).order_by("pk").iterator(chunk_size=500)


def _beside(one: Path, other: Path) -> bool:
    return one.resolve().parent == other.resolve().parent


@contextmanager
def _one_instant() -> Iterator[None]:
    """Have every query inside see the database as it was at the first of them."""
    with transaction.atomic():
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@journal.verb
def _note(manifest: Manifest, *, with_keys: bool) -> None:
    journal.record(
        "backup.made",
        by=None,
        role="system",
        subject=Head.objects.get(pk=1),
        changes={
            "up_to": manifest.head,
            "seal": manifest.seal,
            "with_keys": with_keys,
            "lost": list(manifest.lost),
        },
    )
