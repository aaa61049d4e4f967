"""The installation's own keys, as files under var/keys: out into an archive, and back from it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.utils import timezone

from registry.rules.backups import KEY_FILE, KEYS, Manifest
from registry.services import archives, erasure_ledger

PUT_ASIDE = "before-restore-"


def all_there() -> Iterator[tuple[str, bytes]]:
    """Yield every key file: its name within an archive, and what it holds."""
    folder: Path = settings.KEYS_FOLDER
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not inside.parts[0].startswith(PUT_ASIDE):
            yield f"{KEYS}/{inside.as_posix()}", path.read_bytes()


def put_back(archive: Path, manifest: Manifest) -> list[str]:
    """Put the key files of a checked archive into their places; return the names of those changed.

    What lay there is kept as a copy in a folder beside, for a person to remove. Who was erased is
    never forgotten: the list here and the archive's are joined. Each file is there at every moment,
    as it was or as it will be. Raises Refused, before anything is written, where the archive is not
    the one that was checked.
    """
    held = {
        PurePosixPath(name).relative_to(KEYS): stream.read()
        for name, stream in archives.held(archive, manifest)
        if KEY_FILE.fullmatch(name)
    }
    aside = settings.KEYS_FOLDER / f"{PUT_ASIDE}{timezone.now():%Y%m%d-%H%M%S}"
    return [str(inside) for inside, content in held.items() if _put(inside, content, aside)]


def _put(inside: PurePosixPath, content: bytes, aside: Path) -> bool:
    path = settings.KEYS_FOLDER / inside
    if path == settings.ERASURES_FILE:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return erasure_ledger.join(content)
    before = path.read_bytes() if path.is_file() else None
    if before == content:
        return False
    if before is not None:
        _write(aside / inside, before)
    _write(path, content)
    return True


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole, on the disk, or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
