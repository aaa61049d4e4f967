"""What each column of a table holds: type, gaps, numbers, and the values that stand most often."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.inspection import cells
from registry.inspection.opened_tables import OpenTable

BINS = 20
MOST_VALUES = 10
LONGEST_VALUE = 100
NUMBERS = ("integer", "float", "decimal")
NAMED = ("text", "boolean", "date")
# Exact quartiles and counts of values keep a column in memory: so many cells at a time.
CELLS = 20_000_000
COUNTED = 2_000
# Where so many of the cells hold a value of their own, the column is a key and its values are those
# of single rows.
KEY_SHARE = 0.9
KEY_VALUES = 20


def column_facts(table: OpenTable) -> list[dict[str, Any]]:
    """Return the facts of every column, in their order."""
    places = range(len(table.names))
    facts = cells.examine(table, places)
    numbers = dict(_numbers(table, {p: facts[p] for p in places if facts[p].type in NUMBERS}))
    distinct = dict(_distinct(table, {p: facts[p] for p in places if facts[p].guess <= COUNTED}))
    return [_column(table, place, facts[place], numbers, distinct) for place in places]


def is_key(facts: cells.CellFacts, rows: int) -> bool:
    """Tell whether nearly every cell has a value of its own."""
    filled = rows - facts.missing
    return filled >= KEY_VALUES and facts.guess >= KEY_SHARE * filled


def _column(
    table: OpenTable,
    place: int,
    facts: cells.CellFacts,
    numbers: Mapping[int, dict[str, Any]],
    distinct: Mapping[int, int],
) -> dict[str, Any]:
    key = facts.type in ("text", "integer", "other") and is_key(facts, table.rows)
    found: dict[str, Any] = {
        "name": table.names[place],
        "type": facts.type,
        "missing": facts.missing,
        "distinct": distinct.get(place, facts.guess),
        "distinct_exact": place in distinct,
        "key": key,
    }
    if place in numbers:
        found |= numbers[place]
    elif facts.type in NAMED and not key:
        found["top"] = _top(table, place, facts.type)
    return found


def _numbers(
    table: OpenTable, facts: Mapping[int, cells.CellFacts]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield range, mean, quartiles and histogram of every column of numbers."""
    for part in _parts(list(facts), table.rows):
        values = {place: cells.number(place, facts[place].type) for place in part}
        sums = iter(table.aggregate([sql for value in values.values() for sql in _sums(value)]))
        for place, value in values.items():
            count, infinite, low, high, mean, quartiles = (next(sums) for _ in range(6))
            found: dict[str, Any] = {"infinite": infinite}
            if count:
                found |= {
                    "min": low,
                    "max": high,
                    # The mean of numbers near the largest there are may be none.
                    "mean": mean if math.isfinite(mean) else None,
                    "quartiles": list(quartiles),
                    "histogram": _histogram(table, value, low, high),
                }
            yield place, found


def _sums(value: str) -> list[str]:
    finite = f"FILTER (isfinite({value}))"
    return [
        f"count({value}) {finite}",
        f"count_if(isinf({value}))",
        f"min({value}) {finite}",
        f"max({value}) {finite}",
        f"avg({value}) {finite}",
        f"quantile_cont({value}, [0.25, 0.5, 0.75]) {finite}",
    ]


def _histogram(table: OpenTable, value: str, low: float, high: float) -> dict[str, Any]:
    """Return the rows in twenty bins of equal width, the last with its upper end."""
    width = (high - low) / BINS
    if not width or not math.isfinite(width):
        return {"edges": [low, high], "counts": []}
    place = f"least({BINS - 1}, CAST(floor(({value} - {low!r}) / {width!r}) AS INTEGER))"
    rows = table.select(
        [f"{place} AS p", "count(*)"], f"WHERE isfinite({value}) GROUP BY p ORDER BY p"
    )
    counts = dict(rows)
    edges = [low + width * step for step in range(BINS)]
    return {"edges": [*edges, high], "counts": [counts.get(p, 0) for p in range(BINS)]}


def _distinct(table: OpenTable, facts: Mapping[int, cells.CellFacts]) -> Iterator[tuple[int, int]]:
    for part in _parts(list(facts), table.rows):
        counts = [f"count(DISTINCT {cells.text(place, facts[place].type)})" for place in part]
        yield from zip(part, table.aggregate(counts), strict=True)


def _top(table: OpenTable, place: int, type: str) -> list[dict[str, Any]]:
    rows = table.select(
        [f"{cells.text(place, type)} AS v", "count(*) AS n"],
        f"WHERE v IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT {MOST_VALUES}",
    )
    return [{"value": str(value)[:LONGEST_VALUE], "count": count} for value, count in rows]


def _parts(places: Sequence[int], rows: int) -> Iterator[Sequence[int]]:
    size = max(1, min(cells.PASS, CELLS // max(1, rows)))
    for start in range(0, len(places), size):
        yield places[start : start + size]
