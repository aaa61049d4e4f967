"""Holds each group against one fixed group: the plan's, or else the largest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from audits.measures.cells import Values
from audits.measures.counts import RATES
from audits.measures.figures import TOO_FEW, Figure, not_estimable
from audits.measures.groups import Grouping
from audits.measures.intervals import LEVEL, mover_ratio, newcombe, sidak


class Member(Protocol):
    """A group of people, as far as choosing one needs it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def values(self) -> Values:
        """Its values."""

    @property
    def rows(self) -> int:
        """How many they are."""


class Members(Protocol):
    """The groups of an attribute, as far as choosing one needs them."""

    @property
    def attribute(self) -> str:
        """Its name."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that meet in it."""

    @property
    def groups(self) -> Sequence[Member]:
        """All groups."""


def fixed_reference(grouping: Members, named: Mapping[str, str]) -> int | None:
    """Return the group that all others of an attribute are held against; none without a second.

    It is the group that ``named`` gives for the attribute. Where several attributes meet, the group
    in which each has its named value counts as named. Where none is named, or nobody is in it, it
    is the largest group whose values are all recorded, and among equals the first. Unlike the
    yardstick of the impact ratio it does not depend on how anybody is answered, so the intervals
    need to hold for the other groups only and not for every pair.
    """
    if len(grouping.groups) < 2:
        return None
    together = tuple(named.get(attribute) for attribute in grouping.attributes)
    for place, group in enumerate(grouping.groups):
        meets = None not in together and group.values == together
        if meets or group.name == named.get(grouping.attribute):
            return place
    places = range(len(grouping.groups))
    recorded = [place for place in places if None not in grouping.groups[place].values]
    return max(recorded or places, key=lambda place: (grouping.groups[place].rows, -place))


def against(grouping: Grouping, reference: int | None) -> list[dict[str, object]]:
    """Return for each group its rates against those of the reference, as they stand in a file."""
    if reference is None:
        return [{"reference": None, "rates": {}} for _ in grouping.groups]
    name = grouping.groups[reference].name
    return [
        {
            "reference": name,
            "rates": {}
            if place == reference
            else {
                rate: {
                    "difference": rate_difference(grouping, rate, place, reference).as_dict(),
                    "ratio": rate_ratio(grouping, rate, place, reference).as_dict(),
                }
                for rate in grouping.rate_names
            },
        }
        for place in range(len(grouping.groups))
    ]


def rate_difference(grouping: Grouping, rate: str, place: int, reference: int) -> Figure:
    """Return a group's rate minus that of the reference, -1 to 1.

    0 when both are alike, below 0 when the group's rate is the lower one; -1 and 1 when one group
    always and the other never counts. The interval is Newcombe's hybrid score, at the Sidak level
    for the groups held against the reference: forty groups do not make a false alarm.
    Source: Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
    """
    name = f"{rate}_difference"
    first, second = (grouping.groups[one].share(rate) for one in (place, reference))
    if not first.trials or not second.trials:
        reason = "reference_not_estimable" if first.trials else RATES[rate].empty
        return not_estimable(name, reason, first.trials)
    low, high = newcombe(first, second, _level(grouping, rate, reference))
    figure = Figure(name, first.rate - second.rate, first.trials, low, high, "newcombe")
    return _marked(figure, second.trials, grouping.smallest)


def rate_ratio(grouping: Grouping, rate: str, place: int, reference: int) -> Figure:
    """Return a group's rate over that of the reference, from 0 upwards.

    1 when both are alike, 0 when the group's rate is 0; not estimable where the reference's is. The
    interval is MOVER-R, at the Sidak level for the groups held against the reference.
    Source: Donner and Zou, Statistical Methods in Medical Research 21 (2012) 347-359.
    """
    name = f"{rate}_ratio"
    first, second = (grouping.groups[one].share(rate) for one in (place, reference))
    if not first.trials or not second.trials:
        reason = "reference_not_estimable" if first.trials else RATES[rate].empty
        return not_estimable(name, reason, first.trials)
    if not second.successes:
        return not_estimable(name, "reference_is_zero", first.trials)
    low, high = mover_ratio(first, second, _level(grouping, rate, reference))
    figure = Figure(name, first.rate / second.rate, first.trials, low, high, "mover_r_reference")
    return _marked(figure, second.trials, grouping.smallest)


def _level(grouping: Grouping, rate: str, reference: int) -> float:
    """Return the Sidak level for the groups compared, those too few to be judged by left out."""
    compared = set(grouping.judged(rate)) or set(grouping.estimable(rate))
    return sidak(LEVEL, max(1, len(compared - {reference})))


def _marked(figure: Figure, reference_rows: int, smallest: int) -> Figure:
    """Return the figure, marked as too few when either group is."""
    if min(figure.n, reference_rows) < smallest:
        return replace(figure, reason=TOO_FEW)
    return figure
