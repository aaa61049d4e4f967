"""Hazards: the four that every model starts with, and what is said of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.rules.matrices import place, score
from registry.rules.wording import gettext_noop

# Every model has these four, whatever it does.
STARTING_HAZARDS = (
    gettext_noop("It is unavailable for a time"),
    gettext_noop("It predicts wrongly for a given case"),
    gettext_noop("Its accuracy or fairness decays"),
    gettext_noop("The people who can maintain it are gone"),
)
MAINTAINERS_GONE = STARTING_HAZARDS[3]
ENOUGH_MAINTAINERS = 2
# With fewer maintainers than that: where the hazard starts, and where it stands at the least.
LIKELY_GONE, LEAST_LIKELY_GONE = 4, 3

EFFECTIVENESS = {
    "not_assessed": gettext_noop("Not assessed"),
    "ineffective": gettext_noop("Ineffective"),
    "partly": gettext_noop("Partly effective"),
    "effective": gettext_noop("Effective"),
}
KNOWLEDGE = {
    "weak": gettext_noop("Weak"),
    "moderate": gettext_noop("Moderate"),
    "strong": gettext_noop("Strong"),
}


@dataclass(frozen=True)
class Control:
    """What lowers a risk: whether it is made for that, whether it works, and what shows it.

    ``design`` and ``operating`` are keys of EFFECTIVENESS; ``evidence`` the ids of exhibits.
    """

    text: str
    design: str = "not_assessed"
    operating: str = "not_assessed"
    evidence: tuple[int, ...] = ()

    @property
    def is_ineffective(self) -> bool:
        """Whether it was found not to work, by design or in operation."""
        return "ineffective" in (self.design, self.operating)

    def as_dict(self) -> dict[str, Any]:
        """Return it as a row and a case file keep it."""
        return {
            "title": self.text,
            "design": self.design,
            "operating": self.operating,
            "evidence": list(self.evidence),
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Control:
        """Return it from what ``as_dict`` gave."""
        return cls(kept["title"], kept["design"], kept["operating"], tuple(kept["evidence"]))


@dataclass(frozen=True)
class HazardFacts:
    """One hazard with its place before (inherent) and after (residual) the controls; 1 to 5.

    ``controls`` says them in a sentence, ``assessed_controls`` one by one. ``vulnerable`` says
    which vulnerable groups are among the affected, or why none is.
    """

    title: str
    likelihood: int
    impact: int
    controls: str
    residual_likelihood: int
    residual_impact: int
    cause: str = ""
    consequence: str = ""
    affected: str = ""
    vulnerable: str = ""
    likelihood_ground: str = ""
    impact_ground: str = ""
    residual_ground: str = ""
    assessed_controls: tuple[Control, ...] = ()

    @property
    def inherent(self) -> tuple[int, int]:
        """Likelihood and impact before the controls."""
        return self.likelihood, self.impact

    @property
    def residual(self) -> tuple[int, int]:
        """Likelihood and impact with the controls."""
        return self.residual_likelihood, self.residual_impact

    @property
    def is_lowered(self) -> bool:
        """Whether the controls are said to lower the risk."""
        return score(*self.residual) < score(*self.inherent)


# The texts beside the title that a hazard may state, in the order they are asked for.
TEXTS = (
    "cause",
    "consequence",
    "affected",
    "vulnerable",
    "likelihood_ground",
    "impact_ground",
    "residual_ground",
)


def starting_likelihood(title: str, maintainers: int) -> int:
    """Return where a standard hazard starts: the fourth one higher where few can maintain."""
    return LIKELY_GONE if title == MAINTAINERS_GONE and maintainers < ENOUGH_MAINTAINERS else 3


def hazards_asked_for(maintainers: int) -> tuple[str, ...]:
    """Return the standard hazards that no assessment may leave out."""
    return (MAINTAINERS_GONE,) if maintainers < ENOUGH_MAINTAINERS else ()


def stated(matrix: Mapping[str, Any], hazard: HazardFacts) -> dict[str, Any]:
    """Return a hazard as the case file states it.

    What was not said has no key: a blank in its place would differ from every case file frozen
    before it could be said.
    """
    texts = {name: text for name in TEXTS if (text := getattr(hazard, name))}
    controls = [control.as_dict() for control in hazard.assessed_controls]
    residual = place(matrix, *hazard.residual)
    return {
        "title": hazard.title,
        **place(matrix, *hazard.inherent),
        "controls": hazard.controls,
        **{f"residual_{name}": value for name, value in residual.items()},
        **texts,
        **({"assessed_controls": controls} if controls else {}),
    }
