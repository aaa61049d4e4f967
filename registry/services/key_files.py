"""The installation's own keys, as files under var/keys: out into an archive, and back from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.utils import timezone

from registry.rules.backups import KEYS
from registry.services import archives

PUT_ASIDE = "before-restore-"


def all_there() -> Iterator[tuple[str, bytes]]:
    """Yield every key file: its name within an archive, and what it holds."""
    folder: Path = settings.KEYS_FOLDER
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not inside.parts[0].startswith(PUT_ASIDE):
            yield f"{KEYS}/{inside.as_posix()}", path.read_bytes()


def put_back(archive: Path) -> list[str]:
    """Put the key files of a checked archive into their places; return the names of those changed.

    What lay there is kept in a folder beside, for a person to remove. Who was erased is never
    forgotten: the list here and the archive's are joined.
    """
    folder: Path = settings.KEYS_FOLDER
    aside = folder / f"{PUT_ASIDE}{timezone.now():%Y%m%d-%H%M%S}"
    changed = []
    for name, stream in archives.members(archive):
        if not name.startswith(f"{KEYS}/"):
            continue
        inside = PurePosixPath(name).relative_to(KEYS)
        if ".." in inside.parts or inside.is_absolute():
            raise archives.damaged(archive, name)
        content, path = stream.read(), folder / inside
        if path == settings.ERASURES_FILE:
            content = _joined(path, content)
        if path.is_file() and path.read_bytes() == content:
            continue
        if path.is_file():
            _move(path, aside / inside)
        _write(path, content)
        changed.append(str(inside))
    return changed


def _joined(path: Path, content: bytes) -> bytes:
    here = path.read_bytes() if path.is_file() else b""
    lines = dict.fromkeys([*content.splitlines(), *here.splitlines()])
    return b"".join(line + b"\n" for line in lines if line.strip())


def _move(path: Path, to: Path) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.rename(to)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.rename(path)
