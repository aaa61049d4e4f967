"""Restore a backup into a database of its own, and see that all of it is there and whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import ProgrammingError, transaction
from django.db.models import Q
from django.db.models.functions import Length

from registry.models import DatasetVersion, Entry, Head, PersonKey, StoredFile, Unit, User
from registry.rules.backups import (
    DATABASE,
    FILES,
    FORMAT,
    KEYS_FORMAT,
    Manifest,
    Member,
    objections_to_state,
    objections_to_tables,
    place_of,
)
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import (
    archives,
    backup_signatures,
    checkpoint_keys,
    checkpoint_rotation,
    journal,
    people,
    restore_checks,
    retention,
    table_copies,
)

DELETED_SINCE = gettext_noop("Deleted after the backup that was restored was made.")
NOT_THE_OWNER = "42501"


@dataclass(frozen=True)
class Backup:
    """Two archives that were read through and found whole; ``keys`` may be None.

    ``signer`` names the key that signed the first; None where nobody did.
    """

    archive: Path
    keys: Path | None
    manifest: Manifest
    keys_manifest: Manifest | None
    signer: str | None


@dataclass(frozen=True)
class Restored:
    """What was found after a restore. ``unopened`` files lie sealed, and no key came with them."""

    entries: int
    rows: int
    files: int
    unopened: int
    lost: tuple[str, ...]
    erased_again: int
    deleted_again: int


def read(
    *,
    archive: Path,
    keys: Path | None,
    signed_by: Collection[str] = (),
    unsigned: bool = False,
) -> Backup:
    """Read both archives through, and see that this database may take them.

    ``signed_by`` names keys that may have signed, beside those known here and to the archive of
    keys. Raises Refused, with every reason, for an archive that is damaged or, without
    ``unsigned``, not signed by such a key, for a database that somebody has worked in, or one in
    another state of migrations.
    """
    manifest = archives.checked(archive, expected=FORMAT)
    found = archives.checked(keys, expected=KEYS_FORMAT) if keys else None
    objections = objections_to_state(manifest.migrations, table_copies.state())
    if not objections:
        objections = objections_to_tables(manifest.tables, table_copies.tables())
    known = backup_signatures.known_by(found, signed_by)
    for one in (manifest, found):
        if one is not None:
            objections += backup_signatures.objections_to(one, known, unsigned=unsigned)
    if User.objects.exists() or Unit.objects.exists():
        objections.insert(
            0,
            Objection(
                "restore.in_use",
                gettext_noop(
                    "Somebody has worked in this database, and no journal is ever overwritten."
                    " Make an empty database, name it in DATABASE_URL, run `manage.py migrate`,"
                    " and restore into that."
                ),
            ),
        )
    if found is not None and found.head < manifest.head:
        objections.append(
            Objection(
                "restore.keys_older",
                gettext_noop(
                    "The archive of keys is older than the backup; take the one made with it, or a"
                    " newer one."
                ),
            )
        )
    if objections:
        raise Refused(*objections)
    return Backup(archive, keys, manifest, found, backup_signatures.signer_of(manifest))


def restore(backup: Backup, *, by: None) -> Restored:
    """Put everything back, check it, and do again what was erased since; all of it or nothing.

    Raises Refused where something does not match, or the database belongs to somebody else.
    """
    written: list[str] = []
    try:
        with transaction.atomic():
            with table_copies.emptied():
                _take_in(backup, written)
                _forget_the_end_of_keys(backup.manifest.made_at)
                restore_checks.check_rows(backup.manifest)
                if backup.keys is None:
                    _replace_lost_key()
                unopened = restore_checks.check(backup.manifest)
            return _finish(backup, unopened)
    except ProgrammingError as error:
        _remove(written)
        if getattr(error.__cause__, "sqlstate", None) != NOT_THE_OWNER:
            raise
        raise Refused.because(
            "restore.owner",
            gettext_noop(
                "Restore as the account that owns the tables, as for `manage.py migrate`."
            ),
        ) from error
    except BaseException:
        _remove(written)
        raise


def _take_in(backup: Backup, written: list[str]) -> None:
    for name, stream in archives.held(backup.archive, backup.manifest):
        room, _, rest = name.partition("/")
        if room == DATABASE:
            table_copies.take_in(rest.partition("/")[0], archives.blocks_of(stream))
        elif room == FILES:
            _store(backup.archive, name, stream, backup.manifest.members[name], written)
    if backup.keys is not None and backup.keys_manifest is not None:
        for name, stream in archives.held(backup.keys, backup.keys_manifest):
            room, _, rest = name.partition("/")
            if room == DATABASE:
                table_copies.take_in_apart(rest.partition("/")[0], archives.blocks_of(stream))
    table_copies.set_sequences(backup.manifest.sequences)


def _store(
    archive: Path, name: str, stream: archives.Summed, member: Member, written: list[str]
) -> None:
    place = place_of(name)
    if place is None:
        raise archives.damaged(archive, name)
    if default_storage.exists(place):
        if restore_checks.member_at(place) == member:
            return
        raise Refused.because(
            "restore.store",
            gettext_noop(
                "The store holds something else at %(place)s. Restore into an empty store, or move"
                " that file away."
            ),
            place=place,
        )
    written.append(place)
    default_storage.save(place, _Stream(stream, member.size))


class _Stream(File):  # type: ignore[type-arg]  # the class cannot be subscripted at run time
    """A member on its way into the store: read once, from its beginning."""

    def __init__(self, stream: archives.Summed, size: int) -> None:
        super().__init__(None)
        self.stream, self.size = stream, size

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        return archives.blocks_of(self.stream)


@journal.verb
def _finish(backup: Backup, unopened: int) -> Restored:
    """Erase and delete again what was since the backup; the journal says that it was restored."""
    manifest = backup.manifest
    last = Entry.objects.get(pk=manifest.head)
    erased = people.replay_erasures(of=datetime.fromisoformat(last.at))
    deleted = _delete_again() if backup.keys is not None else 0
    restored = Restored(
        entries=manifest.head,
        rows=sum(manifest.tables.values()),
        files=sum(name.startswith(f"{FILES}/") for name in manifest.members),
        unopened=unopened - deleted,
        lost=manifest.lost,
        erased_again=erased,
        deleted_again=deleted,
    )
    journal.record(
        "backup.restored",
        by=None,
        role="system",
        subject=Head.objects.get(pk=1),
        changes={
            "made_at": manifest.made_at,
            "up_to": manifest.head,
            "seal": manifest.seal,
            "signed_by": backup.signer,
            "with_keys": backup.keys is not None,
            "erased_again": restored.erased_again,
            "deleted_again": restored.deleted_again,
        },
    )
    return restored


def _replace_lost_key() -> None:
    """Have a key of this installation sign checkpoints, where the one that did was left behind."""
    signing = checkpoint_keys.newest()
    if signing is None:
        return
    try:
        checkpoint_keys.pair_named(signing.fingerprint)
    except Refused:
        checkpoint_rotation.rotate(lost=True)


def _forget_the_end_of_keys(made_at: str) -> None:
    """Let whoever was erased since the backup be erased again, with all that their account holds.

    The newer archive of keys says that it happened; their account came back from the older one.
    """
    active = User.objects.filter(is_active=True).values("pk")
    since = Q(person__in=active) | Q(erased_at__gte=made_at)
    PersonKey.objects.filter(since, erased_at__isnull=False).delete()


def _delete_again() -> int:
    """Delete the rows whose key is not in the newer archive of keys: they were deleted since."""
    gone = StoredFile.objects.annotate(length=Length("wrapped_key")).filter(length=0)
    deleted = 0
    for data in DatasetVersion.objects.with_rows().filter(file__in=gone):
        retention.delete_rows(data=data, reason=str(DELETED_SINCE), by=None)
        deleted += 1
    return deleted


def _remove(places: Iterable[str]) -> None:
    for place in places:
        with suppress(OSError):
            default_storage.delete(place)
