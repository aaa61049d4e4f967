"""Tables of counts: the cells by group, and the confusion matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from audits.suppression.bounds import about, bounded, gives_away, is_small

OUTCOME = ["label", "prediction"]
# The column after those of the groups, where a table holds sums.
FIRST_SUMS = {"mean_label", "mean_prediction_of_all"}

Combination = tuple[Any, ...]


def suppress_cells(cells: dict[str, Any], most: int) -> None:
    """Withhold every cell of a combination of groups in which one cell is small.

    A table of sums instead of outcomes loses the sums of these combinations as well.
    """
    keyed = _keyed(cells["columns"])
    totals: Counter[Combination] = Counter()
    hidden = set()
    for row in cells["rows"]:
        combination = tuple(row[place] for place in keyed)
        totals[combination] += row[-1]
        if is_small(row[-1], most):
            hidden.add(combination)
    _cover(hidden, totals, most)
    for row in cells["rows"]:
        if tuple(row[place] for place in keyed) in hidden:
            row[-1] = bounded(row[-1], most) if is_small(row[-1], most) else None
            if not _ends_in_outcome(cells["columns"]):
                row[len(keyed) : -1] = [None] * (len(row) - 1 - len(keyed))


def _keyed(columns: Sequence[str]) -> list[int]:
    """Return the places of the columns that make groups; sums begin after them."""
    if _ends_in_outcome(columns):
        return list(range(len(columns) - len(OUTCOME)))
    sums = [place for place, name in enumerate(columns) if name in FIRST_SUMS]
    return list(range(sums[0] if sums else len(columns)))


def _ends_in_outcome(columns: Sequence[str]) -> bool:
    # A sensitive column may have one of these names as well.
    return list(columns[-len(OUTCOME) :]) == OUTCOME


def _cover(hidden: set[Combination], totals: Counter[Combination], most: int) -> None:
    """Hide more combinations, until no sum that is shown elsewhere gives away a hidden one.

    Sums are shown of all combinations, and of those that share a value of one attribute.
    """
    slices: dict[tuple[int, object], list[Combination]] = {}
    for combination in totals:
        slices.setdefault((-1, None), []).append(combination)
        for place, value in enumerate(combination):
            slices.setdefault((place, value), []).append(combination)
    changed = True
    while changed:
        changed = False
        for part in slices.values():
            within = [one for one in part if one in hidden]
            rest = [one for one in part if one not in hidden]
            enough = len(within) > 1 and sum(totals[one] for one in within) >= most
            if within and rest and not enough:
                hidden.add(min(rest, key=lambda one: (totals[one], str(one))))
                changed = True


def suppress_confusion(confusion: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Return a confusion matrix without its small counts."""
    if "matrix" in confusion:
        counts = [count for row in confusion["matrix"] for count in row]
        matrix = [_suppressed(row, counts, most) for row in confusion["matrix"]]
        return {**confusion, "matrix": matrix}
    counts = list(confusion.values())
    return dict(zip(confusion, _suppressed(counts, counts, most), strict=True))


def _suppressed(row: Sequence[int], together: Sequence[int], most: int) -> list[Any]:
    if gives_away(together, most):
        return [
            bounded(count, most) if is_small(count, most) else about(count, most) for count in row
        ]
    return [bounded(count, most) for count in row]
