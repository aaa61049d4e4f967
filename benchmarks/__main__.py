"""`make bench`: times every line side by side in one run, prints them and writes the page."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    crosstabs,
    draws,
    explanations,
    fairness,
    formats,
    gate,
    journal,
    machine,
    pages,
    reports,
)
from benchmarks.lines import HEADINGS, Line
from benchmarks.sizes import FULL, Sizes

PARTS = (fairness, draws, explanations, formats, crosstabs, gate, journal, reports)
PAGE = pages.DOCS / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rows", type=int, default=FULL, help="rows of the first line; the others follow it"
    )
    parser.add_argument(
        "--out", type=Path, help=f"the page to write; docs/{PAGE.name} for a run at full size"
    )
    asked = parser.parse_args(arguments)
    page = asked.out or (PAGE if asked.rows == FULL else None)
    found = run(Sizes(asked.rows))
    if page is not None:
        page.write_text(text(found, Sizes(asked.rows)), encoding="utf-8")
        _say(f"Written: {page.name}")
    return 1 if any(line.holds is False for line in found) else 0


def run(sizes: Sizes) -> list[Line]:
    """Take every part in turn, telling which, and print the table."""
    found: list[Line] = []
    with tempfile.TemporaryDirectory() as folder:
        for part in PARTS:
            _say(f"Timing {part.__name__} ...")
            found += part.lines(sizes, Path(folder))
    found.sort(key=lambda line: line.letter)
    _say(pages.plain(HEADINGS, [line.cells() for line in found]))
    return found


def text(found: Sequence[Line], sizes: Sizes) -> str:
    """Return the page."""
    reduced = (
        "" if sizes.rows == FULL else "\n\nA reduced run: its targets are those of a full one."
    )
    notes = "\n".join(f"- **({line.letter})** {line.note}" for line in found)
    return f"""# Benchmarks

Written by `make bench` on {pages.today()}; it is never edited by hand.{reduced}

{pages.table(HEADINGS, [line.cells() for line in found])}

## How it is measured

Every line is measured in one run of the command, on seeded rows, each side in a process of its own.
Importing the libraries is left out on both sides: each first works on a few rows in the same
process.

{notes}

## The machine

{pages.facts_table(machine.facts())}
"""


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
