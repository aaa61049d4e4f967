"""The risk matrix, cell by cell, and what stands against an assessment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.rules.risk import (
    DEFAULT_MATRIX,
    STARTING_HAZARDS,
    HazardFacts,
    level,
    objections_to,
    place,
    score,
    worst,
)

# Likelihood down, impact across, both from 1 to 5: L 1-3, M 4-9, H 10-16, S 20-25.
CELLS = (
    "L L L M M",
    "L M M M H",
    "L M M H H",
    "M M H H S",
    "M H H S S",
)
CODES = {"L": "low", "M": "medium", "H": "high", "S": "severe"}
FIRE = HazardFacts("Fire", 3, 4, "Sprinklers", 2, 4)


@pytest.mark.parametrize("likelihood", range(1, 6))
@pytest.mark.parametrize("impact", range(1, 6))
def test_each_cell_has_the_level_of_its_product(likelihood: int, impact: int) -> None:
    expected = CODES[CELLS[likelihood - 1].split()[impact - 1]]
    assert level(DEFAULT_MATRIX, likelihood, impact) == expected


def test_the_score_is_the_product() -> None:
    assert (score(1, 1), score(3, 4), score(5, 5)) == (1, 12, 25)


def test_a_place_states_all_four_facts() -> None:
    assert place(DEFAULT_MATRIX, 4, 5) == {
        "likelihood": 4,
        "impact": 5,
        "score": 20,
        "level": "severe",
    }


def test_the_names_of_the_axes_are_fixed() -> None:
    assert DEFAULT_MATRIX["likelihoods"] == [
        "Rare",
        "Unlikely",
        "Possible",
        "Likely",
        "Very likely",
    ]
    assert DEFAULT_MATRIX["impacts"] == ["Very low", "Low", "Moderate", "Large", "Very large"]


def test_every_model_starts_with_four_hazards() -> None:
    assert STARTING_HAZARDS == (
        "It is unavailable for a time",
        "It predicts wrongly for a given case",
        "Its accuracy or fairness decays",
        "The people who can maintain it are gone",
    )


def test_the_worst_cell_has_the_largest_score() -> None:
    assert worst([(1, 5), (3, 3), (2, 4)]) == (3, 3)


def test_of_equal_scores_the_larger_impact_is_worse() -> None:
    assert worst([(4, 2), (2, 4)]) == (2, 4)
    assert worst([(2, 4), (4, 2)]) == (2, 4)


def codes(*hazards: HazardFacts) -> list[str]:
    return [objection.code for objection in objections_to(hazards)]


def test_controls_that_lower_the_risk_are_fine() -> None:
    assert codes(FIRE) == []


def test_an_unchanged_risk_needs_no_controls() -> None:
    assert codes(replace(FIRE, controls="", residual_likelihood=3)) == []


def test_an_assessment_needs_a_hazard() -> None:
    assert codes() == ["risk.no_hazards"]


def test_a_lowered_risk_needs_the_controls_named() -> None:
    assert codes(replace(FIRE, controls="  ")) == ["risk.no_controls"]


def test_controls_cannot_add_risk() -> None:
    assert codes(replace(FIRE, residual_likelihood=4)) == ["risk.residual_above_inherent"]


@pytest.mark.parametrize(
    "field", ["likelihood", "impact", "residual_likelihood", "residual_impact"]
)
@pytest.mark.parametrize("number", [-1, 0, 6])
def test_a_number_off_the_matrix_is_refused(field: str, number: int) -> None:
    assert codes(replace(FIRE, **{field: number})) == ["risk.off_the_matrix"]


def test_every_reason_is_given_at_once() -> None:
    untitled = replace(FIRE, title=" ", likelihood=9)
    bare = replace(FIRE, title="Flood", controls="")
    assert codes(untitled, bare) == ["risk.untitled", "risk.off_the_matrix", "risk.no_controls"]


def test_a_refusal_names_the_hazard() -> None:
    assert "Flood" in str(objections_to([replace(FIRE, title="Flood", controls="")])[0])
