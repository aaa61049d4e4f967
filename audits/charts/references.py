"""Draws how far each group lies from the fixed reference group, with the line of no difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from audits.charts.drawings import Target
from audits.charts.groups import group_rates

Group = Mapping[str, Any]
ALIKE = {"difference": 0.0, "ratio": 1.0}


def held_against(
    groups: Sequence[Group],
    rate: str,
    kind: Literal["difference", "ratio"] = "difference",
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    name: Callable[[Group], str],
    number: Callable[[float], str],
    absent: str = "–",
) -> str:
    """Draw the differences (or ratios) of one rate to the reference group.

    Groups without any, the reference itself among them, are left out; what cannot be estimated is
    said by ``absent``. A whisker that keeps off the firm line tells the two groups apart. Empty
    where there is nothing to draw.
    """
    found = [
        {**group, "scores": {}, "measures": {rate: group["versus"]["rates"][rate][kind]}}
        for group in groups
        if kind in ((group.get("versus") or {}).get("rates") or {}).get(rate, {})
    ]
    if not found:
        return ""
    return group_rates(
        found,
        rate,
        target=target,
        title=title,
        description=description,
        name=name,
        number=number,
        absent=absent,
        zero=ALIKE[kind],
    )
