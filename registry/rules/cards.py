"""The sections of a model card (Mitchell et al. 2019), and when a card is complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

LONGEST_SECTION = 20_000


@dataclass(frozen=True)
class Section:
    """One section: its code, its name, and the question it answers."""

    code: str
    name: str
    question: str


# Mitchell et al., Model Cards for Model Reporting, FAT* 2019, section 4.
SECTIONS = (
    Section(
        "model_details",
        gettext_noop("Model details"),
        gettext_noop("Who built it, when, which kind of model, how can one ask about it?"),
    ),
    Section(
        "intended_use",
        gettext_noop("Intended use"),
        gettext_noop("What is it for, who uses it, and what must it not be used for?"),
    ),
    Section(
        "factors",
        gettext_noop("Factors"),
        gettext_noop("Which groups of people, instruments or conditions make a difference?"),
    ),
    Section(
        "metrics",
        gettext_noop("Metrics"),
        gettext_noop("Which measures were chosen, why, and at which threshold?"),
    ),
    Section(
        "evaluation_data",
        gettext_noop("Evaluation data"),
        gettext_noop("Which data was it tested on, why this data, and how was it prepared?"),
    ),
    Section(
        "training_data",
        gettext_noop("Training data"),
        gettext_noop("Which data was it trained on, and how does it differ from the test data?"),
    ),
    Section(
        "quantitative_analyses",
        gettext_noop("Quantitative analyses"),
        gettext_noop("What do the results say, for each factor and where factors meet?"),
    ),
    Section(
        "ethical_considerations",
        gettext_noop("Ethical considerations"),
        gettext_noop("Whom can it harm, how, and what is done about it?"),
    ),
    Section(
        "caveats",
        gettext_noop("Caveats and recommendations"),
        gettext_noop("What is not known, what should be tested further, and what to watch?"),
    ),
)
SECTION_CODES = tuple(section.code for section in SECTIONS)
SECTION_NAMES = {section.code: section.name for section in SECTIONS}


def filled(sections: Mapping[str, str]) -> list[str]:
    """Return the codes of the sections that say something, in the order of the card."""
    return [code for code in SECTION_CODES if sections.get(code, "").strip()]


def missing(sections: Mapping[str, str], required: tuple[str, ...] = SECTION_CODES) -> list[str]:
    """Return the codes of the required sections that are still empty."""
    return [code for code in SECTION_CODES if code in required and code not in filled(sections)]


def objections_to(sections: Mapping[str, str]) -> list[Objection]:
    """Say what stands against saving these sections at all (an incomplete card may be saved)."""
    objections = [
        Objection(
            "card.unknown_section",
            gettext_noop("A card has no section %(section)s; its sections are %(known)s."),
            {"section": code, "known": ", ".join(SECTION_CODES)},
        )
        for code in sections
        if code not in SECTION_CODES
    ]
    objections += [
        Objection(
            "card.section_too_long",
            gettext_noop("Section “%(section)s” is longer than %(most)s characters; shorten it."),
            {"section": [SECTION_NAMES.get(code, code)], "most": LONGEST_SECTION},
            (code,),
        )
        for code, text in sections.items()
        if len(text) > LONGEST_SECTION
    ]
    return objections
