"""Opens what a query of a connection finds, as an Ibis table whose every statement is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from registry.connections import duckdb_files, postgresql, spark
from registry.connections.configured import Connection
from registry.connections.failures import Failure, in_words
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_CELLS = 100_000


class Engine(Protocol):
    """What a module has to offer for its kind of connection."""

    def reach(self, connection: Connection) -> AbstractContextManager[Any]:
        """Open an Ibis backend that only reads. Raises Refused when it cannot be reached."""

    def probe(self, sql: str) -> str:
        """Return the statement that finds the columns without fetching a row."""

    def schema(self, backend: Any, probe: str) -> dict[str, Any]:
        """Return the Ibis type of each column, in the order of the query."""

    def errors(self) -> tuple[type[BaseException], ...]:
        """Return what a statement that fails there raises."""

    def reason(self, error: BaseException) -> Failure:
        """Return why a statement failed, without a word of the error but a name."""


ENGINES: dict[str, Engine] = {"duckdb": duckdb_files, "postgresql": postgresql, "spark": spark}


@contextmanager
def open_query(connection: Connection, sql: str, sent: list[str]) -> Iterator[ir.Table]:
    """Yield the rows that the query stands for; whatever is asked of them becomes one statement.

    Each statement is added to ``sent`` as it goes out. Raises Refused when the connection cannot be
    reached, and when a statement fails there.
    """
    engine = ENGINES[connection.kind]
    with engine.reach(connection) as backend, _failures_told(connection, engine, sql):
        _keep_statements(backend, sent)
        probe = engine.probe(sql)
        sent.append(probe)
        rows = backend.sql(sql, schema=engine.schema(backend, probe))
        # An enumeration, say: what Ibis has no name for is compared as text.
        foreign = [name for name in rows.columns if rows[name].type().is_unknown()]
        yield rows.mutate(**{name: rows[name].cast("string") for name in foreign})


def _keep_statements(backend: Any, sent: list[str]) -> None:
    """Note every statement that is made of an expression, which is how all but the first go out.

    Each is cut off past `MOST_CELLS`, so that no mistake of ours can fetch a table.
    """
    compiled, fetched = backend.compile, backend.to_pyarrow

    def compile(expression: ir.Expr, /, **options: Any) -> str:
        statement: str = compiled(expression, **{**options, "limit": MOST_CELLS + 1})
        sent.append(statement)
        return statement

    def to_pyarrow(expression: ir.Expr, /, **options: Any) -> Any:
        found = fetched(expression, **options)
        if getattr(found, "num_rows", 0) > MOST_CELLS:
            raise Refused.because(
                "connection.too_many_cells",
                gettext_noop(
                    "More than %(most)d counts would come back from the connection. Choose columns"
                    " with fewer different values."
                ),
                most=MOST_CELLS,
            )
        return found

    backend.compile, backend.to_pyarrow = compile, to_pyarrow


@contextmanager
def _failures_told(connection: Connection, engine: Engine, sql: str) -> Iterator[None]:
    """Turn what goes wrong there into a sentence; the error itself may hold rows."""
    from ibis.common.exceptions import IbisError

    try:
        yield
    except IbisError:
        raise Refused.because(
            "connection.not_supported",
            gettext_noop(
                "The connection %(name)s cannot work out something that is measured. Choose the"
                " types number, text, date or true/false for its columns."
            ),
            name=connection.name,
        ) from None
    except engine.errors() as error:
        raise Refused(in_words(connection.name, engine.reason(error), sql)) from None
