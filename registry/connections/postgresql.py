"""Reaches a PostgreSQL in sessions that only read, for so many seconds a statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from registry.connections.configured import Connection
from registry.connections.failures import Cause, Failure, missing_name
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

CONNECT_SECONDS = 10
CAUSES = {
    "22": Cause.VALUE,
    "42": Cause.QUERY,
    "42501": Cause.RIGHTS,
    "25006": Cause.RIGHTS,
    "57014": Cause.TIME,
}
# A table, and a column, that is not there.
NOT_FOUND = frozenset({"42P01", "42703"})
MISSING = re.compile(r"(?:relation|column) (\S+) does not exist")


@contextmanager
def reach(connection: Connection) -> Iterator[Any]:
    """Connect; whatever is sent then can change nothing."""
    import psycopg
    from ibis.backends.postgres import Backend

    settings = connection.settings
    patience = 1000 * settings["timeout_seconds"]
    try:
        opened = psycopg.connect(
            settings["url"],
            password=settings.get("password"),
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="mlops-gov",
            options=f"-c default_transaction_read_only=on -c statement_timeout={patience}",
        )
    except psycopg.Error:
        opened = None
    if opened is None:
        raise Refused.because(
            "connection.unreachable",
            gettext_noop(
                "The connection %(name)s cannot be reached now: its server does not answer, or does"
                " not let us in. Try again later, or ask the operator."
            ),
            name=connection.name,
        )
    with opened:
        backend = Backend.from_connection(opened)
        backend.compiler = _compiler()
        yield backend


def _compiler() -> Any:
    """Return a compiler that counts truth values, which PostgreSQL casts to an integer only."""
    import ibis.expr.datatypes as dt
    from ibis.backends.sql.compilers.postgres import PostgresCompiler

    class Compiler(PostgresCompiler):  # type: ignore[misc]
        __slots__ = ()

        def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:
            if op.arg.dtype.is_boolean() and to.is_numeric():
                arg = self.cast(arg, dt.int32)
            return super().visit_Cast(op, arg=arg, to=to)

    return Compiler()


def probe(sql: str) -> str:
    """Return the query without its rows."""
    return f"SELECT * FROM ({sql}) AS asked LIMIT 0"  # noqa: S608 - `read_statement` made it


def schema(backend: Any, probe: str) -> dict[str, Any]:
    """Return the types of the empty result."""
    with backend.con.cursor() as cursor:
        cursor.execute(probe)
        types = backend.compiler.type_mapper
        return {
            column.name: types.from_string(column.type_display) for column in cursor.description
        }


def errors() -> tuple[type[BaseException], ...]:
    """Return what psycopg raises."""
    import psycopg

    return (psycopg.Error,)


def reason(error: Any) -> Failure:
    """Say what kind of failure it is by its code; texts of PostgreSQL quote values."""
    state = error.sqlstate or ""
    if state in NOT_FOUND:
        missing = missing_name((error.diag.message_primary or "").replace('"', ""), [MISSING])
        return Failure(Cause.NAME, missing) if missing else Failure(Cause.QUERY)
    cause = CAUSES.get(state) or CAUSES.get(state[:2]) or Cause.UNKNOWN
    return Failure(cause)
