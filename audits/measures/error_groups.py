"""The groups of a regression held against each other, and against one fixed group."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from audits.measures.cells import Values
from audits.measures.comparisons import as_dict
from audits.measures.figures import TOO_FEW, Figure, not_estimable
from audits.measures.group_errors import MEASURES, Errors
from audits.measures.groups import group_name, in_order, places_of
from audits.measures.intervals import LEVEL, Interval, range_difference, sidak
from audits.measures.references import fixed_reference


@dataclass(frozen=True)
class ErrorGroup:
    """The errors of the rows that share the values of one or more attributes."""

    values: Values
    errors: Errors

    @property
    def name(self) -> str:
        """The values as text."""
        return group_name(self.values)

    @property
    def rows(self) -> int:
        """All rows of the group."""
        return self.errors.rows


@dataclass(frozen=True)
class ErrorGrouping:
    """All groups of an attribute of a regression."""

    attributes: tuple[str, ...]
    groups: tuple[ErrorGroup, ...]
    smallest: int

    @property
    def attribute(self) -> str:
        """The attributes as one name."""
        return " x ".join(self.attributes)

    @property
    def judged(self) -> tuple[int, ...]:
        """Return the groups that are large enough to judge by."""
        places = range(len(self.groups))
        return tuple(place for place in places if self.groups[place].rows >= self.smallest)

    def as_dicts(self, named: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the groups as they stand in a measurement."""
        reference = fixed_reference(self, named)
        return [
            {
                "attribute": self.attribute,
                "group": group.name,
                "values": list(group.values),
                "missing": None in group.values,
                "count": group.rows,
                "too_few": group.rows < self.smallest,
                "reference": False,
                "measures": {name: self._measure(name, place) for name in MEASURES},
                "impact_ratio": None,
                "versus": self._versus(place, reference),
            }
            for place, group in enumerate(self.groups)
        ]

    def _measure(self, name: str, place: int) -> dict[str, object]:
        """Return a figure, with limits beside its own that hold for all groups together."""
        errors = self.groups[place].errors
        figure = MEASURES[name](errors).judged_from(self.smallest)
        together = MEASURES[name](errors, sidak(LEVEL, max(1, len(self.judged))))
        beside = {"low": together.low, "high": together.high, "interval": together.interval}
        return {**figure.as_dict(), "together": beside}

    def _versus(self, place: int, reference: int | None) -> dict[str, object]:
        if reference is None:
            return {"reference": None, "rates": {}}
        differences = {
            name: {"difference": error_difference(self, name, place, reference).as_dict()}
            for name in (MEASURES if place != reference else ())
        }
        return {"reference": self.groups[reference].name, "rates": differences}


def error_groupings(
    errors: Mapping[Values, Errors], attributes: tuple[str, ...], smallest: int
) -> Iterator[ErrorGrouping]:
    """Yield the groups of each attribute, and of all together when there is more than one."""
    for places in places_of(attributes):
        parts: dict[Values, list[Errors]] = {}
        for values, some in errors.items():
            parts.setdefault(tuple(values[place] for place in places), []).append(some)
        groups = tuple(
            ErrorGroup(values, reduce(Errors.plus, parts[values])) for values in in_order(parts)
        )
        yield ErrorGrouping(tuple(attributes[place] for place in places), groups, smallest)


def error_difference(grouping: ErrorGrouping, name: str, place: int, reference: int) -> Figure:
    """Return a group's figure minus that of the reference, in the label's unit.

    0 when both are alike, above 0 when the group's is larger; no ends. For means the interval is
    Welch's, for the root mean squared error it is made of the limits of both groups (MOVER), at the
    Sidak level for the groups held against the reference. Source: Welch, Biometrika 34 (1947)
    28-35; Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702.
    """
    level = sidak(LEVEL, max(1, len(set(grouping.judged) - {reference})))
    first, second = grouping.groups[place].errors, grouping.groups[reference].errors
    interval = _mover if name == "rmse" else _welch
    figure = interval(name, first, second, level)
    if min(first.rows, second.rows) < grouping.smallest:
        return replace(figure, reason=TOO_FEW)
    return figure


def compare_errors(grouping: ErrorGrouping) -> Iterator[dict[str, object]]:
    """Yield the gap of each measure between all groups, and between those large enough."""
    everybody, large = tuple(range(len(grouping.groups))), grouping.judged
    names = [group.name for group in grouping.groups]
    left_out = [name for place, name in enumerate(names) if place not in large]
    for name in MEASURES:
        figures = error_gap(grouping, name, everybody), error_gap(grouping, name, large)
        yield as_dict(grouping.attribute, *figures, [], left_out)


def error_gap(grouping: ErrorGrouping, name: str, places: tuple[int, ...]) -> Figure:
    """Return the largest figure of the groups minus the smallest, in the label's unit.

    0 when the model errs alike for all groups, no upper end. The bounds are made of the limits of
    all groups at the Sidak level.
    """
    gap = f"{name}_gap"
    some = [grouping.groups[place].errors for place in places]
    rows = sum(errors.rows for errors in some)
    if len(some) < 2:
        return not_estimable(gap, "one_group" if len(grouping.groups) < 2 else "no_rows", rows)
    figures = [MEASURES[name](errors, sidak(LEVEL, len(some))) for errors in some]
    values = [figure.value for figure in figures if figure.value is not None]
    limits = [
        Interval(figure.low, figure.high)
        for figure in figures
        if figure.low is not None and figure.high is not None
    ]
    value = max(values) - min(values)
    if len(limits) < len(figures):
        return Figure(gap, value, rows, reason="no_spread")
    return Figure(gap, value, rows, *range_difference(limits), interval="simultaneous_limits")


def _welch(name: str, first: Errors, second: Errors, level: float) -> Figure:
    from scipy.stats import t

    (mean, variance), (other, spread) = first.moments(name), second.moments(name)
    difference, title = mean - other, f"{name}_difference"
    a, b = variance / first.rows, spread / second.rows
    if not a or not b:
        return Figure(title, difference, first.rows, reason="no_spread")
    freedom = (a + b) ** 2 / (a**2 / (first.rows - 1) + b**2 / (second.rows - 1))
    reach = float(t.ppf(0.5 + level / 2, freedom)) * math.sqrt(a + b)
    return Figure(title, difference, first.rows, difference - reach, difference + reach, "welch")


def _mover(name: str, first: Errors, second: Errors, level: float) -> Figure:
    a, b = MEASURES[name](first, level), MEASURES[name](second, level)
    title = f"{name}_difference"
    if a.value is None or b.value is None:
        raise ValueError("A group without rows has no errors.")
    difference = a.value - b.value
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return Figure(title, difference, first.rows, reason="no_spread")
    low = difference - math.hypot(a.value - a.low, b.high - b.value)
    high = difference + math.hypot(a.high - a.value, b.value - b.low)
    return Figure(title, difference, first.rows, low, high, "mover")
