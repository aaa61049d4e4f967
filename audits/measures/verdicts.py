"""Judges measured figures by the checks of a plan; no verdict rests on a point figure alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.measures.figures import TOO_FEW
from audits.measures.intervals import LEVEL, Share, sidak, wilson
from audits.measures.plans import EVERY_ATTRIBUTE, Check, Plan

PASS, WARN, UNDECIDED, FAIL = "pass", "warn", "undecided", "fail"
WORST_FIRST = (FAIL, UNDECIDED, WARN, PASS)

Measured = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """What a check is held against: a figure, and the group of people it is about, if any."""

    figure: Measured
    attribute: str = ""
    group: str = ""
    missing: bool = False


def judge(plan: Plan, measurement: Measured) -> tuple[list[dict[str, object]], str]:
    """Return the outcome of every check, and the overall verdict.

    The overall verdict is the worst of the checks: fail, undecided, warn, pass. A check that rests
    on too few rows is undecided and does not count towards it, unless there is no other; without
    any check it is undecided.
    """
    checks = [
        _judged(check, subject)
        for check in plan.checks
        for subject in _subjects(check, measurement)
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


def _subjects(check: Check, measurement: Measured) -> Iterable[Subject]:
    """Return everything in the measurement that the check speaks of; never nothing."""
    found = [
        Subject(figure) for figure in measurement["measures"] if figure["name"] == check.measure
    ]
    found += [
        Subject(comparison["judged"], comparison["attribute"])
        for comparison in measurement["comparisons"]
        if comparison["name"] == check.measure and _speaks_of(check, comparison)
    ]
    groups = [group for group in measurement["groups"] if _speaks_of(check, group)]
    if check.measure == "impact_ratio":
        # The reference group is the yardstick; only where there is none is its reason told.
        found += [
            _of_group(group, group["impact_ratio"]) for group in groups if not group["reference"]
        ]
    elif groups and check.measure in groups[0]["measures"]:
        found += _rates(check.measure, groups)
    if found:
        return found
    attribute = "" if check.attribute == EVERY_ATTRIBUTE else check.attribute
    nothing = {"value": None, "low": None, "high": None, "interval": "", "reason": "not_measured"}
    return [Subject(nothing, attribute)]


def _speaks_of(check: Check, part: Measured) -> bool:
    return check.attribute in (EVERY_ATTRIBUTE, part["attribute"])


def _of_group(group: Measured, figure: Measured) -> Subject:
    return Subject(figure, group["attribute"], group["group"], group["missing"])


def _rates(measure: str, groups: Sequence[Measured]) -> Iterator[Subject]:
    """Yield a rate of each group with limits that hold for all groups of its attribute together."""
    for group in groups:
        figure = group["measures"][measure]
        beside = [
            other
            for other in groups
            if other["attribute"] == group["attribute"] and not other["measures"][measure]["reason"]
        ]
        if not figure["reason"]:
            # At 95 % each, forty groups would raise two false alarms.
            share = Share(round(figure["value"] * figure["n"]), figure["n"])
            low, high = wilson(share, sidak(LEVEL, len(beside)))
            figure = {**figure, "low": low, "high": high, "interval": "simultaneous_wilson"}
        yield _of_group(group, figure)
