"""The file of connections: what it says is checked at the start, and no secret stands in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from mlops_gov.connections import read_connections

GOOD = """
warehouse:
  kind: postgresql
  description: " Applications of three years. "
  url: postgresql://reader@db.example.org/warehouse
  password_from: WAREHOUSE_PASSWORD
  timeout_seconds: 60
archive:
  kind: duckdb
  description: Older applications.
  path: /srv/archive.duckdb
lake:
  kind: spark
  description: Everything.
  master: local[2]
  views: {applications: /srv/lake/applications}
"""


Read = Callable[[str], dict[str, dict[str, Any]]]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    def read(content: str) -> dict[str, dict[str, Any]]:
        path = tmp_path / "connections.yaml"
        path.write_text(content, encoding="utf-8")
        return read_connections(str(path))

    monkeypatch.setenv("WAREHOUSE_PASSWORD", "hush")
    return read


def test_connections_are_read_with_their_secrets_from_elsewhere(read: Read) -> None:
    assert read(GOOD) == {
        "warehouse": {
            "kind": "postgresql",
            "description": "Applications of three years.",
            "url": "postgresql://reader@db.example.org/warehouse",
            "timeout_seconds": 60,
            "password": "hush",
        },
        "archive": {
            "kind": "duckdb",
            "description": "Older applications.",
            "path": "/srv/archive.duckdb",
        },
        "lake": {
            "kind": "spark",
            "description": "Everything.",
            "master": "local[2]",
            "views": {"applications": "/srv/lake/applications"},
            "options": {},
        },
    }


def test_a_password_may_lie_in_a_file(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("WAREHOUSE_PASSWORD_FILE", str(secret))
    assert read(GOOD)["warehouse"]["password"] == "from the file"


def test_without_a_file_there_are_no_connections(read: Read) -> None:
    assert read_connections("") == {}
    assert read("") == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a: [", "which is not YAML"),
        ("- a", "has to hold names"),
        ("A b: {kind: duckdb}", "names a connection 'A b'"),
        ("a: duckdb", "has to give a a kind, one of duckdb, postgresql, spark"),
        ("a: {kind: oracle}", "has to give a a kind"),
        ("a: {kind: duckdb, path: /x}", "has to say a description of a"),
        ("a: {kind: duckdb, description: d}", "has to say a path of a"),
        ("a: {kind: duckdb, description: d, path: x}", "a path from the root on"),
        ("a: {kind: duckdb, description: d, path: /x, url: y}", "says url of a; known are"),
        ("a: {kind: postgresql, description: d, url: 'mysql://x'}", "a url like postgresql://"),
        (
            "a: {kind: postgresql, description: d, url: 'postgresql://u:hidden@h/d'}",
            "holds a password of a; say password_from instead",
        ),
        (
            "a: {kind: postgresql, description: d, url: 'postgresql://h/d?password=hidden'}",
            "holds a password of a",
        ),
        (
            "a: {kind: postgresql, description: d, url: 'postgresql://h/d', password_from: NONE}",
            "from NONE, which is empty",
        ),
        (
            "a: {kind: postgresql, description: d, url: 'postgresql://h/d', timeout_seconds: 0}",
            "timeout_seconds from 1 to 86400",
        ),
        ("a: {kind: spark, description: d, master: local, views: [x]}", "the views of a as names"),
    ],
)
def test_what_is_wrong_stops_the_start_with_a_sentence(
    read: Read, content: str, sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        read(content)
    assert str(caught.value).startswith("DATA_CONNECTIONS_FILE ")
    assert sentence in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="No such file"):
        read_connections(str(tmp_path / "missing.yaml"))
