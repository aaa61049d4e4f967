"""Opens the scored rows as an Ibis table, and says how their values are read."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from audits.measures.sources import Connected, connected_rows
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

MEMORY = "1GB"
EXACT = 1e15
NUMBER = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"
WHOLE = re.compile(r"([+-]?\d+)\.0*")
# Sentences that quote values from a file, and what they say of rows behind a connection.
WITHOUT_VALUES = {
    "measure.not_a_number": gettext_noop(
        "The column %(column)s holds something that is not a finite number. Have the rows corrected"
        " behind the connection, or choose another column."
    ),
    "measure.labels_not_binary": gettext_noop(
        "The label column %(column)s holds more than two values, so it is not binary. Choose"
        " another label column, or register the model for another task."
    ),
    "measure.positive_label_unknown": gettext_noop(
        "The positive label %(positive)s does not occur in the column %(column)s. Declare a value"
        " that does as the positive label, or have the query turn the column into it."
    ),
    "measure.score_range": gettext_noop(
        "A score is not between 0 and 1. A binary task is measured on probabilities of the positive"
        " label: propose a query that gives those."
    ),
}


@contextmanager
def open_rows(source: Path | Connected) -> Iterator[ir.Table]:
    """Open scored rows, in a Parquet file or behind a connection.

    Raises Refused where a connection fails; `queries_sent` tells what was asked of it.
    """
    if isinstance(source, Connected):
        with connected_rows(source) as rows, _values_kept_back():
            yield rows
    else:
        with _rows_of_file(source) as rows:
            yield rows


@contextmanager
def _values_kept_back() -> Iterator[None]:
    """Take values out of what is refused: nothing of a single row leaves a connection."""
    try:
        yield
    except Refused as refused:
        raise Refused(*map(_without_values, refused.objections)) from None


def _without_values(objection: Objection) -> Objection:
    message = WITHOUT_VALUES.get(objection.code)
    if message is None:
        return objection
    kept = {name: objection.params[name] for name in objection.params if f"%({name})s" in message}
    return Objection(objection.code, message, kept)


@contextmanager
def _rows_of_file(path: Path) -> Iterator[ir.Table]:
    """Open a Parquet file; what does not fit in memory spills beside it."""
    import ibis

    with tempfile.TemporaryDirectory() as spill, warnings.catch_warnings():
        # Ibis still calls a reader by the name that DuckDB gave up.
        warnings.filterwarnings("ignore", message=r"fetch_\w+\(\)", category=DeprecationWarning)
        connection = ibis.duckdb.connect(
            memory_limit=MEMORY, temp_directory=spill, autoinstall_known_extensions=False
        )
        # The statistics in a Parquet file leave NaN out, and DuckDB takes them to mean that there
        # is none: it would answer "is this NaN?" with no, without a look.
        connection.raw_sql("SET disabled_optimizers = 'statistics_propagation'")
        try:
            yield connection.read_parquet(str(path))
        finally:
            connection.disconnect()


def need_columns(rows: ir.Table, names: Iterable[str]) -> None:
    """Refuse rows that lack one of the columns."""
    missing = [name for name in names if name not in rows.columns]
    if missing:
        raise Refused.because(
            "measure.column_missing",
            gettext_noop(
                "The scored rows lack the columns %(columns)s. Score the rows again, or hand in"
                " predictions that hold them."
            ),
            columns=", ".join(missing),
        )


def label_text(value: object) -> str:
    """Return the text by which labels are compared, so that 1, 1.0, "1" and True are the same.

    Blanks around it are cut; "true" and "false", in any case, read "1" and "0"; a whole number
    loses its empty decimals ("1.00" reads "1"). All other text counts as it is, upper and lower
    case apart.
    """
    words = str(value).strip()
    if words.lower() in ("true", "false"):
        return "1" if words.lower() == "true" else "0"
    whole = WHOLE.fullmatch(words)
    words = whole[1] if whole else words
    return "0" if words == "-0" else words


def label_words(column: ir.Column) -> ir.StringColumn:
    """Return a column as text, missing where it is empty, blank or not a number (NaN)."""
    import ibis

    words = column.cast("string")
    if column.type().is_floating():
        words = _plain(column, words) if column.get_backend().name == "pyspark" else words
        return column.isnan().ifelse(ibis.null("string"), words)
    if column.type().is_numeric():
        return words
    return (words.strip() == "").ifelse(ibis.null("string"), words)


def _plain(column: ir.FloatingColumn, words: ir.StringColumn) -> ir.StringColumn:
    """Write whole numbers among floats without a power of ten, as other engines do: 1.0E7."""
    small = column.abs() < EXACT
    # Beyond that the cast would fail, or the number would not be the whole one it stands for.
    whole = small.ifelse(column, 0.0).cast("int64")
    return (small & (whole.cast("float64") == column)).ifelse(whole.cast("string"), words)


def group_words(column: ir.Column) -> ir.StringColumn:
    """Return a sensitive column as text; a whole number loses its empty decimals.

    Text is left as it is, so groups stay those of the raw rows.
    """
    words = label_words(column)
    if column.type().is_floating() or column.type().is_decimal():
        words = words.re_replace(r"^(-?[0-9]+)\.0*$", r"\1")
    return words


def numbers(rows: ir.Table, name: str, label: str) -> ir.FloatingColumn:
    """Return a column as numbers, missing where it is NaN; refuse text and infinite values.

    ``label`` is the column's name for people.
    """
    column = rows[name]
    values = as_numbers(column)
    wrong = values.isinf()
    if column.type().is_string():
        wrong = wrong | (label_words(column).notnull() & values.isnull())
    # One text in the place of all, so that no row is fetched.
    found = rows.filter(wrong).aggregate(example=column.cast("string").min())
    examples = [row for row in found.to_pyarrow().to_pylist() if row["example"] is not None]
    if examples:
        raise Refused.because(
            "measure.not_a_number",
            gettext_noop(
                "The column %(column)s holds %(example)s, which is not a finite number. Correct the"
                " rows, or choose another column."
            ),
            column=label,
            example=examples[0]["example"],
        )
    return values


def as_numbers(column: ir.Column) -> ir.FloatingColumn:
    """Return a column as numbers, missing where it is NaN; text that is none is missing too."""
    import ibis

    values = _parsed(column) if column.type().is_string() else column.cast("float64")
    return values.isnan().ifelse(ibis.null("float64"), values)


def _parsed(words: ir.StringColumn) -> ir.FloatingColumn:
    """Return texts as numbers, missing where a text is none."""
    import ibis

    if words.get_backend().name != "postgres":
        return words.try_cast("float64")
    # PostgreSQL cannot try; it reads what looks like a number.
    looks = words.re_search(NUMBER)
    return looks.ifelse(words, ibis.null("string")).cast("float64")


def distinct_words(words: ir.StringColumn, at_most: int) -> list[str]:
    """Return the different texts of a column, sorted; one more than ``at_most`` at the most."""
    table = words.name("text").as_table()
    found = table.filter(table.text.notnull()).distinct().limit(at_most + 1)
    return sorted(row["text"] for row in found.to_pyarrow().to_pylist())
