"""Opens a DuckDB file to read: no other file, no network, no extension."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from registry.connections.configured import Connection
from registry.connections.failures import Cause, Failure, missing_name
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

MEMORY = "1GB"
MISSING = (
    re.compile(r"Catalog Error: Table with name (\S+) does not exist!"),
    re.compile(r'Binder Error: Referenced column "([^"]*)" not found in FROM clause'),
    re.compile(
        r'Binder Error: (?:Table|Values list) "[^"]*" does not have a column named "([^"]*)"'
    ),
)


@contextmanager
def reach(connection: Connection) -> Iterator[Any]:
    """Open the file."""
    import duckdb
    import ibis

    try:
        backend = ibis.duckdb.connect(
            connection.settings["path"],
            read_only=True,
            memory_limit=MEMORY,
            # The same for all: one process opens a file twice only with the same settings.
            temp_directory=str(Path(tempfile.gettempdir()) / "mlops-gov-spill"),
            autoinstall_known_extensions=False,
        )
    except duckdb.Error:
        backend = None
    if backend is None:
        raise Refused.because(
            "connection.unreachable",
            gettext_noop(
                "The connection %(name)s cannot be opened now: its file is missing, is none of"
                " DuckDB's, or another program writes to it. Try again later, or ask the operator."
            ),
            name=connection.name,
        )
    try:
        backend.raw_sql("SET enable_external_access = false")
        yield backend
    finally:
        backend.disconnect()


def probe(sql: str) -> str:
    """Return the statement that describes the columns."""
    return f"DESCRIBE {sql}"


def schema(backend: Any, probe: str) -> dict[str, Any]:
    """Return the types as DuckDB describes them."""
    described = backend.raw_sql(probe).fetchall()
    return {name: backend.compiler.type_mapper.from_string(kind) for name, kind, *_ in described}


def errors() -> tuple[type[BaseException], ...]:
    """Return what DuckDB raises."""
    import duckdb

    return (duckdb.Error,)


def reason(error: BaseException) -> Failure:
    """Say what kind of failure it is; texts of DuckDB quote values, and may name the file."""
    import duckdb

    values = duckdb.DataError, duckdb.InvalidInputException
    if isinstance(error, values):
        return Failure(Cause.VALUE)
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        missing = missing_name(str(error), MISSING)
        return Failure(Cause.NAME, missing) if missing else Failure(Cause.QUERY)
    if isinstance(error, duckdb.ParserException | duckdb.SyntaxException):
        return Failure(Cause.QUERY)
    return Failure(Cause.UNKNOWN)
