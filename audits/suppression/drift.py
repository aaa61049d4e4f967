"""What goes from a drift measurement: its batches, bins and groups."""

from __future__ import annotations

from typing import Any

from audits.suppression.bins import suppress_bins
from audits.suppression.bounds import bounded, is_small, round_figure

BESIDE = ("other", "missing", "not_numbers")
SIDES = ("before", "after")
WITHHELD = "…"


def suppress_parts(measurement: dict[str, Any], most: int) -> None:
    """Take the small counts out of what only this kind of measurement holds, in place."""
    batches = measurement.get("batches") or {}
    batches.update({side: bounded(rows, most) for side, rows in batches.items()})
    for feature in [*(measurement.get("features") or []), measurement.get("prediction") or {}]:
        _suppress_feature(feature, most)
    for row in measurement.get("performance") or []:
        for side in SIDES:
            round_figure(row[side])
    for group in measurement.get("groups") or []:
        if "count_before" in group:
            group["count_before"] = bounded(group["count_before"], most)


def _suppress_feature(feature: dict[str, Any], most: int) -> None:
    for key in ("rows", "missing", "infinite"):
        counts = feature.get(key) or {}
        counts.update({side: bounded(count, most) for side, count in counts.items()})
    round_figure(feature.get("test") or {})
    histogram = feature.get("histogram")
    if not histogram:
        return
    if "categories" in histogram:
        # A rare value may be somebody's own.
        histogram["categories"] = [
            WITHHELD if is_small(before, most) or is_small(after, most) else name
            for name, before, after in zip(
                histogram["categories"], histogram["before"], histogram["after"], strict=True
            )
        ]
    for place, side in enumerate(SIDES):
        beside = [key for key in BESIDE if key in histogram]
        counts = [*histogram[side], *(histogram[key][place] for key in beside)]
        kept = suppress_bins(counts, most)
        histogram[side] = kept[: len(histogram[side])]
        for key, count in zip(beside, kept[len(histogram[side]) :], strict=True):
            histogram[key][place] = count
        if side in (feature.get("missing") or {}) and "missing" in histogram:
            feature["missing"][side] = histogram["missing"][place]
    histogram["unseen"] = bounded(histogram.get("unseen"), most)
