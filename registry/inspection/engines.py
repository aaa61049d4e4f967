"""Starts DuckDB so that it can read the files named, spill into a directory, and reach no more."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

# Where a file lies for now is of no use to a person, and nobody else's business.
PATH = re.compile(r"""(?:file )?["']?/(?:[^\s"'/]+/)+[^\s"'/]+["']?""")

MEMORY = "1GiB"
THREADS = 2

_UNREADABLE = gettext_noop(
    "This table cannot be read (%(error)s). It is damaged, cut off or written in an unusual way. "
    "Save it again (a CSV file with one kind of line end throughout) and hand in the new file."
)


@contextmanager
def connect(*paths: Path) -> Iterator[Any]:
    """Connect to an engine for these files alone: no other file, no network, no extension."""
    import duckdb

    with (
        tempfile.TemporaryDirectory() as spill,
        duckdb.connect(
            ":memory:",
            config={
                "threads": THREADS,
                "memory_limit": MEMORY,
                "temp_directory": spill,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
            },
        ) as connection,
    ):
        # The statistics in a Parquet file leave NaN out, and DuckDB takes them to mean that there
        # is none: it would answer "is this NaN?" with no, without a look.
        connection.execute("SET disabled_optimizers = 'statistics_propagation'")
        # In this order: each of them shuts the door behind the one before.
        allowed = ", ".join(quoted(str(path)) for path in paths)
        connection.execute(f"SET allowed_paths = [{allowed}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


@contextmanager
def errors_refused() -> Iterator[None]:
    """Make a refusal of what the engine says against the file it reads."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    except duckdb.Error as error:
        # The first line says what is wrong; the rest repeats the query and the path.
        first = PATH.sub("the file", str(error).strip().splitlines()[0])[:200].rstrip(".:")
        raise Refused.because("table.unreadable", _UNREADABLE, error=first) from error


def quoted(text: str) -> str:
    """Write a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def batches(connection: Any, query: str, *, rows: int) -> Iterator[Any]:
    """Run a query and give its rows as Arrow record batches, some rows at a time.

    The rows come in the order of the file, and never lie in memory all together.
    """
    with errors_refused():
        yield from connection.sql(query).to_arrow_reader(rows)
