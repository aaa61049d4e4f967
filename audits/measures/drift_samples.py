"""Two samples of the same columns, read from two files through one engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audits.measures.rows import label_words, open_rows
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Filled:
    """What a column holds in one sample: rows, those filled, and how many of these are numbers."""

    rows: int
    filled: int
    numbers: int
    infinite: int

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return self.rows - self.filled

    @property
    def type(self) -> str:
        """What the values are: "number" when all are, "text" when any is not, or "empty"."""
        if not self.filled:
            return "empty"
        return "number" if self.numbers == self.filled else "text"


@dataclass(frozen=True)
class Samples:
    """The scored rows of the reference and of the batch."""

    before: ir.Table
    after: ir.Table
    rows: tuple[int, int]

    def both(self, name: str) -> bool:
        """Whether both samples have a column."""
        return name in self.before.columns and name in self.after.columns

    def filled(self, names: Sequence[str]) -> dict[str, tuple[Filled, Filled]]:
        """Return what some columns hold in both samples, in one pass over each."""
        sides = [_filled(table, names) for table in (self.before, self.after)]
        return {name: (sides[0][name], sides[1][name]) for name in names}

    @contextmanager
    def ladder(self, name: str, is_number: bool) -> Iterator[ir.Table]:
        """Make a table of every value of a column, with its rows before (``b``) and after (``a``).

        What is missing is left out, and so is what is no number among numbers.
        """
        parts = []
        for table, marks in ((self.before, (1, 0)), (self.after, (0, 1))):
            value = _number(table[name]) if is_number else label_words(table[name])
            parts.append(
                table.select(v=value, b=marks[0], a=marks[1]).filter(lambda t: t.v.notnull())
            )
        both = parts[0].union(parts[1])
        counted = both.group_by("v").aggregate(b=both.b.sum(), a=both.a.sum())
        engine, table = self.before.get_backend(), f"ladder_of_{name}"
        yield engine.create_table(table, counted, temp=True)
        # Ibis writes a DROP that this DuckDB cannot read.
        engine.raw_sql(f'DROP TABLE "{table}"')


@contextmanager
def open_samples(before: Path, after: Path) -> Iterator[Samples]:
    """Open the two files of scored rows, or refuse a side without rows."""
    with open_rows(before) as first:
        second = first.get_backend().read_parquet(str(after))
        rows = tuple(int(table.count().to_pyarrow().as_py()) for table in (first, second))
        if not all(rows):
            raise Refused.because(
                "measure.no_batch",
                gettext_noop(
                    "There are %(before)d rows in the reference and %(after)d in the batch. Hand in"
                    " data with rows on both sides."
                ),
                before=rows[0],
                after=rows[1],
            )
        yield Samples(first, second, (rows[0], rows[1]))


def one(table: ir.Table) -> dict[str, Any]:
    """Return the only row of a table."""
    return dict(table.to_pyarrow().to_pylist()[0])


def names_in_both(samples: Samples, columns: Mapping[str, str]) -> dict[str, str]:
    """Return those of the columns that both samples have, with their names for people."""
    return {column: name for column, name in columns.items() if samples.both(column)}


def _filled(table: ir.Table, names: Sequence[str]) -> dict[str, Filled]:
    if not names:
        return {}
    sums = {"rows": table.count()}
    for place, name in enumerate(names):
        words, value = label_words(table[name]), _number(table[name])
        sums[f"f{place}"] = words.notnull().sum()
        sums[f"n{place}"] = value.notnull().sum()
        sums[f"i{place}"] = value.isinf().sum()
    found = {name: int(count or 0) for name, count in one(table.aggregate(**sums)).items()}
    return {
        name: Filled(found["rows"], *(found[f"{kind}{place}"] for kind in "fni"))
        for place, name in enumerate(names)
    }


def _number(column: ir.Column) -> ir.FloatingColumn:
    """Return a column as numbers, which may be infinite; what is none is missing."""
    import ibis

    value = column.try_cast("float64") if column.type().is_string() else column.cast("float64")
    return value.isnan().ifelse(ibis.null("float64"), value)
