"""Draws a confusion matrix: labels down, predictions across, shaded by share of the label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.charts.drawings import SIZES, WIDTH, Drawing, Target, width, wrapped

TOP, GAP, LINE = 8, 8, 14
MOST_LABEL = 170
LARGEST = 90


@dataclass(frozen=True)
class Grid:
    """Where the squares lie, and whether they are large enough to be written in."""

    left: float
    top: float
    side: float
    is_written: bool

    def corner(self, down: int, across: int) -> tuple[float, float]:
        """Return the upper left corner of a square."""
        return self.left + self.side * across, self.top + self.side * down


def confusion(
    counts: Mapping[str, Any],
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    labels: Sequence[str],
    actual: str,
    predicted: str,
    number: Callable[[Any], str],
) -> str:
    """Draw the confusion of a measurement.

    ``labels`` are the classes for people: for a binary task the positive one and then the other,
    for a multiclass task in the order of the matrix. ``actual`` and ``predicted`` name the two
    sides; ``number`` writes a count, or whatever stands in place of a withheld one. Where the
    squares are too small to write in, the counts show only when a pointer rests on them: the table
    beside the chart holds them.
    """
    matrix = _matrix(counts)
    size = SIZES[target]
    grid = _grid([actual, *labels], [number(count) for row in matrix for count in row], size)
    heads = [wrapped(label, size, grid.side - 4) if grid.is_written else [] for label in labels]
    lines = 1 + max(map(len, heads))
    grid = Grid(grid.left, TOP + LINE * lines + GAP, grid.side, grid.is_written)
    height = grid.top + grid.side * len(matrix) + GAP
    drawing = Drawing(target, title=title, description=description, height=height)
    drawing.text(predicted, grid.left, TOP + GAP, role="count")
    drawing.text(actual, grid.left - GAP, grid.top - GAP / 2, anchor="end", role="count")
    for place, (label, head) in enumerate(zip(labels, heads, strict=True)):
        _write_head(drawing, grid, place, label, head)
        _write_side(drawing, grid, place, label)
    for down, row in enumerate(matrix):
        for across, count in enumerate(row):
            told = f"{actual} {labels[down]}, {predicted} {labels[across]}: {number(count)}"
            _draw(drawing, grid, (down, across), told, _share(count, row), number(count))
    return drawing.svg()


def _matrix(counts: Mapping[str, Any]) -> list[list[Any]]:
    if "matrix" in counts:
        return [list(row) for row in counts["matrix"]]
    return [
        [counts["true_positives"], counts["false_negatives"]],
        [counts["false_positives"], counts["true_negatives"]],
    ]


def _grid(sides: Sequence[str], written: Sequence[str], size: float) -> Grid:
    """Return squares as large as the width allows."""
    left = min(MOST_LABEL, max(width(words, size) for words in sides)) + 2 * GAP
    side = min(LARGEST, (WIDTH - left - GAP) / (len(sides) - 1))
    widest = max(width(words, size) for words in written)
    return Grid(left, TOP, side, widest <= side - GAP)


def _share(count: Any, row: Sequence[Any]) -> float:
    """Return the share of its label that a square holds; 0 where it is withheld."""
    total = sum(other for other in row if isinstance(other, int))
    return count / total if isinstance(count, int) and total else 0.0


def _draw(
    drawing: Drawing, grid: Grid, place: tuple[int, int], told: str, shade: float, words: str
) -> None:
    x, y = grid.corner(*place)
    group = drawing.group(told)
    drawing.square(group, (x, y), grid.side, shade)
    if grid.is_written:
        middle, base = x + (grid.side - 3) / 2, y + grid.side / 2 + 3
        drawing.text(words, middle, base, anchor="middle", role="count", into=group)


def _write_head(drawing: Drawing, grid: Grid, place: int, label: str, head: list[str]) -> None:
    group = drawing.group(label)
    x = grid.corner(0, place)[0] + (grid.side - 3) / 2
    for above, line in enumerate(reversed(head)):
        y = grid.top - GAP / 2 - LINE * above
        drawing.text(line, x, y, anchor="middle", into=group)


def _write_side(drawing: Drawing, grid: Grid, place: int, label: str) -> None:
    if grid.side < LINE:
        return
    group = drawing.group(label)
    lines = wrapped(label, drawing.size, MOST_LABEL, lines=2 if grid.side >= 2 * LINE else 1)
    base = grid.corner(place, 0)[1] + grid.side / 2 + 3 - LINE * (len(lines) - 1) / 2
    for below, line in enumerate(lines):
        drawing.text(line, grid.left - GAP, base + LINE * below, anchor="end", into=group)
