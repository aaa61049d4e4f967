"""Draws labelled rows over one common axis with zero on it: bars, and marks with their reach."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from audits.charts.drawings import (
    ACCENT,
    INK,
    PAPER,
    RULE,
    SEVERE,
    SIZES,
    WIDTH,
    Drawing,
    Target,
    blended,
    plain,
    width,
    wrapped,
)
from audits.charts.groups import Axis

TOP, FOOT, SIDE, GAP = 14, 26, 10, 12
ROW, LINE, HEADING = 24, 14, 26
LANE = 6
MOST_LABEL = 190
TICKS = 6
PALEST = 0.3

Number = Callable[[float], str]
# Writes a value with so many decimals.
Format = Callable[[float, int], str]

# What the stylesheet says of the roles on the page, for paper.
_ON_PAPER = {
    "zero": {"stroke": INK, "stroke-width": "0.8"},
    "size": {"stroke": blended(ACCENT, 0.45), "stroke-width": "12"},
    "size down": {"stroke": blended(SEVERE, 0.45), "stroke-width": "12"},
    "reach": {"stroke": ACCENT, "stroke-width": "1.5"},
    "mark": {"fill": ACCENT, "stroke": PAPER, "stroke-width": "0.5"},
    "mark few": {"fill": PAPER, "stroke": ACCENT, "stroke-width": "1.5"},
    "edge": {"stroke": RULE, "stroke-width": "0.6"},
}


@dataclass(frozen=True)
class Mark:
    """A dot at a value, with how far it reaches; ``shade`` 0 to 1 is how deep its colour is."""

    value: float
    low: float | None = None
    high: float | None = None
    shade: float = 1.0
    few: bool = False


@dataclass(frozen=True)
class Strip:
    """One row: its label, a bar from zero to ``bar``, and marks, each a little lower.

    ``told`` shows when a pointer rests on it. A heading has no more than its label.
    """

    label: str
    told: str = ""
    bar: float | None = None
    marks: Sequence[Mark] = field(default_factory=tuple)
    note: str = ""
    is_heading: bool = False

    def ends(self) -> list[float]:
        """Return every value that has to lie within the picture."""
        ends = [] if self.bar is None else [self.bar]
        for mark in self.marks:
            ends += [one for one in (mark.value, mark.low, mark.high) if one is not None]
        return ends


class Sheet(Drawing):
    """A drawing with bars from zero and small marks."""

    def stroke(
        self,
        into: ElementTree.Element,
        role: str,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        shade: float = 1.0,
    ) -> None:
        """Draw a line in one of the roles of this module, the deeper the larger the shade."""
        line = self._made(into, "line", role, x1=start[0], y1=start[1], x2=end[0], y2=end[1])
        self._shade(line, "stroke", shade)

    def mark(
        self,
        into: ElementTree.Element,
        x: float,
        y: float,
        *,
        radius: float,
        shade: float,
        few: bool,
    ) -> None:
        """Draw a dot, the deeper the larger the shade; hollow for few rows."""
        role = "mark few" if few else "mark"
        dot = self._made(into, "circle", role, cx=x, cy=y, r=radius)
        if not few:
            self._shade(dot, "fill", shade)

    def _shade(self, shape: ElementTree.Element, what: str, shade: float) -> None:
        if shade >= 1:
            return
        # On paper no transparency: it has no place in an archived document.
        if self.target == "page":
            shape.set(f"{what}-opacity", plain(PALEST + (1 - PALEST) * shade))
        else:
            shape.set(what, blended(ACCENT, PALEST + (1 - PALEST) * shade))

    def _made(
        self, into: ElementTree.Element, tag: str, role: str, **places: float
    ) -> ElementTree.Element:
        shape = self._shape(into, tag, role, **places)
        if self.target == "pdf":
            for name, text in _ON_PAPER[role].items():
                shape.set(name, text)
        return shape


def strips(
    rows: Sequence[Strip],
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    format: Format,
) -> str:
    """Draw the rows, from the top down; ``format`` writes the values of the axis."""
    heights = [_height(row, SIZES[target]) for row in rows]
    foot = TOP + sum(heights)
    sheet = Sheet(target, title=title, description=description, height=foot + FOOT)
    room = _room(rows, sheet.size)
    notes = max((width(row.note, sheet.size) + GAP for row in rows if row.note), default=0)
    axis, ticks = axis_of(
        [end for row in rows for end in row.ends()],
        left=room,
        right=WIDTH - SIDE - notes,
        format=format,
        size=sheet.size,
    )
    for value, label in ticks:
        x = axis.at(value)
        sheet.stroke(sheet.root, "edge" if value else "zero", (x, TOP - 4), (x, foot + 4))
        sheet.text(label, x, foot + 18, anchor="middle")
    top: float = TOP
    for row, height in zip(rows, heights, strict=True):
        _draw(sheet, row, axis, room - GAP, top, height)
        top += height
    return sheet.svg()


def axis_of(
    ends: Sequence[float], *, left: float, right: float, format: Format, size: float
) -> tuple[Axis, list[tuple[float, str]]]:
    """Return an axis with zero on it that holds all values, and its ticks with their labels.

    Steps are 1, 2 or 5 of any power of ten, since contributions may be of any size; the first
    whose labels do not touch.
    """
    lowest, highest = min([0.0, *ends]), max([0.0, *ends])
    spread = (highest - lowest) or 1.0
    power = math.floor(math.log10(spread)) - 2
    for exponent in range(power, power + 4):
        for digit in (1, 2, 5):
            step = digit * 10.0**exponent
            first = math.floor(lowest / step + 1e-9)
            last = max(math.ceil(highest / step - 1e-9), first + 1)
            ticks = [
                (place * step, format(place * step, max(0, -exponent)))
                for place in range(first, min(last, first + 4 * TICKS) + 1)
            ]
            widest = max(width(label, size) for _, label in ticks)
            axis = Axis(first * step, last * step, left + widest / 2, right - widest / 2)
            room = (axis.right - axis.left) / (last - first)
            if last - first <= TICKS and room >= widest + GAP:
                return axis, ticks
    return axis, [ticks[0], ticks[-1]]


def _height(row: Strip, size: float) -> float:
    if row.is_heading:
        return HEADING
    lines = len(wrapped(row.label, size, MOST_LABEL))
    return max(ROW + LINE * (lines - 1), LANE * len(row.marks) + 10)


def _room(rows: Sequence[Strip], size: float) -> float:
    lines = [
        line for row in rows if not row.is_heading for line in wrapped(row.label, size, MOST_LABEL)
    ]
    return SIDE + max((width(line, size) for line in lines), default=0) + GAP


def _draw(sheet: Sheet, row: Strip, axis: Axis, right: float, top: float, height: float) -> None:
    if row.is_heading:
        label = wrapped(row.label, sheet.size, WIDTH - 2 * SIDE, lines=1)[0]
        sheet.text(label, SIDE, top + height - 8, role="count")
        return
    group, middle = sheet.group(row.told or row.label), top + height / 2
    lines = wrapped(row.label, sheet.size, MOST_LABEL)
    base = middle + 4 - LINE * (len(lines) - 1) / 2
    for place, line in enumerate(lines):
        sheet.text(line, right, base + LINE * place, anchor="end", into=group)
    if row.bar is not None:
        role = "size down" if row.bar < 0 else "size"
        sheet.stroke(group, role, (axis.at(0), middle), (axis.at(row.bar), middle))
    for lane, mark in enumerate(row.marks):
        y = middle + LANE * (lane - (len(row.marks) - 1) / 2)
        if mark.low is not None and mark.high is not None:
            ends = (axis.at(mark.low), y), (axis.at(mark.high), y)
            sheet.stroke(group, "reach", *ends, shade=mark.shade)
        radius = 4 if len(row.marks) == 1 else 3
        sheet.mark(group, axis.at(mark.value), y, radius=radius, shade=mark.shade, few=mark.few)
    if row.note:
        sheet.text(row.note, WIDTH - SIDE, middle + 4, anchor="end", role="count", into=group)
