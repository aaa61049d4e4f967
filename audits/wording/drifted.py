"""A drift measurement as words: features in the order of their shift, bins, groups and columns.

Page and paper show the same; each brings its own way to write numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.wording.data_records import TYPES
from audits.wording.drift import CHANGES
from registry.rules.wording import gettext_noop

Facts = Mapping[str, Any]
SHIFTED, STIRRED = 0.2, 0.1

TESTS = {
    "kolmogorov_smirnov": gettext_noop("Kolmogorov-Smirnov"),
    "chi_squared": gettext_noop("Chi-squared"),
}
OVERALL = (
    "max_psi",
    "share_of_features_drifted",
    "prediction_psi",
    "prediction_ks",
    "prediction_cramers_v",
    "mean_score_change",
    "selection_rate_change",
)


@dataclass(frozen=True)
class Voice:
    """How words are translated, and numbers, counts and figures written."""

    translate: Callable[[str], str]
    number: Callable[[float], str]
    counted: Callable[[Any], str]
    cell: Callable[[Facts | None], Facts]
    share: Callable[[float], str]


def told(measurement: Facts, voice: Voice) -> dict[str, Any]:
    """Return what a page or a chapter shows of a drift measurement."""
    features = _ordered(measurement)
    figures = {figure["name"]: figure for figure in measurement.get("measures") or []}
    batches = measurement.get("batches") or {}
    return {
        "batches": {side: voice.counted(batches.get(side)) for side in ("before", "after")},
        "schema": [_changed(one, voice) for one in measurement.get("schema") or []],
        "features": [_feature(one, measurement, voice) for one in features],
        "overall": [
            {"name": name, "figure": figures[name], "cell": voice.cell(figures[name])}
            for name in OVERALL
            if name in figures
        ],
        "performance": [
            {
                "name": one["name"],
                "before": voice.cell(one["before"]),
                "after": voice.cell(one["after"]),
                "change": voice.cell(figures.get(f"{one['name']}_change")),
            }
            for one in measurement.get("performance") or []
        ],
        "unlabelled": any(figure["reason"] == "no_labels" for figure in figures.values()),
        "groups": _groups(measurement, voice),
        "prediction": _bins(measurement.get("prediction") or {}, voice),
    }


def drawn_groups(measurement: Facts) -> list[dict[str, Any]]:
    """Return the stability index of each feature as the chart of groups takes it.

    With the limits it is judged by, which hold for all features together, so that no picture speaks
    of a shift that the verdict does not see.
    """
    return [
        {
            "name": one["feature"],
            "too_few": figure["reason"] == "too_few",
            "measures": {"psi": figure["judged"] if figure["value"] is not None else figure},
        }
        for one in _ordered(measurement)
        if (figure := _of(measurement, one["feature"], "psi"))
    ]


def limit_of(measurement: Facts) -> float:
    """Return the limit that the checks set on the stability index, else the usual one."""
    checks = measurement.get("checks") or []
    return next((one["limit"] for one in checks if one["measure"] == "psi"), SHIFTED)


def _ordered(measurement: Facts) -> list[Facts]:
    """Return the features, the most shifted first."""

    def shift(one: Facts) -> float:
        return (_of(measurement, one["feature"], "psi") or {}).get("value") or 0.0

    return sorted(measurement.get("features") or [], key=shift, reverse=True)


def _of(measurement: Facts, attribute: str, name: str) -> Facts | None:
    return next(
        (
            one
            for one in measurement.get("comparisons") or []
            if one["attribute"] == attribute and one["name"] == name
        ),
        None,
    )


def _feature(one: Facts, measurement: Facts, voice: Voice) -> dict[str, Any]:
    name, test = one["feature"], one.get("test") or {}
    effect = _of(measurement, name, "ks") or _of(measurement, name, "cramers_v")
    p = test.get("p_holm")
    return {
        "name": name,
        "type": _type(str(one["type"]), voice),
        "psi": voice.cell(_of(measurement, name, "psi")),
        "expected": voice.share(one.get("expected_without_drift") or 0.0),
        "effect": voice.cell(effect),
        "wasserstein": voice.cell(_of(measurement, name, "wasserstein")),
        "missing": voice.cell(_of(measurement, name, "missing_rate_difference")),
        "test": voice.translate(TESTS.get(test.get("name", ""), "")) if test else "",
        "p": "–" if p is None else "< 0.001" if p < 0.001 else voice.share(p),
        "bins": _bins(one, voice),
        "unseen": voice.counted(one["histogram"].get("unseen", 0))
        if one["histogram"].get("unseen")
        else "",
    }


def _bins(one: Facts, voice: Voice) -> list[dict[str, Any]]:
    """Return the bins with a name, a count of each side as words, and shares for a chart."""
    histogram = one.get("histogram")
    if not histogram:
        return []
    rows = one["rows"]
    counts = list(
        zip(_names(histogram, voice), histogram["before"], histogram["after"], strict=True)
    )
    beside = (
        ("other", gettext_noop("all others")),
        ("not_numbers", gettext_noop("no number")),
        ("missing", gettext_noop("missing")),
    )
    for key, name in beside:
        pair = histogram.get(key) or (0, 0)
        if pair[0] or pair[1]:
            counts.append((voice.translate(name), pair[0], pair[1]))
    return [
        {
            "name": name,
            "before": voice.counted(before),
            "after": voice.counted(after),
            "shares": (_share(before, rows["before"]), _share(after, rows["after"])),
        }
        for name, before, after in counts
    ]


def _share(count: Any, rows: Any) -> float | None:
    """Return the share of a count, which may be rounded; nothing where it is withheld."""
    count, rows = (one.get("about") if isinstance(one, Mapping) else one for one in (count, rows))
    return None if count is None or not rows else min(1.0, count / rows)


def _names(histogram: Facts, voice: Voice) -> list[str]:
    if "categories" in histogram:
        return [str(name) for name in histogram["categories"]]
    edges = [voice.number(edge) for edge in histogram["edges"]]
    between = [f"{low} – {high}" for low, high in zip(edges, edges[1:], strict=False)]
    return [f"≤ {edges[0]}", *between, f"> {edges[-1]}"] if edges else [""]


def _changed(one: Facts, voice: Voice) -> str:
    said = f"{one['column']} {voice.translate(CHANGES[one['change']])}"
    types = [_type(str(one[side]), voice) for side in ("before", "after") if one[side]]
    return f"{said} ({' → '.join(types)})" if types else said


def _type(type: str, voice: Voice) -> str:
    return voice.translate(TYPES[type]) if type in TYPES else type


def _groups(measurement: Facts, voice: Voice) -> list[dict[str, Any]]:
    """Return the groups of each attribute with their rates, and how far they moved apart."""
    groups: Sequence[Facts] = measurement.get("groups") or []
    found = []
    for attribute in dict.fromkeys(group["attribute"] for group in groups):
        some = [group for group in groups if group["attribute"] == attribute]
        found.append(
            {
                "name": attribute,
                "rows": [
                    {
                        "name": voice.translate(gettext_noop("not recorded"))
                        if group["missing"]
                        else group["group"],
                        "few": group["too_few"],
                        "cells": [
                            voice.cell(group["measures"].get(f"selection_rate_{side}"))
                            for side in ("before", "after", "change")
                        ],
                    }
                    for group in some
                ],
                "between": [
                    {"name": name, "cell": voice.cell((figure or {}).get("judged"))}
                    for name in ("selection_gap_change", "impact_ratio_change")
                    if (figure := _of(measurement, attribute, name))
                ],
            }
        )
    return found
