"""Small counts of a measurement, left out so that nobody among them can be recognised.

A count below the exhibit's own smallest cell is replaced by that bound. Counts that would give it
away by subtraction are rounded to the nearest multiple of the bound, or withheld.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

SMALLEST_CELL = 10
# As printed. A rate with all its digits gives back the two counts it was made from.
DECIMALS = 3
OUTCOME = {"label", "prediction"}


def suppress(content: Any) -> Any:
    """Return the measurement without small counts; content of another shape is left as it is."""
    if not isinstance(content, Mapping):
        return content
    copied = copy.deepcopy(dict(content))
    honesty = copied.get("honesty") or {}
    most = honesty.get("smallest_cell") or SMALLEST_CELL
    groups = copied.get("groups") or []
    for attribute in dict.fromkeys(group["attribute"] for group in groups):
        _suppress_groups([one for one in groups if one["attribute"] == attribute], most)
    for check in copied.get("checks") or []:
        _suppress_check(check, groups)
    if "cells" in copied:
        _suppress_cells(copied["cells"], most)
    if "confusion" in copied:
        copied["confusion"] = _suppress_confusion(copied["confusion"], most)
    _suppress_honesty(honesty, groups, most)
    gone = {group["attribute"] for group in groups if _is_gone(group)}
    for measure in (*copied.get("measures", []), *copied.get("comparisons", [])):
        _round(measure)
        _round(measure.get("judged", {}))
        if measure.get("attribute") in gone:
            # The extreme of all groups is often the very rate that is withheld.
            measure.update(value=None, low=None, high=None, reason="withheld")
    return copied


def bounded(count: Any, most: int = SMALLEST_CELL) -> Any:
    """Return the count, or its bound where it is small."""
    return {"fewer_than": most} if _is_small(count, most) else count


def _is_gone(group: Mapping[str, Any]) -> bool:
    return isinstance(group["count"], Mapping) and "fewer_than" in group["count"]


def _suppress_honesty(
    honesty: dict[str, Any], groups: Sequence[Mapping[str, Any]], most: int
) -> None:
    missing = honesty.get("missing_sensitive") or {}
    missing.update({name: bounded(count, most) for name, count in missing.items()})
    gone = {f"{group['attribute']}: {group['group']}" for group in groups if _is_gone(group)}
    for gap in honesty.get("not_estimable") or []:
        if gap["group"] in gone:
            # "No positive rows" would tell the outcome of everybody in the group.
            gap["reason"] = "withheld"


def _is_small(count: Any, most: int) -> bool:
    return isinstance(count, int) and 0 < count < most


def _about(count: Any, most: int) -> Any:
    """Return a count that is not small, rounded to a multiple of the bound."""
    return {"about": round(count / most) * most} if isinstance(count, int) and count else count


def _gives_away(counts: Sequence[int], most: int) -> bool:
    """Say whether the small ones among counts of a known sum could be found by subtraction."""
    small = [count for count in counts if _is_small(count, most)]
    return bool(small) and sum(small) < most


def _suppress_groups(groups: Sequence[dict[str, Any]], most: int) -> None:
    rounded = _gives_away([group["count"] for group in groups], most)
    for group in groups:
        if _is_small(group["count"], most):
            group.update(count=bounded(group["count"], most), measures={}, impact_ratio=None)
            continue
        for measure in (*group["measures"].values(), group.get("impact_ratio")):
            _suppress_measure(measure, most, rounded)
        if rounded:
            group["count"] = _about(group["count"], most)


def _suppress_measure(measure: dict[str, Any] | None, most: int, rounded: bool) -> None:
    if not measure:
        return
    _round(measure)
    if _is_small(measure["n"], most):
        measure.update(value=None, low=None, high=None, estimable=False, fewer_than=most, n=None)
    elif rounded:
        measure["n"] = _about(measure["n"], most)


def _suppress_check(check: dict[str, Any], groups: Sequence[dict[str, Any]]) -> None:
    """Round what was checked; withhold it where it is a figure that the group no longer shows."""
    _round(check)
    keys = ("attribute", "group", "missing")
    group = next(
        (one for one in groups if all(one.get(key) == check.get(key) for key in keys)), None
    )
    if group is None:
        return
    measure = {**group["measures"], "impact_ratio": group["impact_ratio"]}.get(check["measure"])
    if not measure or measure.get("fewer_than"):
        check.update(value=None, low=None, high=None, reason="withheld")


def _round(measure: dict[str, Any]) -> None:
    for key in ("value", "low", "high"):
        if isinstance(measure.get(key), float):
            measure[key] = round(measure[key], DECIMALS)


def _suppress_cells(cells: dict[str, Any], most: int) -> None:
    """Withhold every cell of a combination of groups in which one cell is small."""
    keyed = [place for place, name in enumerate(cells["columns"]) if name not in OUTCOME]
    totals: Counter[tuple[Any, ...]] = Counter()
    hidden = set()
    for row in cells["rows"]:
        combination = tuple(row[place] for place in keyed)
        totals[combination] += row[-1]
        if _is_small(row[-1], most):
            hidden.add(combination)
    if len(hidden) == 1:
        # A single gap is the difference to the total; a second one keeps it open.
        rest = [combination for combination in totals if combination not in hidden]
        hidden |= set(sorted(rest, key=lambda one: (totals[one], str(one)))[:1])
    for row in cells["rows"]:
        if tuple(row[place] for place in keyed) in hidden:
            row[-1] = bounded(row[-1], most) if _is_small(row[-1], most) else None


def _suppress_confusion(confusion: Mapping[str, Any], most: int) -> dict[str, Any]:
    if "matrix" in confusion:
        counts = [count for row in confusion["matrix"] for count in row]
        matrix = [_suppressed(row, counts, most) for row in confusion["matrix"]]
        return {**confusion, "matrix": matrix}
    counts = list(confusion.values())
    return dict(zip(confusion, _suppressed(counts, counts, most), strict=True))


def _suppressed(row: Sequence[int], together: Sequence[int], most: int) -> list[Any]:
    if _gives_away(together, most):
        return [
            bounded(count, most) if _is_small(count, most) else _about(count, most) for count in row
        ]
    return [bounded(count, most) for count in row]
