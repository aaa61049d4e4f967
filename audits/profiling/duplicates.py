"""Rows that stand more than once, within a table and in two tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.inspection import cells
from registry.inspection.opened_tables import OpenTable


def duplicate_rows(table: OpenTable) -> int:
    """Count the rows that are a repetition of another one, in all columns."""
    (different,) = table.aggregate([f"count(DISTINCT {_hash(table, table.names)})"])
    return table.rows - int(different)


def overlap(table: OpenTable, name: str, other: OpenTable) -> dict[str, Any]:
    """Count the rows that another table has as well, in the columns that both have.

    Rows are compared by a hash of 64 bits over their cells, each spelt the same however it is
    stored; two different rows of ten million are taken for one in about one of 400,000 tables.
    """
    common = [column for column in table.names if column in other.names]
    shared = 0
    if common:
        # Of places alone, as in OpenTable: no name of the data is in it.
        theirs = f"(SELECT {_hash(other, common)} AS h FROM {other.source})"  # noqa: S608
        ((shared,),) = table.select(
            ["count(*)"], f"SEMI JOIN {theirs} AS o ON o.h = {_hash(table, common)}"
        )
    return {"name": name, "columns": len(common), "rows": other.rows, "shared": int(shared)}


def _hash(table: OpenTable, names: Sequence[str]) -> str:
    places = [table.place(name) for name in names]
    facts = cells.examine(table, places)
    return f"hash({', '.join(cells.text(place, facts[place].type) for place in places)})"
