"""Asks a Spark session, one at a time in a process."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from registry.connections.configured import Connection
from registry.connections.failures import Cause, Failure, missing_name
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

# A process has one session, and ending it for one would end it for all.
_session = threading.Lock()

# Conditions of something that is not there, and the parameter that names it.
NOT_FOUND = {"TABLE_OR_VIEW_NOT_FOUND": "relationName", "UNRESOLVED_COLUMN": "objectName"}
EVERYTHING = re.compile(r"(.+)")

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    # A table is never a path.
    "spark.sql.runSQLOnFiles": "false",
}


@contextmanager
def reach(connection: Connection) -> Iterator[Any]:
    """Start a session with the views that the settings name; it ends afterwards."""
    with _session, warnings.catch_warnings():
        # Results are fetched as Arrow, so the pandas that is here does not matter.
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        # What is wrong with a query is said to people; this would log the plan behind it as well.
        logging.getLogger("SQLQueryContextLogger").disabled = True
        logging.getLogger("py4j").setLevel(logging.WARNING)
        session = _started(connection)
        try:
            yield _backend(session)
        finally:
            session.stop()


def _started(connection: Connection) -> Any:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise Refused.because(
            "connection.no_spark",
            gettext_noop(
                "Spark is not installed here. Ask the operator to install what"
                " requirements-spark.txt lists, and Java."
            ),
        ) from None
    settings = connection.settings
    builder = SparkSession.builder.master(settings["master"]).appName("mlops-gov")
    for name, value in {**settings.get("options", {}), **SETTINGS}.items():
        builder = builder.config(name, value)
    session = None
    try:
        session = builder.getOrCreate()
        for name, path in settings.get("views", {}).items():
            quoted = name.replace("`", "``")
            session.read.parquet(path).createOrReplaceTempView(f"`{quoted}`")
    except PySparkException:
        if session is not None:
            session.stop()
        failed = True
    else:
        failed = False
    if failed:
        raise Refused.because(
            "connection.unreachable",
            gettext_noop(
                "The connection %(name)s cannot be opened now: Spark does not start, or a file"
                " behind its views is missing. Try again later, or ask the operator."
            ),
            name=connection.name,
        )
    return session


def _backend(session: Any) -> Any:
    import ibis
    from ibis.formats.pyarrow import PyArrowData

    backend = ibis.pyspark.connect(session)

    def to_pyarrow(expression: ir.Expr, /, **_: Any) -> Any:
        table = expression.as_table()
        found = session.sql(backend.compile(table)).toArrow()
        return expression.__pyarrow_result__(PyArrowData.convert_table(found, table.schema()))

    # Ibis would go through pandas, which Spark knows only in an older edition.
    backend.to_pyarrow = to_pyarrow
    return backend


def probe(sql: str) -> str:
    """Return the query itself: Spark analyses it and runs nothing until rows are fetched."""
    return sql


def schema(backend: Any, probe: str) -> dict[str, Any]:
    """Return the types of the analysed query."""
    return dict(backend._get_schema_using_query(probe).items())


def errors() -> tuple[type[BaseException], ...]:
    """Return what PySpark raises."""
    from pyspark.errors import PySparkException

    return (PySparkException,)


def reason(error: Any) -> Failure:
    """Say what kind of failure it is by its code; texts of Spark quote values, files and plans."""
    from pyspark.errors import AnalysisException

    condition = str(error.getCondition() or "")
    if (error.getSqlState() or "").startswith("22"):
        return Failure(Cause.VALUE)
    if not isinstance(error, AnalysisException):
        return Failure(Cause.UNKNOWN)
    parameter = NOT_FOUND.get(condition.partition(".")[0])
    if parameter:
        named = str((error.getMessageParameters() or {}).get(parameter, ""))
        missing = missing_name(named.replace("`", ""), [EVERYTHING])
        return Failure(Cause.NAME, missing) if missing else Failure(Cause.QUERY)
    return Failure(Cause.QUERY)
