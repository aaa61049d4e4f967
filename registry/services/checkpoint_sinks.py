"""Write checkpoints down outside the database: to the end of a file, or as objects of a storage."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import InvalidStorageError, Storage, storages
from django.db import connection, transaction
from django.utils import timezone

from registry.models import Checkpoint, CheckpointDelivery

logger = logging.getLogger(__name__)

BATCH = 500
# Longer than the lines of a batch: what may have been written before a process was killed.
TAIL = 2 << 20
# One process at a time writes down, so that lines come in order and once.
LOCK = 0x6D6C6F7073636B70


class Unusable(OSError):
    """A place outside the database does not take a checkpoint, or is none."""


def deliver() -> int:
    """Write down what is not in every place yet; return how many lines that were.

    Killed anywhere it is run again, and writes no line twice. A place that fails is tried again
    with the next call, and holds up no other.
    """
    done = 0
    for sink in settings.CHECKPOINT_SINKS:
        try:
            while count := _deliver_batch(sink):
                done += count
        except OSError as error:
            logger.warning("No checkpoint could be written to %s: %s", sink, error)
    return done


@transaction.atomic
def _deliver_batch(sink: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    waiting = Checkpoint.objects.exclude(deliveries__sink=sink).select_related("key")
    batch = list(waiting.order_by("size")[:BATCH])
    if not batch:
        return 0
    if urlsplit(sink).scheme == "file":
        _to_file(_path(sink), [checkpoint.line for checkpoint in batch])
    else:
        for checkpoint in batch:
            _to_storage(sink, checkpoint)
    now = timezone.now()
    CheckpointDelivery.objects.bulk_create(
        CheckpointDelivery(checkpoint=checkpoint, sink=sink, at=now) for checkpoint in batch
    )
    return len(batch)


def read(sink: str) -> Iterator[str]:
    """Yield the lines that lie in a place; none where nothing was written there yet.

    Raises OSError where it cannot be read.
    """
    if urlsplit(sink).scheme == "file":
        with (
            suppress(FileNotFoundError),
            _path(sink).open(encoding="utf-8", errors="replace") as lines,
        ):
            yield from (line.rstrip("\n") for line in lines)
        return
    _, prefix = _alias(sink)
    storage = _storage(sink)
    try:
        _, names = storage.listdir(prefix)
    except FileNotFoundError:
        return
    for name in sorted(names):
        yield _content(sink, f"{prefix}/{name}")


def _path(sink: str) -> Path:
    return Path(unquote(urlsplit(sink).path))


def _alias(sink: str) -> tuple[str, str]:
    address = urlsplit(sink)
    return address.netloc, unquote(address.path).strip("/") or "checkpoints"


def _to_file(path: Path, lines: Sequence[str]) -> None:
    """Append the lines that are not there yet, and have them on the disk before it returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    tail = _tail(path)
    there = set(tail.split("\n"))
    # A line that was cut short ends here; the same checkpoint stands again in full behind it.
    text = "\n" if tail and not tail.endswith("\n") else ""
    text += "".join(f"{line}\n" for line in lines if line not in there)
    # Only ever to its end, so that the file may be one that takes nothing else.
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        left = text.encode("utf-8")
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _tail(path: Path) -> str:
    with suppress(FileNotFoundError), path.open("rb") as stream:
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - TAIL))
        return stream.read().decode("utf-8", errors="replace")
    return ""


def _to_storage(sink: str, checkpoint: Checkpoint) -> None:
    _, prefix = _alias(sink)
    name = f"{prefix}/{checkpoint.size:012}.json"
    storage = _storage(sink)
    if not storage.exists(name):
        storage.save(name, ContentFile(checkpoint.line.encode("utf-8")))
    if _content(sink, name) != checkpoint.line:
        raise Unusable(f"{name} holds another checkpoint")


def _storage(sink: str) -> Storage:
    alias, _ = _alias(sink)
    try:
        return storages[alias]
    except InvalidStorageError as error:
        raise Unusable(f"the settings have no storage {alias}") from error


def _content(sink: str, name: str) -> str:
    with _storage(sink).open(name) as stream:
        content: bytes = stream.read()
    return content.decode("utf-8", errors="replace")


def waiting() -> Iterator[tuple[str, int]]:
    """Yield each place, as people are shown it, and how many checkpoints it still waits for."""
    for sink in settings.CHECKPOINT_SINKS:
        yield shown(sink), Checkpoint.objects.exclude(deliveries__sink=sink).count()


def shown(sink: str) -> str:
    """Return a place as people are shown it.

    Of a file it is the name alone: where it lies is nobody's business but the administrator's.
    """
    return _path(sink).name if urlsplit(sink).scheme == "file" else "/".join(_alias(sink))
