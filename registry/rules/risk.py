"""The risk matrix: likelihood times impact, the levels of the product, and the starting hazards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

# The default definition. Names are marked for translation; the German ones are fixed:
# Gering, Mittel, Hoch, Schwerwiegend.
DEFAULT_MATRIX: dict[str, Any] = {
    "name": "default-5x5",
    "likelihoods": [
        gettext_noop("Rare"),
        gettext_noop("Unlikely"),
        gettext_noop("Possible"),
        gettext_noop("Likely"),
        gettext_noop("Very likely"),
    ],
    "impacts": [
        gettext_noop("Very low"),
        gettext_noop("Low"),
        gettext_noop("Moderate"),
        gettext_noop("Large"),
        gettext_noop("Very large"),
    ],
    "levels": [
        {"code": "low", "name": gettext_noop("Low"), "from": 1, "to": 3},
        {"code": "medium", "name": gettext_noop("Medium"), "from": 4, "to": 9},
        {"code": "high", "name": gettext_noop("High"), "from": 10, "to": 16},
        {"code": "severe", "name": gettext_noop("Severe"), "from": 20, "to": 25},
    ],
}
LEVELS = ("low", "medium", "high", "severe")

# Every model has these four, whatever it does.
STARTING_HAZARDS = (
    gettext_noop("It is unavailable for a time"),
    gettext_noop("It predicts wrongly for a given case"),
    gettext_noop("Its accuracy or fairness decays"),
    gettext_noop("The people who can maintain it are gone"),
)


def score(likelihood: int, impact: int) -> int:
    """Return likelihood times impact.

    1 for rare and very low, 25 for very likely and very large.
    """
    return likelihood * impact


def level(matrix: Mapping[str, Any], likelihood: int, impact: int) -> str:
    """Return the code of the level that the matrix gives to this cell."""
    product = score(likelihood, impact)
    levels = matrix["levels"]
    return str(next(step["code"] for step in levels if step["from"] <= product <= step["to"]))


def place(matrix: Mapping[str, Any], likelihood: int, impact: int) -> dict[str, Any]:
    """Return the cell as the case file states it: likelihood, impact, score and level."""
    return {
        "likelihood": likelihood,
        "impact": impact,
        "score": score(likelihood, impact),
        "level": level(matrix, likelihood, impact),
    }


@dataclass(frozen=True)
class HazardFacts:
    """One hazard with its place before (inherent) and after (residual) the controls; 1 to 5."""

    title: str
    likelihood: int
    impact: int
    controls: str
    residual_likelihood: int
    residual_impact: int


def worst(places: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the cell that stands for all.

    The largest score, and among equals the larger impact.
    """
    return max(places, key=lambda cell: (score(*cell), cell[1]))


def objections_to(hazards: Sequence[HazardFacts]) -> list[Objection]:
    """Say what stands against an assessment of these hazards."""
    if not hazards:
        return [
            Objection(
                "risk.no_hazards",
                gettext_noop("An assessment needs at least one hazard; start with the four given."),
            )
        ]
    objections = []
    for hazard in hazards:
        facts = {"hazard": hazard.title or "?"}
        numbers = (
            hazard.likelihood,
            hazard.impact,
            hazard.residual_likelihood,
            hazard.residual_impact,
        )
        if not hazard.title.strip():
            objections.append(
                Objection("risk.untitled", gettext_noop("A hazard has no title; say what happens."))
            )
        if not all(1 <= number <= 5 for number in numbers):
            objections.append(
                Objection(
                    "risk.off_the_matrix",
                    gettext_noop("%(hazard)s: likelihood and impact go from 1 to 5."),
                    facts,
                )
            )
        elif score(*numbers[2:]) > score(*numbers[:2]):
            objections.append(
                Objection(
                    "risk.residual_above_inherent",
                    gettext_noop(
                        "%(hazard)s: the residual risk is above the inherent one;"
                        " controls cannot add risk."
                    ),
                    facts,
                )
            )
        elif score(*numbers[2:]) < score(*numbers[:2]) and not hazard.controls.strip():
            objections.append(
                Objection(
                    "risk.no_controls",
                    gettext_noop("%(hazard)s: name the controls that lower its risk."),
                    facts,
                )
            )
    return objections
