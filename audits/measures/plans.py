"""Reads an evaluation plan: what is checked, against which limit, fixed before the run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

EVERY_ATTRIBUTE = "*"
SMALLEST_GROUP = 30
SMALLEST_CELL = 10


@dataclass(frozen=True)
class Check:
    """A limit that a figure has to keep.

    ``attribute`` is a sensitive attribute, several of them joined by " x ", "*" for each and for
    all together, or empty for a figure that knows no groups. ``warn`` is a stricter mark: what
    keeps the limit but not surely the mark is a warning.
    """

    measure: str
    attribute: str
    limit: float
    direction: Literal["at_least", "at_most"]
    warn: float | None = None


@dataclass(frozen=True)
class Plan:
    """The checks of a run, and the sizes under which nothing is judged or shown."""

    checks: tuple[Check, ...] = ()
    smallest_group: int = SMALLEST_GROUP
    smallest_cell: int = SMALLEST_CELL


def read_plan(content: Mapping[str, Any], kind: str) -> Plan:
    """Return the plan; refuse one that is for another kind of run or cannot be judged by."""
    if content.get("kind", kind) != kind:
        raise Refused.because(
            "plan.kind",
            gettext_noop(
                "This plan is for a %(plan)s run, not for a %(kind)s run. Choose the plan of this"
                " kind from the policy."
            ),
            plan=content["kind"],
            kind=kind,
        )
    return Plan(
        tuple(_check(check) for check in content.get("checks", ())),
        int(content.get("smallest_group", SMALLEST_GROUP)),
        int(content.get("smallest_cell", SMALLEST_CELL)),
    )


def _check(content: Mapping[str, Any]) -> Check:
    measure, direction = str(content.get("measure", "")), content.get("direction")
    limit: Any = content.get("limit")
    warn: Any = content.get("warn")
    readable = measure and direction in ("at_least", "at_most") and _is_number(limit)
    if not readable or not (warn is None or _is_number(warn)):
        raise Refused.because(
            "plan.check",
            gettext_noop(
                "The check on %(measure)s cannot be judged by. It needs a measure, a number as"
                ' limit, and "at_least" or "at_most" as direction. Correct the policy.'
            ),
            measure=measure or "?",
        )
    least = direction == "at_least"
    stricter = warn is None or (warn >= limit if least else warn <= limit)
    if not stricter:
        raise Refused.because(
            "plan.warn",
            gettext_noop(
                "The check on %(measure)s warns at %(warn)s, which is laxer than its limit of"
                " %(limit)s. Correct the policy."
            ),
            measure=measure,
            warn=warn,
            limit=limit,
        )
    attribute = str(content.get("attribute") or "")
    return Check(measure, attribute, limit, "at_least" if least else "at_most", warn)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
