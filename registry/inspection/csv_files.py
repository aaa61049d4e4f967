"""Judges a CSV file before any engine reads it: encoding, header, the same width on every line.

The judge is Python's own reader, since an engine that guesses (a dialect, comments, line ends)
silently drops the lines that do not fit its guess.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from registry.inspection.engines import quoted
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

DELIMITERS = (",", ";", "\t", "|")

_BLOCK = 1024**2

_NOT_UTF8 = gettext_noop(
    "Line %(line)s of this CSV file is not UTF-8 text. Save the file with the encoding UTF-8 (in a "
    "spreadsheet: CSV UTF-8) and hand it in again."
)
_BINARY = gettext_noop(
    "Line %(line)s of this file holds a zero byte, so it is no CSV text. Hand in CSV or Parquet."
)
_RAGGED = gettext_noop(
    "Line %(line)s of this CSV file has %(found)s cells, but the header has %(expected)s. Put "
    "values that hold the separator into quotation marks, repair the line and hand the file in "
    "again."
)
_QUOTES = gettext_noop(
    "Line %(line)s of this CSV file cannot be read (%(error)s). Quotation marks within a value are "
    "written twice, and every opening one needs a closing one."
)
_NO_HEADER = gettext_noop(
    "The first line of this CSV file holds numbers, not names. Put a line with the names of the "
    "columns at the top."
)
_EMPTY_HEADER = gettext_noop(
    "The first line of this CSV file is empty. Put a line with the names of the columns at the top."
)


@dataclass(frozen=True)
class CsvFacts:
    """What the judge found; the file is fit to be read with this separator."""

    delimiter: str
    names: tuple[str, ...]
    rows: int


def judge(path: Path) -> CsvFacts:
    """Read the whole file and return its separator, names and number of rows, or refuse it.

    Empty lines are no rows, except in a file of one column, where they are an empty cell.
    """
    _check_text(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = re.sub(r'"[^"]*"', "", file.readline())
        delimiter = max(DELIMITERS, key=first.count)
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            names = tuple(next(reader, ()))
            _check_header(names)
            rows = _count(reader, len(names))
        except _Ragged as ragged:
            raise Refused.because(
                "table.ragged",
                _RAGGED,
                line=reader.line_num,
                found=ragged.found,
                expected=len(names),
            ) from None
        except csv.Error as error:
            raise Refused.because(
                "table.quotes", _QUOTES, line=reader.line_num, error=str(error)
            ) from None
    return CsvFacts(delimiter, names, rows)


def source(path: Path, facts: CsvFacts) -> str:
    """Write a table of SQL that reads the file as it was judged: all text, empty cells NULL."""
    columns = ", ".join(f"c{place}: 'VARCHAR'" for place in range(len(facts.names)))
    # Nothing is left for the engine to guess: what it guesses, it may guess wrongly in silence.
    return (
        f"read_csv({quoted(str(path))}, auto_detect=false, header=true, strict_mode=true, "
        f"delim={quoted(facts.delimiter)}, quote='\"', escape='\"', comment='', nullstr='', "
        f"null_padding=false, columns={{{columns}}})"
    )


class _Ragged(Exception):
    """A row is wider or narrower than the header."""

    def __init__(self, found: int) -> None:
        self.found = found


def _check_text(path: Path) -> None:
    """Refuse bytes that are no UTF-8 text, naming the first line that is not."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                # The position counts from what the decoder had kept of the block before.
                line += error.object[: error.start].count(b"\n")
                raise Refused.because("table.not_utf8", _NOT_UTF8, line=line) from None
            if b"\0" in block:
                line += block[: block.index(b"\0")].count(b"\n")
                raise Refused.because("table.binary", _BINARY, line=line)
            if not block:
                return
            line += block.count(b"\n")


def _check_header(names: tuple[str, ...]) -> None:
    if not names:
        raise Refused.because("table.no_header", _EMPTY_HEADER)
    # Bare counting, "0,1,2", is how pandas names columns that nobody named.
    counting = any(
        list(names) == [str(n) for n in range(start, start + len(names))] for start in (0, 1)
    )
    if not counting and all(_is_number(name) for name in names):
        raise Refused.because("table.no_header", _NO_HEADER)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _count(rows: Iterable[list[str]], width: int) -> int:
    count = 0
    for row in rows:
        if len(row) == width or (width == 1 and not row):
            count += 1
        elif row:
            raise _Ragged(len(row))
    return count
