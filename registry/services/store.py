"""Check the store: every file against its digest in turn, and what lies there of no record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import F, QuerySet
from django.utils import timezone

from registry.models import StoreCheck, StoredFile
from registry.rules.refusals import Refused
from registry.rules.store import Wrong
from registry.services import files, journal, retention

# A running verb puts the bytes first and names them when it commits; nothing runs for a day.
GRACE = timedelta(days=1)
# So many of what was found are listed in one check; the counts are whole.
MOST_LISTED = 1000
BATCH = 200
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Orphan:
    """A file in the store that no record names."""

    place: str
    size: int
    since: datetime

    @property
    def is_old(self) -> bool:
        """Whether no verb that is still running can be about to name it."""
        return self.since < timezone.now() - GRACE


def check(*, most_bytes: int | None = None) -> StoreCheck:
    """Read the files that were checked longest ago, up to so many bytes, and look for orphans.

    What no record names counts once it has lain there for a day. ``most_bytes`` is STORE_CHECK_GIB
    unless told; at least one file is read. What is found is kept beside each file at once, so a
    check that is killed goes on where it was with the next call.
    """
    began, limit = timezone.now(), most_bytes or settings.STORE_CHECK_BYTES
    read = size = 0
    found: list[dict[str, str]] = []
    for stored in _longest_ago(began):
        if read and size + stored.size > limit:
            break
        wrong = _keep_found(stored, _wrong_with(stored))
        read, size = read + 1, size + stored.size
        if wrong:
            found.append({"sha256": stored.sha256, "wrong": wrong})
    lost = [orphan for orphan in orphans() if orphan.is_old]
    checked: StoreCheck = StoreCheck.objects.create(
        began_at=began,
        ended_at=timezone.now(),
        files=read,
        bytes=size,
        left=_to_check(began).count(),
        broken_count=len(found),
        broken=found[:MOST_LISTED],
        orphans_count=len(lost),
        orphans=[_listed(one) for one in lost[:MOST_LISTED]],
    )
    return checked


def broken() -> QuerySet[StoredFile]:
    """Return the files that the last look at them found missing, changed or locked."""
    return StoredFile.objects.filter(erased_at__isnull=True, wrong__gt="").order_by("sha256")


def named_by(stored: StoredFile) -> list[str]:
    """Return which records need a file, by kind and number and without their titles."""
    needed = retention.holders_of(stored, ())
    return sorted(f"{one._meta.verbose_name} {one.pk}" for one in needed)


def orphans() -> list[Orphan]:
    """Return what lies in the store and no record names, in the order of the places."""
    named: set[str] = set()
    kept = StoredFile.objects.filter(erased_at__isnull=True)
    for stored in kept.only("sha256", "wrapped_key").iterator(chunk_size=2000):
        named.add(stored.place)
    # What is about to be removed anyway is nobody's loss.
    for stored in StoredFile.objects.filter(has_leftovers=True):
        named.update(stored.places.values())
    return [_orphan(place) for place in sorted(_places("")) if place not in named]


def remove_orphans() -> int:
    """Remove the orphans that have lain there for a day; return how many were."""
    removed = 0
    for orphan in orphans():
        if orphan.is_old:
            removed += _remove(orphan)
    return removed


@journal.verb
def _remove(orphan: Orphan) -> bool:
    """Remove one orphan, unless somebody has come to need its bytes since."""
    digest = orphan.place.rsplit("/", 1)[-1]
    # Under any other name it can be nobody's content.
    if DIGEST.fullmatch(digest):
        files.lock(digest)
    stored = StoredFile.objects.filter(sha256=digest).first()
    if stored and stored.erased_at is None and stored.place == orphan.place:
        return False
    default_storage.delete(orphan.place)
    checked = StoreCheck.objects.first() or StoreCheck()
    journal.record(
        "store.orphan_removed",
        by=None,
        role="system",
        subject=checked,
        changes={"place": orphan.place, "size": orphan.size, "since": orphan.since.isoformat()},
    )
    return True


@journal.verb
def _keep_found(stored: StoredFile, wrong: str) -> str:
    """Keep what was found of one file; what is news stands in the journal."""
    files.lock(stored.sha256)
    now = StoredFile.objects.get(pk=stored.pk)
    if now.erased_at is not None or now.place != stored.place:
        # It went, or was sealed, while it was read.
        return ""
    StoredFile.objects.filter(pk=stored.pk).update(checked_at=timezone.now(), wrong=wrong)
    if wrong != now.wrong:
        action = "stored_file.found_broken" if wrong else "stored_file.found_whole"
        changes = {"sha256": stored.sha256, "before": now.wrong, "after": wrong}
        journal.record(action, by=None, role="system", subject=stored, changes=changes)
    return wrong


def _wrong_with(stored: StoredFile) -> str:
    """Read a file as it would be read for use, sealed ones through their key."""
    if not default_storage.exists(stored.place):
        return Wrong.MISSING.value
    try:
        for _block in files.blocks(stored):
            pass
    except Refused as refusal:
        codes = {objection.code for objection in refusal.objections}
        return (Wrong.CHANGED if "file.broken" in codes else Wrong.LOCKED).value
    except IsADirectoryError:
        return Wrong.CHANGED.value
    return ""


def _longest_ago(began: datetime) -> Iterator[StoredFile]:
    """Give what was not checked since this check began, the longest ago first."""
    done: set[int] = set()
    while True:
        batch = _to_check(began).exclude(pk__in=done)
        found = list(batch.order_by(F("checked_at").asc(nulls_first=True), "pk")[:BATCH])
        if not found:
            return
        for stored in found:
            done.add(stored.pk)
            yield stored


def _to_check(began: datetime) -> QuerySet[StoredFile]:
    there = StoredFile.objects.filter(erased_at__isnull=True)
    return there.exclude(checked_at__gte=began)


def _places(folder: str) -> Iterator[str]:
    """Give the place of every file of the store, whatever storage it is."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" if folder else name for name in names)
    for inner in folders:
        yield from _places(f"{folder}/{inner}" if folder else inner)


def _orphan(place: str) -> Orphan:
    return Orphan(place, default_storage.size(place), default_storage.get_modified_time(place))


def _listed(orphan: Orphan) -> dict[str, Any]:
    return {"place": orphan.place, "size": orphan.size, "since": orphan.since.isoformat()}
