"""Draws how a feature's contribution goes with its value, bin by bin from low to high."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audits.charts.drawings import WIDTH, Target, width, wrapped
from audits.charts.strips import GAP, SIDE, Format, Number, Sheet, axis_of

HEIGHT, TOP, FOOT = 130, 14, 34

Facts = Mapping[str, Any]


def dependence(
    bins: Sequence[Facts],
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    number: Number,
    format: Format,
    name: Callable[[Facts], str],
    short: Callable[[Facts], str],
) -> str:
    """Draw a dot for the mean contribution of each bin, with the middle half of its rows.

    Bins stand side by side in equal room, so that a few large values do not press all others
    together; ``name`` writes what a bin holds, and ``short`` the same where there is little room.
    Missing values are hollow and stand last.
    """
    shown = [one for one in bins if one.get("mean") is not None]
    sheet = Sheet(target, title=title, description=description, height=TOP + HEIGHT + FOOT)
    if not shown:
        return sheet.svg()
    ends = [one[key] for one in shown for key in ("mean", "low_25", "high_75")]
    # An axis for the other direction: values grow upwards, places downwards.
    axis, ticks = axis_of(ends, left=0, right=3 * HEIGHT, format=format, size=sheet.size)
    left = SIDE + max(width(label, sheet.size) for _, label in ticks) + GAP

    def height(value: float) -> float:
        return TOP + HEIGHT * (axis.high - value) / (axis.high - axis.low)

    for value, label in ticks:
        y = height(value)
        sheet.stroke(sheet.root, "edge" if value else "zero", (left, y), (WIDTH - SIDE, y))
        sheet.text(label, left - GAP, y + 4, anchor="end")
    room = (WIDTH - SIDE - left) / len(shown)
    for place, one in enumerate(shown):
        x = left + room * (place + 0.5)
        group = sheet.group(f"{name(one)}: {number(one['mean'])}")
        sheet.stroke(group, "reach", (x, height(one["low_25"])), (x, height(one["high_75"])))
        few = one["kind"] == "missing"
        sheet.mark(group, x, height(one["mean"]), radius=4, shade=1.0, few=few)
    _label(sheet, [short(one) for one in shown], left, room)
    return sheet.svg()


def _label(sheet: Sheet, names: Sequence[str], left: float, room: float) -> None:
    """Write the bins' values below, as many as do not touch; always the first."""
    most, end = 110.0, 0.0
    for place, label in enumerate(names):
        line = wrapped(label, sheet.size, most, lines=1)[0]
        half = width(line, sheet.size) / 2
        x = min(max(left + room * (place + 0.5), half), WIDTH - half)
        if x - half >= end:
            sheet.text(line, x, TOP + HEIGHT + 20, anchor="middle")
            end = x + half + GAP
