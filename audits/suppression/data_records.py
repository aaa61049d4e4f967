"""What goes from a data record: its columns, classes and groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audits.suppression.bins import suppress_bins
from audits.suppression.bounds import bounded, is_bounded, is_small, withhold


def suppress_parts(measurement: dict[str, Any], most: int) -> None:
    """Take the small counts out of what only this kind of measurement holds, in place."""
    gone = set(_small_shares(measurement, most))
    for figure in (*measurement.get("measures", []), *measurement.get("comparisons", [])):
        if (figure["name"], figure.get("attribute", "")) in gone:
            withhold(figure)
            withhold(figure.get("judged", {}))
    for check in measurement.get("checks") or []:
        if (check["measure"], check["attribute"]) in gone:
            withhold(check)
    for column in measurement.get("columns") or []:
        _suppress_column(column, most)
    if "duplicates" in measurement:
        measurement["duplicates"] = bounded(measurement["duplicates"], most)
    for overlap in measurement.get("overlaps") or []:
        overlap["shared"] = bounded(overlap["shared"], most)
    labels = measurement.get("labels") or {}
    if labels:
        kept = suppress_bins(
            [labels["missing"], *(one["count"] for one in labels["balance"])], most
        )
        labels["missing"] = kept[0]
        for one, count in zip(labels["balance"], kept[1:], strict=True):
            one["count"] = count
    for group in measurement.get("groups") or []:
        if is_bounded(group["count"]):
            group["balance"] = []
        _suppress_balance(group.get("balance") or [], most)
        if any(is_bounded(one["count"]) for one in group.get("balance") or []):
            # With the rows of the group the rate gives the small class back.
            for figure in group["measures"].values():
                withhold(figure)


def _small_shares(measurement: dict[str, Any], most: int) -> Iterator[tuple[str, str]]:
    """Yield the figures, by name and attribute, that give a small count away."""
    columns = measurement.get("columns") or []
    overlaps = measurement.get("overlaps") or []
    for column in columns:
        if is_small(column["missing"], most):
            yield "missing_rate", column["name"]
    for overlap in overlaps:
        if is_small(overlap["shared"], most):
            yield "overlap_share", overlap["name"]
    largest = {
        "missing_rate_max": max((one["missing"] for one in columns), default=0),
        "duplicate_share": measurement.get("duplicates", 0),
        "overlap_share_max": max((one["shared"] for one in overlaps), default=0),
    }
    yield from ((name, "") for name, count in largest.items() if is_small(count, most))


def _suppress_column(column: dict[str, Any], most: int) -> None:
    missing = column["missing"]
    if is_small(missing, most):
        column["missing_rate"] = None
    if "infinite" in column:
        column["infinite"] = bounded(column["infinite"], most)
    # The ends of a column are the values of one person each.
    for end in ("min", "max"):
        if end in column:
            column[end] = None
    # What is missing and what is there make up all rows.
    if "top" in column:
        counts = suppress_bins([missing, *(one["count"] for one in column["top"])], most)
        column["top"] = [
            {**one, "count": count}
            for one, count in zip(column["top"], counts[1:], strict=True)
            if not is_bounded(count)
        ]
    histogram = column.get("histogram")
    if histogram:
        histogram["counts"] = suppress_bins([missing, *histogram["counts"]], most)[1:]
    column["missing"] = bounded(missing, most)


def _suppress_balance(balance: list[dict[str, Any]], most: int) -> None:
    for one, count in zip(
        balance, suppress_bins([one["count"] for one in balance], most), strict=True
    ):
        one["count"] = count
