"""What goes from a fairness measurement: its strata, what is pooled over them, a law's tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audits.suppression.bounds import (
    about,
    bounded,
    gives_away,
    is_small,
    round_figure,
    suppress_figure,
    withhold,
)
from audits.suppression.groups import is_gone, suppress_groups

Parts = dict[str, Any]


def suppress_parts(measurement: Parts, most: int) -> None:
    """Take the small counts out of what only this kind of measurement holds, in place."""
    gone = {
        (group["attribute"], group["group"])
        for group in measurement.get("groups") or []
        if is_gone(group)
    }
    _suppress_strata(measurement.get("strata") or [], most)
    for one in measurement.get("conditional") or []:
        if {(one["attribute"], one["group"]), (one["attribute"], one["reference"])} & gone:
            withhold(one["figure"])
            one["figure"]["n"] = None
        else:
            suppress_figure(one["figure"], most, rounded=True)
    for table in (measurement.get("ll144") or {}).get("tables", []):
        _suppress_table(table, most)
    if measurement.get("ll144"):
        measurement["ll144"]["rows"] = about(measurement["ll144"]["rows"], most)
    for check in measurement.get("checks") or []:
        _suppress_check(check, measurement)
    _suppress_honesty(measurement.get("honesty") or {}, gone)


def _suppress_strata(strata: Sequence[Parts], most: int) -> None:
    """Bound the small groups of each stratum; round them all where one is small.

    The counts of a group in all strata add up to the group, which is shown elsewhere.
    """
    by_attribute: dict[tuple[str, str], list[list[Parts]]] = defaultdict(list)
    for stratum in strata:
        for part in stratum["attributes"]:
            by_attribute[stratum["column"], part["attribute"]].append(part["groups"])
            for figure in _compared(part, most):
                round_figure(figure)
    for tables in by_attribute.values():
        small = any(is_small(group["count"], most) for groups in tables for group in groups)
        for groups in tables:
            suppress_groups(groups, most)
            for group in groups if small else ():
                _round_counts(group, most)
    for stratum in strata:
        stratum["count"] = (
            bounded(stratum["count"], most)
            if is_small(stratum["count"], most)
            else about(stratum["count"], most)
        )


def _compared(part: Parts, most: int) -> Iterator[Parts]:
    """Yield the comparisons of a stratum, withheld where a group of theirs is small."""
    small = any(is_small(group["count"], most) for group in part["groups"])
    for figure in part["comparisons"]:
        if small:
            figure.update(value=None, low=None, high=None, reason="withheld")
        yield figure
        yield figure.get("judged", {})


def _round_counts(group: Parts, most: int) -> None:
    if isinstance(group["count"], int):
        group["count"] = about(group["count"], most)
    for measure in (*group["measures"].values(), group.get("impact_ratio")):
        if measure and isinstance(measure.get("n"), int):
            measure["n"] = about(measure["n"], most)


def _suppress_table(table: Parts, most: int) -> None:
    categories = table["categories"]
    counts = [*(one["count"] for one in categories), table["unknown"]]
    crossed = any(len(one["values"]) > 1 for one in categories)
    rounded = gives_away(counts, most) or (crossed and any(is_small(one, most) for one in counts))
    table["unknown"] = _shown(table["unknown"], most, rounded)
    for one in categories:
        if is_small(one["count"], most):
            one.update(count=bounded(one["count"], most), counting=None)
            one.update(rate=None, impact_ratio=None)
            continue
        for figure in (one["rate"], one["impact_ratio"]):
            suppress_figure(figure, most, rounded)
        one["count"] = _shown(one["count"], most, rounded)
        one["counting"] = _shown(one["counting"], most, rounded)


def _shown(count: int, most: int, rounded: bool) -> Any:
    return about(count, most) if rounded and not is_small(count, most) else bounded(count, most)


def _suppress_check(check: Parts, measurement: Mapping[str, Any]) -> None:
    """Withhold a check on a figure of a table or over strata that is no longer shown."""
    keys = ("attribute", "group", "missing")
    shown: list[Any] = []
    if check["measure"] == "ll144_impact_ratio":
        shown = [
            category["impact_ratio"]
            for table in measurement["ll144"]["tables"]
            for category in table["categories"]
            if (table["attribute"], category["category"]) == (check["attribute"], check["group"])
            and (table["output"] or "") == check.get("given")
        ]
    elif check.get("given"):
        shown = [
            one["figure"]
            for one in measurement.get("conditional") or []
            if one["column"] == check["given"] and all(one[key] == check[key] for key in keys)
        ]
    if any(not figure or figure["value"] is None for figure in shown):
        check.update(value=None, low=None, high=None, reason="withheld")


def _suppress_honesty(honesty: Parts, gone: set[tuple[str, str]]) -> None:
    names = {f"{attribute}: {group}" for attribute, group in gone}
    if honesty.get("holm"):
        honesty["holm"]["differ"] = [
            name for name in honesty["holm"]["differ"] if name not in names
        ]
    for gap in honesty.get("not_estimable") or []:
        if any(gap["group"].startswith(f"{name} (") for name in names):
            gap["reason"] = "withheld"
