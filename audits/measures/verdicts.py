"""Judges measured figures by the checks of a plan; no verdict rests on a point figure alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audits.measures.figures import TOO_FEW
from audits.measures.plans import Check, Plan
from audits.measures.subjects import Subject, subjects

PASS, WARN, UNDECIDED, FAIL = "pass", "warn", "undecided", "fail"
WORST_FIRST = (FAIL, UNDECIDED, WARN, PASS)

Measured = Mapping[str, Any]


def judge(plan: Plan, measurement: Measured) -> tuple[list[dict[str, object]], str]:
    """Return the outcome of every check, and the overall verdict.

    The overall verdict is the worst of the checks: fail, undecided, warn, pass. A check that rests
    on too few rows is undecided and does not count towards it, unless there is no other; without
    any check it is undecided.
    """
    checks = [
        _judged(check, subject) for check in plan.checks for subject in subjects(check, measurement)
    ]
    counting = {check["verdict"] for check in checks if check["reason"] != TOO_FEW}
    overall = next((verdict for verdict in WORST_FIRST if verdict in counting), UNDECIDED)
    return checks, overall


def verdict_of(check: Check, low: float, high: float) -> str:
    """Return pass, warn, fail, or undecided when the interval straddles the limit.

    A limit that is just reached is kept. With a mark to warn at, pass means that the whole interval
    keeps the mark, and warn that it keeps the limit.
    """
    if check.direction == "at_most":
        mirrored = None if check.warn is None else -check.warn
        check = Check(check.measure, check.attribute, -check.limit, "at_least", mirrored)
        low, high = -high, -low
    if high < check.limit:
        return FAIL
    if low < check.limit:
        return UNDECIDED
    return PASS if check.warn is None or low >= check.warn else WARN


def _judged(check: Check, subject: Subject) -> dict[str, object]:
    figure = subject.figure
    reason, low, high = figure["reason"], figure["low"], figure["high"]
    undecided = reason or low is None or high is None
    return {
        "measure": check.measure,
        "attribute": subject.attribute,
        "group": subject.group,
        "missing": subject.missing,
        "given": subject.given,
        "limit": check.limit,
        "direction": check.direction,
        "warn": check.warn,
        "value": figure["value"],
        "low": low,
        "high": high,
        "interval": figure["interval"],
        "verdict": UNDECIDED if undecided else verdict_of(check, low, high),
        "reason": reason,
    }
