"""Paragraphs of a card: counted from one, quoted word for word, refused where there is none."""

from __future__ import annotations

import pytest

from registry.rules.paragraphs import objections_to_place, paragraphs, quoted

CARD = {"factors": "Sex and race.\n\nAge, in bands.\n \nRegion.", "metrics": "", "caveats": "One."}


def test_paragraphs_stand_between_empty_lines() -> None:
    assert paragraphs(CARD["factors"]) == ["Sex and race.", "Age, in bands.", "Region."]
    assert paragraphs("One line\nand the next.") == ["One line\nand the next."]
    assert paragraphs(" \n\n ") == []


def test_a_paragraph_is_quoted_or_the_whole_section() -> None:
    assert quoted(CARD, "factors", 2) == "Age, in bands."
    assert quoted(CARD, "factors", None) == CARD["factors"]
    assert quoted(CARD, "metrics", None) == quoted(None, "metrics", None) == ""


@pytest.mark.parametrize(
    ("section", "paragraph", "code"),
    [
        ("", "", None),
        ("factors", "", None),
        ("metrics", "", None),
        ("factors", "1", None),
        ("factors", "3", None),
        ("factors", "0", "paragraph.unknown"),
        ("factors", "4", "paragraph.unknown"),
        ("factors", "-1", "paragraph.unknown"),
        ("factors", "one", "paragraph.unknown"),
        ("factors", "²", "paragraph.unknown"),
        ("factors", "9" * 5000, "paragraph.unknown"),
        ("metrics", "1", "paragraph.unknown"),
        ("colour", "1", "paragraph.unknown_section"),
        ("", "1", "paragraph.unknown_section"),
    ],
)
def test_a_place_is_one_that_the_card_has(section: str, paragraph: str, code: str | None) -> None:
    told = [objection.code for objection in objections_to_place(CARD, section, paragraph)]
    assert told == ([code] if code else [])


def test_without_a_card_nothing_of_it_is_quoted() -> None:
    assert [one.code for one in objections_to_place(None, "factors", "")] == ["paragraph.no_card"]
