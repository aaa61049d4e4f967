"""A group's selection against the reference group's, pooled over the strata of a factor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from audits.measures.cells import Values
from audits.measures.counts import Counts
from audits.measures.figures import TOO_FEW, Figure, not_estimable
from audits.measures.groups import Grouping
from audits.measures.intervals import LEVEL, quantile, sidak
from audits.measures.references import fixed_reference
from audits.measures.strata import Stratum

NAME = "conditional_selection_ratio"


@dataclass(frozen=True)
class Pair:
    """The selected and all people of a group and of the reference, in one stratum."""

    selected: int
    people: int
    reference_selected: int
    reference_people: int

    @property
    def all(self) -> int:
        """Everybody of the two groups in the stratum."""
        return self.people + self.reference_people


def conditional_selection_ratio(pairs: Sequence[Pair], level: float = LEVEL) -> Figure:
    """Return the Mantel-Haenszel ratio of two selection rates over strata, from 0 upwards.

    1 when within the strata the group is selected as often as the reference, whatever strata its
    people are in; 0 when nobody of the group is selected. Strata without one of the two groups say
    nothing and count nothing. The interval is that of Greenland and Robins, on the log scale.
    Source: Mantel and Haenszel, JNCI 22 (1959) 719-748; Greenland and Robins, Biometrics 41 (1985)
    55-68.
    """
    pairs = [pair for pair in pairs if pair.people and pair.reference_people]
    rows = sum(pair.people for pair in pairs)
    if not pairs:
        return not_estimable(NAME, "no_common_stratum")
    over = math.fsum(pair.selected * pair.reference_people / pair.all for pair in pairs)
    under = math.fsum(pair.reference_selected * pair.people / pair.all for pair in pairs)
    if not under:
        return not_estimable(NAME, "reference_is_zero", rows)
    if not over:
        return Figure(NAME, 0.0, rows, reason="no_spread")
    variance = math.fsum(map(_variance, pairs)) / (over * under)
    # Where everybody of one group is selected, the variance knows of the other group alone.
    whole = any(
        all(one == people for one, people in some)
        for some in (
            [(pair.selected, pair.people) for pair in pairs],
            [(pair.reference_selected, pair.reference_people) for pair in pairs],
        )
    )
    if whole or variance <= 0:
        return Figure(NAME, over / under, rows, reason="no_spread")
    reach = math.exp(quantile(level) * math.sqrt(variance))
    value = over / under
    return Figure(NAME, value, rows, value / reach, value * reach, "greenland_robins")


def conditionals(
    column: str,
    whole: Sequence[Grouping],
    strata: Sequence[Stratum],
    named: Mapping[str, str],
    smallest: int,
) -> Iterator[dict[str, object]]:
    """Yield the pooled ratio of every group against the fixed reference of its attribute.

    The intervals are at the Sidak level for the groups of the attribute that are not too few.
    """
    for grouping in whole:
        reference = fixed_reference(grouping, named)
        if reference is None:
            continue
        places = tuple(strata[0].cells.attributes.index(name) for name in grouping.attributes)
        within = [stratum.cells.by_group(places) for stratum in strata]
        compared = set(grouping.judged("selection_rate")) - {reference}
        level = sidak(LEVEL, max(1, len(compared)))
        for place, group in enumerate(grouping.groups):
            if place == reference:
                continue
            pairs = _pairs(within, group.values, grouping.groups[reference].values)
            figure = conditional_selection_ratio(pairs, level)
            few = min(figure.n, sum(pair.reference_people for pair in pairs if pair.people))
            if figure.value is not None and few < smallest:
                figure = replace(figure, reason=TOO_FEW)
            yield {
                "column": column,
                "attribute": grouping.attribute,
                "group": group.name,
                "values": list(group.values),
                "missing": None in group.values,
                "reference": grouping.groups[reference].name,
                "figure": figure.as_dict(),
            }


def _pairs(
    within: Sequence[Mapping[Values, Counts]], values: Values, reference: Values
) -> list[Pair]:
    nobody = Counts()
    found = []
    for groups in within:
        own, other = groups.get(values, nobody), groups.get(reference, nobody)
        found.append(Pair(own.selected, own.rows, other.selected, other.rows))
    return found


def _variance(pair: Pair) -> float:
    """Return what a stratum adds to the variance of the logarithm, before it is divided."""
    selected = pair.selected + pair.reference_selected
    return (
        pair.people * pair.reference_people * selected
        - pair.selected * pair.reference_selected * pair.all
    ) / pair.all**2
