"""Databases that a test may commit to.

The journal's triggers refuse TRUNCATE, so a database that was committed to cannot be emptied
again. Each such test gets a copy of the migrated one instead, and the copy is dropped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection, connections
from psycopg.sql import SQL, Composed, Identifier
from pytest_django import DjangoDbBlocker

_numbers = count(1)


def address_of(name: str) -> str:
    """Return the DATABASE_URL of another database on the tests' server."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def administer(statement: Composed) -> None:
    """Carry out what stands above the single databases."""
    with psycopg.connect(address_of("postgres"), autocommit=True) as server:
        server.execute(statement)


def copy(source: str, name: str) -> None:
    """Make a database with everything the source holds; nobody may be connected to the source."""
    drop(name)
    administer(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(source)))


def drop(name: str) -> None:
    """Drop a database, whoever is still connected to it."""
    administer(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def connect_to(name: str) -> None:
    """Let every connection that this process opens from now on lead to another database."""
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def template(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Give the name of a copy that nobody ever connects to, so it can be copied at any time."""
    with django_db_blocker.unblock():
        source = str(connection.settings_dict["NAME"])
        connections.close_all()
        name = f"{source}_template"
        copy(source, name)
        yield name
        drop(name)


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest, template: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Give a database of the test's own, to commit to from any thread or process; its address.

    For tests with several threads or processes. It takes the place of `db` and of the
    `django_db` mark, which roll everything back and show it to nobody else.
    """
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("A test takes `db` or `committed_db`, not both.")
    rolled_back = template.removesuffix("_template")
    name = f"{rolled_back}_{next(_numbers)}"
    with django_db_blocker.unblock():
        copy(template, name)
        connect_to(name)
        redis.from_url(settings.REDIS_URL).flushdb()
        try:
            yield address_of(name)
        finally:
            connect_to(rolled_back)
            drop(name)
