"""What goes from a performance measurement: its curves, bins and slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audits.suppression.bounds import (
    about,
    bounded,
    gives_away,
    is_small,
    round_figure,
    suppress_figure,
)

COUNTS = ("true_positives", "false_positives", "false_negatives", "true_negatives")
STATED = ("mean_score", "low", "high")


def suppress_parts(measurement: dict[str, Any], most: int) -> None:
    """Take the small counts out of what only this kind of measurement holds, in place."""
    curves = measurement.get("curves") or {}
    is_whole = all(isinstance(count, int) for count in _counts(measurement.get("confusion") or {}))
    if not is_whole:
        # From the rows of each class, a confusion with bounded counts could be completed.
        curves.update({name: [] for name in curves})
        for figure in measurement.get("measures") or []:
            figure["n"] = about(figure.get("n"), most)
    if curves:
        _suppress_curves(curves, most)
    for baseline in [*measurement.get("baselines", []), measurement.get("baseline") or {}]:
        round_figure(baseline)
    found = measurement.get("slices") or []
    for column in dict.fromkeys(one["column"] for one in found):
        _suppress_slices([one for one in found if one["column"] == column], most)


def _counts(confusion: Mapping[str, Any]) -> list[Any]:
    return [confusion[name] for name in COUNTS if name in confusion]


def _suppress_curves(curves: dict[str, Any], most: int) -> None:
    """Thin thresholds and bins, so that no few rows lie between any two of their ends.

    The confusion shows the counts at the declared threshold in any case.
    """
    steps: Sequence[dict[str, Any]] = curves.get("thresholds") or []
    declared = [step for step in steps if step.get("declared")]
    at = {round(step["threshold"], 3): step for step in steps}
    bins: list[dict[str, Any]] = []
    for one in _merged(curves.get("calibration") or [], most):
        edge = at.get(one["low"])
        if bins and edge and any(_is_near(edge, step, most) for step in declared):
            bins[-1] = _joined(bins[-1], one)
        else:
            bins.append(one)
    ends = [at[one["low"]] for one in bins if one["low"] in at]
    kept = [*declared, *(step for step in ends if step not in declared)]
    for step in steps:
        small = any(is_small(step[name], most) for name in COUNTS)
        if not small and not any(_is_near(step, one, most) for one in kept):
            kept += [] if step in kept else [step]
    kept.sort(key=lambda one: float(one["threshold"]))
    if "thresholds" in curves:
        curves["thresholds"] = kept
    if "calibration" in curves:
        curves["calibration"] = bins


def _is_near(first: Mapping[str, Any], second: Mapping[str, Any], most: int) -> bool:
    return any(is_small(abs(first[name] - second[name]), most) for name in COUNTS)


def _merged(bins: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Join neighbouring bins until none holds few rows of either outcome.

    What is joined has no interval of its own; the shares still add up to all rows.
    """
    found: list[dict[str, Any]] = []
    for one in bins:
        if found and _is_few(found[-1], most):
            found[-1] = _joined(found[-1], one)
        else:
            found.append(one)
    while len(found) > 1 and _is_few(found[-1], most):
        found[-2:] = [_joined(*found[-2:])]
    if found and _is_few(found[-1], most):
        return []
    for one in found:
        round_figure(one["rate"])
        one.update({name: round(one[name], 3) for name in STATED})
    if found and "positives" not in found[0]:
        # The smallest and the largest prediction are somebody's.
        found[0]["low"], found[-1]["high"] = None, None
    return found


def _is_few(one: Mapping[str, Any], most: int) -> bool:
    if "positives" not in one:
        return is_small(one["rows"], most)
    return is_small(one["positives"], most) or is_small(one["rows"] - one["positives"], most)


def _joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    rows: int = first["rows"] + second["rows"]

    def mean(a: float, b: float) -> float:
        return float(a * first["rows"] + b * second["rows"]) / rows

    value = mean(first["rate"]["value"], second["rate"]["value"])
    rate = {**first["rate"], "value": value, "low": None, "high": None, "n": rows}
    joined = {**first, "high": second["high"], "rows": rows, "rate": rate}
    joined["mean_score"] = mean(first["mean_score"], second["mean_score"])
    if "positives" in first:
        joined["positives"] = first["positives"] + second["positives"]
    return joined


def _suppress_slices(slices: Sequence[dict[str, Any]], most: int) -> None:
    """Bound the small slices of a column; round the others, from which theirs could be found."""
    rounded = gives_away([one["count"] for one in slices], most)
    for one in slices:
        if one.get("low") is not None:
            # The ends of a band are single rows' values.
            one.update(low=_shortened(one["low"]), high=_shortened(one["high"]))
            one["value"] = f"{one['low']:g} to {one['high']:g}"
        if is_small(one["count"], most):
            one.update(count=bounded(one["count"], most), measures={})
            continue
        for figure in one["measures"].values():
            suppress_figure(figure, most, rounded)
        if rounded:
            one["count"] = about(one["count"], most)


def _shortened(value: float) -> float:
    """Round a value to two digits."""
    return float(f"{value:.1e}")
