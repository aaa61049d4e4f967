"""Rates and impact ratio of each group of one attribute, or of the attributes together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audits.measures.cells import Cells, Values
from audits.measures.counts import RATES, Counts, rate_figure
from audits.measures.figures import Figure, not_estimable
from audits.measures.frames import Spread, apart, metric_frame
from audits.measures.intervals import LEVEL, Interval, Share, mover_ratio, sidak

if TYPE_CHECKING:
    import pandas as pd
    from fairlearn.metrics._disaggregated_result import DisaggregatedResult

MISSING = "missing"


def group_name(values: Values) -> str:
    """Return the values of a group as text; "missing" stands for a value that is not there."""
    return ", ".join(MISSING if value is None else value for value in values)


def in_order(groups: Iterable[Values]) -> list[Values]:
    """Return groups by their values as text; missing values come last."""
    return sorted(groups, key=lambda values: [(value is None, value or "") for value in values])


def places_of(attributes: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the attributes that make groups: each alone, and all together if there are several."""
    places: list[tuple[int, ...]] = [(place,) for place in range(len(attributes))]
    if len(places) > 1:
        places.append(tuple(range(len(attributes))))
    return places


@dataclass(frozen=True)
class Group:
    """The rows that share the values of one or more attributes.

    ``right`` is how many rows have the very class they are labelled with, where a task has more
    than the two classes that ``counts`` tells apart.
    """

    values: Values
    counts: Counts
    right: int | None = None

    @property
    def name(self) -> str:
        """The values as text; "missing" stands for a value that is not there."""
        return group_name(self.values)

    @property
    def rows(self) -> int:
        """All rows of the group."""
        return self.counts.rows

    def share(self, rate: str) -> Share:
        """Return a rate of this group as counts."""
        if rate == "accuracy" and self.right is not None:
            return Share(self.right, self.counts.rows)
        return RATES[rate].share(self.counts)

    def counts_for(self, rate: str) -> Counts:
        """Return counts of which this rate can be taken by anybody's definition of it."""
        if rate == "accuracy" and self.right is not None:
            return Counts(self.right, self.counts.rows - self.right)
        return self.counts


