"""What the tests of keeping do again and again: let years pass, place holds, set rules."""

from __future__ import annotations

from typing import Any

from audits import tasks as audit_tasks
from audits.services.retention import FORESEEN
from registry import tasks
from registry.models import RetentionHold, RetentionRule, User
from registry.rules.retention_schedule import FRAMEWORKS
from registry.services import keeping, retention_holds, retention_rules
from registry.services.keeping import Preview
from tests.cast import Cast

YEAR = 365.25


def a_hold(cast: Cast, **on: Any) -> RetentionHold:
    """Place a hold for a law suit: on this ``model``, ``dataset`` or ``unit``, or on everything."""
    scope = next(iter(on), "installation")
    return retention_holds.place(scope=scope, reason="A law suit.", by=cast.manager, **on)


def lifted(hold: RetentionHold, by: User) -> RetentionHold:
    return retention_holds.release(hold=hold, reason="It was settled.", by=by)


def a_rule(cast: Cast, **periods: str) -> RetentionRule:
    """Set an edition of the rules, under every framework."""
    rule = retention_rules.propose(
        frameworks=list(FRAMEWORKS), periods=periods, reason="As our counsel asks.", by=cast.admin
    )
    return retention_rules.confirm(rule=rule, by=cast.manager)


def keep_house() -> None:
    """Do the nightly work of both parts, that of the registry once more after the audits'."""
    tasks.keep_house()
    audit_tasks.keep_house()
    tasks.keep_house()


def foreseen() -> Preview:
    return keeping.foreseen(sources=FORESEEN)
