"""Sees to a database and a queue: the ones named in the environment, else the embedded ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import embedded_postgres
import embedded_redis
from crew import Crew
from words import say


@contextmanager
def running(crew: Crew, *, throwaway: bool = False) -> Iterator[None]:
    """Put the addresses into the crew's environment and into services.env, for a second terminal.

    `throwaway` means the services of tests: always embedded, made anew, and careless of data.
    """
    note = crew.places.run / "services.env"
    note.unlink(missing_ok=True)
    try:
        if throwaway or not is_named("DATABASE_URL"):
            say("Starting PostgreSQL.")
            name(crew, "DATABASE_URL", embedded_postgres.start(crew, throwaway=throwaway))
        if throwaway or not is_named("REDIS_URL"):
            say("Starting Redis.")
            name(crew, "REDIS_URL", embedded_redis.start(crew, throwaway=throwaway))
        note.touch(mode=0o600)
        note.write_text(text_of(crew.environment), encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        crew.stop()
        embedded_postgres.stop(crew.places)


def is_named(variable: str) -> bool:
    """Say whether the person names a service of their own, outright or in a mounted file."""
    return bool(os.environ.get(variable) or os.environ.get(f"{variable}_FILE"))


def name(crew: Crew, variable: str, address: str) -> None:
    """Tell every process that starts from now on where the service is."""
    crew.environment[variable] = address
    crew.environment.pop(f"{variable}_FILE", None)


def text_of(environment: dict[str, str]) -> str:
    """Return the addresses that are known here, one a line."""
    names = ("DATABASE_URL", "REDIS_URL")
    return "".join(f"{name}={environment[name]}\n" for name in names if name in environment)