@dataclass(frozen=True)
class Grouping:
    """All groups of an attribute, measured by fairlearn over their weighted cells.

    ``rate_names`` are the rates that the task has; without a positive label that is accuracy alone.
    """

    attribute: str
    groups: tuple[Group, ...]
    smallest: int
    attributes: tuple[str, ...] = ()
    rate_names: tuple[str, ...] = tuple(RATES)

    @cached_property
    def _spreads(self) -> dict[tuple[str, tuple[int, ...]], Spread]:
        return {}

    @cached_property
    def _large(self) -> dict[tuple[str, int], tuple[int, ...]]:
        return {}

    @property
    def selects(self) -> bool:
        """Whether the task selects people at all."""
        return "selection_rate" in self.rate_names

    @cached_property
    def _frame(self) -> DisaggregatedResult:
        return self._frame_of(self.rate_names, range(len(self.groups)))

    def _frame_of(self, rates: Sequence[str], places: Iterable[int]) -> DisaggregatedResult:
        return metric_frame([self.groups[place].counts_for(rates[0]) for place in places], rates)

    @cached_property
    def _apart(self) -> tuple[pd.Series[float], pd.Series[float]]:
        return apart(self._frame)

    @cached_property
    def _rates(self) -> dict[str, list[float]]:
        rates = {name: self._frame.by_group[name].tolist() for name in self.rate_names}
        if self._has_classes:
            rates["accuracy"] = self._accuracy.by_group["accuracy"].tolist()
        return rates

    @property
    def _has_classes(self) -> bool:
        return any(group.right is not None for group in self.groups)

    @cached_property
    def _accuracy(self) -> DisaggregatedResult:
        return self._frame_of(["accuracy"], range(len(self.groups)))

    def rates(self, place: int) -> dict[str, Figure]:
        """Return the rates of one group, each with its Wilson interval over its own denominator."""
        figures = {}
        for name in self.rate_names:
            share = self.groups[place].share(name)
            figure = rate_figure(name, share, RATES[name].empty)
            # fairlearn gives 0.0 where there is no denominator; that is not a rate.
            if figure.value is not None:
                figure = replace(figure, value=self._rates[name][place])
            figures[name] = figure.judged_from(self.smallest)
        return figures

    def estimable(self, rate: str) -> tuple[int, ...]:
        """Return the groups that have a denominator for the rate."""
        return self.with_at_least(1, rate)

    def judged(self, rate: str) -> tuple[int, ...]:
        """Return the groups whose denominator for the rate is large enough to judge by."""
        return self.with_at_least(max(1, self.smallest), rate)

    def with_at_least(self, rows: int, rate: str) -> tuple[int, ...]:
        """Return the groups whose denominator for the rate has at least so many rows."""
        # Asked for again with every figure that sets two groups against each other.
        if (rate, rows) not in self._large:
            self._large[rate, rows] = tuple(
                place for place, group in enumerate(self.groups) if group.share(rate).trials >= rows
            )
        return self._large[rate, rows]

    def spread(self, rate: str, places: tuple[int, ...]) -> Spread:
        """Return fairlearn's difference and ratio of a rate between the chosen groups."""
        if (rate, places) not in self._spreads:
            of_classes = rate == "accuracy" and self._has_classes
            if len(places) == len(self.groups) and not of_classes:
                differences, ratios = self._apart
            else:
                differences, ratios = apart(self._frame_of([rate], places))
            self._spreads[rate, places] = Spread(float(differences[rate]), float(ratios[rate]))
        return self._spreads[rate, places]

    @cached_property
    def reference(self) -> int | None:
        """The group with the highest selection rate among those that are not too few.

        Among equal rates the larger group is taken. When all groups are too few, the highest rate
        of all; without a second group there is none.
        """
        if len(self.groups) < 2 or not self.selects:
            return None
        return max(
            self._candidates,
            key=lambda place: (
                self.groups[place].share("selection_rate").rate,
                self.groups[place].counts.rows,
                -place,
            ),
        )

    @cached_property
    def _candidates(self) -> tuple[int, ...]:
        return self.judged("selection_rate") or tuple(range(len(self.groups)))

    def impact_limits(self, place: int, reference: int) -> Interval:
        """Return MOVER-R limits of the group's selection rate over that of the reference.

        They are at the Sidak level for the number of *pairs* of groups, not of groups: the rows
        themselves choose which group is the reference, so any pair could have been compared. All
        groups together are covered in 94 to 98 %; with the level for the groups alone it would be
        93 % at five groups and 63 % at forty.
        """
        pairs = math.comb(len(self._candidates), 2)
        first, second = (self.groups[one].share("selection_rate") for one in (place, reference))
        return mover_ratio(first, second, sidak(LEVEL, max(1, pairs)))

    def impact_ratio(self, place: int) -> Figure:
        """Return the group's selection rate over that of the reference group.

        1 means selected as often as the reference; under 0.8 the four-fifths rule sees adverse
        impact; 0 means nobody is selected. A group that is too few may lie over 1.
        Source: 29 CFR 1607.4 D; the interval, Donner and Zou 2012.
        """
        name, rows = "impact_ratio", self.groups[place].counts.rows
        if self.reference is None:
            return not_estimable(name, "one_group", rows)
        if self.groups[self.reference].counts.selected == 0:
            return not_estimable(name, "largest_is_zero", rows)
        if place == self.reference:
            return Figure(name, 1.0, rows, 1.0, 1.0, "reference")
        low, high = self.impact_limits(place, self.reference)
        value = self._rates["selection_rate"][place] / self._rates["selection_rate"][self.reference]
        return Figure(name, value, rows, low, high, "mover_r").judged_from(self.smallest)

    def as_dicts(self) -> list[dict[str, Any]]:
        """Return the groups as they stand in a measurement."""
        return [
            {
                "attribute": self.attribute,
                "group": group.name,
                "values": list(group.values),
                "missing": None in group.values,
                "count": group.counts.rows,
                "too_few": group.counts.rows < self.smallest,
                "reference": place == self.reference,
                "measures": {name: rate.as_dict() for name, rate in self.rates(place).items()},
                "impact_ratio": self.impact_ratio(place).as_dict() if self.selects else None,
            }
            for place, group in enumerate(self.groups)
        ]


def groupings(cells: Cells, smallest: int) -> Iterator[Grouping]:
    """Yield the groups of each attribute, and of all together when there is more than one."""
    for chosen in places_of(cells.attributes):
        groups = (Group(values, counts) for values, counts in cells.by_group(chosen).items())
        names = tuple(cells.attributes[place] for place in chosen)
        yield Grouping(" x ".join(names), tuple(groups), smallest, names)
