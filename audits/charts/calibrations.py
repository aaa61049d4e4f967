"""Draws what was observed against what was predicted, bin by bin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audits.charts.drawings import WIDTH, Target, width
from audits.charts.planes import GAP, Frame, Plane, rounded_ends, ticks

TOP, FOOT, HEIGHT = 28, 44, 250

Bin = Mapping[str, Any]


def calibration(
    bins: Sequence[Bin],
    *,
    target: Target = "page",
    title: str,
    description: str = "",
    predicted: str,
    observed: str,
    number: Callable[[float], str],
    is_share: bool = True,
) -> str:
    """Draw a dot for each bin with its interval; on the dotted line both are equal.

    ``is_share`` says that both lie within 0 and 1; otherwise the axes hold whatever there is. A bin
    whose interval leaves the line out is off by more than chance explains.
    """
    shown = [one for one in bins if one["rate"].get("value") is not None]
    if not shown:
        return ""
    low, high = (0.0, 1.0) if is_share else rounded_ends(list(_ends(shown)))
    plane = Plane(target, title=title, description=description, height=TOP + HEIGHT + FOOT)
    left = 16 + max(width(number(one), plane.size) for one in ticks(low, high)) + GAP
    frame = Frame(left, TOP, min(WIDTH - left - 16, 1.5 * HEIGHT), HEIGHT, (low, low), (high, high))
    plane.axes(frame, across=predicted, up=observed, number=number)
    plane.chance(frame, (low, low), (high, high))
    for one in shown:
        rate = one["rate"]
        told = f"{number(one['mean_score'])}: {number(rate['value'])}"
        if rate.get("low") is not None and rate.get("high") is not None:
            told += f" ({number(rate['low'])} – {number(rate['high'])})"
            plane.whisker(frame, one["mean_score"], rate["low"], rate["high"], told=told)
        x, y = frame.at((one["mean_score"], rate["value"]))
        plane.dot(plane.group(told), "few" if rate.get("reason") == "too_few" else "dot", x, y)
    return plane.svg()


def _ends(bins: Sequence[Bin]) -> list[float]:
    ends = [one["mean_score"] for one in bins]
    for one in bins:
        ends += [one["rate"][key] for key in ("value", "low", "high")]
    return [end for end in ends if end is not None]
