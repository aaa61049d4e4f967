"""Looks at what a query finds once it may be sent: its rows, and type and gaps of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.connections.configured import Connection
from registry.connections.openings import open_query
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.datatypes as dt
    import ibis.expr.types as ir

MEASURED = frozenset({"integer", "float", "decimal", "boolean", "text", "date", "time"})


@dataclass(frozen=True)
class Surveyed:
    """One column: a type as those of files are called, and in how many rows it is missing.

    ``distinct`` counts its different values, and is None where nobody asked.
    """

    name: str
    type: str
    missing: int
    distinct: int | None


@dataclass(frozen=True)
class Survey:
    """What a query finds: so many rows, and these of its columns."""

    rows: int
    columns: tuple[Surveyed, ...]


def survey(
    connection: Connection, sql: str, columns: Sequence[str], counted: Sequence[str]
) -> Survey:
    """Count the rows, the gaps of these columns, and the values of those ``counted``.

    Raises Refused where the query fails, a column is not there, or is of no type that is measured.
    """
    with open_query(connection, sql, []) as rows:
        need(rows, columns)
        facts: dict[str, Any] = {"rows": rows.count()}
        for place, name in enumerate(columns):
            facts[f"missing{place}"] = is_missing(rows[name]).sum()
            if name in counted:
                facts[f"distinct{place}"] = rows[name].nunique()
        found = rows.aggregate(**facts).to_pyarrow().to_pylist()[0]
        surveyed = [
            Surveyed(
                name,
                type_name(rows[name].type()),
                int(found[f"missing{place}"] or 0),
                found.get(f"distinct{place}"),
            )
            for place, name in enumerate(columns)
        ]
    return Survey(int(found["rows"]), tuple(surveyed))


def need(rows: ir.Table, columns: Sequence[str]) -> None:
    """Refuse columns that the query does not give, and those of no type that is measured."""
    objections = []
    for name in columns:
        if name not in rows.columns:
            objections.append(
                Objection(
                    "query.no_such_column",
                    gettext_noop("The query gives no column %(column)s; it gives %(known)s."),
                    {"column": name, "known": ", ".join(rows.columns[:30])},
                )
            )
        elif type_name(rows[name].type()) not in MEASURED:
            objections.append(
                Objection(
                    "query.column_type",
                    gettext_noop(
                        "The column %(column)s holds no numbers, texts, dates or truth values; turn"
                        " it into one of these in the query, or leave it out."
                    ),
                    {"column": name},
                )
            )
    if objections:
        raise Refused(*objections)


def is_missing(column: ir.Column) -> ir.BooleanColumn:
    """Say where a column has nothing: NULL, an empty text, and NaN in a column of floats."""
    if column.type().is_floating():
        return column.isnull() | column.isnan()
    if column.type().is_string():
        return column.isnull() | (column == "")
    return column.isnull()


def type_name(type: dt.DataType) -> str:
    """Return what a type is called; the words are those for the columns of files."""
    names = {
        "integer": type.is_integer(),
        "float": type.is_floating(),
        "decimal": type.is_decimal(),
        "boolean": type.is_boolean(),
        "text": type.is_string() or type.is_uuid(),
        "date": type.is_date(),
        "time": type.is_timestamp() or type.is_time(),
        "binary": type.is_binary(),
    }
    return next((name for name, holds in names.items() if holds), "other")
