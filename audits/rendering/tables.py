"""Any JSON file as tables: facts by name, and rows where it has rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_ROWS = 60
DEEPEST = 4


@dataclass(frozen=True)
class Table:
    """A table out of a file of unknown shape; ``left_out`` rows stand in the file alone."""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    left_out: int


def tables(content: Any, title: str = "", depth: int = 0) -> Iterator[Table]:
    """Yield the content as tables; what lies deeper than a reader follows stays in one line."""
    if isinstance(content, Mapping):
        plain = [[key, value] for key, value in content.items() if not _is_rows(value, depth)]
        if plain:
            yield _table(title, [], plain)
        for key, value in content.items():
            if _is_rows(value, depth):
                yield from tables(value, f"{title}: {key}" if title else str(key), depth + 1)
    elif isinstance(content, list) and content and all(isinstance(one, Mapping) for one in content):
        columns = list(dict.fromkeys(key for one in content for key in one))
        yield _table(title, columns, [[one.get(key) for key in columns] for one in content])
    else:
        yield _table(title, [], [["", content]])


def _is_rows(value: Any, depth: int) -> bool:
    if depth >= DEEPEST:
        return False
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, Mapping) for one in value)
    return isinstance(value, Mapping) and len(value) > 0 and depth < DEEPEST - 1


def _table(title: str, columns: list[str], rows: list[list[Any]]) -> Table:
    return Table(title, columns, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS))
