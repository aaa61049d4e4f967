"""Opens a table so that it can be gone through many times."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from registry.inspection import engines
from registry.inspection.opened_tables import OpenTable, read_table


def loaded(connection: Any, path: Path, format: str, name: str = "data") -> OpenTable:
    """Open a table; the cells of a CSV file are parsed once and kept by the engine.

    It spills to the child's own directory what does not fit into its memory.
    """
    table = read_table(connection, path, format)
    if table.stored:
        return table
    with engines.errors_refused():
        # Of the place of the file and a name of ours; no name of the data is in it.
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM {table.source}")  # noqa: S608
    return replace(table, source=name)
