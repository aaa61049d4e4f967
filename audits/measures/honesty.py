"""The honesty block: what stands beside every result so that nobody reads too much into it."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from audits.measures.intervals import LEVEL
from audits.measures.plans import Plan
from audits.measures.significance import ALPHA

LIBRARIES = ("duckdb", "fairlearn", "ibis-framework", "numpy", "pandas", "scikit-learn")

Measured = Mapping[str, Any]


def honesty_block(
    measurement: Measured,
    *,
    plan: Plan,
    dropped: Mapping[str, int],
    rows_used: int,
    missing_sensitive: Mapping[str, int],
    small_cells: int,
    seed: int | None,
    duration_seconds: float,
) -> dict[str, object]:
    """Return rows used and dropped, groups too small or not estimable, and what computed it all."""
    return {
        "rows_in": rows_used + sum(dropped.values()),
        "rows_used": rows_used,
        "dropped": [{"reason": reason, "rows": rows} for reason, rows in dropped.items()],
        "missing_sensitive": dict(missing_sensitive),
        "smallest_group": plan.smallest_group,
        "smallest_cell": plan.smallest_cell,
        "small_cells": small_cells,
        "too_few": [_name(group) for group in measurement["groups"] if group["too_few"]],
        "not_estimable": list(_not_estimable(measurement)),
        "comparisons": _comparisons(measurement),
        "holm": _holm(measurement),
        "level": LEVEL,
        "seed": seed,
        "libraries": {
            "python": platform.python_version(),
            **{name: version(name) for name in LIBRARIES},
        },
        "duration_seconds": round(duration_seconds, 3),
    }


def _name(group: Measured) -> str:
    return f"{group['attribute']}: {group['group']}"


def _not_estimable(measurement: Measured) -> Iterator[dict[str, object]]:
    """Yield every figure without a value, with the group it belongs to."""
    figures = [("", figure) for figure in measurement["measures"]]
    for group in measurement["groups"]:
        own = [*group["measures"].values(), *(group.get("scores") or {}).values()]
        own += [group.get("impact_ratio"), group.get("treatment_ratio")]
        figures += [(_name(group), figure) for figure in own if figure]
    figures += [(figure["attribute"], figure) for figure in measurement["comparisons"]]
    figures += [
        (f"{_name(one)} ({one['column']})", one["figure"])
        for one in measurement.get("conditional") or []
    ]
    for group_name, figure in figures:
        if not figure["estimable"]:
            yield {
                "group": group_name,
                "measure": figure["name"],
                "reason": figure["reason"],
            }


def _comparisons(measurement: Measured) -> int:
    """Count the figures that set groups against each other: each is a chance for a false alarm.

    A difference and a ratio of the same two rates are one comparison.
    """
    groups = measurement["groups"]
    ratios = [
        group
        for group in groups
        if group.get("impact_ratio")
        and group["impact_ratio"]["estimable"]
        and not group["reference"]
    ]
    held = [
        rate
        for group in groups
        for rate in (group.get("versus") or {}).get("rates", {}).values()
        if rate["difference"]["estimable"]
    ]
    between = [figure for figure in measurement["comparisons"] if figure["estimable"]]
    pooled = [one for one in measurement.get("conditional") or [] if one["figure"]["estimable"]]
    return len(ratios) + len(held) + len(between) + len(pooled)


def _holm(measurement: Measured) -> dict[str, object] | None:
    """Return which groups are selected significantly differently, all tests read together."""
    tests = [
        (_name(group), group["significance"])
        for group in measurement["groups"]
        if group.get("significance")
    ]
    if not tests:
        return None
    return {
        "tests": len(tests),
        "level": ALPHA,
        "differ": [name for name, test in tests if test["p_holm"] <= ALPHA],
    }
