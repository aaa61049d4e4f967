"""The policy: what a tier asks for before a release, read from versioned data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.rules import cards
from registry.rules.catalogue import DATA_ROLES, EVIDENCE_KINDS
from registry.rules.plan_shapes import objections_to_shape
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import Stage
from registry.rules.roles import DECIDERS
from registry.rules.wording import gettext_noop

TIERS = (1, 2, 3, 4)
VERDICTS = ("pass", "warn", "undecided", "fail", "none")


@dataclass(frozen=True)
class Requirement:
    """One kind of evidence that has to be there.

    How old at most, and which verdicts are accepted.
    """

    kind: str
    max_age_days: int
    verdicts: tuple[str, ...]
    reproduced: bool
    closes_gate: bool


@dataclass(frozen=True)
class Ruling:
    """What the policy says for one tier."""

    tier: int
    card_sections: tuple[str, ...]
    data_roles: tuple[str, ...]
    risk_assessed: bool
    deputy_named: bool
    evidence: tuple[Requirement, ...]
    plans: Mapping[str, Any]
    stages: tuple[Stage, ...]
    approval_days: int


def ruling(definition: Mapping[str, Any], tier: int) -> Ruling:
    """Read what the policy's definition says for a tier; tiers are keys of text, as in JSON.

    Raises Refused where the definition does not hold together.
    """
    objections = objections_to(definition)
    if objections:
        raise Refused(*objections)
    return _read(definition, tier)


def _read(definition: Mapping[str, Any], tier: int) -> Ruling:
    section = definition["tiers"][str(tier)]
    return Ruling(
        tier=tier,
        card_sections=(
            cards.SECTION_CODES
            if section["card_sections"] == "all"
            else tuple(section["card_sections"])
        ),
        data_roles=tuple(section["data_roles"]),
        risk_assessed=section["risk_assessed"],
        deputy_named=section["deputy_named"],
        evidence=tuple(
            Requirement(
                kind=kind,
                max_age_days=ask["max_age_days"],
                verdicts=tuple(ask["verdicts"]),
                reproduced=ask["reproduced"],
                closes_gate=ask["closes_gate"],
            )
            for kind, ask in section["evidence"].items()
        ),
        plans=definition["plans"],
        stages=tuple(
            Stage(stage["name"], stage["role"], stage["needed"]) for stage in section["stages"]
        ),
        approval_days=section["approval_days"],
    )


def objections_to(definition: Mapping[str, Any]) -> list[Objection]:
    """Say what is wrong with a policy's definition; empty when it can be used."""
    try:
        # Every part is read for every tier now, or a lacking one would be missed at a submission.
        asked = [_read(definition, tier) for tier in TIERS]
        return [
            *_unknown(asked),
            *_wrong(definition),
            *objections_to_shape(definition["plans"]),
        ]
    except (KeyError, TypeError, AttributeError) as error:
        return [
            Objection(
                "policy.incomplete",
                gettext_noop("The policy lacks a part or has it in the wrong shape: %(part)s."),
                {"part": str(error)},
            )
        ]


def _unknown(asked: Sequence[Ruling]) -> Iterator[Objection]:
    """Find names nobody knows: a section so misspelt would never be asked for."""
    for ruled in asked:
        names = [name for name in ruled.card_sections if name not in cards.SECTION_CODES]
        names += [name for name in ruled.data_roles if name not in DATA_ROLES]
        names += [ask.kind for ask in ruled.evidence if ask.kind not in EVIDENCE_KINDS]
        if names:
            yield Objection(
                "policy.unknown_name",
                gettext_noop("Tier %(tier)s asks for what nobody knows: %(names)s."),
                {"tier": ruled.tier, "names": ", ".join(names)},
            )


def _wrong(definition: Mapping[str, Any]) -> list[Objection]:
    objections = []
    for tier in TIERS:
        section = definition["tiers"][str(tier)]
        if not isinstance(section["approval_days"], int) or section["approval_days"] < 1:
            objections.append(
                Objection(
                    "policy.approval_days",
                    gettext_noop("Tier %(tier)s: an approval has to last at least a day."),
                    {"tier": tier},
                )
            )
        if not section["stages"]:
            objections.append(
                Objection(
                    "policy.no_stage",
                    gettext_noop("Tier %(tier)s has no stage; a release needs a signature."),
                    {"tier": tier},
                )
            )
        for stage in section["stages"]:
            if stage["role"] not in {role.value for role in DECIDERS} or stage["needed"] < 1:
                objections.append(
                    Objection(
                        "policy.stage",
                        gettext_noop(
                            "Stage %(stage)s of tier %(tier)s: the role has to be one of %(roles)s,"
                            " and at least one person has to sign."
                        ),
                        {
                            "stage": stage["name"],
                            "tier": tier,
                            "roles": ", ".join(sorted(role.value for role in DECIDERS)),
                        },
                    )
                )
        for kind, ask in section["evidence"].items():
            if not set(ask["verdicts"]) <= set(VERDICTS) or ask["max_age_days"] < 1:
                objections.append(
                    Objection(
                        "policy.evidence",
                        gettext_noop(
                            "Evidence %(kind)s of tier %(tier)s: verdicts or age are off."
                        ),
                        {"kind": kind, "tier": tier},
                    )
                )
    return objections
