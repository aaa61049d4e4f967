"""What drives the answers for whom: contributions in each sensitive group, against all others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from audits.explaining.attributions import Explained
from audits.explaining.importances import magnitudes, mean_figure, signed, t_quantile
from audits.measures.figures import TOO_FEW, Figure, not_estimable
from audits.measures.intervals import LEVEL, sidak

# The groups with most rows are told; a column of identifiers has a group for each row.
MOST_GROUPS = 20


def by_group(
    explained: Explained, output: int, names: Sequence[str], *, smallest_group: int
) -> list[dict[str, Any]]:
    """Return for each sensitive attribute its groups, with their contributions by feature.

    A missing value is a group of its own. ``differences`` are the mean contributions of a group
    less those of all other rows, the largest first; a group of fewer rows than ``smallest_group``
    has none.
    """
    return [
        _attribute(explained, output, names, attribute, smallest_group)
        for attribute in explained.rows.sensitive
    ]


def _attribute(
    explained: Explained, output: int, names: Sequence[str], attribute: str, smallest: int
) -> dict[str, Any]:
    values = explained.rows.sensitive[attribute]
    counted = _counted(values)
    kept = counted[:MOST_GROUPS]
    judged = [value for value, rows in kept if rows >= smallest and len(values) - rows >= smallest]
    # Two groups against each other are one comparison, seen from both sides.
    compared = max(1, (1 if len(kept) == len(judged) == 2 else len(judged)) * len(names))
    level = sidak(LEVEL, compared)
    return {
        "attribute": attribute,
        "comparisons": compared if judged else 0,
        "groups_left_out": len(counted) - len(kept),
        "groups": [
            _group(explained, output, names, values, value, value in judged, level, smallest)
            for value, _ in kept
        ],
    }


def _group(
    explained: Explained,
    output: int,
    names: Sequence[str],
    values: Any,
    value: str | None,
    is_judged: bool,
    level: float,
    smallest: int,
) -> dict[str, Any]:
    inside = _equal(values, value)
    rows = int(inside.sum())
    sizes, moves = magnitudes(explained), signed(explained, output)
    places = {name: explained.rows.frame.columns.get_loc(name) for name in names}
    differences: list[dict[str, Any]] = [
        {"feature": name, **welch(moves[inside, place], moves[~inside, place], level).as_dict()}
        for name, place in (places.items() if is_judged else ())
    ]
    differences.sort(key=lambda one: -abs(one["value"] or 0.0))
    return {
        "group": "missing" if value is None else value,
        "values": [value],
        "missing": value is None,
        "count": rows,
        "too_few": rows < smallest,
        "features": [
            {
                "name": name,
                "importance": mean_figure("importance", sizes[inside, place])
                .judged_from(smallest)
                .as_dict(),
                "mean_signed": float(moves[inside, place].mean()),
            }
            for name, place in places.items()
        ],
        "differences": differences,
    }


def welch(first: Any, second: Any, level: float = LEVEL) -> Figure:
    """Return the mean of the first less that of the second, with Welch's interval.

    On the scale of what is explained; 0 when a feature moves both alike.
    Source: Welch, Biometrika 34 (1947) 28-35.
    """
    name, number = "contribution_difference", len(first) + len(second)
    if len(first) < 2 or len(second) < 2:
        return not_estimable(name, TOO_FEW, number)
    a, b = first.var(ddof=1) / len(first), second.var(ddof=1) / len(second)
    difference = float(first.mean() - second.mean())
    if a + b == 0:
        return Figure(name, difference, number, reason="no_spread")
    freedom = (a + b) ** 2 / (a**2 / (len(first) - 1) + b**2 / (len(second) - 1))
    reach = t_quantile(level, float(freedom)) * math.sqrt(a + b)
    return Figure(name, difference, number, difference - reach, difference + reach, "welch_others")


def largest_differences(attributes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each attribute's largest difference in size, for a plan to judge by.

    0 when every feature moves all groups alike. Its limits are the furthest of those of all the
    differences, which hold together, so they hold whichever truly is the largest.
    """
    return [_largest(attribute) for attribute in attributes]


def _largest(attribute: Mapping[str, Any]) -> dict[str, Any]:
    name = "largest_contribution_difference"
    found = [
        (abs(one["value"]), group, one)
        for group in attribute["groups"]
        for one in group["differences"]
        if one["low"] is not None
    ]
    figure = not_estimable(name, TOO_FEW).as_dict()
    about = {"group": "", "feature": ""}
    if found:
        size, group, one = max(found, key=lambda each: each[0])
        nearest = [max(each["low"], -each["high"], 0.0) for _, _, each in found]
        furthest = [max(each["high"], -each["low"]) for _, _, each in found]
        figure = Figure(name, size, one["n"], max(nearest), max(furthest), "welch_others").as_dict()
        about = {"group": group["group"], "feature": one["feature"]}
    return {
        "attribute": attribute["attribute"],
        **figure,
        "of": about,
        "left_out": [one["group"] for one in attribute["groups"] if one["too_few"]],
        "judged": figure,
    }


def _counted(values: Any) -> list[tuple[str | None, int]]:
    """Return the groups with their rows, those with most first, missing values last."""
    counts: dict[str | None, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return sorted(counts.items(), key=lambda one: (one[0] is None, -one[1], str(one[0])))


def _equal(values: Any, value: str | None) -> Any:
    import numpy as np

    return np.array([one == value for one in values], dtype=bool)
