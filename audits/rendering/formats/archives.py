"""The tables of a dossier as CSV files in one archive."""

from __future__ import annotations

import csv
import io
import zipfile

from audits.rendering.formats.shapes import Cell, Facts, Table, harmless
from audits.rendering.formats.tables import sealed_original, tables

# Files in an archive have a time; this one is always the same, as the earliest there can be.
ALWAYS = (1980, 1, 1, 0, 0, 0)


def write(dossier: Facts, sha256: str) -> bytes:
    """Return a ZIP archive with a CSV file for each table, and a note on what they are."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        _put(files, "README.txt", f"{sealed_original(dossier, sha256)}\n")
        for table in tables(dossier, sha256):
            _put(files, f"{table.code}.csv", _text(table))
    return archive.getvalue()


def _put(files: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, ALWAYS)
    entry.compress_type = zipfile.ZIP_DEFLATED
    files.writestr(entry, text.encode("utf-8"))


def _text(table: Table) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(table.heads)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return written.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return harmless(value) if isinstance(value, str) else repr(value)
