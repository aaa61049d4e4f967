"""What a check speaks of: every figure of a measurement that has its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.measures.plans import EVERY_ATTRIBUTE, Check
from audits.measures.simultaneous import at_once

Measured = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """What a check is held against: a figure, and the group of people it is about, if any.

    ``given`` names the factor that is held equal, if one is.
    """

    figure: Measured
    attribute: str = ""
    group: str = ""
    missing: bool = False
    given: str = ""


def subjects(check: Check, measurement: Measured) -> Iterable[Subject]:
    """Return everything in the measurement that the check speaks of; never nothing.

    A name that compares all groups of an attribute, such as "accuracy_difference", is not looked
    for among the groups as well.
    """
    found = [
        Subject(figure) for figure in measurement["measures"] if figure["name"] == check.measure
    ]
    found += [
        Subject(comparison["judged"], comparison["attribute"])
        for comparison in measurement["comparisons"]
        if comparison["name"] == check.measure and _speaks_of(check, comparison)
    ]
    if not found:
        found = [*_of_groups(check, measurement), *_of_more(check, measurement)]
    if found:
        return found
    attribute = "" if check.attribute == EVERY_ATTRIBUTE else check.attribute
    nothing = {"value": None, "low": None, "high": None, "interval": "", "reason": "not_measured"}
    return [Subject(nothing, attribute)]


def _speaks_of(check: Check, part: Measured) -> bool:
    return check.attribute in (EVERY_ATTRIBUTE, part["attribute"])


def _of_groups(check: Check, measurement: Measured) -> Iterator[Subject]:
    groups = [group for group in measurement["groups"] if _speaks_of(check, group)]
    if not groups:
        return
    if check.measure == "impact_ratio":
        for group in groups:
            # The reference group is the yardstick; only where there is none is its reason told.
            if group["impact_ratio"] and not group["reference"]:
                yield _of_group(group, group["impact_ratio"])
    elif any(_own(check.measure, group) for group in groups):
        yield from _together(check.measure, groups)
    else:
        for group in groups:
            figure = _versus(check.measure, group)
            if figure:
                yield _of_group(group, figure)


def _of_more(check: Check, measurement: Measured) -> Iterator[Subject]:
    """Yield what stands beside the groups: pooled over strata, or in the tables of a law."""
    for one in measurement.get("conditional") or []:
        if one["figure"]["name"] == check.measure and _speaks_of(check, one):
            yield Subject(
                one["figure"], one["attribute"], one["group"], one["missing"], one["column"]
            )
    for table in (measurement.get("ll144") or {}).get("tables", []):
        for category in table["categories"]:
            ratio = category["impact_ratio"]
            told = ratio and ratio["name"] == check.measure and _speaks_of(check, table)
            if told and ratio["interval"] != "reference":
                yield Subject(
                    ratio, table["attribute"], category["category"], False, table["output"] or ""
                )


def _of_group(group: Measured, figure: Measured) -> Subject:
    return Subject(figure, group["attribute"], group["group"], group["missing"])


def _versus(measure: str, group: Measured) -> Measured | None:
    """Return the figure of this name that holds the group against the fixed reference."""
    rate, _, kind = measure.rpartition("_")
    rates: Measured = (group.get("versus") or {}).get("rates") or {}
    figure: Measured | None = rates.get(rate, {}).get(kind)
    return figure


def _own(measure: str, group: Measured) -> Measured | None:
    """Return the figure of this name that is about the group alone."""
    figures = {**group.get("scores", {}), **group["measures"]}
    figure: Measured | None = figures.get(measure)
    return figure or (group.get("treatment_ratio") if measure == "treatment_ratio" else None)


def _together(measure: str, groups: Sequence[Measured]) -> Iterator[Subject]:
    """Yield a figure of each group with limits that hold for all groups of its attribute."""
    figures = [(group, _own(measure, group)) for group in groups]
    known = [(group, figure) for group, figure in figures if figure]
    sizes = Counter(group["attribute"] for group, figure in known if not figure["reason"])
    for group, figure in known:
        told = figure if figure["reason"] else at_once(figure, sizes[group["attribute"]])
        yield _of_group(group, told)
