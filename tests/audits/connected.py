"""The same scored rows in a Parquet file and behind connections of every kind."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from audits.management.demo.tables import loans
from audits.measures.sources import Connected
from registry.connections.configured import Connection
from registry.connections.statements import read_statement
from tests.databases import address_of, administer

if TYPE_CHECKING:
    import pandas as pd

TABLE = 'loans of "1996" 😀'
# What a query has to write for it; Spark doubles other signs.
QUOTED = {"duckdb": '"', "postgresql": '"', "spark": "`"}
ENGINES = ("duckdb", "postgresql", pytest.param("spark", marks=pytest.mark.spark))
TYPES = {"int64": "bigint", "float64": "double precision", "str": "text", "bool": "boolean"}


def scored_loans() -> pd.DataFrame:
    """Return real applications with what three made-up models answer, ties and gaps included."""
    import numpy as np

    rows = loans()
    credit = 0.4 + 0.3 * rows["chist"] - 0.008 * (rows["obrat"] - 33) - 0.1 * rows["pubrec"]
    table = rows[["approve", "sex", "race", "ethnicity"]].copy()
    table["p"] = np.clip(credit.round(3), 0.001, 0.999)
    table.loc[table.index[::97], "p"] = np.nan
    table["select"] = rows["obrat"].round(1)
    table["guess"] = (0.8 * rows["hrat"] + 12).round(2)
    table["band"] = np.select([rows["obrat"] < 30, rows["obrat"] < 37], ["low", "middle"], "high")
    table["guessed_band"] = np.select(
        [rows["hrat"] < 22, rows["hrat"] < 27], ["low", "middle"], "high"
    )
    table["whole"] = rows["appinc"].round(-1) * 1e6
    table["weight"] = 1.0 + (rows["loanamt"] % 4)
    table["flag"] = rows["approve"] == 1
    return table.reset_index(drop=True)


def connected(connection: Connection, columns: Mapping[str, str]) -> Connected:
    """Return the table as the measures take it, asked in the words of its engine."""
    mark = QUOTED[connection.kind]
    name = mark + TABLE.replace(mark, 2 * mark) + mark
    types = {
        name: {"int64": "integer", "float64": "float", "bool": "boolean"}.get(str(kind), "text")
        for name, kind in scored_loans().dtypes.items()
    }
    sql = read_statement(f"select * from {name}", connection.kind)  # noqa: S608 - a name of ours
    return Connected(connection, sql, columns, types)


@contextmanager
def a_connection(kind: str, folder: Path) -> Iterator[Connection]:
    """Give a connection of this kind to the rows, or skip where it cannot be had."""
    parquet = folder / "rows.parquet"
    if kind == "duckdb":
        import duckdb

        path = folder / "rows.duckdb"
        with duckdb.connect(str(path)) as file:
            name = TABLE.replace('"', '""')
            file.execute(f"CREATE TABLE \"{name}\" AS FROM '{parquet}'")
        yield Connection("rows", kind, "Loans.", {"path": str(path)})
    elif kind == "postgresql":
        with a_database() as url:
            yield Connection("rows", kind, "Loans.", {"url": url, "timeout_seconds": 60})
    else:
        need_spark()
        views = {TABLE: str(parquet)}
        options = {"spark.sql.shuffle.partitions": "2", "spark.sql.warehouse.dir": str(folder)}
        about: dict[str, Any] = {"master": "local[2]", "views": views, "options": options}
        yield Connection("rows", kind, "Loans.", about)


def need_spark() -> None:
    """Skip a test that takes Spark where it is not installed."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("PySpark is not installed; `make spark-test` installs it")
    if shutil.which("java") is None:
        pytest.skip("Spark takes Java: sudo apt-get install default-jre-headless")


@contextmanager
def a_database() -> Iterator[str]:
    """Give the address of a database on the tests' server that holds the rows."""
    name = f"rows_{os.getpid()}"
    administer(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
    administer(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        with psycopg.connect(address_of(name)) as server:
            _fill(server, scored_loans())
        yield address_of(name)
    finally:
        administer(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _fill(server: psycopg.Connection[Any], table: pd.DataFrame) -> None:
    columns = [
        SQL("{} {}").format(Identifier(name), SQL(TYPES.get(str(kind), "text")))
        for name, kind in table.dtypes.items()
    ]
    server.execute(SQL("CREATE TABLE {} ({})").format(Identifier(TABLE), SQL(", ").join(columns)))
    with server.cursor().copy(SQL("COPY {} FROM STDIN").format(Identifier(TABLE))) as copy:
        for row in table.astype(object).where(table.notna(), None).itertuples(index=False):
            copy.write_row(row)
