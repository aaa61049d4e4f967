"""The tables of a dossier as the sheets of a workbook."""

from __future__ import annotations

import io
import re

from audits.rendering.formats.shapes import Cell, Facts, harmless
from audits.rendering.formats.tables import sealed_original, tables

# A sheet's name may have no more.
LONGEST_NAME = 31
NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
# A cell may hold no more characters; what is longer is in the PDF.
LONGEST_TEXT = 32_000
WIDEST = 60
# XML takes none of these.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(dossier: Facts, sha256: str) -> bytes:
    """Return an XLSX workbook with a sheet for each table; numbers are numbers in it."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.title = dossier["serial"]
    book.properties.description = sealed_original(dossier, sha256)
    book.properties.creator = dossier["organisation"]
    for table in tables(dossier, sha256):
        sheet = book.create_sheet(table.title.translate(NOT_IN_A_NAME)[:LONGEST_NAME])
        sheet.freeze_panes = "A2"
        for place, head in enumerate(table.heads, start=1):
            longest = max(len(str(row[place - 1])) for row in table.rows)
            width = min(WIDEST, max(len(head), longest) + 2)
            sheet.column_dimensions[get_column_letter(place)].width = width
        heads = [WriteOnlyCell(sheet, head) for head in table.heads]
        for cell in heads:
            cell.font = Font(bold=True)
        sheet.append(heads)
        for row in table.rows:
            sheet.append([_cell(value) for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(value: Cell) -> Cell:
    """Return a value as a cell takes it: no formula, and no character that XML forbids."""
    if not isinstance(value, str):
        return value
    return harmless(FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", value)[:LONGEST_TEXT])
