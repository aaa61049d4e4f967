"""Queries over named connections: proposed by one person, reviewed or refused by another."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from registry.models import DataQuery, DatasetVersion, Membership
from registry.rules.data_queries import Columns
from registry.rules.roles import Role
from registry.services import data_queries, files, units
from tests.cast import ROWS, Cast, a_dataset, a_table
from tests.registry.bending import bend, found
from tests.registry.connecting import COLUMNS, SECRET, connect, proposed, reviewed
from tests.traces import denied, journalled, only_the_entitled_may, refused


@pytest.fixture(autouse=True)
def warehouse(settings: Settings, tmp_path: Path) -> Path:
    """The connection that the queries here are asked over."""
    return connect(settings, tmp_path)


def test_a_proposed_query_is_kept_and_journalled(cast: Cast) -> None:
    dataset = a_dataset(cast)
    with journalled() as entries:
        query = proposed(cast, dataset)
    assert (query.state, query.connection, query.kind) == ("proposed", "warehouse", "duckdb")
    assert query.sql == "SELECT\n  *\nFROM applications"
    assert query.provenance == "The warehouse, filled every night."
    (entry,) = entries
    assert (entry.action, entry.role, entry.unit) == (
        "data_query.proposed",
        "data_scientist",
        "retail-credit",
    )
    assert json.loads(entry.changes)["sql"] == query.sql


def test_nothing_is_sent_before_the_review(cast: Cast, warehouse: Path) -> None:
    warehouse.unlink()
    assert proposed(cast, query="select nothing from nowhere").state == "proposed"
    assert not DatasetVersion.objects.exists()


def test_nobody_else_proposes_a_query(cast: Cast) -> None:
    dataset = a_dataset(cast)
    only_the_entitled_may(cast, "data_query.propose", lambda by: proposed(cast, dataset, by=by))


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"connection": "elsewhere"}, ["connection.unknown"]),
        ({"query": "drop table applications"}, ["query.not_understood"]),
        ({"query": "select * from read_csv('/etc/passwd')"}, ["query.function"]),
        ({"role": "holdout"}, ["dataset.role"]),
        ({"provenance": " "}, ["dataset.provenance"]),
        ({"columns": Columns(label="")}, ["query.no_label", "query.score_or_prediction"]),
        (
            {"columns": Columns(label="a", score="b", prediction="c", sensitive=("a",))},
            ["query.score_or_prediction", "query.column_twice"],
        ),
        (
            {"columns": Columns("a", "b", others=tuple(f"c{n}" for n in range(63)))},
            ["query.too_many_columns"],
        ),
    ],
)
def test_what_is_not_said_right_is_refused(
    cast: Cast, changed: dict[str, Any], codes: list[str]
) -> None:
    dataset = a_dataset(cast)
    with refused(*codes):
        proposed(cast, dataset, **changed)


def test_a_reviewed_query_is_a_version_whose_fingerprint_is_that_of_the_question(
    cast: Cast,
) -> None:
    query = proposed(cast)
    with journalled() as entries:
        version = data_queries.review(query=query, by=cast.admin)
    assert (version.format, version.rows, version.role) == ("query", ROWS, "test")
    assert version.sensitive_columns == ["sex", "race"]
    assert version.keep_until is None
    assert version.columns == [
        {"name": "approve", "type": "integer", "missing": 0},
        {"name": "p", "type": "float", "missing": 0},
        {"name": "sex", "type": "text", "missing": 0},
        {"name": "race", "type": "text", "missing": 0},
        {"name": "income", "type": "integer", "missing": 0},
    ]
    statement = files.read_checked(version.file)
    assert version.file.sha256 == hashlib.sha256(statement).hexdigest()
    assert json.loads(statement) == {
        "connection": "warehouse",
        "kind": "duckdb",
        "sql": "SELECT\n  *\nFROM applications",
        "columns": COLUMNS.as_dict(),
        "proposed_by": "scientist",
        "reviewed_by": "admin",
    }
    query.refresh_from_db()
    assert (query.state, query.decided_by, query.version) == ("reviewed", cast.admin, version)
    entry = entries[-1]
    assert (entry.action, entry.role) == ("data_query.reviewed", "administrator")
    told = json.loads(entry.changes)
    assert (told["sha256"], told["data"]) == (version.file.sha256, version.pk)
    assert found() is None
    bend("UPDATE registry_datasetversion SET keep_until = now()")
    assert found() == (entry.number, f"data {version.pk} is not the one of which it tells")


def test_the_same_question_has_the_same_fingerprint_whatever_the_rows(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    first = reviewed(cast)
    connect(settings, tmp_path, a_table(50))
    second = reviewed(cast)
    assert (first.rows, second.rows) == (ROWS, 50)
    assert first.file == second.file


def test_gaps_are_counted_at_the_review(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    table = "income,approve,sex,race\n20,1,,a\n,0,f,\n30,1,m,b\n"
    connect(settings, tmp_path, table)
    missing = {one["name"]: one["missing"] for one in reviewed(cast).columns}
    assert missing == {"approve": 0, "p": 0, "sex": 1, "race": 1, "income": 1}


def test_nobody_else_reviews_or_refuses(cast: Cast) -> None:
    query = proposed(cast)
    only_the_entitled_may(
        cast, "data_query.review", lambda by: data_queries.review(query=query, by=by)
    )
    only_the_entitled_may(
        cast, "data_query.review", lambda by: data_queries.refuse(query=query, reason="No.", by=by)
    )


def test_nobody_reviews_their_own_even_as_an_administrator_since(cast: Cast) -> None:
    query = proposed(cast)
    membership = Membership.objects.get(user=cast.scientist)
    units.end(membership=membership, reason="Moved.", by=cast.admin)
    units.grant(unit=cast.unit, user=cast.scientist, role=Role.ADMINISTRATOR, by=cast.admin)
    with refused("query.own"):
        data_queries.review(query=query, by=cast.scientist)
    with refused("query.own"):
        data_queries.refuse(query=query, reason="Mine.", by=cast.scientist)


def test_the_database_lets_nobody_review_their_own(cast: Cast) -> None:
    query = proposed(cast)
    decided = {"state": "refused", "reason": "No.", "decided_at": timezone.now()}
    with pytest.raises(IntegrityError, match="nobody_reviews"), transaction.atomic():
        DataQuery.objects.filter(pk=query.pk).update(decided_by=cast.scientist, **decided)
    with pytest.raises(IntegrityError, match="as_its_state_says"), transaction.atomic():
        DataQuery.objects.filter(pk=query.pk).update(state="reviewed")


def test_a_refused_query_says_why_and_stays_refused(cast: Cast) -> None:
    query = proposed(cast)
    with refused("query.no_reason"):
        data_queries.refuse(query=query, reason=" ", by=cast.admin)
    with journalled() as entries:
        data_queries.refuse(query=query, reason=" Ask the view instead. ", by=cast.admin)
    query.refresh_from_db()
    assert (query.state, query.reason) == ("refused", "Ask the view instead.")
    assert (entries[0].action, entries[0].reason) == ("data_query.refused", query.reason)
    with refused("query.decided"):
        data_queries.review(query=query, by=cast.admin)


def test_a_query_is_reviewed_once(cast: Cast) -> None:
    query = proposed(cast)
    data_queries.review(query=query, by=cast.admin)
    with refused("query.decided"):
        data_queries.review(query=query, by=cast.admin)


@pytest.mark.parametrize(
    ("query", "columns", "codes"),
    [
        ("nothing_here", COLUMNS, ["connection.query_failed"]),
        ("applications", Columns("approved", "p"), ["query.no_such_column"]),
        (
            "applications",
            Columns("approve", "p", sensitive=("age", "sect")),
            2 * ["query.no_such_column"],
        ),
        (
            "select *, [1] as list from applications",
            Columns("approve", "p", others=("list",)),
            ["query.column_type"],
        ),
        ("select * from applications where income < 0", COLUMNS, ["query.no_rows"]),
        (
            "select row_number() over () as n, approve, p from applications",
            Columns("approve", "p", sensitive=("n",)),
            ["dataset.too_many_groups"],
        ),
    ],
)
def test_what_the_review_finds_wrong_is_refused_and_can_be_decided_later(
    cast: Cast, query: str, columns: Columns, codes: list[str]
) -> None:
    made = proposed(cast, query=query, columns=columns)
    with refused(*codes):
        data_queries.review(query=made, by=cast.admin)
    assert DataQuery.objects.waiting().contains(made)


def test_a_connection_that_cannot_be_opened_is_told_without_its_address(
    cast: Cast, warehouse: Path, settings: Settings
) -> None:
    query = proposed(cast)
    warehouse.unlink()
    with refused("connection.unreachable") as caught:
        data_queries.review(query=query, by=cast.admin)
    assert SECRET not in str(caught.value)
    settings.DATA_CONNECTIONS = {}
    with refused("connection.unknown"):
        data_queries.review(query=query, by=cast.admin)


def test_a_connection_keeps_its_settings_out_of_every_text() -> None:
    (connection,) = data_queries.configured()
    assert connection.settings["path"].endswith(f"{SECRET}.duckdb")
    assert SECRET not in repr(connection)


def test_a_stranger_sees_no_query(cast: Cast) -> None:
    query = proposed(cast)
    assert DataQuery.objects.visible_to(cast.auditor).contains(query)
    assert not DataQuery.objects.visible_to(cast.outsider).exists()
    with denied():
        data_queries.review(query=query, by=cast.outsider)
