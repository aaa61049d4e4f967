"""The dossier as a text document, for whoever quotes from it: what it is on, and its tables."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from django.utils.translation import gettext

from audits.rendering.formats.shapes import Cell, Facts, Table
from audits.rendering.formats.tables import sealed_original, tables
from audits.rendering.words import word
from registry.rules.cards import SECTIONS

# XML takes none of these.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# More rows make a table nobody reads in a text, and a file that takes long to open.
MOST_ROWS = 300
# In points, in the tables.
SMALL = 8
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def write(dossier: Facts, sha256: str) -> bytes:
    """Return a DOCX file. A longer table says how many of its rows it shows and where all are."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    document = Document()
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = page.page_height, page.page_width
    document.styles.add_style("Small", WD_STYLE_TYPE.CHARACTER).font.size = Pt(SMALL)
    document.core_properties.title = _clean(_title(dossier))
    document.core_properties.author = _clean(dossier["organisation"])
    document.core_properties.comments = sealed_original(dossier, sha256)
    document.add_heading(_clean(_title(dossier)), level=0)
    document.add_paragraph(sealed_original(dossier, sha256))
    for heading, text in _said(dossier):
        document.add_heading(_clean(heading), level=1)
        for paragraph in filter(None, text.split("\n")):
            document.add_paragraph(_clean(paragraph))
    for table in tables(dossier, sha256):
        _put(document, table)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _title(dossier: Facts) -> str:
    if dossier["scope"] == "portfolio":
        on = ", ".join(unit["name"] for unit in dossier["units"])
    else:
        subject = dossier["case_file"]["subject"]
        on = f"{subject['model']['name']} {subject['version']['label']}"
    return gettext("Audit report: %(on)s") % {"on": on}


def _said(dossier: Facts) -> Iterator[tuple[str, str]]:
    """Yield what is said in prose: where the release stands, the purpose, and the card."""
    if dossier["scope"] == "portfolio":
        return
    subject, release = dossier["case_file"]["subject"], dossier["release"]
    if release:
        stands = {"state": word("state", release["state"]), "where": release["environment"]}
        yield gettext("Decision"), gettext("%(state)s for %(where)s.") % stands
    yield gettext("Purpose"), subject["model"]["purpose"]
    yield gettext("Intended use"), subject["model"]["intended_use"]
    sections = (subject["card"] or {}).get("sections", {})
    for section in SECTIONS:
        if str(sections.get(section.code, "")).strip():
            yield gettext(section.name), str(sections[section.code])


def _put(document: Any, table: Table) -> None:
    from docx.oxml import parse_xml

    document.add_heading(table.title, level=1)
    shown = table.rows[-MOST_ROWS:]
    if len(shown) < len(table.rows):
        left = gettext(
            "The last %(shown)s of %(all)s rows; the workbook and the PDF's attachments have all."
        )
        document.add_paragraph(left % {"shown": len(shown), "all": len(table.rows)})
    # As XML at once: the library would look through the whole table for every cell.
    drawn = parse_xml(_drawn([table.heads, *([_text(one) for one in row] for row in shown)]))
    document.element.body.insert_element_before(drawn, "w:sectPr")


def _drawn(rows: list[list[str]]) -> str:
    """Return a table in the document's own XML; its first row is repeated on each page."""
    columns = "<w:gridCol/>" * len(rows[0])
    head, *others = rows
    lines = "".join(f"<w:tr>{_cells(row, '')}</w:tr>" for row in others)
    return (
        f'<w:tbl xmlns:w="{NAMESPACE}"><w:tblPr><w:tblStyle w:val="TableGrid"/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>"
        f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{_cells(head, '<w:b/>')}</w:tr>{lines}</w:tbl>"
    )


def _cells(row: list[str], weight: str) -> str:
    look = f'<w:rPr><w:rStyle w:val="Small"/>{weight}</w:rPr>'
    return "".join(
        f"<w:tc><w:tcPr/><w:p><w:r>{look}{_lines(text)}</w:r></w:p></w:tc>" for text in row
    )


def _lines(text: str) -> str:
    told = [f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in _clean(text).split("\n")]
    return "<w:br/>".join(told)


def _text(value: Cell) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return value if isinstance(value, str) else repr(value)


def _clean(text: str) -> str:
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
