"""A connection as an administrator configured it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

KIND_NAMES = {
    "duckdb": gettext_noop("DuckDB file"),
    "postgresql": gettext_noop("PostgreSQL"),
    "spark": gettext_noop("Spark"),
}


@dataclass(frozen=True)
class Connection:
    """Where rows can be asked about.

    ``settings`` say how to reach it (path, URL, password), so they stay out of every text made of
    a connection.
    """

    name: str
    kind: str
    description: str
    settings: Mapping[str, Any] = field(repr=False)


def connections(configured: Mapping[str, Mapping[str, Any]]) -> list[Connection]:
    """Return all connections of the settings, by name."""
    return [find(configured, name) for name in sorted(configured)]


def find(configured: Mapping[str, Mapping[str, Any]], name: str) -> Connection:
    """Return the connection of this name. Raises Refused when there is none."""
    if name not in configured:
        raise Refused.because(
            "connection.unknown",
            gettext_noop(
                "No connection %(name)s is configured. Choose one that Settings lists, or ask the"
                " operator to configure it."
            ),
            name=name,
        )
    about = dict(configured[name])
    return Connection(
        name=name, kind=about.pop("kind"), description=about.pop("description"), settings=about
    )
