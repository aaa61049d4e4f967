"""The policy: what a tier asks for before a release, read from versioned data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.rules import cards
from registry.rules.policy_parts import DEFAULT_REVIEW_DAYS, LONGEST_OVERRIDE_DAYS, VERDICTS
from registry.rules.policy_shapes import incomplete, objections_to, objections_to_reading
from registry.rules.policy_tiers import TIERS, environments_of, section_of
from registry.rules.refusals import Refused
from registry.rules.releases import ALWAYS_EXCLUDED, HANDS
from registry.rules.stages import Ask, Stage

__all__ = [
    "TIERS",
    "VERDICTS",
    "Requirement",
    "Ruling",
    "environments_of",
    "objections_to",
    "ruling",
]


@dataclass(frozen=True)
class Requirement:
    """One kind of evidence that has to be there.

    How old at most, which verdicts are accepted, and whether it has to be made on the validator's
    side.
    """

    kind: str
    max_age_days: int
    verdicts: tuple[str, ...]
    reproduced: bool
    closes_gate: bool
    independent: bool = False


@dataclass(frozen=True)
class Ruling:
    """What the policy says for one tier in one environment; what it does not say has a default.

    ``excluded`` are the kinds of work on a version (keys of ``HANDS``) that keep who did it from
    signing, those of ``ALWAYS_EXCLUDED`` among them. ``override_days`` is how long an emergency
    release may run; 0 allows none.
    """

    tier: int
    card_sections: tuple[str, ...]
    data_roles: tuple[str, ...]
    risk_assessed: bool
    deputy_named: bool
    evidence: tuple[Requirement, ...]
    plans: Mapping[str, Any]
    stages: tuple[Stage, ...]
    approval_days: int
    environment: str = ""
    review_days: int = DEFAULT_REVIEW_DAYS[1]
    reauthentication: str = "password"
    conditions_allowed: bool = True
    excluded: tuple[str, ...] = tuple(HANDS)
    new_edition_closes_gate: bool = False
    open_findings_block: tuple[str, ...] = ("high", "critical")
    scorecard_filled: bool = False
    override_days: int = LONGEST_OVERRIDE_DAYS


def ruling(definition: Mapping[str, Any], tier: int, environment: str = "") -> Ruling:
    """Read what the policy's definition says for a tier; tiers are keys of text, as in JSON.

    Without an environment it is what holds wherever nothing else is said. Raises Refused where the
    definition cannot be read or asks for no signature. What else would be refused in a new edition
    is let pass: decisions rest on editions that were adopted before a rule was known.
    """
    objections = objections_to_reading(definition, tier, environment)
    if objections:
        raise Refused(*objections)
    try:
        return _read(definition, tier, environment)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Refused(incomplete(str(error))) from error


def _read(definition: Mapping[str, Any], tier: int, environment: str) -> Ruling:
    section = section_of(definition, tier, environment)
    return Ruling(
        tier=tier,
        environment=environment,
        card_sections=(
            cards.SECTION_CODES
            if section["card_sections"] == "all"
            else tuple(section["card_sections"])
        ),
        data_roles=tuple(section["data_roles"]),
        risk_assessed=section["risk_assessed"],
        deputy_named=section["deputy_named"],
        evidence=tuple(_requirement(kind, ask) for kind, ask in section["evidence"].items()),
        plans={**definition["plans"], **section.get("plans", {})},
        stages=tuple(_stage(stage) for stage in section["stages"]),
        approval_days=section["approval_days"],
        review_days=section.get("review_days", DEFAULT_REVIEW_DAYS[tier]),
        reauthentication=section.get("reauthentication", Ruling.reauthentication),
        conditions_allowed=section.get("conditions_allowed", Ruling.conditions_allowed),
        excluded=_excluded(section.get("excluded", Ruling.excluded)),
        new_edition_closes_gate=section.get(
            "new_edition_closes_gate", Ruling.new_edition_closes_gate
        ),
        open_findings_block=tuple(section.get("open_findings_block", Ruling.open_findings_block)),
        scorecard_filled=section.get("scorecard_filled", Ruling.scorecard_filled),
        override_days=section.get("override_days", Ruling.override_days),
    )


def _excluded(said: Sequence[str]) -> tuple[str, ...]:
    """Add what is never left out: an edition from before there was such a floor may not say it."""
    return tuple(part for part in HANDS if part in ALWAYS_EXCLUDED or part in said)


def _requirement(kind: str, ask: Mapping[str, Any]) -> Requirement:
    return Requirement(
        kind=kind,
        max_age_days=ask["max_age_days"],
        verdicts=tuple(ask["verdicts"]),
        reproduced=ask["reproduced"],
        closes_gate=ask["closes_gate"],
        independent=ask.get("independent", False),
    )


def _stage(stage: Mapping[str, Any]) -> Stage:
    """Read a stage; a role beside the name is the short form of a single ask."""
    asks = stage.get("asks") or [stage]
    return Stage(
        name=stage["name"],
        asks=tuple(Ask(ask["role"], ask["needed"], ask.get("of")) for ask in asks),
        rule=stage.get("rule", "all"),
        beside=stage.get("beside", False),
        again=stage.get("again", False),
    )
