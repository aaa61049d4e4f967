"""Opens a table for the child to read, once it is found whole.

Columns are addressed by their place (``c0``, ``c1``, ...) and never by name: a name may hold
anything, and the engine folds the case of names where people do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from registry.inspection import csv_files, engines, parquet_files
from registry.inspection.listings import listed
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

MOST_COLUMNS = 5_000
LONGEST_NAME = 255

_TWO_WAYS = gettext_noop(
    "This CSV file can be read in two ways, with %(one)s or with %(other)s rows. Save it again "
    "with one kind of line end throughout and every quoted value closed."
)
_NO_ROWS = gettext_noop("This table has columns but no rows. Hand in the file with its rows.")
_NO_COLUMNS = gettext_noop("This table has no columns. Hand in the table itself.")
_MANY_COLUMNS = gettext_noop(
    "This table has %(found)s columns; at most %(most)s are taken. Leave out those that nobody "
    "uses."
)
_NO_NAME = gettext_noop(
    "Column %(place)s of this table has no name. Name it, or leave it out (the row number that "
    "pandas writes is left out with index=False)."
)
_LONG_NAME = gettext_noop(
    "The name of column %(place)s is longer than %(most)s characters. Give it a shorter name."
)
_TWICE = gettext_noop(
    "The column name %(name)s stands more than once in this table. Rename or leave out all but "
    "one of them."
)
_NO_SUCH = gettext_noop(
    "There is no column %(name)s in this table; its columns are %(columns)s. Correct the name, or "
    "hand in a table that has the column."
)


@dataclass(frozen=True)
class OpenTable:
    """A table found whole, and the engine's connection to it.

    ``source`` is what stands after FROM. ``stored`` has the engine's type of each column of a
    Parquet file; it is empty for CSV, where every cell is text and a type must be found in them.
    """

    connection: Any
    source: str
    names: tuple[str, ...]
    stored: tuple[str, ...]
    rows: int

    def place(self, name: str) -> int:
        """Return where a column stands, or refuse with the names there are."""
        if name not in self.names:
            raise Refused.because(
                "table.no_such_column", _NO_SUCH, name=name, columns=listed(self.names)
            )
        return self.names.index(name)

    def select(self, expressions: Sequence[str], rest: str = "") -> list[tuple[Any, ...]]:
        """Compute expressions over the rows; ``rest`` is what comes after FROM the table."""
        with engines.errors_refused():
            return list(self.connection.execute(self._query(expressions, rest)).fetchall())

    def aggregate(self, expressions: Sequence[str]) -> tuple[Any, ...]:
        """Compute expressions over all rows in one pass."""
        return self.select(expressions)[0]

    def batches(self, expressions: Sequence[str], *, rows: int) -> Iterator[Any]:
        """Compute expressions for each row; the batches' columns stand in their order."""
        named = [f"{sql} AS e{n}" for n, sql in enumerate(expressions)]
        return engines.batches(self.connection, self._query(named), rows=rows)

    def _query(self, expressions: Sequence[str], rest: str = "") -> str:
        # Of places and literals quoted by `engines.quoted`; no name of the data is in it.
        return f"SELECT {', '.join(expressions)} FROM {self.source} {rest}"  # noqa: S608


@contextmanager
def open_table(path: Path, format: str) -> Iterator[OpenTable]:
    """Open a CSV or Parquet file for reading, or refuse it for what is wrong with it."""
    with engines.connect(path) as connection:
        yield read_table(connection, path, format)


def read_table(connection: Any, path: Path, format: str) -> OpenTable:
    """Open a file on a connection that may reach it."""
    stored: tuple[str, ...] = ()
    judged_rows = None
    if format == "csv":
        facts = csv_files.judge(path)
        names, judged_rows = facts.names, facts.rows
        source = csv_files.source(path, facts)
    else:
        with engines.errors_refused():
            names, stored = parquet_files.columns(connection, path)
        source = parquet_files.source(path, len(names))
    _check_names(names)
    table = OpenTable(connection, source, names, stored, rows=0)
    (rows,) = table.aggregate(["count(*)"])
    if judged_rows is not None and rows != judged_rows:
        raise Refused.because("table.two_ways", _TWO_WAYS, one=judged_rows, other=rows)
    if not rows:
        raise Refused.because("table.no_rows", _NO_ROWS)
    return replace(table, rows=rows)


def _check_names(names: tuple[str, ...]) -> None:
    if not names:
        raise Refused.because("table.no_columns", _NO_COLUMNS)
    if len(names) > MOST_COLUMNS:
        raise Refused.because(
            "table.too_many_columns", _MANY_COLUMNS, found=len(names), most=MOST_COLUMNS
        )
    for place, name in enumerate(names, start=1):
        if not name.strip():
            raise Refused.because("table.no_name", _NO_NAME, place=place)
        if len(name) > LONGEST_NAME:
            raise Refused.because("table.long_name", _LONG_NAME, place=place, most=LONGEST_NAME)
    for name, times in Counter(names).items():
        if times > 1:
            raise Refused.because("table.name_twice", _TWICE, name=name)
