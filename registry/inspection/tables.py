"""Profiles the tables people hand in, CSV or Parquet; the reading is done in the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.inspection import sandbox
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

# Values of a column are counted exactly up to this many.
MOST_COUNTED = 1_000

LIMITS = sandbox.Limits(cpu_seconds=600, wall_seconds=300.0)

_EMPTY = gettext_noop("This file is empty. Hand in a table as CSV or Parquet.")
_ENCRYPTED = gettext_noop(
    "This Parquet file is encrypted. Hand in the table as plain Parquet or as CSV."
)
_SPREADSHEET = gettext_noop(
    "This is a zip archive or a spreadsheet, not a table that is taken. Save it as CSV (UTF-8) or "
    "Parquet."
)
_COMPRESSED = gettext_noop("This file is compressed (%(kind)s). Unpack it and hand in the CSV.")
_BINARY = gettext_noop(
    "This file is neither CSV text nor Parquet. Hand in the table as CSV (UTF-8) or Parquet."
)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    ``type`` is one of integer, float, decimal, boolean, text, date, time, binary, other, empty; in
    CSV it is found in all the cells. ``missing`` counts NULL, empty cells and texts, and NaN in a
    column of floats. ``distinct`` is exact up to `MOST_COUNTED` values (missing is none), and None
    where there are more.
    """

    name: str
    type: str
    missing: int
    distinct: int | None


@dataclass(frozen=True)
class TableProfile:
    """What is known of a table without keeping any of its rows."""

    rows: int
    columns: tuple[Column, ...]


def recognise_table(path: Path) -> str:
    """Return ``csv`` or ``parquet`` by the file's bytes, or refuse what is plainly neither."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Refused.because("table.empty", _EMPTY)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PARE"):
        raise Refused.because("table.encrypted", _ENCRYPTED)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused.because("table.spreadsheet", _SPREADSHEET)
    if head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")):
        kind = {0x1F: "gzip", 0x42: "bzip2", 0xFD: "xz", 0x28: "zstd"}[head[0]]
        raise Refused.because("table.compressed", _COMPRESSED, kind=kind)
    # UTF-16 has zero bytes too; its two first bytes leave it to the reader, who says so better.
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused.because("table.binary", _BINARY)
    return "csv"


def profile(path: Path, format: str) -> TableProfile:
    """Count rows, and find for each column its type, missing cells and number of values."""
    answer = _ask("profile", path, format)
    return TableProfile(answer["rows"], tuple(Column(**column) for column in answer["columns"]))


def distinct(path: Path, format: str, column: str, cap: int) -> int:
    """Count the values of one column; ``cap + 1`` says that there are more than the cap."""
    return int(_ask("distinct", path, format, column=column, cap=cap)["count"])


def column_values(path: Path, format: str, column: str, cap: int) -> dict[str | None, int]:
    """Return the rows of each value of one column, the most frequent first, at most ``cap``.

    A value is spelt as in `cells.text`; None stands for missing.
    """
    return dict(_ask("column_values", path, format, column=column, cap=cap)["values"])


def _ask(verb: str, path: Path, format: str, **more: Any) -> dict[str, Any]:
    request = {"verb": verb, "path": str(path.resolve()), "format": format, **more}
    return sandbox.run("registry.inspection.child", request, limits=LIMITS, reads=[path])
