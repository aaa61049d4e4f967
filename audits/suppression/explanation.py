"""What goes from an explanation: single cases, small groups, and bins of few rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.suppression.bounds import (
    about,
    bounded,
    gives_away,
    is_small,
    round_figure,
    suppress_figure,
)

# Of a value that could be one person's; the common ones are round already.
DIGITS = 2
STATISTICS = ("mean", "low_5", "low_25", "high_75", "high_95")


def suppress_parts(measurement: dict[str, Any], most: int) -> None:
    """Take the small counts out of what only this kind of measurement holds, in place."""
    cases = measurement.get("cases") or []
    if cases:
        # A row's values are a person's, whoever it is.
        measurement.update(cases=[], cases_withheld=len(cases))
    for attribute in measurement.get("by_group") or []:
        _suppress_groups(attribute["groups"], most)
    for part in ("summary", "dependence"):
        for one in measurement.get(part) or []:
            _suppress_bins(one["bins"], most)


def _suppress_groups(groups: Sequence[dict[str, Any]], most: int) -> None:
    """Bound the small groups; round the others' figures, from which theirs could be found."""
    rounded = gives_away([group["count"] for group in groups], most)
    for group in groups:
        if is_small(group["count"], most):
            group.update(count=bounded(group["count"], most), features=[], differences=[])
            continue
        for feature in group["features"]:
            suppress_figure(feature["importance"], most, rounded)
            feature["mean_signed"] = _shortened(feature["mean_signed"])
        for difference in group["differences"]:
            round_figure(difference)
            if rounded:
                difference["n"] = about(difference["n"], most)
        if rounded:
            group["count"] = about(group["count"], most)


def _suppress_bins(bins: Sequence[dict[str, Any]], most: int) -> None:
    """Withhold bins of few rows, and the exact ends of all, which are single rows' values."""
    rounded = gives_away([one["rows"] for one in bins], most)
    for one in bins:
        for key in ("low", "high", "at"):
            if one.get(key) is not None:
                one[key] = _shortened(one[key])
        if is_small(one["rows"], most):
            one.update(dict.fromkeys(STATISTICS), rows=bounded(one["rows"], most))
            if one["kind"] == "value":
                one.update(kind="others", values=1)
                del one["value"]
        elif rounded:
            one["rows"] = about(one["rows"], most)
    ranges = [one for one in bins if one["kind"] == "range"]
    if len(ranges) > 1:
        # The smallest and the largest value of all are somebody's.
        ranges[0]["low"] = ranges[-1]["high"] = None


def _shortened(value: float) -> float:
    """Round a value to two digits."""
    if not value:
        return value
    return round(value, DIGITS - 1 - math.floor(math.log10(abs(value))))
