"""The figures of a data record, from what the child counted.

A share of the rows that are there is exact: it is the file that is judged, not a sample of
something larger, so its limits are the value itself. The label rate of a group is an estimate, and
has its Wilson interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audits.measures.counts import rate_figure
from audits.measures.figures import Figure, not_estimable
from audits.measures.groups import MISSING
from audits.measures.intervals import Share
from registry.inspection.labels import spelt

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Counted:
    """What the rows were brought back as: the groups of people."""

    rows_used: int
    groups: Sequence[Facts]
    dropped: Mapping[str, int] = field(default_factory=dict)

    def smaller_than(self, limit: int) -> int:
        """Return how many groups hold fewer rows than the limit."""
        return sum(group["count"] < limit for group in self.groups)

    def as_dict(self) -> dict[str, object]:
        """Return nothing: the counts stand with their columns and groups."""
        return {}


def exact(name: str, part: int, rows: int) -> Figure:
    """Return a share of the rows of the file, 0 to 1; it has no error."""
    if not rows:
        return not_estimable(name, "no_rows")
    value = part / rows
    return Figure(name, value, rows, value, value, "count")


def column(facts: Facts, rows: int) -> dict[str, Any]:
    """Return a column as it stands in a measurement."""
    return {**facts, "missing_rate": facts["missing"] / rows}


def measures(
    found: Facts, task: str, positive: str | None, smallest: int
) -> list[dict[str, object]]:
    """Return what is said of the data as a whole.

    ``missing_rate_max`` is the share of missing cells in the column that has most of them,
    ``duplicate_share`` that of rows which repeat another, ``overlap_share_max`` that of rows which
    some other data of the version has too; ``label_rate`` is the share of rows with the positive
    label. All 0 to 1.
    """
    rows = found["rows"]
    gaps = max((one["missing"] for one in found["columns"]), default=0)
    shared = [one["shared"] for one in found["overlaps"] if one["columns"]]
    figures = [
        exact("missing_rate_max", gaps, rows),
        exact("duplicate_share", found["duplicates"], rows),
        exact("overlap_share_max", max(shared), rows)
        if shared
        else not_estimable("overlap_share_max", "no_other_data"),
    ]
    if found["labels"] and task == "binary" and positive is not None:
        rate = _rate(found["labels"]["all"], positive)
        figures.append(rate_figure("label_rate", rate, "no_rows").judged_from(smallest))
    return [figure.as_dict() for figure in figures]


def comparisons(found: Facts) -> list[dict[str, Any]]:
    """Return the overlap with each other data of the version, and the gaps of each column."""
    figures = [
        (
            one["name"],
            exact("overlap_share", one["shared"], found["rows"])
            if one["columns"]
            else not_estimable("overlap_share", "no_common_columns"),
        )
        for one in found["overlaps"]
    ]
    figures += [
        (one["name"], exact("missing_rate", one["missing"], found["rows"]))
        for one in found["columns"]
    ]
    return [
        {
            "attribute": name,
            **figure.as_dict(),
            "left_out": [],
            "judged": {**figure.as_dict(), "left_out": []},
        }
        for name, figure in figures
    ]


def labels(found: Facts | None) -> dict[str, Any] | None:
    """Return the balance of the labels over all rows."""
    if not found:
        return None
    balance = [
        {name: one[name] for name in ("label", "count", "mean", "deviation") if name in one}
        for one in found["all"]
    ]
    return {
        "column": found["column"],
        "missing": found["missing"],
        "balance": balance,
        "too_many": found["too_many"],
    }


def groups(
    found: Facts | None, task: str, positive: str | None, smallest: int
) -> list[dict[str, Any]]:
    """Return every group of people with its rows and the rate of the positive label in it."""
    if not found:
        return []
    made: dict[tuple[str, str | None], list[Facts]] = {}
    for one in found["groups"]:
        made.setdefault((one["attribute"], one["group"]), []).append(one)
    return [_group(key, rows, task, positive, smallest) for key, rows in made.items()]


def _group(
    key: tuple[str, str | None],
    rows: Sequence[Facts],
    task: str,
    positive: str | None,
    smallest: int,
) -> dict[str, Any]:
    attribute, name = key
    count = sum(one["count"] for one in rows)
    figures: dict[str, dict[str, object]] = {}
    if task == "binary" and positive is not None:
        figure = rate_figure("label_rate", _rate(rows, positive), "no_rows")
        figures["label_rate"] = figure.judged_from(smallest).as_dict()
    shown = ("label", "count", "mean", "deviation")
    return {
        "attribute": attribute,
        "group": MISSING if name is None else name,
        "values": [name],
        "missing": name is None,
        "count": count,
        "too_few": count < smallest,
        "reference": False,
        "measures": figures,
        "impact_ratio": None,
        "balance": [{name: one[name] for name in shown if name in one} for one in rows],
    }


def _rate(rows: Sequence[Facts], positive: str) -> Share:
    wanted = spelt(positive)
    found = sum(one["count"] for one in rows if one.get("label") == wanted)
    return Share(found, sum(one["count"] for one in rows))
