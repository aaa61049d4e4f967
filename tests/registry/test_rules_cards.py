"""When a card is complete, and what cannot be saved on one."""

from __future__ import annotations

from registry.rules.cards import (
    LONGEST_SECTION,
    SECTION_CODES,
    SECTIONS,
    filled,
    missing,
    objections_to,
)


def test_the_sections_are_those_of_mitchell_et_al() -> None:
    assert SECTION_CODES == (
        "model_details",
        "intended_use",
        "factors",
        "metrics",
        "evaluation_data",
        "training_data",
        "quantitative_analyses",
        "ethical_considerations",
        "caveats",
    )


def test_every_section_asks_a_question() -> None:
    assert all(section.question.endswith("?") for section in SECTIONS)


def test_white_space_says_nothing() -> None:
    assert filled({"factors": " \n\t", "metrics": "AUC"}) == ["metrics"]


def test_filled_sections_come_in_the_order_of_the_card() -> None:
    assert filled({"caveats": "x", "model_details": "y"}) == ["model_details", "caveats"]


def test_a_section_nobody_knows_fills_nothing() -> None:
    assert filled({"poem": "x"}) == []


def test_an_empty_card_misses_every_section() -> None:
    assert missing({}) == list(SECTION_CODES)


def test_only_required_sections_are_missed() -> None:
    assert missing({"caveats": "x"}, ("caveats", "factors")) == ["factors"]


def test_a_full_card_misses_nothing() -> None:
    assert missing(dict.fromkeys(SECTION_CODES, "said")) == []


def test_an_incomplete_card_can_be_saved() -> None:
    assert objections_to({"factors": ""}) == []


def test_an_unknown_section_is_refused_with_the_known_ones() -> None:
    (objection,) = objections_to({"poem": "x"})
    assert objection.code == "card.unknown_section"
    assert "poem" in str(objection)
    assert "model_details" in str(objection)


def test_a_section_may_be_just_as_long_as_the_limit() -> None:
    assert objections_to({"factors": "x" * LONGEST_SECTION}) == []


def test_a_longer_section_is_refused() -> None:
    (objection,) = objections_to({"factors": "x" * (LONGEST_SECTION + 1)})
    assert objection.code == "card.section_too_long"
    assert str(objection).startswith("Section “Factors” is longer than 20000 characters")
    assert objection.about == ("factors",)
