"""A whole measurement without its small counts."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audits.suppression import data_records, drift, explanation, fairness, performance
from audits.suppression.bounds import SMALLEST_CELL, bounded, round_figure
from audits.suppression.cells import suppress_cells, suppress_confusion
from audits.suppression.groups import is_gone, suppress_check, suppress_groups

# What only one kind of measurement holds.
PARTS: Mapping[str, Callable[[dict[str, Any], int], None]] = {
    "performance": performance.suppress_parts,
    "fairness": fairness.suppress_parts,
    "explanation": explanation.suppress_parts,
    "drift": drift.suppress_parts,
    "data": data_records.suppress_parts,
}


def suppress(content: Any) -> Any:
    """Return the measurement without small counts; content of another shape is left as it is."""
    if not isinstance(content, Mapping):
        return content
    copied = copy.deepcopy(dict(content))
    # What was sent to a connection names tables, and values such as labels.
    copied.pop("queries", None)
    honesty = copied.get("honesty") or {}
    most = honesty.get("smallest_cell") or SMALLEST_CELL
    groups = copied.get("groups") or []
    for attribute in dict.fromkeys(group["attribute"] for group in groups):
        suppress_groups([one for one in groups if one["attribute"] == attribute], most)
    for check in copied.get("checks") or []:
        suppress_check(check, groups)
    if "cells" in copied:
        suppress_cells(copied["cells"], most)
    if "confusion" in copied:
        copied["confusion"] = suppress_confusion(copied["confusion"], most)
    _suppress_honesty(honesty, groups, most)
    gone = {group["attribute"] for group in groups if is_gone(group)}
    for measure in (*copied.get("measures", []), *copied.get("comparisons", [])):
        round_figure(measure)
        round_figure(measure.get("judged", {}))
        if measure.get("attribute") in gone:
            # The extreme of all groups is often the very rate that is withheld.
            measure.update(value=None, low=None, high=None, reason="withheld")
    if copied.get("kind") in PARTS:
        PARTS[copied["kind"]](copied, most)
    return copied


def _suppress_honesty(
    honesty: dict[str, Any], groups: Sequence[Mapping[str, Any]], most: int
) -> None:
    missing = honesty.get("missing_sensitive") or {}
    missing.update({name: bounded(count, most) for name, count in missing.items()})
    gone = {f"{group['attribute']}: {group['group']}" for group in groups if is_gone(group)}
    for gap in honesty.get("not_estimable") or []:
        if gap["group"] in gone:
            # "No positive rows" would tell the outcome of everybody in the group.
            gap["reason"] = "withheld"
