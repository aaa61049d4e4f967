"""The groups of people: their counts, and every figure that is about one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audits.suppression.bounds import (
    about,
    bounded,
    gives_away,
    is_bounded,
    is_small,
    round_figure,
    suppress_figure,
    withhold,
)

BESIDE = ("impact_ratio", "treatment_ratio")


def suppress_groups(groups: Sequence[dict[str, Any]], most: int) -> None:
    """Bound the small groups of one attribute, and round the others where those could be found."""
    counts = [group["count"] for group in groups]
    # Where attributes meet, a small group is what another attribute's group lacks of its sum.
    crossed = any(len(group.get("values") or ()) > 1 for group in groups)
    small = any(is_small(count, most) for count in counts)
    rounded = gives_away(counts, most) or (crossed and small)
    for group in groups:
        if is_small(group["count"], most):
            _empty(group, most)
            continue
        for measure in figures_of(group).values():
            suppress_figure(measure, most, rounded)
            round_figure(measure.get("together") or {})
        round_figure(group.get("significance") or {})
        if rounded:
            group["count"] = about(group["count"], most)
    for group in groups:
        _suppress_versus(group, groups)


def figures_of(group: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every figure of a group by its name."""
    found = {**(group.get("scores") or {}), **group["measures"]}
    found |= {name: group[name] for name in BESIDE if group.get(name)}
    return found | {one["name"]: one for _, one in _held(group) if one["name"] not in found}


def is_gone(group: Mapping[str, Any]) -> bool:
    """Say whether the group shows nothing but a bound."""
    return is_bounded(group["count"])


def suppress_check(check: dict[str, Any], groups: Sequence[dict[str, Any]]) -> None:
    """Round what was checked; withhold it where it is a figure that the group no longer shows."""
    round_figure(check)
    keys = ("attribute", "group", "missing")
    group = next(
        (one for one in groups if all(one.get(key) == check.get(key) for key in keys)), None
    )
    if group is None or check.get("given"):
        return
    measure = figures_of(group).get(check["measure"])
    if not measure or measure.get("fewer_than") or measure.get("reason") == "withheld":
        check.update(value=None, low=None, high=None, reason="withheld")


def _empty(group: dict[str, Any], most: int) -> None:
    group.update(count=bounded(group["count"], most), measures={}, impact_ratio=None)
    for key, nothing in (("scores", {}), ("treatment_ratio", None), ("significance", None)):
        if key in group:
            group[key] = nothing
    if group.get("versus"):
        group["versus"] = {**group["versus"], "rates": {}}


def _held(group: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what holds the group against the fixed reference, with the rate it is about."""
    for rate, pair in ((group.get("versus") or {}).get("rates") or {}).items():
        for figure in pair.values():
            yield rate, figure


def _suppress_versus(group: dict[str, Any], groups: Sequence[Mapping[str, Any]]) -> None:
    """Withhold what is held against a rate that the reference group no longer shows.

    With the group's own rate beside it, the difference would give that rate away.
    """
    versus = group.get("versus") or {}
    reference = next((one for one in groups if one["group"] == versus.get("reference")), None)
    for rate, figure in _held(group):
        shown = reference["measures"].get(rate) if reference else None
        if not shown or shown.get("fewer_than"):
            withhold(figure)
