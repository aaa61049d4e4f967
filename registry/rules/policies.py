"""The policy: what a tier asks for before a release, read from versioned data.

And what is still missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from registry.rules import cards
from registry.rules.catalogue import DATA_ROLES, EVIDENCE_KINDS
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
        # Every part is read for every tier now, or a lacking one would only be missed at a submission.
        asked = [_read(definition, tier) for tier in TIERS]
        return [*_unknown(asked), *_wrong(definition)]
    except (KeyError, TypeError, AttributeError) as error:
        return [
            Objection(
                "policy.incomplete",
                gettext_noop("The policy lacks a part or has it in the wrong shape: %(part)s."),
                {"part": str(error)},
            )
        ]


def _unknown(asked: Sequence[Ruling]) -> Iterator[Objection]:
    """Find names nobody knows: a section so misspelt would never be asked for, data never be there."""
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


class Standing(StrEnum):
    """How an item of the checklist stands."""

    MET = "met"
    MISSING = "missing"
    EXPIRED = "expired"
    FAILING = "failing"


@dataclass(frozen=True)
class Item:
    """One line of the checklist; ``objection`` says what to do where it is not met."""

    code: str
    standing: Standing
    objection: Objection | None = None
    exhibit_id: int | None = None


@dataclass(frozen=True)
class Exhibit:
    """What the checklist needs to know of a piece of evidence."""

    id: int
    kind: str
    verdict: str
    at: datetime
    reproduced: bool
    outdated: bool = False  # made on another artefact or on data no longer attached


def checklist(
    ruling: Ruling,
    *,
    card: Mapping[str, str] | None,
    data_roles: Sequence[str],
    risk_is_assessed: bool,
    deputy_is_named: bool,
    exhibits: Sequence[Exhibit],
    now: datetime,
) -> list[Item]:
    """Return everything the ruling asks for, each with how it stands."""
    items = [_card_item(ruling, card)]
    items += [_data_item(role, role in data_roles) for role in ruling.data_roles]
    if ruling.risk_assessed:
        items.append(
            _item(
                "risk",
                risk_is_assessed,
                "submit.risk_missing",
                gettext_noop("The risk is not assessed yet; fill in the risk assessment."),
            )
        )
    if ruling.deputy_named:
        items.append(
            _item(
                "deputy",
                deputy_is_named,
                "submit.deputy_missing",
                gettext_noop("No deputy is named for the owner; name one on the model's page."),
            )
        )
    items += [_evidence_item(ask, exhibits, now) for ask in ruling.evidence]
    return items


def _item(code: str, met: bool, objection_code: str, message: str, **params: object) -> Item:
    if met:
        return Item(code, Standing.MET)
    return Item(code, Standing.MISSING, Objection(objection_code, message, params))


def _card_item(ruling: Ruling, card: Mapping[str, str] | None) -> Item:
    missing = cards.missing(card or {}, ruling.card_sections)
    return _item(
        "card",
        not missing,
        "submit.card_incomplete",
        gettext_noop("The model card lacks %(count)s sections: %(sections)s. Fill them in."),
        count=len(missing),
        sections=", ".join(missing),
    )


def _data_item(role: str, met: bool) -> Item:
    return _item(
        f"data.{role}",
        met,
        "submit.data_missing",
        gettext_noop("No %(role)s data is attached; attach a dataset version with that role."),
        role=role,
    )


def _evidence_item(ask: Requirement, exhibits: Sequence[Exhibit], now: datetime) -> Item:
    """Judge one required kind by the newest exhibit that still speaks of this version and data."""
    code = f"evidence.{ask.kind}"
    usable = [
        exhibit
        for exhibit in exhibits
        if exhibit.kind == ask.kind
        and not exhibit.outdated
        and (exhibit.reproduced or not ask.reproduced)
    ]
    if not usable:
        message = gettext_noop(
            "No %(kind)s evidence on the attached test data; start a %(kind)s run."
        )
        return Item(
            code,
            Standing.MISSING,
            Objection("submit.evidence_missing", message, {"kind": ask.kind}),
        )
    newest = max(usable, key=lambda exhibit: (exhibit.at, exhibit.id))
    if now - newest.at > timedelta(days=ask.max_age_days):
        message = gettext_noop(
            "The %(kind)s evidence is older than the %(days)s days the policy allows; run it again."
        )
        params = {"kind": ask.kind, "days": ask.max_age_days}
        return Item(
            code, Standing.EXPIRED, Objection("submit.evidence_expired", message, params), newest.id
        )
    if newest.verdict not in ask.verdicts:
        message = gettext_noop(
            "The %(kind)s evidence has the verdict “%(verdict)s”; the policy accepts %(accepted)s."
            " Change the version, then run it again."
        )
        params = {
            "kind": ask.kind,
            "verdict": newest.verdict,
            "accepted": ", ".join(ask.verdicts),
        }
        return Item(
            code, Standing.FAILING, Objection("submit.evidence_failing", message, params), newest.id
        )
    return Item(code, Standing.MET, exhibit_id=newest.id)
