"""Reads the names and types of a Parquet file's columns, and writes what stands after FROM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from registry.inspection.engines import quoted


def columns(connection: Any, path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names as the file has them and the engine's type of each column."""
    schema = connection.execute(
        "SELECT name, num_children FROM parquet_schema(?)", [str(path)]
    ).fetchall()
    names = []
    place = 1
    for _ in range(schema[0][1] or 0):
        names.append(schema[place][0])
        place = _after(schema, place)
    described = connection.execute(f"DESCRIBE FROM {source(path, len(names))}").fetchall()
    return tuple(names), tuple(row[1] for row in described)


def source(path: Path, width: int) -> str:
    """Write a table of SQL whose columns are called by their places."""
    names = ", ".join(f"c{place}" for place in range(width))
    # Without hive_partitioning=false a directory called "a=b" in the path becomes a column.
    return f"read_parquet({quoted(str(path))}, hive_partitioning=false) AS t({names})"


def _after(schema: list[tuple[str, int | None]], place: int) -> int:
    """Step over a column with all that is nested in it; the schema lists them depth first."""
    open_fields = 1
    while open_fields:
        open_fields += (schema[place][1] or 0) - 1
        place += 1
    return place
