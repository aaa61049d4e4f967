"""Mends the tags of a PDF for readers that speak: what a header is the head of, where pictures lie.

The layout engine tags the file, but leaves out what PDF/UA (ISO 14289-1) asks for beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pydyf

# From the layout's pixels to the points of PDF.
POINTS = 0.75


def mend(document: Any, pdf: pydyf.PDF) -> None:
    """Mend headers, pictures and links in place, right before the file is written."""
    by_reference = {one.reference: one for one in pdf.objects}
    heights = {
        reference: page.height * POINTS
        for reference, page in zip(pdf.page_references, document.pages, strict=True)
    }
    for element in _elements(pdf):
        if element["S"] == "/TH":
            element["A"]["Scope"] = _scope(element, by_reference)
        elif element["S"] == "/Figure" and "A" in element:
            element["A"]["BBox"] = _box(element["A"]["BBox"], heights[element["Pg"]])
    names = _names(document)
    for link in pdf.objects:
        if isinstance(link, dict) and link.get("Subtype") == "/Link" and "Contents" in link:
            anchor = link["Contents"].string
            link["Contents"] = pydyf.String(names.get(anchor, anchor))


def _elements(pdf: pydyf.PDF) -> Iterator[Any]:
    for one in pdf.objects:
        if isinstance(one, dict) and one.get("Type") == "/StructElem":
            yield one


def _scope(header: Any, by_reference: dict[bytes, Any]) -> str:
    """Return what a header is the head of: a column in the head of a table, a row elsewhere."""
    row = by_reference[header["P"]]
    return "/Column" if by_reference[row["P"]]["S"] == "/THead" else "/Row"


def _box(corners: Any, height: float) -> pydyf.Array:
    """Return where a picture lies, counted from the lower left in points."""
    left, top, right, bottom = corners
    return pydyf.Array(
        (left * POINTS, height - bottom * POINTS, right * POINTS, height - top * POINTS)
    )


def _names(document: Any) -> dict[str, str]:
    """Return the words of the heading that each anchor leads to."""
    found = {}
    for page in document.pages:
        labels = {point[1]: label for _level, label, point, _state in page.bookmarks}
        for name, point in page.anchors.items():
            if point[1] in labels:
                found[name] = labels[point[1]]
    return found
