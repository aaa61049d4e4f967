"""Paragraphs of a model card: what a finding can point at, word for word."""

from __future__ import annotations

import re
from collections.abc import Mapping

from registry.rules.cards import SECTION_CODES
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a section of a card: what stands between empty lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


def quoted(sections: Mapping[str, str] | None, section: str, paragraph: int | None) -> str:
    """Return the paragraph, or the whole section where none is named; "" where it is empty."""
    said = (sections or {}).get(section, "").strip()
    return said if paragraph is None else paragraphs(said)[paragraph - 1]


def objections_to_place(
    sections: Mapping[str, str] | None, section: str, paragraph: str
) -> list[Objection]:
    """Say whether the card in effect has this paragraph, counted from 1 within its section.

    A section may be named without a paragraph: it may be just what is missing there.
    """
    if not section and not paragraph:
        return []
    if section not in SECTION_CODES:
        return [
            Objection(
                "paragraph.unknown_section",
                gettext_noop("A card has no section %(section)s; its sections are %(known)s."),
                {"section": section[:40], "known": ", ".join(SECTION_CODES)},
            )
        ]
    if sections is None:
        return [
            Objection(
                "paragraph.no_card",
                gettext_noop("The version has no card in effect yet, so nothing of it is quoted."),
            )
        ]
    count = len(paragraphs(sections.get(section, "")))
    if paragraph and not (
        paragraph.isascii() and paragraph.isdigit() and 1 <= int(paragraph[:9]) <= count
    ):
        return [
            Objection(
                "paragraph.unknown",
                gettext_noop(
                    "The section %(section)s of the card in effect has %(count)s paragraphs;"
                    " there is no %(paragraph)s."
                ),
                {"section": section, "count": count, "paragraph": paragraph[:20]},
            )
        ]
    return []
