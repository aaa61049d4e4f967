"""A query asks for data: not about the server, not by chance, and not otherwise than it reads."""

from __future__ import annotations

import pytest

from registry.connections.statements import read_statement
from registry.rules.refusals import Refused

EVERY = ("duckdb", "postgresql", "spark")


def codes(text: str, kind: str) -> set[str]:
    with pytest.raises(Refused) as caught:
        read_statement(text, kind)
    assert "%(" not in str(caught.value)
    return {objection.code for objection in caught.value.objections}


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize(
    "table",
    [
        "pg_catalog.pg_authid",
        "pg_stat_activity",
        "PG_Settings",
        '"pg_settings"',
        "other.pg_catalog.pg_class",
        "information_schema.tables",
        "Information_Schema.Columns",
        "duckdb_databases",
        "duckdb_settings",
        "pragma_database_list",
        "sqlite_master",
        "system.main.anything",
        "temp.anything",
        "pg_toast.anything",
    ],
)
def test_tables_of_the_system_are_refused(table: str, kind: str) -> None:
    if kind == "spark":
        table = table.replace('"', "`")
    for text in (
        table,
        f"select a from loans where b in (select c from {table})",  # noqa: S608 - parsed alone
        f"with x as (select * from {table}) select * from x",  # noqa: S608 - parsed alone
    ):
        assert codes(text, kind) == {"query.catalogue"}


@pytest.mark.parametrize(
    "table",
    ["pgx", "system_load", "information", "temperature", "system", "duckdb", "archive.pgx"],
)
@pytest.mark.parametrize("kind", EVERY)
def test_tables_with_names_like_theirs_are_read(table: str, kind: str) -> None:
    assert read_statement(table, kind).split() == ["SELECT", "*", "FROM", table]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(
            (f"select {word} as a from loans", kind)  # noqa: S608 - parsed alone
            for word in ("current_user", "session_user", "user", "current_role", "current_catalog")
            for kind in EVERY
        ),
        *(("select current_database() as a", kind) for kind in EVERY),
        *(("select current_schema() as a", kind) for kind in EVERY),
        ("select current_schema", "postgresql"),
        ("select version()", "postgresql"),
        ("select version()", "duckdb"),
        ("select `user` from loans", "spark"),
        ("select * from (describe loans)", "duckdb"),
        ("select * from (summarize loans)", "duckdb"),
        ("select 'loans'::regclass", "postgresql"),
        ("select cast(a as regrole) from loans", "postgresql"),
        ("select cast(a as pg_catalog.regclass) from loans", "postgresql"),
        ('select a::"regtype" from loans', "postgresql"),
        ("select a::oid from loans", "postgresql"),
    ],
)
def test_words_about_the_server_are_refused(text: str, kind: str) -> None:
    assert codes(text, kind) == {"query.server"}


@pytest.mark.parametrize("word", ["inet_server_addr()", "inet_client_addr()", "version()"])
def test_functions_about_the_server_that_nobody_knows_are_refused(word: str) -> None:
    assert codes(f"select {word}", "spark") == {"query.function"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('select "user" from loans', "postgresql"),
        ("select l.user from loans as l", "spark"),
        ("select version, oid_of_loan, regional from loans", "postgresql"),
        ("select cast(a as text), b::int from loans", "postgresql"),
        ("select random, uuid, today from loans", "postgresql"),
    ],
)
def test_columns_with_such_names_are_read(text: str, kind: str) -> None:
    assert read_statement(text, kind)


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize(
    "text",
    [
        "select rand() as a from loans",
        "select uuid() as a from loans",
        "select a from loans where day > current_date",
        "select a from loans where at > current_timestamp",
        "select a from loans tablesample (5 rows)",
    ],
)
def test_what_changes_from_one_time_to_the_next_is_refused(text: str, kind: str) -> None:
    if kind == "postgresql":
        text = text.replace("rand()", "random()").replace("uuid()", "gen_random_uuid()")
        text = text.replace("tablesample (5 rows)", "tablesample system (5)")
    assert codes(text, kind) == {"query.volatile"}


def test_chance_and_the_clock_have_more_names() -> None:
    for text, kind in (
        ("from loans using sample 5", "duckdb"),
        ("select localtimestamp", "postgresql"),
        ("select now()", "postgresql"),
        ("select localtimestamp", "spark"),
        ("select randn(), shuffle(array(1, 2))", "spark"),
        ("select unix_timestamp()", "spark"),
    ):
        assert codes(text, kind) == {"query.volatile"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("select to_char(a, 'YYYY') from loans", "duckdb"),
        ("select try_cast(a as int) from loans", "postgresql"),
        ("select distinct on (a) a, b from loans", "spark"),
        ("select a at time zone 'UTC' from loans", "spark"),
    ],
)
def test_what_would_be_kept_otherwise_than_it_was_typed_is_refused(text: str, kind: str) -> None:
    assert codes(text, kind) == {"query.not_kept"}


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize(
    "text",
    [
        'select a as "Desc", date, year from loans where a in (1, 2) order by 1 desc limit 5',
        "select cast(a > 1 as int) as a, round(cast(p as numeric), 2) as p from loans",
        "select extract(year from d) as y, date_trunc('month', d) as m from loans",
        "select case when a > 1 then 'x' else 'y' end as z from a left join b using (id)",
        "select row_number() over (partition by b order by c) as n from loans",
        "select a || b, a % 2, a <> b, a != b, not a, a between 1 and 2 from loans",
        "select floor(a / 10) * 10 as band, coalesce(a, 0), nullif(a, 0) from loans",
    ],
)
def test_plain_queries_are_kept_as_they_were_typed(text: str, kind: str) -> None:
    if kind == "spark":
        text = text.replace('"', "`")
    sent = read_statement(text, kind)
    assert read_statement(sent, kind) == sent


@pytest.mark.parametrize(
    "text",
    [
        "select * from (pivot loans on word using sum(n))",
        "with p as (pivot loans on word using sum(n)) select * from p",
        "from loans pivot (sum(n) for word in (select word from loans))",
    ],
)
def test_columns_are_not_named_after_values(text: str) -> None:
    assert codes(text, "duckdb") == {"query.pivot"}
    assert read_statement("from loans pivot (sum(n) for word in ('a', 'b'))", "duckdb")
    assert read_statement("from loans unpivot (n for word in (a, b))", "duckdb")
