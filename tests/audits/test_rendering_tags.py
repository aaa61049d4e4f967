"""The report for those who have it read aloud: tags, headers, alternative texts, links, outline."""

from __future__ import annotations

import re
from typing import Any

import pikepdf
import pytest

from tests.audits.test_rendering_document import opened, rendered

SAMPLES = ("full", "bare", "crowded", "of_model", "portfolio")


def elements(pdf: pikepdf.Pdf) -> list[Any]:
    """Return every element of the structure tree."""
    return list(_below(pdf.Root.StructTreeRoot))


def _below(node: Any) -> list[Any]:
    found, waiting = [], [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, pikepdf.Array):
            waiting += list(here)
        elif isinstance(here, pikepdf.Dictionary):
            found += [here] if "/S" in here else []
            waiting += [here.K] if "/K" in here else []
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_the_file_is_tagged_says_its_language_and_shows_its_title(name: str) -> None:
    with opened(rendered(name)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo.Title).startswith("Audit report: ")
        tags = [str(one.S) for one in elements(pdf)]
        assert {"/H1", "/H2", "/H3", "/P", "/Table", "/TR", "/TH", "/TD", "/Link"} <= set(tags)
        assert tags.count("/H1") == 1
        assert all(page.Tabs == "/S" for page in pdf.pages if "/Annots" in page)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_table_has_headers_and_every_header_says_what_it_heads(name: str) -> None:
    with opened(rendered(name)) as pdf:
        tables = [one for one in elements(pdf) if one.S == "/Table"]
        heads = [one for one in elements(pdf) if one.S == "/TH"]
        assert tables
        # A table that goes on overleaf is one there, too, and repeats its head.
        assert all(any(inner.S == "/TH" for inner in _below(one.K)) for one in tables)
        assert {str(one.A.Scope) for one in heads} == {"/Column", "/Row"}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_picture_says_what_it_shows_and_where_it_lies(name: str) -> None:
    with opened(rendered(name)) as pdf:
        pictures = [one for one in elements(pdf) if one.S == "/Figure"]
        assert pictures
        for one in pictures:
            left, low, right, high = (float(edge) for edge in one.A.BBox)
            assert 0 <= left < right <= 596 and 0 <= low < high <= 842
            assert len(str(one.Alt)) > 10


def test_the_pictures_of_the_full_report_are_told_in_words() -> None:
    with opened(rendered("full")) as pdf:
        told = " ".join(str(one.Alt) for one in elements(pdf) if one.S == "/Figure")
    assert "Risk matrix: inherent 16, residual 12; A from 9 to 3; B from 16 to 12" in told
    assert "Lineage" in told and "Impact ratio by sex" in told
    with opened(rendered("portfolio")) as pdf:
        told = " ".join(str(one.Alt) for one in elements(pdf) if one.S == "/Figure")
    assert "2 models at Unlikely, Moderate" in told


@pytest.mark.parametrize("name", SAMPLES)
def test_every_link_leads_somewhere_within_and_says_where(name: str) -> None:
    with opened(rendered(name)) as pdf:
        names = pdf.Root.Names.Dests.Names
        known = {str(names[place]) for place in range(0, len(names), 2)}
        links = [
            one for page in pdf.pages for one in page.get("/Annots", []) if one.Subtype == "/Link"
        ]
        assert links
        for one in links:
            # Not an address: who reads this in ten years would find nothing there.
            assert "/A" not in one
            assert str(one.Dest) in known
            assert re.match(r"\d+ \w", str(one.Contents))


@pytest.mark.parametrize("name", ["full", "of_model", "portfolio"])
def test_the_outline_has_chapters_with_their_parts(name: str) -> None:
    with opened(rendered(name)) as pdf, pdf.open_outline() as outline:
        chapters = [item.title for item in outline.root]
        assert any(item.children for item in outline.root)
    assert chapters == sorted(chapters, key=lambda title: int(title.split()[0]))
