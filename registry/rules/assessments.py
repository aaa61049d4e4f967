"""What stands against an assessment of hazards, and what it leaves unsaid."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from registry.rules.matrices import DEFAULT_MATRIX, STEPS, is_above, level, score
from registry.rules.refusals import Objection
from registry.rules.risk import (
    EFFECTIVENESS,
    ENOUGH_MAINTAINERS,
    KNOWLEDGE,
    LEAST_LIKELY_GONE,
    MAINTAINERS_GONE,
    Control,
    HazardFacts,
)
from registry.rules.wording import gettext_noop

# Bare answers to who is vulnerable; whoever says that nobody is says why.
BARE_NONE = frozenset({"none", "no", "nobody", "no one", "n/a", "na", "-", "keine", "nein"})


def objections_to(
    hazards: Sequence[HazardFacts], matrix: Mapping[str, Any] = DEFAULT_MATRIX
) -> list[Objection]:
    """Say what stands against an assessment of these hazards on the matrix."""
    if not hazards:
        return [
            Objection(
                "risk.no_hazards",
                gettext_noop("An assessment needs at least one hazard; start with the four given."),
            )
        ]
    return [objection for hazard in hazards for objection in _against(hazard, matrix)]


def _against(hazard: HazardFacts, matrix: Mapping[str, Any]) -> Iterator[Objection]:
    facts = {"hazard": hazard.title.strip() or "?"}
    if not hazard.title.strip():
        yield Objection("risk.untitled", gettext_noop("A hazard has no title; say what happens."))
    yield from _against_places(hazard, matrix, facts)
    if hazard.vulnerable.strip(" .,;").casefold() in BARE_NONE:
        yield Objection(
            "risk.vulnerable_unreasoned",
            gettext_noop(
                "%(hazard)s: say why no vulnerable group is affected (“None, because …”)."
            ),
            facts,
        )
    for control in hazard.assessed_controls:
        yield from _against_control(control, facts)


def _against_places(
    hazard: HazardFacts, matrix: Mapping[str, Any], facts: Mapping[str, object]
) -> Iterator[Objection]:
    if not all(number in STEPS for number in (*hazard.inherent, *hazard.residual)):
        yield Objection(
            "risk.off_the_matrix",
            gettext_noop("%(hazard)s: likelihood and impact go from 1 to 5."),
            facts,
        )
    # By score and by level: with a floor or a grid, a smaller product may be a graver level.
    elif score(*hazard.residual) > score(*hazard.inherent) or is_above(
        level(matrix, *hazard.residual), level(matrix, *hazard.inherent)
    ):
        yield Objection(
            "risk.residual_above_inherent",
            gettext_noop(
                "%(hazard)s: the residual risk is above the inherent one; controls cannot add risk."
            ),
            facts,
        )
    elif hazard.is_lowered and not (hazard.controls.strip() or hazard.assessed_controls):
        yield Objection(
            "risk.no_controls",
            gettext_noop("%(hazard)s: name the controls that lower its risk."),
            facts,
        )
    elif (
        hazard.is_lowered
        and hazard.assessed_controls
        and all(control.is_ineffective for control in hazard.assessed_controls)
    ):
        yield Objection(
            "risk.ineffective_controls",
            gettext_noop(
                "%(hazard)s: no control that was assessed works, so nothing lowers its risk; set"
                " the residual risk to the inherent one, or name a control that works."
            ),
            facts,
        )


def _against_control(control: Control, facts: Mapping[str, object]) -> Iterator[Objection]:
    if not control.text.strip():
        yield Objection(
            "risk.unnamed_control",
            gettext_noop("%(hazard)s: a control says nothing; say what it does, or leave it out."),
            facts,
        )
    if control.design not in EFFECTIVENESS or control.operating not in EFFECTIVENESS:
        yield Objection(
            "risk.effectiveness",
            gettext_noop("%(hazard)s: a control's design and operation are each one of %(known)s."),
            {**facts, "known": ", ".join(EFFECTIVENESS)},
        )


def objections_to_knowledge(knowledge: str) -> list[Objection]:
    """Refuse a strength of knowledge that is not one of the three; it may be left unsaid."""
    if not knowledge or knowledge in KNOWLEDGE:
        return []
    return [
        Objection(
            "risk.knowledge",
            gettext_noop("The strength of knowledge is one of %(known)s."),
            {"known": ", ".join(KNOWLEDGE)},
        )
    ]


def objections_to_few_maintainers(
    hazards: Sequence[HazardFacts],
    maintainers: int,
    titles: Collection[str] = (MAINTAINERS_GONE,),
) -> list[Objection]:
    """Refuse to leave out that the maintainers are gone, or to call it unlikely, where few are.

    ``maintainers`` counts their deputies too. ``titles`` are the names of that hazard, one a
    language: under another title nobody would know it again.
    """
    if maintainers >= ENOUGH_MAINTAINERS:
        return []
    gone = [hazard for hazard in hazards if hazard.title.strip() in titles]
    if not gone:
        return [
            Objection(
                "risk.lacks_few_maintainers",
                gettext_noop(
                    "Fewer than two maintainers or deputies of theirs are named, so the hazard"
                    " “%(hazard)s” has to be assessed, under this very title; add it, or name a"
                    " second one."
                ),
                {"hazard": [MAINTAINERS_GONE]},
            )
        ]
    return [
        Objection(
            "risk.few_maintainers",
            gettext_noop(
                "%(hazard)s: fewer than two maintainers or deputies of theirs are named, so its"
                " likelihood is at least %(least)s; name a second one, or raise it."
            ),
            {"hazard": hazard.title.strip(), "least": LEAST_LIKELY_GONE},
        )
        for hazard in gone
        if hazard.likelihood < LEAST_LIKELY_GONE
    ]


LACKING = {
    "cause": gettext_noop("%(hazard)s: the cause is not stated."),
    "consequence": gettext_noop("%(hazard)s: the consequence is not stated."),
    "affected": gettext_noop("%(hazard)s: it is not said who is affected."),
    "vulnerable": gettext_noop("%(hazard)s: it is not said which vulnerable groups are affected."),
    "likelihood_ground": gettext_noop("%(hazard)s: no ground is given for the likelihood."),
    "impact_ground": gettext_noop("%(hazard)s: no ground is given for the impact."),
    "residual_ground": gettext_noop("%(hazard)s: no ground is given for the residual risk."),
    "assessed_controls": gettext_noop(
        "%(hazard)s: whether the controls that lower it work is not assessed."
    ),
}


def lacking(hazards: Sequence[HazardFacts], knowledge: str | None = None) -> list[Objection]:
    """Say what an assessment leaves unsaid; nothing of it is compulsory by itself.

    ``knowledge`` is its strength of knowledge, asked for unless it is None.
    """
    missing = [
        Objection(f"risk.lacking.{part}", LACKING[part], {"hazard": hazard.title.strip() or "?"})
        for hazard in hazards
        for part in LACKING
        if _lacks(hazard, part)
    ]
    if knowledge == "":
        missing.append(
            Objection(
                "risk.lacking.knowledge",
                gettext_noop("How strong the knowledge behind the assessment is, is not stated."),
            )
        )
    return missing


def _lacks(hazard: HazardFacts, part: str) -> bool:
    if part == "assessed_controls":
        return hazard.is_lowered and not any(
            control.design != "not_assessed" and control.operating != "not_assessed"
            for control in hazard.assessed_controls
        )
    if part == "residual_ground" and not hazard.is_lowered:
        return False
    return not str(getattr(hazard, part)).strip()
