"""What the tests of people's rows look at: the store, the keys, and rows known by heart."""

from __future__ import annotations

from pathlib import Path

from django.core.files.storage import default_storage

from registry.models import StoredFile
from registry.services import files as store
from registry.services import journal

ROWS = b"name,sex,approve\nErika Mustermann,f,1\nMax Mustermann,m,0\n"


@journal.verb
def keep(source: Path | bytes = ROWS, *, holds_rows: bool = True) -> StoredFile:
    return store.keep(source, holds_rows=holds_rows)


def lies_at(stored: StoredFile) -> Path:
    return Path(default_storage.path(stored.place))


def in_the_store() -> list[Path]:
    """Return every file of the store."""
    return [path for path in Path(default_storage.path("")).rglob("*") if path.is_file()]


def read(stored: StoredFile) -> bytes:
    """Return what a run would read."""
    with store.opened(stored) as path:
        return path.read_bytes()


def fresh(stored: StoredFile) -> StoredFile:
    return StoredFile.objects.get(pk=stored.pk)
