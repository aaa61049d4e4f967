"""The risk chapter of the report: what is said of a hazard, and matrices old and new."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from audits.rendering import filters, matrix
from audits.rendering.document import html
from audits.rendering.redaction import published
from registry.rules.matrices import DEFAULT_MATRIX
from registry.rules.risk import TEXTS, Control
from tests.audits import dossiers, sample_facts

PLAIN = {
    "likelihoods": ["Rare", "Unlikely", "Possible", "Likely", "Very likely"],
    "impacts": ["Very low", "Low", "Moderate", "Large", "Very large"],
    "levels": [{**one, "name": one["name"]["en"]} for one in DEFAULT_MATRIX["levels"]],
}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def told(**dossier: Any) -> str:
    """Return the words of a report whose first hazard says more."""
    whole = dossiers.full(**dossier)
    exhibit = whole["case_file"]["exhibits"][0]
    control = Control("A second site", "effective", "partly", (exhibit["id"],))
    risk = whole["case_file"]["subject"]["risk"]
    risk["hazards"][0] |= {name: f"{name}, said by Ada Brandt." for name in TEXTS}
    risk["hazards"][0]["assessed_controls"] = [control.as_dict(), Control("Hope").as_dict()]
    risk["knowledge"] = {"strength": "moderate", "ground": "Two years of data."}
    shown = published(whole) if whole["profile"] == "public" else whole
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html(shown)))


def test_what_is_said_of_a_hazard_is_printed() -> None:
    page = told()
    for name in TEXTS:
        assert f"{name}, said by Ada Brandt." in page
    title = dossiers.full()["case_file"]["exhibits"][0]["title"]
    assert f"Design: effective; operation: partly effective. Evidence: {title}." in page
    assert "Design: not assessed; operation: not assessed. No evidence is named." in page
    assert "is moderate. Two years of data." in page


def test_a_public_report_names_nobody_in_it() -> None:
    page = told(profile="public")
    assert "cause, said by" in page
    assert "Ada Brandt" not in page


def test_a_hazard_of_which_nothing_more_is_said_takes_no_more_room() -> None:
    page = html(dossiers.full())
    assert "Vulnerable groups" not in page
    assert "strength of the knowledge" not in page


def test_a_case_file_with_labels_in_one_language_is_printed_as_ever() -> None:
    risk = sample_facts.risk()
    old = {**risk, "matrix": {"name": "default-5x5", "edition": 1, **PLAIN}}
    assert matrix.draw(old) == matrix.draw(risk)


def test_a_german_report_has_german_labels() -> None:
    with translation.override("de"):
        drawn = matrix.draw(sample_facts.risk())
    for words in ("Unwahrscheinlich", "Sehr groß", "Schwerwiegend 20–25"):
        assert words in drawn
    with translation.override("de"):
        assert filters.nth(DEFAULT_MATRIX["likelihoods"], 1) == "Selten"
        assert filters.named("high", DEFAULT_MATRIX["levels"]) == "Hoch"


def test_a_matrix_cell_by_cell_is_drawn_without_scores_in_its_legend() -> None:
    risk = copy.deepcopy(sample_facts.risk())
    risk["matrix"]["grid"] = [["low"] * 4 + ["severe"]] * 5
    risk["matrix"]["levels"] = [
        {"code": one["code"], "name": one["name"]} for one in DEFAULT_MATRIX["levels"]
    ]
    drawn = matrix.draw(risk)
    assert ">Severe</text>" in drawn
    assert "–" not in drawn


def test_a_floor_is_drawn() -> None:
    risk = copy.deepcopy(sample_facts.risk())
    risk["matrix"]["floor"] = {"impact": 5, "level": "severe"}
    assert matrix.draw(risk) != matrix.draw(sample_facts.risk())


@pytest.mark.parametrize(
    ("appetite", "sentence"),
    [
        ({"blocks": "high"}, "which blocks a release"),
        ({"exception": "high"}, "by exception only"),
        ({"blocks": "severe"}, "within the risk appetite"),
    ],
)
def test_the_residual_risk_is_held_against_the_appetite(
    appetite: dict[str, str], sentence: str
) -> None:
    dossier = dossiers.full()
    dossier["case_file"]["subject"]["risk"]["matrix"]["appetite"] = appetite
    assert sentence in html(dossier)


def test_a_matrix_without_an_appetite_says_nothing_of_it() -> None:
    dossier = dossiers.full()
    del dossier["case_file"]["subject"]["risk"]["matrix"]["appetite"]
    assert "risk appetite" not in html(dossier)
