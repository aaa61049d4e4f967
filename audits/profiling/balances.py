"""How the labels are spread over all rows, and over the groups of people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.inspection import cells
from registry.inspection.opened_tables import OpenTable

MOST_LABELS = 100
MOST_GROUPS = 100


def label_balance(
    table: OpenTable, label: str | None, *, task: str, sensitive: Sequence[str]
) -> dict[str, Any] | None:
    """Return the rows of each label, overall and by group; nothing where the data have no label.

    Labels of a regression are told by their mean and standard deviation. More labels, or groups of
    one attribute, than anyone can compare are only said to be too many.
    """
    if label is None or label not in table.names:
        return None
    place = table.place(label)
    facts = cells.examine(table, [place, *(table.place(name) for name in sensitive)])
    is_number = task == "regression" and facts[place].type in cells.NUMERIC
    written = cells.number if is_number else cells.text
    sql = written(place, facts[place].type)
    groups, too_many = [], []
    for name in sensitive:
        by = table.place(name)
        found = _counted(table, sql, is_number, cells.text(by, facts[by].type))
        if len({row["group"] for row in found}) > MOST_GROUPS:
            too_many.append(name)
        else:
            groups += [{"attribute": name, **row} for row in found]
    return {
        "column": label,
        "missing": facts[place].missing,
        "is_number": is_number,
        "all": _counted(table, sql, is_number, "NULL"),
        "groups": groups,
        "too_many": too_many,
    }


def _counted(table: OpenTable, sql: str, is_number: bool, group: str) -> list[dict[str, Any]]:
    """Count the rows by group and label; of numbers, sum them up by group."""
    if is_number:
        rows = table.select(
            [f"{group} AS g", f"count({sql})", f"avg({sql})", f"stddev_samp({sql})"],
            f"WHERE isfinite({sql}) GROUP BY g ORDER BY g LIMIT {MOST_GROUPS + 1}",
        )
        names: tuple[str, ...] = ("group", "count", "mean", "deviation")
    else:
        rows = table.select(
            [f"{group} AS g", f"{sql} AS v", "count(*)"],
            f"WHERE v IS NOT NULL GROUP BY g, v ORDER BY g NULLS LAST, v"
            f" LIMIT {MOST_LABELS * (MOST_GROUPS + 1)}",
        )
        names = ("group", "label", "count")
    return [dict(zip(names, row, strict=False)) for row in rows]
