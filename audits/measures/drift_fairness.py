"""Whether groups of people have moved apart between the reference and the batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from audits.measures.cells import refuse_too_many_groups
from audits.measures.counts import rate_figure
from audits.measures.drift_figures import change, rate_change
from audits.measures.drift_samples import Samples
from audits.measures.figures import Figure, not_estimable
from audits.measures.groups import MISSING
from audits.measures.intervals import (
    LEVEL,
    Share,
    range_difference,
    range_ratio,
    sidak,
    wilson,
)
from audits.measures.rows import group_words

if TYPE_CHECKING:
    import ibis.expr.types as ir

NOBODY = Share(0, 0)


class Group(NamedTuple):
    """How many of a group were selected, before and after; no name where it is not recorded."""

    name: str | None
    before: Share
    after: Share


def fairness_drift(
    samples: Samples, threshold: float, sensitive: Mapping[str, str], smallest: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the groups of every attribute, and what compares them, before and after.

    A comparison takes the groups that have enough rows on both sides, so that no group that comes
    or goes looks like a change.
    """
    groups: list[dict[str, Any]] = []
    comparisons: list[dict[str, Any]] = []
    for column, attribute in sensitive.items():
        found = _groups(samples, column, attribute, threshold)
        groups += [_group(attribute, group, smallest) for group in found]
        judged = [
            group
            for group in found
            if min(group.before.trials, group.after.trials) >= max(1, smallest)
        ]
        all_of_both = [group for group in found if group.before.trials and group.after.trials]
        for name, spread in (("selection_gap", _gap), ("impact_ratio", _ratio)):
            figure, safe = (_changed(name, spread, some) for some in (all_of_both, judged))
            if safe.value is None and figure.value is not None:
                safe = replace(safe, reason="too_few")
            comparisons.append(
                {
                    "attribute": attribute,
                    **figure.as_dict(),
                    "left_out": [_name(one) for one in found if one not in all_of_both],
                    "judged": {
                        **safe.as_dict(),
                        "left_out": [_name(one) for one in found if one not in judged],
                    },
                }
            )
    return groups, comparisons


def _groups(samples: Samples, column: str, attribute: str, threshold: float) -> list[Group]:
    counted: list[dict[str | None, Share]] = []
    for table in (samples.before, samples.after):
        rows = table.select(
            group_words(table[column]).name(column),
            selected=(table.score.cast("float64") >= threshold).cast("int64"),
        )
        refuse_too_many_groups(rows, {column: attribute})
        counted.append(_shares(rows, column))
    names = sorted({*counted[0], *counted[1]}, key=lambda name: (name is None, name or ""))
    return [Group(name, *(side.get(name, NOBODY) for side in counted)) for name in names]


def _shares(rows: ir.Table, column: str) -> dict[str | None, Share]:
    found = rows.group_by(column).aggregate(n=rows.selected.count(), k=rows.selected.sum())
    return {
        row[column]: Share(int(row["k"] or 0), int(row["n"]))
        for row in found.to_pyarrow().to_pylist()
        if row["n"]
    }


def _group(attribute: str, group: Group, smallest: int) -> dict[str, Any]:
    rates = {
        "selection_rate_before": rate_figure("selection_rate_before", group.before, "no_rows"),
        "selection_rate_after": rate_figure("selection_rate_after", group.after, "no_rows"),
        "selection_rate_change": rate_change("selection_rate_change", group.before, group.after),
    }
    return {
        "attribute": attribute,
        "group": _name(group),
        "values": [group.name],
        "missing": group.name is None,
        "count": group.after.trials,
        "count_before": group.before.trials,
        "too_few": min(group.before.trials, group.after.trials) < smallest,
        "reference": False,
        "measures": {name: one.judged_from(smallest).as_dict() for name, one in rates.items()},
        "impact_ratio": None,
    }


def _name(group: Group) -> str:
    return MISSING if group.name is None else group.name


def _changed(name: str, spread: Any, groups: Sequence[Group]) -> Figure:
    before, after = (
        spread([getattr(group, side) for group in groups]) for side in ("before", "after")
    )
    return change(f"{name}_change", before, after)


def _gap(shares: Sequence[Share]) -> Figure:
    """Return the largest selection rate minus the smallest, with bounds."""
    rows = sum(share.trials for share in shares)
    if len(shares) < 2:
        return not_estimable("selection_gap", "one_group", rows)
    rates = [share.rate for share in shares]
    low, high = range_difference(_limits(shares))
    return Figure("selection_gap", max(rates) - min(rates), rows, low, high, "simultaneous_wilson")


def _ratio(shares: Sequence[Share]) -> Figure:
    """Return the smallest selection rate over the largest, with bounds."""
    rows = sum(share.trials for share in shares)
    if len(shares) < 2:
        return not_estimable("impact_ratio", "one_group", rows)
    rates = [share.rate for share in shares]
    if not max(rates):
        return not_estimable("impact_ratio", "largest_is_zero", rows)
    low, high = range_ratio(_limits(shares))
    return Figure("impact_ratio", min(rates) / max(rates), rows, low, high, "simultaneous_wilson")


def _limits(shares: Sequence[Share]) -> list[Any]:
    level = sidak(LEVEL, len(shares))
    return [wilson(share, level) for share in shares]
