"""Write and read an archive of members with digests: a gzipped tar that streams both ways."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from registry.rules.backups import MANIFEST, Manifest, Member, read_manifest
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

# Files of the store hardly shrink, and the rows of tables do so at the lowest level already.
LEVEL = 3
BLOCK = 1 << 20
PART = 8 * BLOCK
LARGEST_MANIFEST = 256 * BLOCK


class Summed:
    """A stream that sums up what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Begin before the first byte."""
        self.stream, self.size, self.sum = stream, 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        block = self.stream.read(size)
        self.sum.update(block)
        self.size += len(block)
        return block

    def as_member(self) -> Member:
        """Return length and digest of what was read."""
        return Member(self.size, self.sum.hexdigest())


class Writer:
    """Adds members to an archive and remembers their digests for its manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """Begin without members."""
        self._tar = tar
        self.members: dict[str, Member] = {}

    def add(self, name: str, stream: IO[bytes], size: int) -> None:
        """Add so many bytes of a stream. Raises OSError where it ends before."""
        summed = Summed(stream)
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, summed)
        self.members[name] = summed.as_member()

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a member that is small enough to hold."""
        self.add(name, io.BytesIO(content), len(content))

    def close(self, manifest: Manifest, sign: Callable[[str], str] | None = None) -> Manifest:
        """Write the manifest, with the digests of everything added, as the last; return it."""
        full = replace(manifest, members=dict(self.members))
        if sign is not None:
            full = replace(full, signature=sign(full.signed_text()))
        self.add_bytes(MANIFEST, full.as_text().encode())
        return full


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """Yield a writer; the archive is there, readable by its owner alone, once all was written.

    Raises Refused where something of that name is there, or the folder is not.
    """
    if path.exists() or not path.parent.is_dir():
        raise Refused.because(
            "backup.place",
            gettext_noop("%(path)s cannot be written: choose a new name in a folder that exists."),
            path=path,
        )
    draft = path.with_name(f"{path.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with (
            os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as raw,
            gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            yield Writer(tar)
        with draft.open("rb") as whole:
            os.fsync(whole.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def members(path: Path) -> Iterator[tuple[str, Summed]]:
    """Yield each member with a stream of its bytes, to be read before the next is asked for.

    Raises Refused where the archive is cut short or its packing is damaged.
    """
    name = ""
    try:
        with gzip.open(path, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            for info in tar:
                name = info.name
                stream = tar.extractfile(info) if info.isreg() else None
                if stream is None:
                    raise damaged(path, name)
                yield name, Summed(stream)
            while packed.read(BLOCK):
                pass  # to its very end, where the packing's own sum lies
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError):
        raise damaged(path, name) from None
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise Refused.because(
            "backup.unreadable",
            gettext_noop("%(path)s cannot be read: %(why)s."),
            path=path,
            why=error.strerror,
        ) from None


def held(path: Path, manifest: Manifest) -> Iterator[tuple[str, Summed]]:
    """Yield the members but the manifest, each compared with it once its bytes were taken.

    An archive may be exchanged after it was checked. Raises Refused where a member is another one,
    too many or missing; the last of that is known only when there is no member left.
    """
    open_still = dict(manifest.members)
    for name, stream in members(path):
        if name == MANIFEST:
            continue
        expected = open_still.pop(name, None)
        if expected is None:
            raise damaged(path, name)
        yield name, stream
        for _ in blocks_of(stream):
            pass
        if stream.as_member() != expected:
            raise damaged(path, name)
    for name in open_still:
        raise damaged(path, name)


def blocks_of(stream: Summed) -> Iterator[bytes]:
    """Yield what is left of a stream, in blocks."""
    while block := stream.read(BLOCK):
        yield block


def checked(path: Path, *, expected: str) -> Manifest:
    """Read the whole archive against its manifest; return it. Raises Refused naming a member."""
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    for name, stream in members(path):
        if name in found or manifest is not None:
            raise damaged(path, name)
        if name == MANIFEST:
            manifest = read_manifest(stream.read(LARGEST_MANIFEST), expected=expected)
            continue
        while stream.read(BLOCK):
            pass
        found[name] = stream.as_member()
    if manifest is None:
        raise damaged(path, MANIFEST)
    for name in sorted(found.keys() | manifest.members.keys()):
        if found.get(name) != manifest.members.get(name):
            raise damaged(path, name)
    for name in manifest.wrong_members():
        raise damaged(path, name)
    return manifest


def damaged(path: Path, member: str) -> Refused:
    """Say that an archive is not as it was written, and where."""
    return Refused.because(
        "backup.damaged",
        gettext_noop(
            "The archive %(path)s is damaged or was changed, at its member %(member)s."
            " Take another copy of it."
        ),
        path=path,
        member=member or "-",
    )


def in_parts(blocks: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Gather blocks into parts of at least PART bytes; the last one is shorter."""
    gathered = bytearray()
    for block in blocks:
        gathered += block
        if len(gathered) >= PART:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
