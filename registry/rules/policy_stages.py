"""The shape of the stages in a policy: what may be written, and whether anybody could sign it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.rules.plan_shapes import is_name
from registry.rules.refusals import Objection
from registry.rules.roles import DECIDERS, Role
from registry.rules.stages import ALL, ANY
from registry.rules.wording import gettext_noop

MOST_STAGES = 12
MOST_PEOPLE = 30
LONGEST_NAME = 100

SIGNERS = tuple(role.value for role in Role if role in DECIDERS)
STAGE_PARTS = ("name", "role", "needed", "of", "asks", "rule", "beside", "again")
ASK_PARTS = ("role", "needed", "of")


def objections_to_stages(stages: object, place: str) -> Iterator[Objection]:
    """Say what is wrong with the stages stated in a place, such as "2" or "2, production"."""
    if not isinstance(stages, list) or not stages or len(stages) > MOST_STAGES:
        yield Objection(
            "policy.no_stage",
            gettext_noop(
                "Tier %(tier)s: the stages are a list of one to %(most)s; a release needs a"
                " signature."
            ),
            {"tier": place, "most": MOST_STAGES},
        )
        return
    for number, stage in enumerate(stages, start=1):
        if isinstance(stage, Mapping):
            yield from _stage(stage, number, place)
        else:
            yield _told(
                "policy.stage_shape",
                gettext_noop("%(stage)s of tier %(tier)s: a stage is an object with a name."),
                number,
                place,
            )
    names = Counter(str(stage.get("name")).strip().lower() for stage in _objects(stages))
    for name in [name for name, times in names.items() if times > 1]:
        yield _told(
            "policy.stage_twice",
            gettext_noop(
                "Tier %(tier)s has two stages called %(stage)s; give each a name of its own."
            ),
            name,
            place,
        )


def _objects(stages: Sequence[object]) -> list[Mapping[str, Any]]:
    return [stage for stage in stages if isinstance(stage, Mapping)]


def _told(code: str, message: str, stage: object, place: str, **more: object) -> Objection:
    return Objection(code, message, {"stage": str(stage)[:LONGEST_NAME], "tier": place, **more})


def _stage(stage: Mapping[str, Any], number: int, place: str) -> Iterator[Objection]:
    name = stage.get("name")
    called = name if is_name(name) else number
    if not is_name(name) or len(str(name)) > LONGEST_NAME:
        yield _told(
            "policy.stage_name",
            gettext_noop(
                "Stage %(stage)s of tier %(tier)s: a stage has a name of up to %(most)s letters."
            ),
            number,
            place,
            most=LONGEST_NAME,
        )
    yield from _unknown(stage, STAGE_PARTS, called, place)
    for part in ("beside", "again"):
        if not isinstance(stage.get(part, False), bool):
            yield _told(
                "policy.stage_part",
                gettext_noop("Stage %(stage)s of tier %(tier)s: %(part)s is true or false."),
                called,
                place,
                part=part,
            )
    if stage.get("rule", ALL) not in (ALL, ANY):
        yield _told(
            "policy.stage_rule",
            gettext_noop(
                "Stage %(stage)s of tier %(tier)s: the rule is “all”, every ask has to be met, or"
                " “any”, one of them is enough."
            ),
            called,
            place,
        )
    if number == 1 and stage.get("beside") is True:
        yield _told(
            "policy.stage_beside",
            gettext_noop(
                "Stage %(stage)s of tier %(tier)s is the first; there is none before it that it"
                " could run beside. Take “beside” out."
            ),
            called,
            place,
        )
    yield from _asks(stage, called, place)


def _unknown(
    given: Mapping[str, Any], known: Sequence[str], called: object, place: str
) -> Iterator[Objection]:
    for part in [part for part in given if part not in known]:
        yield _told(
            "policy.stage_unknown_part",
            gettext_noop(
                "Stage %(stage)s of tier %(tier)s: nobody knows the part “%(part)s”; there are"
                " %(known)s."
            ),
            called,
            place,
            part=str(part)[:LONGEST_NAME],
            known=", ".join(known),
        )


def _asks(stage: Mapping[str, Any], called: object, place: str) -> Iterator[Objection]:
    asks = stage.get("asks")
    if asks is None:
        asks = [{part: stage[part] for part in ASK_PARTS if part in stage}]
    elif any(part in stage for part in ASK_PARTS) or not isinstance(asks, list) or not asks:
        yield _told(
            "policy.stage_asks",
            gettext_noop(
                "Stage %(stage)s of tier %(tier)s: say who signs once, either by role and needed or"
                " by a list of asks with at least one in it."
            ),
            called,
            place,
        )
        return
    for ask in asks:
        yield from _ask(ask if isinstance(ask, Mapping) else {}, called, place)
    roles = [ask.get("role") for ask in _objects(asks) if isinstance(ask.get("role"), str)]
    if len(roles) > len(set(roles)):
        yield _told(
            "policy.stage_role_twice",
            gettext_noop(
                "Stage %(stage)s of tier %(tier)s asks twice for the same role; ask once, for the"
                " number of people that is meant."
            ),
            called,
            place,
        )
    if stage.get("again") is True and Role.VALIDATOR in roles:
        yield _told(
            "policy.stage_again",
            gettext_noop(
                "Stage %(stage)s of tier %(tier)s asks for a validator and lets people sign again;"
                " who validates never approves. Take “again” out."
            ),
            called,
            place,
        )


def _ask(ask: Mapping[str, Any], called: object, place: str) -> Iterator[Objection]:
    yield from _unknown(ask, ASK_PARTS, called, place)
    needed, panel = ask.get("needed"), ask.get("of")
    if ask.get("role") not in SIGNERS or not _is_count(needed):
        yield _told(
            "policy.stage",
            gettext_noop(
                "Stage %(stage)s of tier %(tier)s: the role has to be one of %(roles)s, and at"
                " least one person has to sign, at most %(most)s."
            ),
            called,
            place,
            roles=", ".join(SIGNERS),
            most=MOST_PEOPLE,
        )
    elif panel is not None and (not _is_count(panel) or panel < needed):
        yield _told(
            "policy.stage_panel",
            gettext_noop(
                "Stage %(stage)s of tier %(tier)s needs %(needed)s signatures of a panel of"
                " %(panel)s; a panel has at least as many people as have to sign, at most %(most)s."
            ),
            called,
            place,
            needed=needed,
            panel=str(panel)[:LONGEST_NAME],
            most=MOST_PEOPLE,
        )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_PEOPLE
