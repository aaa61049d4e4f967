"""What stands against a definition of a matrix, sound and unsound."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.matrices import DEFAULT_MATRIX, STEPS, level
from registry.rules.matrix_shapes import objections_to

LEVELS = DEFAULT_MATRIX["levels"]
ROWS = ["low low low medium medium"] * 2 + ["low medium medium high severe"] * 3
GRID = [row.split() for row in ROWS]


def codes(**changed: Any) -> list[str]:
    return [one.code for one in objections_to({**DEFAULT_MATRIX, **changed})]


def levels(*ranges: tuple[object, object]) -> list[dict[str, Any]]:
    return [
        {**step, "from": low, "to": high} for step, (low, high) in zip(LEVELS, ranges, strict=True)
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"likelihoods": ["Rare", "Unlikely", "Possible", "Likely", "Very likely"]},
        {"grid": GRID},
        {"grid": None, "floor": None, "appetite": None},
        {"floor": {"impact": 5, "level": "high"}},
        {"floor": {"impact": 1, "level": "low"}},
        {"appetite": {}},
        {"appetite": {"blocks": "high", "exception": "medium", "shares": {"high": 0.25}}},
        {"levels": levels((1, 3), (4, 9), (10, 19), (20, 25))},
        {"levels": [{**LEVELS[3], "from": 1}], "appetite": {}},
        {"grid": GRID, "levels": [{"code": one["code"], "name": one["name"]} for one in LEVELS]},
    ],
)
def test_a_sound_definition_is_taken(changed: dict[str, Any]) -> None:
    assert codes(**changed) == []


def test_a_definition_from_before_there_was_more_is_taken() -> None:
    plain = {
        "name": "default-5x5",
        "likelihoods": ["Rare", "Unlikely", "Possible", "Likely", "Very likely"],
        "impacts": ["Very low", "Low", "Moderate", "Large", "Very large"],
        "levels": [{**step, "name": step["name"]["en"]} for step in LEVELS],
    }
    assert objections_to(plain) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"colours": "red"}, ["matrix.unknown_part"]),
        ({"name": " "}, ["matrix.name"]),
        ({"name": 5}, ["matrix.name"]),
        ({"likelihoods": ["Rare"] * 5}, ["matrix.likelihoods"]),
        ({"likelihoods": DEFAULT_MATRIX["likelihoods"][:4]}, ["matrix.likelihoods"]),
        ({"likelihoods": "Rare"}, ["matrix.likelihoods"]),
        ({"impacts": None}, ["matrix.impacts"]),
        ({"impacts": [*DEFAULT_MATRIX["impacts"][:4], {"en": "Huge"}]}, ["matrix.label"]),
        (
            {"impacts": [*DEFAULT_MATRIX["impacts"][:4], {"en": "Huge", "de": " "}]},
            ["matrix.label"],
        ),
        ({"impacts": [*DEFAULT_MATRIX["impacts"][:4], "H" * 41]}, ["matrix.label"]),
        ({"impacts": [*DEFAULT_MATRIX["impacts"][:4], 7]}, ["matrix.label"]),
        ({"levels": []}, ["matrix.levels"]),
        ({"levels": {}}, ["matrix.levels"]),
        ({"levels": [*LEVELS, LEVELS[0]]}, ["matrix.levels"]),
        ({"levels": LEVELS[::-1]}, ["matrix.levels"]),
        ({"levels": [*LEVELS[:3], {**LEVELS[3], "code": "doom"}]}, ["matrix.levels"]),
        ({"levels": [*LEVELS[:3], {**LEVELS[3], "name": LEVELS[2]["name"]}]}, ["matrix.levels"]),
        ({"levels": [*LEVELS[:3], {**LEVELS[3], "name": None}]}, ["matrix.label"]),
        ({"levels": levels((1, 3), (4, 9), (10, 15), (20, 25))}, ["matrix.gap"]),
        ({"levels": levels((2, 3), (4, 9), (10, 16), (20, 25))}, ["matrix.gap"]),
        ({"levels": levels((1, 4), (4, 9), (10, 16), (20, 25))}, ["matrix.ranges"]),
        ({"levels": levels((3, 1), (4, 9), (10, 16), (20, 25))}, ["matrix.ranges"]),
        ({"levels": levels((1, 3), (4, 9), (10, 16), (20, "25"))}, ["matrix.ranges"]),
        ({"levels": levels((True, 3), (4, 9), (10, 16), (20, 25))}, ["matrix.ranges"]),
        ({"grid": GRID[:4]}, ["matrix.grid"]),
        ({"grid": [*GRID[:4], GRID[4][:4]]}, ["matrix.grid"]),
        ({"grid": [*GRID[:4], [*GRID[4][:4], "doom"]]}, ["matrix.grid"]),
        ({"grid": "low"}, ["matrix.grid"]),
        ({"grid": [*GRID[:4], [["low"]] * 5]}, ["matrix.grid"]),
        ({"floor": {"impact": 6, "level": "high"}}, ["matrix.floor"]),
        ({"floor": {"impact": 5, "level": "doom"}}, ["matrix.floor"]),
        ({"floor": {"impact": 5}}, ["matrix.floor"]),
        ({"floor": 5}, ["matrix.floor"]),
        ({"appetite": "large"}, ["matrix.appetite"]),
        ({"appetite": {"blocks": "doom"}}, ["matrix.appetite"]),
        ({"appetite": {"stops": "high"}}, ["matrix.appetite"]),
        ({"appetite": {"blocks": "high", "exception": "high"}}, ["matrix.appetite"]),
        ({"appetite": {"blocks": "medium", "exception": "high"}}, ["matrix.appetite"]),
        ({"appetite": {"shares": {"high": 1.1}}}, ["matrix.shares"]),
        ({"appetite": {"shares": {"high": float("nan")}}}, ["matrix.shares"]),
        ({"appetite": {"shares": {"doom": 0.5}}}, ["matrix.shares"]),
        ({"appetite": {"shares": [0.5]}}, ["matrix.shares"]),
        ({"floor": 5, "appetite": 5}, ["matrix.floor", "matrix.appetite"]),
        (
            {"name": "", "impacts": [], "levels": 0},
            ["matrix.name", "matrix.impacts", "matrix.levels"],
        ),
    ],
)
def test_an_unsound_definition_is_refused_with_every_reason(
    changed: dict[str, Any], expected: list[str]
) -> None:
    assert codes(**changed) == expected


def test_more_of_either_is_never_less() -> None:
    falling = [*GRID[:2], ["medium", *GRID[2][1:]], *GRID[3:]]
    (objection,) = objections_to({**DEFAULT_MATRIX, "grid": falling})
    assert objection.code == "matrix.falls"
    assert "Likelihood 4 by impact 1" in str(objection)


@pytest.mark.parametrize("said", [None, [], "matrix", 5, True])
def test_what_is_no_object_is_refused(said: object) -> None:
    assert [one.code for one in objections_to(said)] == ["matrix.malformed"]


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["low"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@given(part=st.sampled_from(sorted({*DEFAULT_MATRIX, "grid", "floor"})), said=json)
def test_whatever_is_said_is_refused_or_judges_every_cell(part: str, said: Any) -> None:
    matrix = {**DEFAULT_MATRIX, part: said}
    if not objections_to(matrix):
        for likelihood in STEPS:
            for impact in STEPS:
                assert level(matrix, likelihood, impact)


@given(said=st.lists(json, min_size=4, max_size=4))
def test_whatever_stands_in_the_levels_is_refused_or_judges_every_cell(said: list[Any]) -> None:
    steps = [
        {**step, "from": one, "to": one, "name": one}
        for step, one in zip(LEVELS, said, strict=True)
    ]
    assert objections_to({**DEFAULT_MATRIX, "levels": steps})
