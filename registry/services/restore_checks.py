"""Hold what a restore put back against the manifest of its backup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.core.files.storage import default_storage

from registry.models import CheckpointKey, Entry, StoredFile
from registry.rules.backups import FILES, Manifest, Member
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import archives, files, journal_checks, table_copies


def check_rows(manifest: Manifest) -> None:
    """See that every table has as many rows as it had. Raises Refused naming those that do not."""
    if wrong := list(_wrong_counts(manifest)):
        raise Refused(*wrong)


def check(manifest: Manifest) -> int:
    """See that the journal and every file are there and whole.

    Returns how many files lie sealed without a key to open them; their bytes are those of the
    backup. Raises Refused with everything that is wrong.
    """
    unopened = 0
    wrong = list(_wrong_journal(manifest))
    unclaimed = {name for name in manifest.members if name.startswith(f"{FILES}/")}
    for stored in _kept(manifest.lost):
        unclaimed.discard(f"{FILES}/{stored.place}")
        if files.is_whole(stored):
            continue
        if stored.is_sealed and _is_as_saved(stored, manifest):
            unopened += 1
        else:
            wrong.append(
                Objection(
                    "restore.file",
                    gettext_noop("The file %(digest)s is missing, or is not what it was."),
                    {"digest": stored.sha256},
                )
            )
    wrong += [
        Objection(
            "restore.unclaimed",
            gettext_noop("The backup holds a file that no record speaks of: %(name)s."),
            {"name": name},
        )
        for name in sorted(unclaimed)
    ]
    if wrong:
        raise Refused(*wrong)
    return unopened


def member_at(place: str) -> Member:
    """Return length and digest of what lies at a place of the store."""
    with default_storage.open(place, "rb") as stream:
        summed = archives.Summed(stream)
        for _ in archives.blocks_of(summed):
            pass
    return summed.as_member()


def _wrong_counts(manifest: Manifest) -> Iterator[Objection]:
    counts = table_copies.counted(manifest.tables)
    for table, rows in sorted(manifest.tables.items()):
        if counts[table] != rows:
            yield Objection(
                "restore.rows",
                gettext_noop("The table %(table)s has %(here)s rows instead of %(there)s."),
                {"table": table, "here": counts[table], "there": rows},
            )


def _wrong_journal(manifest: Manifest) -> Iterator[Objection]:
    # What lies outside may be newer than the backup: the next nightly check speaks of that. Keys
    # may have stayed behind, and of those erased since the journal tells afterwards.
    found = journal_checks.check(outside=False, keys=False).found
    if found is not None:
        yield Objection(
            "restore.journal",
            gettext_noop("The journal is broken at entry %(number)s: %(wrong)s."),
            {"number": found.number, "wrong": found.wrong},
        )
    if not Entry.objects.filter(number=manifest.head, seal=manifest.seal).exists():
        yield Objection(
            "restore.head",
            gettext_noop(
                "Entry %(number)s of the journal has another seal than the backup states."
            ),
            {"number": manifest.head},
        )
    signers = CheckpointKey.objects.filter(public_key=manifest.public_key)
    if manifest.signature and not signers.exists():
        yield Objection(
            "restore.signer",
            gettext_noop(
                "The backup was signed by a key that never signed a checkpoint of its journal."
            ),
        )


def _is_as_saved(stored: StoredFile, manifest: Manifest) -> bool:
    member = manifest.members.get(f"{FILES}/{stored.place}")
    return default_storage.exists(stored.place) and member_at(stored.place) == member


def _kept(lost: Iterable[str]) -> Iterator[StoredFile]:
    kept = StoredFile.objects.filter(erased_at=None).exclude(sha256__in=list(lost))
    yield from kept.order_by("pk").iterator(chunk_size=500)
