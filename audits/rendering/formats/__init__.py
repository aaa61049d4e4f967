"""The dossier of a sealed report in other forms: a text, a workbook, tables, the data alone.

None of them is sealed: each names the serial, and that the PDF is the sealed original. The public
profile is redacted by the same function as its PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from audits.rendering.formats import archives, datasheets, texts, workbooks
from audits.rendering.redaction import published

Dossier = Mapping[str, Any]


@dataclass(frozen=True)
class Format:
    """One form: its media type, and what writes it of a dossier and the sealed file's sha256."""

    kind: str
    write: Callable[[Dossier, str], bytes]

    def make(self, dossier: Dossier, sha256: str) -> bytes:
        """Return the file, in the language that is active."""
        told = published(dossier) if dossier["profile"] == "public" else dossier
        return self.write(told, sha256)


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# By the end of the file's name.
FORMATS = {
    "docx": Format(WORD, texts.write),
    "xlsx": Format(EXCEL, workbooks.write),
    "csv.zip": Format("application/zip", archives.write),
    "json": Format("application/json", datasheets.write),
}
