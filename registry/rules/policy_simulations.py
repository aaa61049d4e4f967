"""What a decision made under one edition of the policy would lack under another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.rules.policies import Ruling
from registry.rules.refusals import Objection
from registry.rules.roles import ROLE_NAMES, Role
from registry.rules.stages import ANY, Ask, Stage
from registry.rules.wording import gettext_noop


@dataclass(frozen=True)
class Given:
    """A signature that was given: whose, in which role, at the stage of which name."""

    signer_id: int
    role: str
    stage_name: str
    method: str = "password"


def objections_to_decision(
    ruling: Ruling,
    given: Sequence[Given],
    *,
    decided_at: datetime,
    has_conditions: bool,
    now: datetime,
) -> list[Objection]:
    """Say what a release decided on by these signatures would lack by this ruling."""
    objections = list(_unsigned(ruling.stages, given))
    if decided_at + timedelta(days=ruling.approval_days) <= now:
        objections.append(
            Objection(
                "simulation.expired",
                gettext_noop("An approval lasts %(days)s days; this one is older."),
                {"days": ruling.approval_days},
            )
        )
    if has_conditions and not ruling.conditions_allowed:
        objections.append(
            Objection(
                "simulation.conditions",
                gettext_noop("It was approved under conditions, and none are allowed."),
            )
        )
    weak = [one for one in given if one.method == "password"]
    if weak and ruling.reauthentication == "second_factor":
        objections.append(
            Objection(
                "simulation.weak_signatures",
                gettext_noop("%(count)s signatures were given without a second factor."),
                {"count": len(weak)},
            )
        )
    if ruling.new_edition_closes_gate:
        objections.append(
            Objection(
                "simulation.closes_gate",
                gettext_noop("A new edition closes the gate of what an earlier one approved."),
            )
        )
    return objections


def _unsigned(stages: Sequence[Stage], given: Sequence[Given]) -> Iterator[Objection]:
    """Give each signature to one stage, that of its name first, and say what is left over.

    A person signs a stage once, and another one only where that lets people sign again.
    """
    left = list(given)
    busy: set[int] = set()
    later = [stage.name for stage in stages]
    for stage in stages:
        later.remove(stage.name)
        left.sort(key=lambda one: (one.stage_name != stage.name, one.stage_name in later))
        taken, lacking = _filled(stage, left, set() if stage.again else busy)
        for one in taken:
            left.remove(one)
        busy |= {one.signer_id for one in taken}
        if lacking:
            yield Objection(
                "simulation.unsigned",
                gettext_noop("The stage “%(stage)s” lacks signatures: %(lacking)s."),
                {"stage": stage.name, "lacking": lacking},
            )


def _filled(
    stage: Stage, left: Sequence[Given], busy: set[int]
) -> tuple[list[Given], list[list[str]]]:
    """Return the signatures that fill a stage, and what it lacks ("Validator: 1")."""
    taken: list[Given] = []
    lacking: list[list[str]] = []
    for ask in stage.asks:
        mine = _for_ask(ask, left, busy | {one.signer_id for one in taken})
        if stage.rule == ANY and len(mine) == ask.needed:
            return mine, []
        taken += mine
        if len(mine) < ask.needed:
            lacking.append([ROLE_NAMES[Role(ask.role)], str(ask.needed - len(mine))])
    return taken, lacking


def _for_ask(ask: Ask, left: Sequence[Given], busy: set[int]) -> list[Given]:
    found: dict[int, Given] = {}
    for one in left:
        if one.role == ask.role and one.signer_id not in busy and len(found) < ask.needed:
            found.setdefault(one.signer_id, one)
    return list(found.values())
