"""The risk matrix, cell by cell: by score, by grid, with a floor, and the appetite."""

from __future__ import annotations

from typing import Any

import pytest

from registry.rules.matrices import (
    DEFAULT_MATRIX,
    LEVELS,
    appetite_of,
    is_above,
    label,
    level,
    place,
    score,
    shares,
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
GRID = {**DEFAULT_MATRIX, "grid": [[CODES[cell] for cell in "LLMMH"]] * 5}
FLOORED = {**DEFAULT_MATRIX, "floor": {"impact": 5, "level": "high"}}


@pytest.mark.parametrize("likelihood", range(1, 6))
@pytest.mark.parametrize("impact", range(1, 6))
def test_each_cell_has_the_level_of_its_product(likelihood: int, impact: int) -> None:
    expected = CODES[CELLS[likelihood - 1].split()[impact - 1]]
    assert level(DEFAULT_MATRIX, likelihood, impact) == expected


@pytest.mark.parametrize("likelihood", range(1, 6))
@pytest.mark.parametrize("impact", range(1, 6))
def test_a_grid_of_cells_goes_before_the_scores(likelihood: int, impact: int) -> None:
    assert level(GRID, likelihood, impact) == CODES["LLMMH"[impact - 1]]


@pytest.mark.parametrize("likelihood", range(1, 6))
@pytest.mark.parametrize("impact", range(1, 6))
def test_a_floor_raises_what_lies_below_it_and_nothing_else(likelihood: int, impact: int) -> None:
    plain = level(DEFAULT_MATRIX, likelihood, impact)
    raised = impact == 5 and plain in {"low", "medium"}
    assert level(FLOORED, likelihood, impact) == ("high" if raised else plain)


def test_a_floor_holds_from_its_impact_on() -> None:
    matrix = {**DEFAULT_MATRIX, "floor": {"impact": 4, "level": "high"}}
    assert [level(matrix, 1, impact) for impact in range(1, 6)] == [
        "low",
        "low",
        "low",
        "high",
        "high",
    ]


def test_the_score_is_the_product() -> None:
    assert (score(1, 1), score(3, 4), score(5, 5)) == (1, 12, 25)


def test_a_place_states_all_four_facts() -> None:
    assert place(DEFAULT_MATRIX, 4, 5) == {
        "likelihood": 4,
        "impact": 5,
        "score": 20,
        "level": "severe",
    }


def test_the_names_of_the_axes_are_fixed_in_both_languages() -> None:
    told = {
        axis: [[label(one, language) for one in DEFAULT_MATRIX[axis]] for language in ("en", "de")]
        for axis in ("likelihoods", "impacts")
    }
    assert told == {
        "likelihoods": [
            ["Rare", "Unlikely", "Possible", "Likely", "Very likely"],
            ["Selten", "Unwahrscheinlich", "Möglich", "Wahrscheinlich", "Sehr wahrscheinlich"],
        ],
        "impacts": [
            ["Very low", "Low", "Moderate", "Large", "Very large"],
            ["Sehr niedrig", "Niedrig", "Mittelmäßig", "Groß", "Sehr groß"],
        ],
    }
    levels = [label(one["name"], "de") for one in DEFAULT_MATRIX["levels"]]
    assert levels == ["Gering", "Mittel", "Hoch", "Schwerwiegend"]


@pytest.mark.parametrize(
    ("said", "language", "expected"),
    [
        ("Rare", "de", "Rare"),
        ({"en": "Rare", "de": "Selten"}, "de-at", "Selten"),
        ({"en": "Rare", "de": "Selten"}, "fr", "Rare"),
    ],
)
def test_a_label_is_shown_in_the_readers_language(said: Any, language: str, expected: str) -> None:
    assert label(said, language) == expected


def test_the_worst_cell_has_the_largest_score() -> None:
    assert worst(DEFAULT_MATRIX, [(1, 5), (3, 3), (2, 4)]) == (3, 3)


def test_of_equal_scores_the_larger_impact_is_worse() -> None:
    assert worst(DEFAULT_MATRIX, [(4, 2), (2, 4)]) == (2, 4)
    assert worst(DEFAULT_MATRIX, [(2, 4), (4, 2)]) == (2, 4)


def test_a_graver_level_is_worse_than_a_larger_score() -> None:
    assert worst(FLOORED, [(3, 3), (1, 5)]) == (1, 5)


def test_levels_are_ranked() -> None:
    ranked = [is_above(after, before) for before, after in zip(LEVELS, LEVELS[1:], strict=False)]
    assert ranked == [True, True, True]
    assert not is_above("high", "high")


@pytest.mark.parametrize(
    ("code", "standing"),
    [("low", "within"), ("medium", "within"), ("high", "exception"), ("severe", "blocks")],
)
def test_the_default_appetite_blocks_what_is_severe(code: str, standing: str) -> None:
    assert appetite_of(DEFAULT_MATRIX, code) == standing


@pytest.mark.parametrize(
    ("appetite", "standings"),
    [
        (None, "within within within within"),
        ({}, "within within within within"),
        ({"blocks": "medium"}, "within blocks blocks blocks"),
        ({"blocks": None, "exception": "medium"}, "within exception exception exception"),
        ({"blocks": "high", "exception": "low"}, "exception exception blocks blocks"),
    ],
)
def test_an_appetite_begins_at_a_level(appetite: Any, standings: str) -> None:
    found = [appetite_of({"appetite": appetite}, code) for code in LEVELS]
    assert found == standings.split()


def test_shares_are_those_of_the_appetite() -> None:
    assert shares({}) == shares(DEFAULT_MATRIX) == {}
    assert shares({"appetite": {"shares": {"high": 0.2}}}) == {"high": 0.2}
