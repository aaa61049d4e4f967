"""Writes a page of docs/ from what a command found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def facts_table(facts: Mapping[str, str]) -> str:
    """Return names and values as a table."""
    return table(("", ""), facts.items())


def plain(headings: Sequence[str], rows: Sequence[Sequence[str]], widest: int = 44) -> str:
    """Return a table for a terminal; what is longer than ``widest`` goes on in the next line."""
    broken = [[_broken(cell, widest) for cell in row] for row in (headings, *rows)]
    widths = [
        max(len(part) for row in broken for part in row[place]) for place in range(len(headings))
    ]
    lines = []
    for row in broken:
        for line in range(max(map(len, row))):
            parts = (cell[line] if line < len(cell) else "" for cell in row)
            padded = (part.ljust(width) for part, width in zip(parts, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def today() -> str:
    """Return the date, as it stands on a page."""
    return datetime.now(UTC).strftime("%d %B %Y")


def _broken(words: str, widest: int) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) > widest and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
