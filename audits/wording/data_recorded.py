"""A data record as words: its columns, labels, groups and what it shares with other data.

Page and paper show the same; each brings its own way to write numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from audits.wording.data_records import TYPES
from audits.wording.drifted import Voice
from registry.rules.wording import gettext_noop

Facts = Mapping[str, Any]


def told(measurement: Facts, voice: Voice, percent: Callable[[float], str]) -> dict[str, Any]:
    """Return what a page or a chapter shows of a data record."""
    labels = measurement.get("labels") or {}
    balance = labels.get("balance") or []
    counts = [_count(one["count"]) for one in balance]
    total = sum(count for count in counts if count is not None)
    return {
        "rows": voice.counted(measurement.get("rows")),
        "columns": [_column(one, voice, percent) for one in measurement.get("columns") or []],
        "duplicates": voice.counted(measurement.get("duplicates")),
        "overall": [
            {"name": one["name"], "cell": _exact(voice.cell(one), one)}
            for one in measurement.get("measures") or []
        ],
        "overlaps": [
            {
                "name": one["name"],
                "columns": voice.counted(one["columns"]),
                "rows": voice.counted(one["rows"]),
                "shared": voice.counted(one["shared"]),
            }
            for one in measurement.get("overlaps") or []
        ],
        "label_column": labels.get("column", ""),
        "labels_missing": voice.counted(labels.get("missing", 0)),
        "too_many": labels.get("too_many") or [],
        "balance": [
            {
                "label": str(one["label"]),
                "count": voice.counted(one["count"]),
                "share": count / total if count is not None and total else None,
            }
            for one, count in zip(balance, counts, strict=True)
            if "label" in one
        ],
        "mean": _mean(balance[0], voice) if balance and "mean" in balance[0] else None,
        "groups": _groups(measurement, voice),
    }


def _exact(cell: Facts, figure: Facts) -> Facts:
    """Return a cell without the limits of a share that was counted and not estimated."""
    return {**cell, "under": ""} if figure.get("interval") == "count" else cell


def _column(one: Facts, voice: Voice, percent: Callable[[float], str]) -> dict[str, Any]:
    missing = one["missing"]
    quartiles = one.get("quartiles") or []
    top = ", ".join(
        f"{value['value']} ({voice.counted(value['count'])})" for value in one.get("top") or []
    )
    if one.get("key"):
        top = voice.translate(gettext_noop("a key: its values are not told"))
    bounds = [one.get(end) for end in ("min", "max")]
    return {
        "name": one["name"],
        "type": voice.translate(TYPES[one["type"]]) if one["type"] in TYPES else one["type"],
        "missing": voice.counted(missing),
        "missing_rate": percent(one["missing_rate"])
        if one.get("missing_rate") is not None
        else "–",
        "distinct": voice.counted(one["distinct"]),
        "is_about": not one.get("distinct_exact", True),
        "range": " – ".join(voice.number(end) for end in bounds if end is not None),
        "mean": voice.number(one["mean"]) if one.get("mean") is not None else "",
        "quartiles": ", ".join(voice.number(value) for value in quartiles),
        "top": top,
        "bins": _bins(one, voice),
    }


def _bins(one: Facts, voice: Voice) -> list[dict[str, Any]]:
    histogram = one.get("histogram") or {}
    counts = histogram.get("counts") or []
    known = [_count(count) for count in counts]
    total = sum(count for count in known if count is not None)
    edges = [voice.number(edge) for edge in histogram.get("edges") or []]
    return [
        {
            "name": f"{edges[place]} – {edges[place + 1]}",
            "count": voice.counted(count),
            "share": None if part is None or not total else part / total,
        }
        for place, (count, part) in enumerate(zip(counts, known, strict=True))
    ]


def _groups(measurement: Facts, voice: Voice) -> list[dict[str, Any]]:
    groups = measurement.get("groups") or []
    found = []
    for attribute in dict.fromkeys(group["attribute"] for group in groups):
        rows = []
        for group in (one for one in groups if one["attribute"] == attribute):
            balance = group.get("balance") or []
            mean = balance[0] if balance and "mean" in balance[0] else None
            rows.append(
                {
                    "name": voice.translate(gettext_noop("not recorded"))
                    if group["missing"]
                    else group["group"],
                    "few": group["too_few"],
                    "count": voice.counted(group["count"]),
                    "rate": voice.cell(group["measures"].get("label_rate")),
                    "mean": _mean(mean, voice) if mean else "",
                    "labels": ", ".join(
                        f"{one['label']}: {voice.counted(one['count'])}"
                        for one in balance
                        if "label" in one
                    ),
                }
            )
        found.append({"name": attribute, "rows": rows})
    return found


def _mean(one: Facts, voice: Voice) -> str:
    if one.get("mean") is None:
        return "–"
    said = voice.number(one["mean"])
    return f"{said} (± {voice.number(one['deviation'])})" if one.get("deviation") else said


def _count(count: Any) -> int | None:
    """Return a count, the rounded one where that is shown; nothing where it is withheld."""
    if isinstance(count, Mapping):
        return count.get("about")
    return count if isinstance(count, int) else None
