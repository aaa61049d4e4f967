"""The installation's keys, which wrap the key of each file of rows, and their rotation."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from registry.models import StoredFile
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import journal, sealed_rows
from registry.services.key_names import name_of

BATCH = 100


def give_key(stored: StoredFile) -> bytes:
    """Give a file a key of its own, kept wrapped in its row; return it. The caller saves the row.

    A file that has one keeps it: what lies sealed must go on opening if the verb fails.
    """
    if stored.is_sealed:
        return key_of(stored)
    key = sealed_rows.new_key()
    stored.wrapped_key = sealed_rows.wrap(key, under=settings.ROWS_KEY, sha256=stored.sha256)
    stored.wrapped_by = name_of(settings.ROWS_KEY)
    return key


def key_of(stored: StoredFile) -> bytes:
    """Return the key of a sealed file. Raises Refused where the key that wraps it is not here."""
    under = _known().get(stored.wrapped_by)
    if under is None:
        raise Refused.because(
            "rows.key_unknown",
            gettext_noop(
                "This was encrypted under the key %(name)s, which this installation does"
                " not have. An administrator has to add it to ROWS_OLD_KEYS."
            ),
            name=stored.wrapped_by,
        )
    try:
        return sealed_rows.unwrap(
            bytes(stored.wrapped_key or b""), under=under, sha256=stored.sha256
        )
    except sealed_rows.Damaged:
        raise Refused.because(
            "rows.key_damaged",
            gettext_noop(
                "The key of the file %(digest)s was changed in the database;"
                " restore it from a backup."
            ),
            digest=stored.sha256[:12],
        ) from None


def rotate() -> int:
    """Wrap every file's key under the present key of the installation; return how many were.

    In batches that commit on their own; killed anywhere, it is run again and goes on. The rows
    themselves are not touched. Raises Refused when a key is missing, after all others are done.
    """
    missing: set[int] = set()
    refusal: Refused | None = None
    done = 0
    while batch := list(_outdated().exclude(pk__in=missing).values_list("pk", flat=True)[:BATCH]):
        try:
            done += _rewrap(pks=batch)
        except Refused as error:
            refusal = error
            done += sum(_rewrap_or_skip(pk, missing) for pk in batch)
    if refusal is not None:
        raise refusal
    return done


def _rewrap_or_skip(pk: int, missing: set[int]) -> int:
    try:
        return _rewrap(pks=[pk])
    except Refused:
        missing.add(pk)
        return 0


@journal.verb
def _rewrap(*, pks: list[int]) -> int:
    rows = _outdated().filter(pk__in=pks).select_for_update()
    for stored in rows:
        key, before = key_of(stored), stored.wrapped_by
        stored.wrapped_key = sealed_rows.wrap(key, under=settings.ROWS_KEY, sha256=stored.sha256)
        stored.wrapped_by = name_of(settings.ROWS_KEY)
        stored.save(update_fields=["wrapped_key", "wrapped_by"])
        changes = {"from": before, "to": stored.wrapped_by}
        journal.record(
            "stored_file.key_rewrapped", by=None, role="system", subject=stored, changes=changes
        )
    return len(rows)


def _outdated() -> QuerySet[StoredFile]:
    """Return the sealed files whose key lies under another key than the present one."""
    sealed = StoredFile.objects.filter(wrapped_key__isnull=False)
    return sealed.exclude(wrapped_by=name_of(settings.ROWS_KEY)).order_by("pk")


def _known() -> dict[str, bytes]:
    return {name_of(key): key for key in (settings.ROWS_KEY, *settings.ROWS_OLD_KEYS)}
