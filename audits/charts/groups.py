"""Draws a rate of each group as a dot with its interval as whiskers, and the limit as a line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.charts.drawings import SIZES, WIDTH, Drawing, Target, width, wrapped

TOP, FOOT, SIDE, GAP = 16, 28, 10, 12
ROW, LINE = 26, 14
MOST_LABEL = 210
STEPS = (
    *(0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0),
    *(step * 10.0**power for power in range(1, 12) for step in (1, 2, 5)),
)

Group = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One group as it is drawn: the lines of its label, its figure, and where it stands."""

    name: str
    lines: list[str]
    figure: Mapping[str, Any]
    too_few: bool
    top: float

    @property
    def height(self) -> float:
        """The room the label needs, one line or more."""
        return ROW + LINE * (len(self.lines) - 1)

    @property
    def middle(self) -> float:
        """Where dot and whiskers lie."""
        return self.top + self.height / 2


@dataclass(frozen=True)
class Axis:
    """Where a value lies across the chart."""

    low: float
    high: float
    left: float
    right: float

    def at(self, value: float) -> float:
        """Return the place of a value."""
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)


def group_rates(
    groups: Sequence[Group],
    measure: str,
    limit: float | None = None,
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    name: Callable[[Group], str],
    number: Callable[[float], str],
    absent: str = "–",
    direction: str = "at_least",
    zero: float | None = None,
) -> str:
    """Draw one measure of the groups of a measurement.

    ``measure`` is the code of a rate, of a figure made from scores, or ``impact_ratio``. ``limit``
    is drawn dashed, with its value; a group whose whole interval lies beyond it (under it, or over
    it when ``direction`` is "at_most") is marked. ``zero`` draws a firm line where two groups are
    alike: 0 for a difference, 1 for a ratio. ``name`` gives a group's name for people, ``number``
    writes a value, ``absent`` stands where a group has none. A group with too few rows to judge is
    drawn hollow. On paper about thirty groups fill a page.
    """
    rows = _rows(groups, measure, name, SIZES[target])
    foot = rows[-1].top + rows[-1].height if rows else TOP
    drawing = Drawing(target, title=title, description=description, height=foot + FOOT)
    axis, step = _axis(
        rows, [one for one in (limit, zero) if one is not None], number, drawing.size
    )
    for place in range(round(axis.low / step), round(axis.high / step) + 1):
        x = axis.at(place * step)
        drawing.line("grid", (x, TOP - 4), (x, foot + 4))
        drawing.text(number(round(place * step, 10)), x, foot + 20, anchor="middle")
    if zero is not None:
        drawing.line("zero", (axis.at(zero), TOP - 4), (axis.at(zero), foot + 4))
    if limit is not None:
        x = axis.at(limit)
        drawing.line("limit", (x, TOP - 4), (x, foot + 4))
        _limit_text(drawing, number(limit), x)
    for row in rows:
        _draw(drawing, row, axis, number, absent, _is_beyond(row.figure, limit, direction))
    return drawing.svg()


def _rows(
    groups: Sequence[Group], measure: str, name: Callable[[Group], str], size: float
) -> list[Row]:
    rows: list[Row] = []
    top: float = TOP
    for group in groups:
        named = name(group)
        figure = _figure(group, measure)
        lines = wrapped(named, size, MOST_LABEL)
        rows.append(Row(named, lines, figure, group["too_few"], top))
        top += rows[-1].height
    return rows


def _figure(group: Group, measure: str) -> Mapping[str, Any]:
    figures = {**(group.get("scores") or {}), **group["measures"]}
    found: Mapping[str, Any] = figures.get(measure) or group[measure]
    return found


def _axis(
    rows: Sequence[Row], lines: Sequence[float], number: Callable[[float], str], size: float
) -> tuple[Axis, float]:
    """Return an axis that holds all whiskers and lines, and the finest step that can be read."""
    label = max((width(line, size) for row in rows for line in row.lines), default=0)
    ends = [
        row.figure[key]
        for row in rows
        for key in ("value", "low", "high")
        if row.figure[key] is not None
    ]
    ends += lines
    lowest, highest = (min(ends), max(ends)) if ends else (0.0, 1.0)
    for step in STEPS:
        low = math.floor(lowest / step + 1e-9) * step
        high = max(math.ceil(highest / step - 1e-9) * step, low + 2 * step)
        widest = max(width(number(end), size) for end in (low, high, low + step))
        left = max(SIDE + label + GAP, SIDE + widest / 2)
        axis = Axis(low, high, left, WIDTH - SIDE - widest / 2)
        if (axis.right - axis.left) * step / (high - low) >= widest + GAP:
            break
    return axis, step


def _draw(
    drawing: Drawing,
    row: Row,
    axis: Axis,
    number: Callable[[float], str],
    absent: str,
    beyond: bool,
) -> None:
    value, low, high = (row.figure[key] for key in ("value", "low", "high"))
    told = row.name
    if value is not None:
        told += f": {number(value)}"
    if low is not None and high is not None:
        told += f" ({number(low)} – {number(high)})"
    group = drawing.group(told)
    base = row.middle + 4 - LINE * (len(row.lines) - 1) / 2
    for place, line in enumerate(row.lines):
        drawing.text(line, axis.left - GAP, base + LINE * place, anchor="end", into=group)
    if value is None:
        drawing.text(absent, axis.left + GAP, row.middle + 4, into=group)
        return
    mark = " bad" if beyond else ""
    if low is not None and high is not None:
        ends = {"left": axis.at(low), "right": axis.at(high)}
        drawing.bar(group, f"whisker{mark}", **ends, y=row.middle)
    drawing.dot(group, "few" if row.too_few else f"dot{mark}", axis.at(value), row.middle)


def _limit_text(drawing: Drawing, words: str, x: float) -> None:
    """Write the limit over its line, kept within the picture."""
    half = width(words, drawing.size) / 2
    drawing.text(words, min(max(x, half), WIDTH - half), TOP - 6, anchor="middle")


def _is_beyond(figure: Mapping[str, Any], limit: float | None, direction: str) -> bool:
    """Say whether the whole interval lies on the wrong side; too few rows never do."""
    if limit is None or figure["reason"] or figure["low"] is None or figure["high"] is None:
        return False
    return bool(figure["high"] < limit if direction == "at_least" else figure["low"] > limit)
