"""Says what is in a column: its type, its missing cells, and its cells as numbers or as text.

Missing is the same everywhere: NULL, an empty text, and NaN in a column of floats.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from registry.inspection.opened_tables import OpenTable

NUMERIC = ("integer", "float", "decimal", "boolean")

# Columns looked at in one pass: a pass over 5,000 at once took more than a gigabyte.
PASS = 500

_STORED = (
    (r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", "integer"),
    (r"FLOAT|DOUBLE|REAL", "float"),
    (r"DECIMAL.*", "decimal"),
    (r"BOOLEAN", "boolean"),
    (r"VARCHAR|UUID|ENUM\(.*\)", "text"),
    (r"DATE", "date"),
    (r"TIME.*", "time"),
    (r"BLOB|BIT", "binary"),
)
# What a cell of a CSV file must look like for its column to be of a type; the first type that all
# cells fit is the column's.
_WRITTEN = (
    ("integer", r"[+-]?[0-9]{1,18}"),
    ("boolean", r"(?i:true|false)"),
    ("date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    ("time", r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*"),
)
# Numbers too long to be kept exactly; they are identifiers, and would fall together as floats.
_LONG_NUMBER = r"[+-]?[0-9]{19,}"


@dataclass(frozen=True)
class CellFacts:
    """What one pass over a column finds.

    ``type`` is one of integer, float, decimal, boolean, text, date, time, binary, other (nested
    values), and empty where every cell of a CSV column is. ``guess`` estimates the number of
    values.
    """

    type: str
    missing: int
    guess: int


def examine(table: OpenTable, places: Sequence[int]) -> dict[int, CellFacts]:
    """Find the type, the missing cells and the rough number of values, by all rows."""
    found: dict[int, CellFacts] = {}
    for start in range(0, len(places), PASS):
        part = places[start : start + PASS]
        found |= _stored_facts(table, part) if table.stored else _written_facts(table, part)
    return found


def number(place: int, type: str) -> str:
    """Write a cell as a DOUBLE; NULL and NaN stay what they are."""
    if type == "float":
        return f"TRY_CAST(c{place} AS DOUBLE)"
    if type == "boolean":
        return f"CAST(CAST(c{place} AS BOOLEAN) AS DOUBLE)"
    return f"CAST(c{place} AS DOUBLE)"


def text(place: int, type: str) -> str:
    """Write a cell as text in one spelling, NULL where it is missing.

    A whole number is written without a point however it is stored (``1.0`` is ``1``: a column of
    integers turns to floats where one is missing), a truth is ``true`` or ``false``, and anything
    else stands as it is in the file (``01`` is not ``1``). See also `labels.spelt`.
    """
    cell = f"c{place}"
    if type == "float":
        value = number(place, type)
        return (
            f"CASE WHEN isnan({value}) THEN NULL "
            f"WHEN {value} = trunc({value}) AND abs({value}) < 1e15 "
            f"THEN CAST(TRY_CAST({value} AS BIGINT) AS VARCHAR) ELSE CAST({value} AS VARCHAR) END"
        )
    if type == "boolean":
        return f"lower(CAST({cell} AS VARCHAR))"
    return f"NULLIF(CAST({cell} AS VARCHAR), '')"


def missing(place: int, type: str) -> str:
    """Write a condition that holds where a cell is missing."""
    if type == "float":
        return f"coalesce(isnan({number(place, type)}), true)"
    if type == "text":
        return f"coalesce(c{place} = '', true)"
    return f"c{place} IS NULL"


def _stored_type(stored: str) -> str:
    for pattern, type in _STORED:
        if re.fullmatch(pattern, stored) and not stored.endswith("]"):
            return type
    return "other"


def _stored_facts(table: OpenTable, places: Sequence[int]) -> dict[int, CellFacts]:
    """Find the facts of Parquet columns, whose types are known."""
    types = {place: _stored_type(table.stored[place]) for place in places}
    counts = iter(
        table.aggregate(
            [
                sql
                for place, type in types.items()
                for sql in (
                    f"count_if({missing(place, type)})",
                    f"approx_count_distinct(c{place})",
                )
            ]
        )
    )
    return {place: CellFacts(type, next(counts), next(counts)) for place, type in types.items()}


def _written_facts(table: OpenTable, places: Sequence[int]) -> dict[int, CellFacts]:
    """Find the facts of CSV columns, by what is written in their cells."""
    counts = iter(table.aggregate([sql for place in places for sql in _written_counts(place)]))
    width = len(_written_counts(0))
    return {place: _judged(table.rows, *islice(counts, width)) for place in places}


def _written_counts(place: int) -> list[str]:
    cell = f"c{place}"
    patterns = (_LONG_NUMBER, *(pattern for _, pattern in _WRITTEN))
    return [
        f"count({cell})",
        f"approx_count_distinct({cell})",
        f"count(TRY_CAST({cell} AS DOUBLE))",
        f"count_if(isnan(TRY_CAST({cell} AS DOUBLE)))",
        *(f"count_if(regexp_full_match({cell}, '{pattern}'))" for pattern in patterns),
    ]


def _judged(
    rows: int, filled: int, guess: int, floats: int, nans: int, long_numbers: int, *fitting: int
) -> CellFacts:
    for (type, _), count in zip(_WRITTEN, fitting, strict=True):
        if count == filled > 0:
            return CellFacts(type, rows - filled, guess)
    if not filled:
        return CellFacts("empty", rows, 0)
    if floats == filled and not long_numbers:
        return CellFacts("float", rows - filled + nans, guess)
    return CellFacts("text", rows - filled, guess)
