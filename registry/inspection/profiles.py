"""Profiles a table within the process that calls; for the child, see `tables` for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from registry.inspection import cells
from registry.inspection.opened_tables import OpenTable, open_table
from registry.inspection.tables import MOST_COUNTED, Column, TableProfile

# Cells held at a time while values are gathered.
_CELLS = 1_000_000


def profile(path: Path, format: str) -> TableProfile:
    """Count rows, and find for each column its type, missing cells and number of values."""
    with open_table(path, format) as table:
        columns: list[Column] = []
        for start in range(0, len(table.names), cells.PASS):
            places = range(start, min(start + cells.PASS, len(table.names)))
            columns += _columns(table, places)
        return TableProfile(table.rows, tuple(columns))


def distinct(path: Path, format: str, column: str, cap: int) -> int:
    """Count the values of one column, up to one more than the cap; missing is no value."""
    with open_table(path, format) as table:
        value = _value(table, column)
        found = table.select([f"DISTINCT {value} AS v"], f"WHERE v IS NOT NULL LIMIT {cap + 1}")
        return len(found)


def column_values(path: Path, format: str, column: str, cap: int) -> list[tuple[str | None, int]]:
    """Count the rows of each value of one column, the most frequent ``cap`` of them first."""
    with open_table(path, format) as table:
        return table.select(
            [f"{_value(table, column)} AS v", "count(*) AS n"],
            f"GROUP BY v ORDER BY n DESC, v NULLS LAST LIMIT {cap}",
        )


def _value(table: OpenTable, column: str) -> str:
    place = table.place(column)
    return cells.text(place, cells.examine(table, [place])[place].type)


def _columns(table: OpenTable, places: Sequence[int]) -> list[Column]:
    facts = cells.examine(table, places)
    counted = _counted(table, facts)
    return [
        Column(table.names[place], fact.type, fact.missing, counted.get(place))
        for place, fact in facts.items()
    ]


def _counted(table: OpenTable, facts: dict[int, cells.CellFacts]) -> dict[int, int]:
    """Count the values of those columns that have few; more would not fit into memory.

    The engine's own exact count keeps megabytes for each column, so the values are gathered here.
    """
    few = [place for place, fact in facts.items() if fact.guess <= 2 * MOST_COUNTED]
    if not few:
        return {}
    seen: dict[int, set[str]] = {place: set() for place in few}
    texts = [cells.text(place, facts[place].type) for place in few]
    for batch in table.batches(texts, rows=max(1, _CELLS // len(few))):
        for place, column in zip(few, batch.columns, strict=True):
            if len(seen[place]) <= MOST_COUNTED:
                seen[place].update(column.unique().drop_null().to_pylist())
    return {p: len(values) for p, values in seen.items() if len(values) <= MOST_COUNTED}
