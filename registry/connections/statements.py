"""Reads the text of a query: a single SELECT, and nothing that reaches past the database."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from registry.connections.catalogues import objections_to_catalogues
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    from sqlglot import exp

DIALECTS = {"duckdb": "duckdb", "postgresql": "postgres", "spark": "spark"}
LONGEST = 20_000
STATEMENT = re.compile(r"\(|(select|with|from|table|values)\b", re.IGNORECASE)

# Nodes that write, lock, run something outside the database, or leave a value open.
NEVER = (
    "Command",
    "DDL",
    "DML",
    "Into",
    "Lock",
    "Parameter",
    "Placeholder",
    "QueryTransform",
    "SessionParameter",
)
# Functions that the parser knows by name and that read files, reach a network or change something.
# Functions it does not know are refused altogether, whatever they may do.
FORBIDDEN_FUNCTIONS = frozenset(
    {
        "AIAgg",
        "AIClassify",
        "AIEmbed",
        "AIForecast",
        "AIGenerate",
        "AISimilarity",
        "AISummarizeAgg",
        "Anonymous",
        "AnonymousAggFunc",
        "CombinedAggFunc",
        "CombinedParameterizedAgg",
        "GenerateBool",
        "GenerateDouble",
        "GenerateEmbedding",
        "GenerateInt",
        "GenerateTable",
        "GenerateText",
        "MLForecast",
        "MLTranslate",
        "NetFunc",
        "NextValueFor",
        "ParameterizedAgg",
        "Predict",
        "ReadCSV",
        "ReadParquet",
        "ToFile",
        "XMLTable",
    }
)
# In Spark a table that is qualified so is a file, read by its path.
FILE_FORMATS = frozenset(
    {"avro", "binaryfile", "csv", "delta", "iceberg", "jdbc", "json", "orc", "parquet", "text"}
)
FILE_ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".gz", ".zst")


def read_statement(text: str, kind: str) -> str:
    """Return the query in one fixed form, made from what was understood of the text.

    ``text`` is one SELECT, or the name of a table. What is sent later is the form returned, so
    nothing the check did not see can be sent. Raises Refused for anything else: several statements,
    one that writes, a function that is not known or that reads files, a table that is a file or of
    the system, anything that varies by itself, and what the fixed form would not say the same way.
    """
    from sqlglot.errors import SqlglotError

    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Refused.because(
            "query.length",
            gettext_noop("Write one SELECT, or the name of a table, in up to %(most)d characters."),
            most=LONGEST,
        )
    dialect = DIALECTS[kind]
    try:
        with _quiet():
            statements = _parsed(text, dialect)
            objections = list(_objections(statements, kind))
            if not objections:
                return _in_one_form(statements[0], dialect)
    except (SqlglotError, RecursionError) as error:
        raise Refused.because(
            "query.not_understood",
            gettext_noop(
                "This is neither a SELECT nor the name of a table as %(dialect)s writes them."
                " Correct it; quote names with blanks or signs in them."
            ),
            dialect=dialect,
        ) from error
    raise Refused(*objections)


def _in_one_form(tree: exp.Expr, dialect: str) -> str:
    """Write a query out; refuse one that would not be read again as what was typed."""
    import sqlglot
    from sqlglot.errors import UnsupportedError

    try:
        written = tree.sql(
            dialect=dialect,
            comments=False,
            pretty=True,
            unsupported_level=sqlglot.ErrorLevel.RAISE,
        )
        same = _compared(sqlglot.parse_one(written, read=dialect), dialect) == _compared(
            tree, dialect
        )
    except UnsupportedError:
        same = False
    if not same:
        raise Refused.because(
            "query.not_kept",
            gettext_noop(
                "The query cannot be kept as it was typed: something in it is written otherwise in"
                " %(dialect)s. Write it in the plain words of %(dialect)s, quote names that are"
                " also words of SQL, or have a view made and ask for that."
            ),
            dialect=dialect,
        )
    return str(written)


def _compared(tree: exp.Expr, dialect: str) -> exp.Expr:
    """Return what counts when two trees are compared: quotes around names only in PostgreSQL."""
    from sqlglot import exp

    if dialect == "postgres":
        return tree
    tree = tree.copy()
    for name in tree.find_all(exp.Identifier):
        name.set("quoted", False)
    return tree


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the parser from logging what people typed; what is wrong with it is said to them."""
    log = logging.getLogger("sqlglot")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _parsed(text: str, dialect: str) -> list[exp.Expr]:
    """Return the statements of a text; the name of a table asks for all its columns."""
    import sqlglot

    if not STATEMENT.match(text):
        table = sqlglot.parse_one(text, read=dialect, into=sqlglot.exp.Table)
        return [sqlglot.select("*").from_(table)]
    parsed = sqlglot.parse(text, read=dialect)
    # What follows the last semicolon, a comment at most, is no statement.
    return [one for one in parsed if one is not None and not isinstance(one, sqlglot.exp.Semicolon)]


def _objections(statements: list[exp.Expr], kind: str) -> Iterator[Objection]:
    from sqlglot import exp

    never = tuple(getattr(exp, name) for name in NEVER)
    if len(statements) != 1 or not isinstance(statements[0], exp.Select | exp.SetOperation):
        yield Objection(
            "query.one_select",
            gettext_noop("Write a single SELECT; several statements, and all others, are refused."),
        )
        return
    tree = statements[0]
    wrong = sorted({node.key.upper() for node in tree.find_all(*never)})
    if wrong:
        yield Objection(
            "query.only_reads",
            gettext_noop(
                "A query only reads, and it is complete: leave out %(wrong)s (writing, locking,"
                " placeholders, programs)."
            ),
            {"wrong": ", ".join(wrong)},
        )
    for name in sorted(set(_forbidden_functions(tree))):
        yield Objection(
            "query.function",
            gettext_noop(
                "The function %(function)s is not one of those a query may call. Have a view made"
                " that holds what it works out, and ask for that."
            ),
            {"function": name},
        )
    yield from objections_to_catalogues(tree, kind)
    # In PostgreSQL no name of a table is a path.
    for name in sorted(set(_files(tree))) if kind != "postgresql" else ():
        yield Objection(
            "query.file",
            gettext_noop("%(table)s is a file; a query asks the tables of its connection alone."),
            {"table": name},
        )


def _forbidden_functions(tree: exp.Expr) -> Iterator[str]:
    from sqlglot import exp

    for node in tree.find_all(exp.Func):
        if type(node).__name__ in FORBIDDEN_FUNCTIONS:
            yield node.name if isinstance(node, exp.Anonymous) else node.sql_name()


def _files(tree: exp.Expr) -> Iterator[str]:
    from sqlglot import exp

    for table in tree.find_all(exp.Table):
        path = "/" in table.name or table.name.lower().endswith(FILE_ENDINGS)
        if path or table.db.lower() in FILE_FORMATS:
            yield table.sql()
