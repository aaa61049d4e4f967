"""What a query may be: a single SELECT that reads tables and reaches nothing else."""

from __future__ import annotations

import logging

import pytest

from registry.connections.statements import LONGEST, read_statement
from registry.rules.refusals import Refused


def codes(text: str, kind: str) -> list[str]:
    with pytest.raises(Refused) as caught:
        read_statement(text, kind)
    assert "%(" not in str(caught.value)
    return [objection.code for objection in caught.value.objections]


@pytest.mark.parametrize(
    ("text", "kind", "sent"),
    [
        ("loans", "duckdb", "SELECT * FROM loans"),
        ("warehouse.loans", "postgresql", "SELECT * FROM warehouse.loans"),
        ("withdrawals", "duckdb", "SELECT * FROM withdrawals"),
        ('"sel""ect 😀"', "postgresql", 'SELECT * FROM "sel""ect 😀"'),
        ("`odd name`", "spark", "SELECT * FROM `odd name`"),
        ("FROM loans", "duckdb", "SELECT * FROM loans"),
        ("table loans", "postgresql", "SELECT * FROM loans"),
        ("select a from t; -- done", "postgresql", "SELECT a FROM t"),
        ("select a /* why */ from t", "spark", "SELECT a FROM t"),
        ("select 'it''s; drop' as a from t", "postgresql", "SELECT 'it''s; drop' AS a FROM t"),
        (
            "with a as (select 1 as x) select x from a union all select y from b",
            "postgresql",
            "WITH a AS ( SELECT 1 AS x ) SELECT x FROM a UNION ALL SELECT y FROM b",
        ),
        (
            "select \"select\", coalesce(a, 0) as a from t where b ~ 'x%s'",
            "postgresql",
            "SELECT \"select\", COALESCE(a, 0) AS a FROM t WHERE b ~ 'x%s'",
        ),
        ('"loans/2026"', "postgresql", 'SELECT * FROM "loans/2026"'),
    ],
)
def test_a_select_or_a_table_is_put_into_one_form(text: str, kind: str, sent: str) -> None:
    assert " ".join(read_statement(text, kind).split()) == sent


@pytest.mark.parametrize("kind", ["duckdb", "postgresql", "spark"])
@pytest.mark.parametrize(
    "text",
    [
        "drop table loans",
        "insert into loans select * from loans",
        "update loans set a = 1",
        "delete from loans",
        "create table x as select 1",
        "alter table loans add column x int",
        "attach 'other.duckdb'",
        "copy loans to 'file.csv'",
        "pragma database_list",
        "install httpfs",
        "set role postgres",
        "explain select 1",
        "call do_it()",
        "select 1; select 2",
        "select 1; drop table loans",
        "values (1)",
        "loans where a = 1",
        "loans; drop table loans",
        "select * from (select",
        "(" * 5_000,
    ],
)
def test_nothing_but_a_single_select_is_taken(text: str, kind: str) -> None:
    assert codes(text, kind)[0] in {"query.one_select", "query.not_understood"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("with gone as (delete from loans returning *) select * from gone", "postgresql"),
        ("select * into copied from loans", "postgresql"),
        ("select a from loans for update", "postgresql"),
        ("select a from loans where b = $1", "postgresql"),
        ("select a from loans where b = :name", "duckdb"),
        ("select transform(a) using '/bin/sh' from loans", "spark"),
    ],
)
def test_a_select_that_does_more_than_read_is_refused(text: str, kind: str) -> None:
    assert codes(text, kind) == ["query.only_reads"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("select * from read_csv('/etc/passwd')", "duckdb"),
        ("select * from read_parquet('s3://bucket/file')", "duckdb"),
        ("select * from read_text('/etc/passwd')", "duckdb"),
        ("select * from glob('*')", "duckdb"),
        ("select * from query('drop table loans')", "duckdb"),
        ("select getenv('HOME') from loans", "duckdb"),
        ("select pg_read_file('/etc/passwd')", "postgresql"),
        ("select * from dblink('host=elsewhere', 'select 1') as t(a int)", "postgresql"),
        ("select query_to_xml('drop table loans', true, true, '')", "postgresql"),
        ("select set_config('default_transaction_read_only', 'off', false)", "postgresql"),
        ("select lo_import('/etc/passwd')", "postgresql"),
        ("select evil.sum(a) from loans", "postgresql"),
        ("select pg_sleep(600)", "postgresql"),
        ("select nextval('numbers')", "postgresql"),
        ("select reflect('java.lang.System', 'exit', 1)", "spark"),
        ("select java_method('java.lang.System', 'exit', 1)", "spark"),
    ],
)
def test_functions_that_are_not_known_or_reach_further_are_refused(text: str, kind: str) -> None:
    assert codes(text, kind) == ["query.function"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("from 'other.parquet'", "duckdb"),
        ("select * from 'https://elsewhere.example/rows.csv'", "duckdb"),
        ("select * from parquet.`/srv/rows`", "spark"),
        ("select * from json.`rows`", "spark"),
    ],
)
def test_a_table_that_is_a_file_is_refused(text: str, kind: str) -> None:
    assert codes(text, kind) == ["query.file"]


def test_an_empty_query_and_one_without_end_are_refused() -> None:
    assert codes("  ", "duckdb") == ["query.length"]
    assert codes("select 1" + " " * LONGEST + "x", "duckdb") == ["query.length"]


def test_everything_wrong_is_told_at_once() -> None:
    text = "select pg_sleep(1), lo_import('a') from loans for update"
    assert codes(text, "postgresql") == ["query.only_reads", "query.function", "query.function"]


def test_what_was_typed_goes_to_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        codes("call my_secret_procedure()", "duckdb")
    assert caplog.text == ""
