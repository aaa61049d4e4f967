"""The risk matrix as data: labels in two languages, the level of each cell, floor and appetite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.rules.wording import gettext_noop

# Both axes go from 1 to this.
SIDE = 5
STEPS = range(1, SIDE + 1)
LANGUAGES = ("en", "de")
# From the least to the gravest. Everything that shows a level knows these four.
LEVELS = ("low", "medium", "high", "severe")

# The default definition. The English names are marked, since assessments from before there were
# two languages froze the plain text.
DEFAULT_MATRIX: dict[str, Any] = {
    "name": "default-5x5",
    "likelihoods": [
        {"en": gettext_noop("Rare"), "de": "Selten"},
        {"en": gettext_noop("Unlikely"), "de": "Unwahrscheinlich"},
        {"en": gettext_noop("Possible"), "de": "Möglich"},
        {"en": gettext_noop("Likely"), "de": "Wahrscheinlich"},
        {"en": gettext_noop("Very likely"), "de": "Sehr wahrscheinlich"},
    ],
    "impacts": [
        {"en": gettext_noop("Very low"), "de": "Sehr niedrig"},
        {"en": gettext_noop("Low"), "de": "Niedrig"},
        {"en": gettext_noop("Moderate"), "de": "Mittelmäßig"},
        {"en": gettext_noop("Large"), "de": "Groß"},
        {"en": gettext_noop("Very large"), "de": "Sehr groß"},
    ],
    "levels": [
        {"code": "low", "name": {"en": gettext_noop("Low"), "de": "Gering"}, "from": 1, "to": 3},
        {
            "code": "medium",
            "name": {"en": gettext_noop("Medium"), "de": "Mittel"},
            "from": 4,
            "to": 9,
        },
        {"code": "high", "name": {"en": gettext_noop("High"), "de": "Hoch"}, "from": 10, "to": 16},
        {
            "code": "severe",
            "name": {"en": gettext_noop("Severe"), "de": "Schwerwiegend"},
            "from": 20,
            "to": 25,
        },
    ],
    "appetite": {"blocks": "severe", "exception": "high", "shares": {}},
}

Label = str | Mapping[str, str]


def label(said: Label, language: str) -> str:
    """Return a label in the language, or in English where it has none; plain text as it is."""
    if isinstance(said, str):
        return said
    return said.get(language.split("-")[0]) or said["en"]


def score(likelihood: int, impact: int) -> int:
    """Return likelihood times impact.

    1 for rare and very low, 25 for very likely and very large.
    """
    return likelihood * impact


def level(matrix: Mapping[str, Any], likelihood: int, impact: int) -> str:
    """Return the code of the level that the matrix gives to this cell.

    From its grid of cells where it has one, else from the range of scores the product falls in;
    and never below the floor, where it has one for this impact.
    """
    if grid := matrix.get("grid"):
        found = str(grid[likelihood - 1][impact - 1])
    else:
        product = score(likelihood, impact)
        steps = matrix["levels"]
        found = str(next(one["code"] for one in steps if one["from"] <= product <= one["to"]))
    floor = matrix.get("floor")
    if floor and impact >= floor["impact"]:
        return max(found, str(floor["level"]), key=LEVELS.index)
    return found


def place(matrix: Mapping[str, Any], likelihood: int, impact: int) -> dict[str, Any]:
    """Return the cell as the case file states it: likelihood, impact, score and level."""
    return {
        "likelihood": likelihood,
        "impact": impact,
        "score": score(likelihood, impact),
        "level": level(matrix, likelihood, impact),
    }


def worst(matrix: Mapping[str, Any], places: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the cell that stands for all.

    The gravest level, of equal ones the largest score, and among those the larger impact.
    """
    return max(places, key=lambda cell: (LEVELS.index(level(matrix, *cell)), score(*cell), cell[1]))


def is_above(one: str, other: str) -> bool:
    """Say whether one level is graver than another."""
    return LEVELS.index(one) > LEVELS.index(other)


APPETITE_NAMES = {
    "within": gettext_noop("Within the appetite"),
    "exception": gettext_noop("By exception"),
    "blocks": gettext_noop("Blocked"),
}


def appetite_of(matrix: Mapping[str, Any], code: str) -> str:
    """Return how the risk appetite takes a residual level: "within", "exception" or "blocks".

    A matrix that states no appetite takes everything.
    """
    appetite = matrix.get("appetite") or {}
    for standing in ("blocks", "exception"):
        begins = appetite.get(standing)
        if begins and not is_above(begins, code):
            return standing
    return "within"


def shares(matrix: Mapping[str, Any]) -> dict[str, float]:
    """Return the largest share of the portfolio that may stand at a level, for those with one."""
    return dict((matrix.get("appetite") or {}).get("shares") or {})
