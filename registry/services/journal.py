"""Append to the journal in the transaction of the change it tells: no entry, no change."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, models, transaction
from django.utils import timezone

from registry.models import Entry, Head, ModelHead, RegisteredModel, Unit, User
from registry.rules.casefile import canonical
from registry.rules.journal import Break, first_break, seal

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 4
# PostgreSQL's codes for a serialisation failure and a deadlock: both say "try again".
TRY_AGAIN = {"40001", "40P01"}


@dataclass(frozen=True)
class Origin:
    """By which door an act came in, and how the person was authenticated there."""

    door: str
    method: str


@dataclass
class _Pending:
    """What the outermost verb still has to do.

    Entries to append, files to take back if it fails.
    """

    entries: list[dict[str, Any]] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)
    # What inner verbs promised to take back before they were refused; done however the outermost
    # one ends.
    owed: list[Callable[[], None]] = field(default_factory=list)


NOBODY_SAID = Origin("shell", "operating system")
_origin: ContextVar[Origin] = ContextVar("origin", default=NOBODY_SAID)
_pending: ContextVar[_Pending | None] = ContextVar("pending", default=None)


def authenticated_by(method: str) -> None:
    """Say how the person proved to be who they are, once the door has found out."""
    _origin.set(replace(_origin.get(), method=method))


@contextmanager
def came_in_by(door: str, method: str) -> Iterator[None]:
    """Name the door for everything journalled inside."""
    token = _origin.set(Origin(door, method))
    try:
        yield
    finally:
        _origin.reset(token)


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Make a service one transaction, together with its journal entries.

    Verbs may call verbs. The entries wait until the outermost one is about to commit, so the lock
    on the journal's head is always taken last; otherwise two verbs could wait for each other. A
    deadlock or a serialisation failure is tried again from the start of the outermost verb.
    """

    @functools.wraps(function)
    def atomic(*args: P.args, **kwargs: P.kwargs) -> R:
        pending = _pending.get()
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
    pending = _Pending()
    token = _pending.set(pending)
    try:
        with transaction.atomic():
            result = function(*args, **kwargs)
            _append(pending.entries)
    except BaseException:
        pending.owed += pending.undo
        raise
    finally:
        _pending.reset(token)
        for undo in reversed(pending.owed):
            undo()
    return result


def _inner(function: Callable[P, R], pending: _Pending, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a verb inside a verb; if it is refused and the outer one goes on, its traces go too."""
    mark, promised = len(pending.entries), len(pending.undo)
    try:
        with transaction.atomic():
            return function(*args, **kwargs)
    except BaseException:
        del pending.entries[mark:]
        pending.owed += pending.undo[promised:]
        del pending.undo[promised:]
        raise


def on_failure(undo: Callable[[], None]) -> None:
    """Have something outside the database taken back if the outermost verb fails."""
    pending = _pending.get()
    if pending is None:
        raise RuntimeError("Only a verb can promise to take something back.")
    pending.undo.append(undo)


def record(
    action: str,
    *,
    by: User | None,
    subject: models.Model,
    role: str = "",
    unit: Unit | None = None,
    model: RegisteredModel | None = None,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Buffer one entry; it is appended just before the outermost verb commits.

    Everything is kept as text, so the entry still says what it said when the rows it speaks of
    have new names.
    """
    pending = _pending.get()
    if pending is None:
        raise RuntimeError(f"{action} was recorded outside a verb.")
    origin = _origin.get()
    pending.entries.append(
        {
            "at": timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "action": action,
            "actor_id": by.pk if by else None,
            "actor": by.printed_name if by else "system",
            "role": role,
            "unit": unit.slug if unit else (model.unit.slug if model else ""),
            "model": model.slug if model else "",
            "subject_kind": subject._meta.model_name,
            "subject_id": subject.pk,
            "subject": str(subject)[:500],
            "changes": canonical(dict(changes or {})),
            "reason": reason,
            "door": origin.door,
            "method": origin.method,
        }
    )


def _append(entries: list[dict[str, Any]]) -> None:
    """Number, chain and write the entries, under the lock on the head."""
    if not entries:
        return
    head = Head.objects.select_for_update().get(pk=1)
    slugs = {entry["model"] for entry in entries if entry["model"]}
    heads = {slug: ModelHead.objects.get_or_create(model=slug)[0] for slug in sorted(slugs)}
    rows = []
    for entry in entries:
        of_model = heads.get(entry["model"])
        if of_model:
            of_model.number += 1
        numbers = {
            "number": head.number + 1,
            "model_number": of_model.number if of_model else None,
            "previous": head.seal,
        }
        sealed = seal({**entry, **numbers})
        rows.append(Entry(**entry, **numbers, seal=sealed))
        head.number, head.seal = head.number + 1, sealed
    Entry.objects.bulk_create(rows)
    ModelHead.objects.bulk_update(heads.values(), ["number"])
    head.save(update_fields=["number", "seal"])


def verify() -> tuple[Break | None, int]:
    """Check the whole chain; return its first break (None when whole) and the number of entries."""
    with transaction.atomic():
        if len(connection.savepoint_ids) == 0:
            # Head and entries have to be of one instant, or a write in between
            # would look like a break.
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        head = Head.objects.get(pk=1)
        entries = Entry.objects.order_by("number").iterator(chunk_size=2000)
        found = first_break(
            (entry.facts for entry in entries), {"number": head.number, "seal": head.seal}
        )
        return found, head.number
