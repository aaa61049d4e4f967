"""How a refusal is filled: names of the house translated, people's words left as they are."""

from __future__ import annotations

import json

import pytest

from registry.rules.refusals import Objection, fill, in_one_line

GERMAN = {"%(it)s is missing.": "%(it)s fehlt.", "Card": "Karte", "Factors": "Faktoren"}


def german(text: str) -> str:
    assert text, "An empty text is never looked up."
    return GERMAN.get(text, text)


@pytest.mark.parametrize(
    ("it", "said"),
    [
        ("Card", "Card fehlt."),
        (7, "7 fehlt."),
        (["Card", "Factors"], "Karte, Faktoren fehlt."),
        ([["Card", "Factors"], ["Card"]], "Karte: Faktoren; Karte fehlt."),
        ([["Card", "", "It leaks"]], "Karte: , It leaks fehlt."),
        ({"en": "Low", "de": "Niedrig"}, "Niedrig fehlt."),
        ({"en": "Low"}, "Low fehlt."),
    ],
)
def test_a_sentence_is_filled_in_the_reader_s_language(it: object, said: str) -> None:
    assert fill(german("%(it)s is missing."), {"it": it}, german, "de") == said


def test_what_is_kept_in_a_row_says_the_same_again() -> None:
    objection = Objection(
        "x.y",
        "%(facts)s, %(level)s, %(count)s, %(text)s",
        {"facts": (["Card", "Factors"],), "level": {"en": "Low"}, "count": 2, "text": "a"},
        ("card.sections.factors",),
    )
    again = Objection(**json.loads(json.dumps(objection.kept())))
    assert str(again) == str(objection) == "Card: Factors, Low, 2, a"
    assert list(again.about) == ["card.sections.factors"]
    assert "about" not in Objection("x.y", "No.").kept()


def test_a_sentence_without_places_keeps_its_per_cent_sign() -> None:
    assert str(Objection("x.y", "100% sure.")) == "100% sure."


def test_a_path_of_one_name_has_no_colon() -> None:
    assert in_one_line(["Card"]) == "Card"
