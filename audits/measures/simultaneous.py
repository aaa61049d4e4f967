"""Limits of one figure per group, widened so that those of all groups hold together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from audits.measures.intervals import (
    LEVEL,
    Interval,
    Share,
    corrected_wilson,
    odds,
    quantile,
    sidak,
    wilson,
)


def at_once(figure: Mapping[str, Any], groups: int) -> dict[str, Any]:
    """Return a figure of a group with limits that hold for so many groups together.

    At 95 % each, forty groups would raise two false alarms. The limits of a rate are taken anew;
    limits that were made on another scale are widened on it by the ratio of the normal quantiles; a
    figure may bring its own, made by whoever has the rows. A single group keeps its limits.
    """
    if figure.get("together"):
        return {**figure, **figure["together"]}
    if groups < 2:
        return {**figure}
    level = sidak(LEVEL, groups)
    value, rows, method = figure["value"], figure["n"], figure["interval"]
    if method == "wilson":
        low, high = rate_at_once(Share(round(value * rows), rows), groups)
        return {**figure, "low": low, "high": high, "interval": "simultaneous_corrected_wilson"}
    if method == "wilson_odds":
        low, high = odds(rate_at_once(Share(round(rows * value / (1 + value)), rows), groups))
        interval = "simultaneous_corrected_wilson_odds"
        return {**figure, "low": low, "high": high, "interval": interval}
    low, high = _widened(figure, quantile(level) / quantile(LEVEL))
    return {**figure, "low": low, "high": high}


def rate_at_once(share: Share, groups: int) -> Interval:
    """Return limits of a group's rate that hold for so many groups together, within 0 and 1.

    Wilson's limits with continuity correction at the Sidak level; for a single group the plain ones
    at 95 %. From groups of a hundred on, and with rates from 5 to 95 %, two to forty groups are
    covered in 93 to 98 %, where plain limits cover 90 to 97 %: each of these covers its level on
    average over the rates only, and groups with like rates all fall short together. Smaller groups
    with rates near an end can be covered less either way: forty of fifty rows at 5 % in 88 %.
    """
    if groups < 2:
        return wilson(share)
    return corrected_wilson(share, sidak(LEVEL, groups))


def _widened(figure: Mapping[str, Any], by: float) -> Interval:
    value, low, high = figure["value"], figure["low"], figure["high"]
    to, back = _scale(figure)
    middle = to(value)
    return Interval(back(middle - by * (middle - to(low))), back(middle + by * (to(high) - middle)))


def _scale(
    figure: Mapping[str, Any],
) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Return the way to the scale on which an interval was made, and back."""
    if figure["interval"] == "delong" and figure["low"] > 0 and figure["high"] < 1:
        return _logit, _expit
    if figure["interval"] == "log_normal" and figure["low"] > 0:
        return math.log, math.exp
    return float, float


def _logit(value: float) -> float:
    return math.log(value / (1 - value))


def _expit(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
