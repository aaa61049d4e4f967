"""What a table is, whoever writes it into a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]
Cell = str | int | float | bool | None
Row = list[Cell]


@dataclass(frozen=True)
class Table:
    """A table: a code for the name of its file, a title, heads, and rows of plain values."""

    code: str
    title: str
    heads: list[str]
    rows: list[Row]


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
