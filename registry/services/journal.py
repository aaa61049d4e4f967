"""A verb is one transaction with its journal entries: no entry, no change."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from registry.rules.journal import Break
from registry.services import entries, gate_rows, journal_checks
from registry.services.entries import (
    Pending,
    authenticated_by,
    came_in_by,
    on_failure,
    pending_now,
    record,
    tell_rows,
    touch,
    wrote,
)

__all__ = [
    "authenticated_by",
    "came_in_by",
    "on_failure",
    "record",
    "touch",
    "verb",
    "verify",
    "wrote",
]

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 4
# PostgreSQL's codes for a serialisation failure and a deadlock: both say "try again".
TRY_AGAIN = {"40001", "40P01"}


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Make a service one transaction, together with its journal entries.

    Verbs may call verbs. The entries wait until the outermost one is about to commit, so the lock
    on the journal's head is always taken last; otherwise two verbs could wait for each other. A
    deadlock or a serialisation failure is tried again from the start of the outermost verb.
    """

    @functools.wraps(function)
    def atomic(*args: P.args, **kwargs: P.kwargs) -> R:
        pending = pending_now.get()
        if pending is not None:
            return _inner(function, pending, *args, **kwargs)
        for attempt in range(1, TRIES + 1):
            try:
                return _outermost(function, *args, **kwargs)
            except OperationalError as error:
                sqlstate = getattr(error.__cause__, "sqlstate", None)
                if sqlstate not in TRY_AGAIN or attempt == TRIES or connection.in_atomic_block:
                    raise
                # Jitter keeps two verbs that met once from meeting again; no secret depends on it.
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311
        raise AssertionError("the loop returns or raises")

    return atomic


def _outermost(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    pending = Pending()
    token = pending_now.set(pending)
    try:
        with transaction.atomic():
            result = function(*args, **kwargs)
            gate_rows.settle(pending)
            tell_rows(pending)
            entries.append(pending.entries)
    except BaseException:
        pending.owed += pending.undo
        raise
    finally:
        pending_now.reset(token)
        for undo in reversed(pending.owed):
            undo()
    return result


def _inner(function: Callable[P, R], pending: Pending, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a verb inside a verb; if it is refused and the outer one goes on, its traces go too."""
    mark, promised, written = len(pending.entries), len(pending.undo), len(pending.wrote)
    try:
        with transaction.atomic():
            return function(*args, **kwargs)
    except BaseException:
        del pending.entries[mark:]
        del pending.wrote[written:]
        pending.owed += pending.undo[promised:]
        del pending.undo[promised:]
        raise


def verify() -> tuple[Break | None, int]:
    """Check everything; return the first break (None when whole) and the number of entries."""
    checked = journal_checks.check()
    return checked.found, checked.entries
