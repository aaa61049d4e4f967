"""A policy as people read it: what holds for each tier, and what is different in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from registry.rules.plans import Check, checks_of
from registry.rules.policies import Ruling, environments_of, ruling
from registry.rules.policy_tiers import TIERS, section_of
from registry.rules.wording import gettext_noop

# Whose work keeps them from signing, by the keys of ``HANDS``.
HAND_NAMES = {
    "submitted": gettext_noop("who submitted the release"),
    "registered": gettext_noop("who registered the version"),
    "purpose": gettext_noop("who wrote the purpose"),
    "card": gettext_noop("who wrote the model card"),
    "data": gettext_noop("who supplied data"),
    "run": gettext_noop("who ran a measurement on the developers' side"),
    "evidence": gettext_noop("who handed in evidence"),
    "tier": gettext_noop(
        "who put the model into a lighter tier, or filled the scorecard it rests on"
    ),
    "plan": gettext_noop("who took a limit back"),
    "risk": gettext_noop("who assessed the risk"),
}
STRENGTH_NAMES = {
    "password": gettext_noop("the password, entered again"),
    "second_factor": gettext_noop("the password and a second factor"),
}


@dataclass(frozen=True)
class Place:
    """What an environment has of its own: the ruling there, and the parts in which it differs."""

    environment: str
    ruling: Ruling
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What holds for a tier, wherever nothing else is said and in each place that has its own."""

    ruling: Ruling
    places: tuple[Place, ...]
    limits: tuple[tuple[str, tuple[Check, ...]], ...]

    @property
    def tier(self) -> int:
        """The tier."""
        return self.ruling.tier


def readings(definition: Mapping[str, Any]) -> list[Reading]:
    """Return what a sound definition says, tier by tier."""
    return [_reading(definition, tier) for tier in TIERS]


def _reading(definition: Mapping[str, Any], tier: int) -> Reading:
    usual = ruling(definition, tier)
    places = []
    for environment in environments_of(definition):
        there = ruling(definition, tier, environment)
        parts = changed_parts(usual, there)
        if parts:
            places.append(Place(environment, there, parts))
    limits = [(kind, tuple(checks_of(section))) for kind, section in usual.plans.items()]
    return Reading(usual, tuple(places), tuple(limits))


def changed_parts(before: Ruling, after: Ruling) -> tuple[str, ...]:
    """Return the names of the parts in which two rulings differ, whatever place they are of."""
    return tuple(
        part.name
        for part in fields(Ruling)
        if part.name not in ("tier", "environment")
        and getattr(before, part.name) != getattr(after, part.name)
    )


def unfolded(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sound definition with everything in its place that tiers have from each other.

    Two of these are compared, and not what was written: a change of one tier is a change of each
    that is like it.
    """
    tiers: dict[str, Any] = {}
    for tier in TIERS:
        usual = section_of(definition, tier)
        tiers[str(tier)] = usual
        for environment in environments_of(definition):
            there = section_of(definition, tier, environment)
            own = {part: there[part] for part in there if there[part] != usual.get(part)}
            if own:
                tiers[f"{tier}, {environment}"] = own
    return {**definition, "tiers": tiers}
