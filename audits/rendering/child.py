"""The child process of the press: a request on standard input, a PDF on standard output.

It exits with an error when the layout engine reports one, so that a picture or an anchor that could
not be set never gives a quietly poorer report.
"""

from __future__ import annotations

import gc
import io
import json
import logging
import os
import sys
import warnings
from datetime import datetime
from typing import Any

from audits.rendering import fonts, tagging
from audits.rendering.press import PROJECT

with warnings.catch_warnings():
    # It warns where fontconfig knows no fonts; that is what fonts.conf is for.
    warnings.simplefilter("ignore")
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

STYLESHEET = PROJECT / "static" / "report.css"
# What an attachment's name ends with says its type; the machine's own table is never asked.
TYPES = {"json": "application/json", "csv": "text/csv", "txt": "text/plain"}
UNKNOWN_TYPE = "application/octet-stream"


class LocalFetcher(URLFetcher):  # type: ignore[misc]
    """Hands out the font files and data URLs; anything else stops the layout."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Fetch what belongs to the report."""
        if url.startswith("data:") or url in {face.url for face in fonts.FACES}:
            return super().fetch(url, headers)
        raise FatalURLFetchingError(f"The report refers to {url[:200]}, which is not part of it.")


class Complaints(logging.Handler):
    """Remembers what the layout engine reported as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Remember one of them."""
        self.heard.append(record.getMessage())


def write(request: dict[str, Any]) -> bytes:
    """Lay the HTML out and return the PDF with its attachments."""
    fetcher = LocalFetcher()
    typefaces = FontConfiguration()
    style = weasyprint.CSS(
        string=fonts.face_rules() + STYLESHEET.read_text(encoding="utf-8"),
        font_config=typefaces,
        url_fetcher=fetcher,
    )
    document = weasyprint.HTML(string=request["html"], url_fetcher=fetcher)
    pdf: bytes = document.write_pdf(
        stylesheets=[style],
        font_config=typefaces,
        finisher=tidy,
        pdf_variant="pdf/a-3a",
        pdf_identifier=request["identifier"].encode("ascii"),
        attachments=[attachment(one, request["moment"]) for one in request["attachments"]],
    )
    return pdf


def attachment(facts: dict[str, str], moment: str) -> weasyprint.Attachment:
    """Return the file as the layout engine takes it, stamped with the report's own moment."""
    when = datetime.fromisoformat(moment)
    return weasyprint.Attachment(
        file_obj=io.BytesIO(facts["text"].encode("utf-8")),
        name=facts["name"],
        description=facts["description"],
        relationship=facts["relationship"],
        created=when,
        modified=when,
    )


def tidy(document: weasyprint.Document, pdf: Any) -> None:
    """Mend what the layout engine leaves over, right before the file is written.

    Each attachment is named once in the catalogue, with its type from our own table. The producer
    stays in the XMP metadata alone: there the seal adds itself to it, and PDF/A wants both alike.
    """
    tagging.mend(document, pdf)
    pdf.info.pop("Producer")
    references = pdf.catalog.get("AF", [])
    references[:] = list(dict.fromkeys(references))
    for thing in pdf.objects:
        if isinstance(thing, dict) and thing.get("Type") == "/Filespec":
            ending = bytes(thing["F"].string).decode().rpartition(".")[2]
            kind = TYPES.get(ending, UNKNOWN_TYPE).replace("/", "#2f")
            pdf.objects[int(thing["EF"]["F"].split()[0])].extra["Subtype"] = f"/{kind}"


def main() -> int:
    """Answer one request."""
    # It lays out one report and ends: what it would find to throw away costs more than it frees.
    gc.disable()
    # Whatever a library prints must not end up inside the PDF.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    complaints = Complaints()
    logging.getLogger("weasyprint").addHandler(complaints)
    pdf = write(json.load(sys.stdin))
    if complaints.heard:
        sys.stderr.write("\n".join(complaints.heard))
        return 1
    with answer:
        answer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
