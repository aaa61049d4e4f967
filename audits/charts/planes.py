"""A plane with two axes, on which curves and points with whiskers are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

from audits.charts.drawings import ACCENT, INK, PAPER, SOFT, Drawing, plain, width

GAP, TICK = 8, 18
MOST_TICKS = 6
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)

Line = Literal["first", "second", "third"]
Point = tuple[float, float]

# What the stylesheet says of the roles on the page, for paper. Lines differ by their dashes too.
_ON_PAPER = {
    "curve first": {"fill": "none", "stroke": ACCENT, "stroke-width": "1.8"},
    "curve second": {"fill": "none", "stroke": INK, "stroke-width": "1.5"},
    "curve third": {"fill": "none", "stroke": SOFT, "stroke-width": "1.8"},
    "chance": {"stroke": SOFT, "stroke-width": "0.8", "stroke-dasharray": "2 3"},
    "ring": {"fill": PAPER, "stroke": INK, "stroke-width": "1.8"},
}
DASHES: dict[Line, str] = {"first": "", "second": "7 3", "third": "2 3"}


@dataclass(frozen=True)
class Frame:
    """The rectangle of a plane, and the values at its edges."""

    left: float
    top: float
    side: float
    height: float
    low: Point = (0.0, 0.0)
    high: Point = (1.0, 1.0)

    def at(self, point: Point) -> Point:
        """Return the place of a point; values grow to the right and upwards."""
        across = (point[0] - self.low[0]) / (self.high[0] - self.low[0])
        up = (point[1] - self.low[1]) / (self.high[1] - self.low[1])
        return self.left + across * self.side, self.top + (1 - up) * self.height


class Plane(Drawing):
    """A drawing that holds one or more frames."""

    def axes(
        self, frame: Frame, *, across: str, up: str, number: Callable[[float], str], title: str = ""
    ) -> None:
        """Draw the grid with its numbers; ``across`` is written below, ``up`` above."""
        right, bottom = frame.left + frame.side, frame.top + frame.height
        marks = ticks(frame.low[0], frame.high[0])
        skip = 1
        while _are_tight([number(one) for one in marks[::skip]], frame, marks[::skip], self.size):
            skip += 1
        for place, value in enumerate(marks):
            x = frame.at((value, frame.low[1]))[0]
            self.line("grid", (x, frame.top), (x, bottom))
            if place % skip == 0:
                self.text(number(value), x, bottom + TICK, anchor="middle")
        for value in ticks(frame.low[1], frame.high[1]):
            y = frame.at((frame.low[0], value))[1]
            self.line("grid", (frame.left, y), (right, y))
            self.text(number(value), frame.left - GAP, y + 4, anchor="end")
        self.text(across, right, bottom + 2 * TICK, anchor="end")
        self.text(up, frame.left, frame.top - GAP)
        if title:
            self.text(title, frame.left, frame.top - GAP - TICK, role="count")

    def curve(self, frame: Frame, points: Sequence[Point], which: Line, told: str = "") -> None:
        """Draw a line through the points."""
        group = self.group(told) if told else self.root
        self._path(group, [frame.at(point) for point in points], which)

    def key(self, which: Line, words: str, x: float, y: float) -> float:
        """Write what a line stands for beside a piece of it; return where the next may begin."""
        self._path(self.root, [(x, y - 4), (x + 26, y - 4)], which)
        self.text(words, x + 32, y)
        return x + 32 + width(words, self.size) + 2 * GAP

    def chance(self, frame: Frame, start: Point, end: Point) -> None:
        """Draw what scores that say nothing would give, or where two quantities are equal."""
        (x1, y1), (x2, y2) = frame.at(start), frame.at(end)
        self._made(self.root, "line", "chance", x1=x1, y1=y1, x2=x2, y2=y2)

    def ring(self, frame: Frame, point: Point, told: str) -> None:
        """Mark a point of a curve."""
        x, y = frame.at(point)
        self._made(self.group(told), "circle", "ring", cx=x, cy=y, r=5)

    def whisker(self, frame: Frame, x: float, low: float, high: float, *, told: str) -> None:
        """Draw a whisker from bottom to top."""
        (start, end) = frame.at((x, low)), frame.at((x, high))
        self._shape(
            self.group(told), "line", "whisker", x1=start[0], y1=start[1], x2=end[0], y2=end[1]
        )

    def _path(self, into: ElementTree.Element, points: Sequence[Point], which: Line) -> None:
        line = self._made(into, "polyline", f"curve {which}")
        line.set("points", " ".join(f"{plain(x)},{plain(y)}" for x, y in points))
        if self.target == "pdf" and DASHES[which]:
            line.set("stroke-dasharray", DASHES[which])

    def _made(
        self, into: ElementTree.Element, tag: str, role: str, **places: float
    ) -> ElementTree.Element:
        shape = self._shape(into, tag, role, **places)
        if self.target == "pdf":
            for name, text in _ON_PAPER[role].items():
                shape.set(name, text)
        return shape


def ticks(low: float, high: float) -> list[float]:
    """Return round values from low to high, six at the most or a few more."""
    span = high - low
    scale = 10.0 ** math.floor(math.log10(span / MOST_TICKS))
    step = next(scale * one for one in STEPS if scale * one * MOST_TICKS >= span * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]


def rounded_ends(values: Sequence[float]) -> tuple[float, float]:
    """Return round ends of an axis that holds all values."""
    low, high = min(values), max(values)
    if low == high:
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    marks = ticks(low, high)
    step = marks[1] - marks[0] if len(marks) > 1 else high - low
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def _are_tight(labels: Sequence[str], frame: Frame, marks: Sequence[float], size: float) -> bool:
    """Say whether labels side by side would touch."""
    if len(labels) < 2:
        return False
    room = frame.at((marks[1], 0))[0] - frame.at((marks[0], 0))[0]
    return max(width(label, size) for label in labels) + GAP / 2 > room
