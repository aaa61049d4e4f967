"""Looks into a zip archive without unpacking it, and without trusting what its directory says."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

# Reading the directory costs memory in the process that serves people, a few hundred bytes an
# entry; 4 MiB of it is some 50,000 members, and the largest forests in skops have a few thousand.
_DIRECTORY_LIMIT = 4 * 1024**2
_UNPACKED_LIMIT = 2 * 1024**3
# Below the floor a high ratio harms nobody: a table of zeros packs well.
_RATIO_LIMIT = 200
_RATIO_FLOOR = 64 * 1024**2
_SCHEMA_LIMIT = 64 * 1024**2

_END_RECORD = struct.Struct("<4s4H2LH")

_DAMAGED = gettext_noop(
    "This file begins like a zip archive, but its end is missing or damaged; it was probably cut "
    "off on the way. Save the model again and hand in the whole file."
)
_BOMB = gettext_noop(
    "This zip archive would unpack to %(unpacked)s MB from %(packed)s MB, which is more than a "
    "model needs and more than is taken. Save the model again without compression, or make it "
    "smaller."
)
_CROWDED = gettext_noop(
    "This zip archive has too many members to be a model; it is not opened. Save the model again, "
    "or make it smaller."
)


def names_in(path: Path) -> tuple[str, ...]:
    """List the names of what an archive holds, or refuse it for being damaged or a bomb.

    The sizes are those its directory states; a reader that unpacks a member stops at the size
    stated for it, so a directory that lies small does no harm.
    """
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    # All that the standard library raises over made-up directories.
    except (zipfile.BadZipFile, struct.error, ValueError, OverflowError, NotImplementedError):
        raise Refused.because("artefact.damaged", _DAMAGED) from None
    packed, unpacked = path.stat().st_size, sum(member.file_size for member in members)
    schema = max((m.file_size for m in members if m.filename == "schema.json"), default=0)
    if (
        unpacked > _UNPACKED_LIMIT
        or schema > _SCHEMA_LIMIT
        or unpacked > max(_RATIO_FLOOR, _RATIO_LIMIT * packed)
    ):
        raise Refused.because(
            "artefact.zip_bomb",
            _BOMB,
            unpacked=-(-unpacked // 1024**2),
            packed=-(-packed // 1024**2),
        )
    return tuple(member.filename for member in members)


def _check_directory(path: Path) -> None:
    """Refuse a directory that is missing, or too long to be read here."""
    tail_length = _END_RECORD.size + 0xFFFF + 20
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - tail_length))
        tail = file.read()
    start = tail.rfind(b"PK\x05\x06")
    if start < 0 or len(tail) - start < _END_RECORD.size:
        raise Refused.because("artefact.damaged", _DAMAGED)
    directory_length = _END_RECORD.unpack_from(tail, start)[5]
    # The 64-bit form of the record exists for more members or bytes than are taken anyway.
    is_64_bit = tail[max(0, start - 20) : start].startswith(b"PK\x06\x07")
    if is_64_bit or directory_length > _DIRECTORY_LIMIT:
        raise Refused.because("artefact.zip_bomb", _CROWDED)
