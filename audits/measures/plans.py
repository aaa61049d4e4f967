"""Reads an evaluation plan: what is checked, against which limit, fixed before the run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

EVERY_ATTRIBUTE = "*"
SMALLEST_GROUP = 30
SMALLEST_CELL = 10
PRESETS = ("ll144",)
TOOLS = ("selection", "scoring")


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
    """The checks of a run, and the sizes under which nothing is judged or shown.

    ``reference`` names the group that the others of an attribute are held against, ``presets`` the
    tables that a law asks for, and ``ll144`` the attributes that its table by sex and race reads.
    """

    checks: tuple[Check, ...] = ()
    smallest_group: int = SMALLEST_GROUP
    smallest_cell: int = SMALLEST_CELL
    reference: Mapping[str, str] = field(default_factory=dict)
    presets: tuple[str, ...] = ()
    ll144: Mapping[str, str] = field(default_factory=dict)
    strata: tuple[str, ...] = ()


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
        _reference(content.get("reference")),
        _presets(content.get("presets")),
        _ll144(content.get("ll144")),
        _strata(content.get("strata")),
    )


def _reference(content: Any) -> dict[str, str]:
    if not _is_texts(content):
        raise Refused.because(
            "plan.reference",
            gettext_noop(
                "The plan's reference groups cannot be read. Name one group for each attribute,"
                ' such as {"sex": "male"}. Correct the policy.'
            ),
        )
    return dict(content or {})


def _presets(content: object) -> tuple[str, ...]:
    found = _list(content)
    wrong = None if found is None else [one for one in found if one not in PRESETS]
    if found is None or wrong:
        raise Refused.because(
            "plan.presets",
            gettext_noop(
                "The plan asks for a preset that is not known: %(found)s. The presets are"
                " %(presets)s, given as a list. Correct the policy."
            ),
            found=", ".join(wrong) if wrong else str(content),
            presets=", ".join(PRESETS),
        )
    return found


def _ll144(content: Any) -> dict[str, str]:
    found = {} if content is None else content
    known = _is_texts(found) and set(found) <= {"sex", "race", "tool"}
    if not known or found.get("tool", "selection") not in TOOLS:
        raise Refused.because(
            "plan.ll144",
            gettext_noop(
                "The plan's settings for Local Law 144 cannot be read. Name the attributes that"
                ' hold sex and race, and "selection" or "scoring" as the tool, such as'
                ' {"sex": "sex", "race": "ethnicity", "tool": "selection"}. Correct the policy.'
            ),
        )
    return dict(found)


def _strata(content: object) -> tuple[str, ...]:
    found = _list(content)
    if found is None:
        raise Refused.because(
            "plan.strata",
            gettext_noop(
                "The plan's strata cannot be read. Give the names of the columns as a list."
                " Correct the policy."
            ),
        )
    return found


def _list(content: object) -> tuple[str, ...] | None:
    """Return a list of texts; None where it is something else."""
    if content is None:
        return ()
    if isinstance(content, list | tuple) and all(isinstance(one, str) for one in content):
        return tuple(content)
    return None


def _is_texts(content: object) -> bool:
    """Say whether this is a mapping of texts to texts, or nothing."""
    if not content:
        return content is None or isinstance(content, Mapping)
    return isinstance(content, Mapping) and all(
        isinstance(part, str) for pair in content.items() for part in pair
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
