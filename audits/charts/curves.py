"""Draws what every threshold would have done: ROC, precision-recall, and rates over thresholds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audits.charts.drawings import WIDTH, Target
from audits.charts.planes import Frame, Line, Plane, Point

LEFT, TOP, FOOT = 44, 46, 44
BETWEEN = 66
SQUARE = (WIDTH - 2 * LEFT - BETWEEN + 30) / 2
HEIGHT = 190

Step = Mapping[str, Any]
Words = Mapping[str, str]


def rank_curves(
    thresholds: Sequence[Step],
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    words: Words,
    number: Callable[[float], str],
) -> str:
    """Draw the ROC curve and, beside it, the precision-recall curve, from counts at thresholds.

    The declared threshold is marked; the dotted line is what scores that say nothing would give.
    ``words`` holds "roc", "precision_recall", "true_positive_rate", "false_positive_rate",
    "precision", "recall" and "declared". Without both classes nothing can be drawn: an empty text.
    """
    steps = sorted(thresholds, key=lambda step: float(step["threshold"]), reverse=True)
    if not steps or not _positives(steps[0]) or not _negatives(steps[0]):
        return ""
    plane = Plane(target, title=title, description=description, height=TOP + SQUARE + FOOT)
    left = Frame(LEFT, TOP, SQUARE, SQUARE)
    right = Frame(LEFT + SQUARE + BETWEEN, TOP, SQUARE, SQUARE)
    for frame, code, across, up in (
        (left, "roc", "false_positive_rate", "true_positive_rate"),
        (right, "precision_recall", "recall", "precision"),
    ):
        plane.axes(frame, across=words[across], up=words[up], number=number, title=words[code])
    share = _positives(steps[0]) / (_positives(steps[0]) + _negatives(steps[0]))
    plane.chance(left, (0, 0), (1, 1))
    plane.chance(right, (0, share), (1, share))
    plane.curve(left, [(0.0, 0.0), *map(_roc, steps), (1.0, 1.0)], "first", words["roc"])
    met = [point for point in map(_precision_recall, steps) if point]
    if met:
        plane.curve(right, [(0.0, met[0][1]), *met], "first", words["precision_recall"])
    for step in steps:
        if step.get("declared"):
            told = f"{words['declared']}: {number(step['threshold'])}"
            plane.ring(left, _roc(step), told)
            point = _precision_recall(step)
            if point:
                plane.ring(right, point, told)
    return plane.svg()


def threshold_curve(
    thresholds: Sequence[Step],
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    words: Words,
    number: Callable[[float], str],
) -> str:
    """Draw precision, recall and selection rate over the thresholds, the declared one as a line.

    ``words`` holds "precision", "recall", "selection_rate", "threshold", "rate" and "declared".
    """
    steps = sorted(thresholds, key=lambda step: float(step["threshold"]))
    if not steps or not _positives(steps[0]):
        return ""
    plane = Plane(target, title=title, description=description, height=TOP + HEIGHT + FOOT)
    frame = Frame(LEFT, TOP, WIDTH - LEFT - 16, HEIGHT)
    plane.axes(frame, across=words["threshold"], up=words["rate"], number=number)
    x = float(LEFT)
    rates: Sequence[tuple[Line, str, Callable[[Step], float | None]]] = (
        ("first", "precision", _precision),
        ("second", "recall", _recall),
        ("third", "selection_rate", _selection_rate),
    )
    for line, code, rate in rates:
        points = [(float(step["threshold"]), rate(step)) for step in steps]
        drawn = [(at, value) for at, value in points if value is not None]
        if drawn:
            plane.curve(frame, drawn, line, words[code])
        x = plane.key(line, words[code], x, 14)
    for step in steps:
        if step.get("declared"):
            at = frame.at((step["threshold"], 0))[0]
            plane.line("limit", (at, TOP), (at, TOP + HEIGHT))
            told = f"{words['declared']} {number(step['threshold'])}"
            anchor = "end" if step["threshold"] > 0.5 else "start"
            plane.text(told, at + (-4 if anchor == "end" else 4), TOP + 12, anchor=anchor)
    return plane.svg()


def _positives(step: Step) -> int:
    return int(step["true_positives"] + step["false_negatives"])


def _negatives(step: Step) -> int:
    return int(step["false_positives"] + step["true_negatives"])


def _precision(step: Step) -> float | None:
    selected = step["true_positives"] + step["false_positives"]
    return step["true_positives"] / selected if selected else None


def _recall(step: Step) -> float | None:
    return step["true_positives"] / _positives(step) if _positives(step) else None


def _selection_rate(step: Step) -> float:
    rows = _positives(step) + _negatives(step)
    return float((step["true_positives"] + step["false_positives"]) / rows)


def _roc(step: Step) -> Point:
    return step["false_positives"] / _negatives(step), step["true_positives"] / _positives(step)


def _precision_recall(step: Step) -> Point | None:
    precision, recall = _precision(step), _recall(step)
    return None if precision is None or recall is None else (recall, precision)
