"""Connections and queries through the API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from registry.models import DataQuery
from tests.cast import ROWS, Cast, a_dataset, api
from tests.registry.connecting import SECRET, connect, proposed

QUERIES = "/api/v1/data-queries/"


@pytest.fixture(autouse=True)
def warehouse(settings: Settings, tmp_path: Path) -> Path:
    """The connection that the queries here are asked over."""
    return connect(settings, tmp_path)


def a_query(**changed: Any) -> dict[str, Any]:
    said = {
        "connection": "warehouse",
        "query": "applications",
        "columns": {"label_column": "approve", "score": "p", "sensitive": ["sex"]},
        "role": "test",
        "provenance": "The warehouse.",
    }
    return said | changed


def of(dataset: int) -> str:
    return f"/api/v1/datasets/{dataset}/queries/"


def test_connections_are_named_and_no_more(cast: Cast) -> None:
    answer = api(cast.auditor).get("/api/v1/connections/").json()
    about = {"kind": "duckdb", "description": "Loans of all years."}
    assert answer == [{"name": "warehouse", **about}]


def test_a_query_is_proposed_and_reviewed(cast: Cast) -> None:
    doors = of(a_dataset(cast).pk)
    answer = api(cast.scientist).post(doors, a_query())
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["state"], told["version"]) == ("proposed", None)
    assert told["columns"] == {
        "label": "approve",
        "score": "p",
        "prediction": "",
        "sensitive": ["sex"],
        "others": [],
    }
    assert SECRET not in json.dumps(told)
    version = api(cast.admin).post(f"{QUERIES}{told['id']}/review/")
    assert version.status_code == 201, version.json()
    assert (version.json()["format"], version.json()["rows"]) == ("query", ROWS)
    (told,) = api(cast.auditor).get(doors).json()["results"]
    assert (told["state"], told["version"]) == ("reviewed", version.json()["id"])
    assert api(cast.auditor).get(f"{QUERIES}{told['id']}/").json() == told


def test_a_query_is_refused_with_its_reason(cast: Cast) -> None:
    query = proposed(cast)
    door = f"{QUERIES}{query.pk}/refuse/"
    assert api(cast.admin).post(door).status_code == 409
    answer = api(cast.admin).post(door, {"reason": "Use the view."})
    assert (answer.json()["state"], answer.json()["reason"]) == ("refused", "Use the view.")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"connection": "elsewhere"}, "connection.unknown"),
        ({"query": "select 1; select 2"}, "query.one_select"),
        ({"columns": {"label_column": "approve"}}, "query.score_or_prediction"),
    ],
)
def test_what_is_wrong_is_refused_with_its_code(
    cast: Cast, changed: dict[str, Any], code: str
) -> None:
    answer = api(cast.scientist).post(of(a_dataset(cast).pk), a_query(**changed))
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == code
    assert not DataQuery.objects.exists()


def test_an_unknown_field_is_malformed(cast: Cast) -> None:
    doors = of(a_dataset(cast).pk)
    answer = api(cast.scientist).post(doors, a_query(url="postgresql://elsewhere/x"))
    assert (answer.status_code, set(answer.json())) == (400, {"url"})


def test_others_may_not(cast: Cast) -> None:
    query = proposed(cast)
    assert api(cast.manager).post(of(query.dataset_id), a_query()).status_code == 403
    for door in ("review", "refuse"):
        address = f"{QUERIES}{query.pk}/{door}/"
        assert api(cast.scientist).post(address).status_code == 403


def test_a_stranger_finds_no_query(cast: Cast) -> None:
    query = proposed(cast)
    stranger = api(cast.outsider)
    assert stranger.get(of(query.dataset_id)).status_code == 404
    assert stranger.post(of(query.dataset_id), a_query()).status_code == 404
    assert stranger.get(f"{QUERIES}{query.pk}/").status_code == 404
    for door in ("review", "refuse"):
        assert stranger.post(f"{QUERIES}{query.pk}/{door}/").status_code == 404
