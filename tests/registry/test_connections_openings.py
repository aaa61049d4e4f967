"""Connections are opened to read, and what fails there is told without saying where it leads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from psycopg.sql import SQL, Identifier

from registry.connections.configured import Connection, find
from registry.connections.openings import MOST_CELLS, open_query
from registry.connections.statements import read_statement
from registry.rules.refusals import Refused
from tests.databases import address_of, administer

SECRET = "the-secret-place"


@pytest.fixture
def file(tmp_path: Path) -> Connection:
    import duckdb

    path = tmp_path / f"{SECRET}.duckdb"
    with duckdb.connect(str(path)) as made:
        made.execute("CREATE TABLE loans AS SELECT range AS n, 'x' AS word FROM range(5)")
    (tmp_path / "other.csv").write_text("a\n1\n", encoding="utf-8")
    return Connection("archive", "duckdb", "Old.", {"path": str(path)})


def server(database: str, timeout_seconds: int = 20) -> Connection:
    about = {"url": address_of(database), "timeout_seconds": timeout_seconds}
    return Connection("warehouse", "postgresql", "New.", about)


def counted(connection: Connection, sql: str) -> int:
    with open_query(connection, sql, []) as rows:
        return int(rows.count().to_pyarrow().as_py())


def why(connection: Connection, sql: str) -> str:
    with pytest.raises(Refused) as caught:
        counted(connection, sql)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    (objection,) = caught.value.objections
    return objection.code


def test_what_was_sent_is_kept_and_no_row_comes_back(file: Connection) -> None:
    sent: list[str] = []
    with open_query(file, read_statement("loans", "duckdb"), sent) as rows:
        assert rows.n.sum().to_pyarrow().as_py() == 10
    assert len(sent) == 2
    assert sent[0].startswith("DESCRIBE")
    assert "SUM(" in sent[1]


def test_no_table_can_be_fetched_by_mistake(file: Connection) -> None:
    many = f"SELECT range AS n FROM range({MOST_CELLS + 5})"  # noqa: S608 - a number of ours
    with pytest.raises(Refused) as caught, open_query(file, many, []) as rows:
        rows.to_pyarrow()
    assert caught.value.objections[0].code == "connection.too_many_cells"
    assert counted(file, many) == MOST_CELLS + 5


def test_a_file_is_read_by_several_at_once(file: Connection) -> None:
    with open_query(file, "SELECT * FROM loans", []) as rows:
        assert counted(file, "SELECT * FROM loans") == 5
        assert rows.count().to_pyarrow().as_py() == 5


# What `read_statement` would refuse is sent here all the same: the connection refuses it as well.
@pytest.mark.parametrize("sql", ["SELECT * FROM '{}'", "SELECT * FROM read_csv('{}')"])
def test_a_file_opens_no_other_file(file: Connection, sql: str) -> None:
    other = Path(file.settings["path"]).with_name("other.csv")
    assert why(file, sql.format(other)) == "connection.failed"


def test_a_file_that_is_not_there_or_is_none_is_told(file: Connection, tmp_path: Path) -> None:
    broken = tmp_path / f"{SECRET}.txt"
    broken.write_text("no database", encoding="utf-8")
    for path in (tmp_path / f"{SECRET}.gone", broken):
        nowhere = Connection("archive", "duckdb", "Old.", {"path": str(path)})
        assert why(nowhere, "SELECT 1 AS n") == "connection.unreachable"


def test_what_is_wrong_with_a_query_is_told(file: Connection) -> None:
    for connection in (file, server("postgres")):
        assert why(connection, "SELECT * FROM nowhere") == "connection.query_failed"
        assert why(connection, "SELECT nothing FROM (SELECT 1 AS n) AS t") == (
            "connection.query_failed"
        )
    with pytest.raises(Refused, match="no table or column nowhere"):
        counted(server("postgres"), "SELECT * FROM nowhere")


def test_a_server_that_does_not_let_us_in_is_told() -> None:
    assert why(server(SECRET), "SELECT 1 AS n") == "connection.unreachable"


def test_a_server_is_read_alone_and_for_so_long(tmp_path: Path) -> None:
    name = f"read_alone_{os.getpid()}"
    administer(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        sql = "SELECT lo_create(0) AS n"
        assert why(server(name), sql) == "connection.query_failed"
        slow = "SELECT pg_sleep(20)::text AS n FROM generate_series(1, 3)"
        assert why(server(name, timeout_seconds=1), slow) == "connection.query_failed"
    finally:
        administer(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def test_a_type_that_ibis_does_not_know_is_read_as_text() -> None:
    with open_query(server("postgres"), "SELECT 'x'::char(3) AS c", []) as rows:
        assert rows.c.type().is_string()
        assert rows.aggregate(c=rows.c.min()).to_pyarrow().to_pylist() == [{"c": "x"}]


def test_a_name_that_is_not_configured_is_refused() -> None:
    with pytest.raises(Refused, match="No connection elsewhere is configured"):
        find({"warehouse": {"kind": "duckdb", "description": "", "path": ""}}, "elsewhere")
