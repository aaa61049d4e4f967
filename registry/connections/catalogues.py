"""Finds what in a query asks about the server, or gives other rows each time it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    from sqlglot import exp

SCHEMAS = frozenset({"pg_catalog", "information_schema", "pg_toast", "system", "temp"})
PREFIXES = ("pg_", "duckdb_", "pragma_", "sqlite_")
DESCRIBING = ("Describe", "Show", "Summarize", "Pragma")
# Casts to these look names up in the catalogue.
CATALOGUE_TYPES = frozenset(
    {
        "oid",
        "regclass",
        "regcollation",
        "regconfig",
        "regdatabase",
        "regdictionary",
        "regnamespace",
        "regoper",
        "regoperator",
        "regproc",
        "regprocedure",
        "regrole",
        "regtype",
    }
)
# Engines call these by a bare name, and the parser takes some of them for columns.
SERVER_WORDS = frozenset(
    {
        "current_catalog",
        "current_database",
        "current_role",
        "current_schema",
        "current_user",
        "session_user",
        "system_user",
        "user",
    }
)
CLOCK_WORDS = frozenset(
    {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}
)
CLOCKS = frozenset(
    {
        "CurrentDate",
        "CurrentDatetime",
        "CurrentTime",
        "CurrentTimestamp",
        "CurrentTimestampLTZ",
        "Localtime",
        "Localtimestamp",
        "Systimestamp",
        "UtcDate",
        "UtcTime",
        "UtcTimestamp",
    }
)
CHANCE = frozenset(
    {"Rand", "Randn", "Randstr", "Shuffle", "TableSample", "Uniform", "Uuid", "Zipf"}
    | {"Seq1", "Seq2", "Seq4", "Seq8"}
)
SERVER_FUNCTIONS = frozenset({"SessionUser", "Host"})


def objections_to_catalogues(tree: exp.Expr, kind: str) -> Iterator[Objection]:
    """Object to system tables, to words about the server, and to chance and the clock."""
    from sqlglot import exp

    for name in sorted(set(_system_tables(tree))):
        yield Objection(
            "query.catalogue",
            gettext_noop(
                "%(table)s tells about the server and not about the data. Ask for tables of data;"
                " if one has such a name, have a view with another name made."
            ),
            {"table": name},
        )
    for name in sorted(set(_about_the_server(tree, kind))):
        yield Objection(
            "query.server",
            gettext_noop(
                "%(word)s tells about the server and not about the data. Leave it out; if it is a"
                " column, put the name of its table before it."
            ),
            {"word": name},
        )
    for name in sorted(set(_volatile(tree))):
        yield Objection(
            "query.volatile",
            gettext_noop(
                "The same question has to give the same rows, and %(word)s changes from one time to"
                " the next. Leave it out, or write the value that is meant."
            ),
            {"word": name},
        )
    if any(_named_by_rows(pivot) for pivot in tree.find_all(exp.Pivot)):
        yield Objection(
            "query.pivot",
            gettext_noop(
                "This PIVOT names columns after the values of the rows. Write FOR column IN (...)"
                " with the values that are meant, or have a view made."
            ),
        )


def _named_by_rows(pivot: exp.Pivot) -> bool:
    from sqlglot import exp

    if pivot.args.get("unpivot"):
        return False
    fields = pivot.args.get("fields") or []
    return not fields or not all(
        isinstance(field, exp.In)
        and field.expressions
        and all(isinstance(one.unalias(), exp.Literal) for one in field.expressions)
        for field in fields
    )


def _system_tables(tree: exp.Expr) -> Iterator[str]:
    from sqlglot import exp

    for table in tree.find_all(exp.Table):
        *schemas, name = [part.name.lower() for part in table.parts] or [""]
        if SCHEMAS & {*schemas} or any(one.startswith(PREFIXES) for one in (*schemas, name)):
            yield ".".join(part.name for part in table.parts)


def _about_the_server(tree: exp.Expr, kind: str) -> Iterator[str]:
    from sqlglot import exp

    for node in tree.find_all(*(getattr(exp, name) for name in DESCRIBING)):
        yield node.key.upper()
    for node in tree.find_all(exp.Func):
        name = type(node).__name__
        if name in SERVER_FUNCTIONS or (name.startswith("Current") and name not in CLOCKS):
            yield node.sql_name()
    for name, quoted in _bare_words(tree):
        # Spark takes a quoted word for its own as well.
        if name in SERVER_WORDS and (kind == "spark" or not quoted):
            yield name.upper()
    for cast in tree.find_all(exp.Cast):
        type_name = cast.to.sql(dialect="postgres").lower().rpartition(".")[2]
        if type_name.strip('"[]') in CATALOGUE_TYPES:
            yield type_name.upper()


def _volatile(tree: exp.Expr) -> Iterator[str]:
    from sqlglot import exp

    for node in tree.find_all(exp.Func, exp.TableSample):
        if type(node).__name__ in CHANCE | CLOCKS:
            yield node.sql_name() if isinstance(node, exp.Func) else node.key.upper()
    yield from (name.upper() for name, quoted in _bare_words(tree) if name in CLOCK_WORDS)


def _bare_words(tree: exp.Expr) -> Iterator[tuple[str, bool]]:
    from sqlglot import exp

    for column in tree.find_all(exp.Column):
        if not column.table and isinstance(column.this, exp.Identifier):
            yield column.name.lower(), bool(column.this.args.get("quoted"))
