"""What an engine says of a failure stays there: it quotes the rows that it stumbled over."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.connections.configured import Connection
from registry.connections.failures import Cause, Failure, in_words, missing_name
from registry.connections.openings import open_query
from registry.connections.postgresql import MISSING
from registry.rules.refusals import Refused
from tests.databases import address_of

MARKER = "AnnaMeier"
ROWS = f"(SELECT 'AnnaM' || 'eier' AS word, {2**62} AS n) AS t"  # {MARKER} in the row alone


@pytest.fixture(params=["duckdb", "postgresql"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Connection:
    """A connection without tables; the queries bring their rows."""
    import duckdb

    if request.param == "postgresql":
        about = {"url": address_of("postgres"), "timeout_seconds": 20}
        return Connection("warehouse", "postgresql", "New.", about)
    path = tmp_path / "rows.duckdb"
    duckdb.connect(str(path)).close()
    return Connection("warehouse", "duckdb", "Old.", {"path": str(path)})


def told(connection: Connection, sql: str) -> tuple[str, str]:
    with pytest.raises(Refused) as caught, open_query(connection, sql, []) as rows:
        rows.aggregate(most=rows[rows.columns[0]].max()).to_pyarrow()
    (objection,) = caught.value.objections
    assert caught.value.__cause__ is None
    assert MARKER not in str(caught.value) + repr(objection)
    return objection.code, str(objection)


@pytest.mark.parametrize(
    "column",
    [
        "CAST(word AS INTEGER)",
        "CAST(word AS DATE)",
        "CAST(word AS BOOLEAN)",
        "CAST(word AS DOUBLE PRECISION)",
        "CAST(word AS UUID)",
        "CAST(word || n AS TIMESTAMP)",
        "CAST(n AS SMALLINT)",
        "n * n",
    ],
)
def test_values_that_do_not_fit_are_told_without_them(connection: Connection, column: str) -> None:
    code, sentence = told(connection, f"SELECT {column} AS a FROM {ROWS}")  # noqa: S608 - ours
    assert code == "connection.value"
    assert "a value does not fit the type it is cast to" in sentence
    assert str(2**62) not in sentence


def test_values_that_are_folded_before_any_row_is_read_are_not_told(connection: Connection) -> None:
    for value in (f"CAST('{MARKER}' AS INTEGER)", f"1 + CAST('{MARKER}' AS DATE)"):
        code, _ = told(connection, f"SELECT {value} AS a")
        assert code in {"connection.value", "connection.query_failed"}


def test_a_name_that_is_missing_is_told_and_no_other_text(connection: Connection) -> None:
    for sql, name in (
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT nothing FROM (SELECT 1 AS n) AS t", "nothing"),
        ("SELECT t.nothing FROM (SELECT 1 AS n) AS t", "nothing"),
    ):
        code, sentence = told(connection, sql)
        assert code == "connection.query_failed"
        assert f"{name}. Propose" in sentence
    odd = f'SELECT * FROM "{MARKER}; HIV"'  # noqa: S608 - a name
    assert told(connection, odd)[0] == "connection.query_failed"
    unknown = f"SELECT no_such_function('{MARKER}') AS a"
    code, sentence = told(connection, unknown)
    assert (code, "no_such_function" in sentence) == ("connection.query_failed", False)


def test_a_name_that_came_out_of_a_row_is_not_told() -> None:
    server = Connection(
        "warehouse", "postgresql", "New.", {"url": address_of("postgres"), "timeout_seconds": 20}
    )
    # `read_statement` refuses the cast; PostgreSQL would quote the value as a relation.
    code, sentence = told(server, f"SELECT CAST(word AS regclass)::text AS a FROM {ROWS}")  # noqa: S608
    assert code == "connection.query_failed"
    assert "meier" not in sentence.lower()


def test_only_plain_names_of_the_query_are_told() -> None:
    assert missing_name("relation loans.old does not exist", [MISSING]) == "loans.old"
    assert missing_name("column it's does not exist", [MISSING]) == ""
    assert missing_name("value AnnaMeier is wrong", [MISSING]) == ""
    told = in_words("warehouse", Failure(Cause.NAME, "old"), "SELECT a FROM Old")
    assert told.params == {"name": "warehouse", "missing": "old"}
    told = in_words("warehouse", Failure(Cause.NAME, "old"), "SELECT a FROM older")
    assert told.params == {"name": "warehouse"}
