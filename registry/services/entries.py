"""Buffer and append the journal's entries: everything below a verb, and what a verb collects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models
from django.utils import timezone

from registry.models import Entry, Head, ModelHead, RegisteredModel, Unit, User
from registry.rules import row_digests
from registry.rules.journal import seal
from registry.services import checkpoint_writing
from registry.services.names import Named, about, held, put_under_keys


@dataclass(frozen=True)
class Origin:
    """By which door an act came in, and how the person was authenticated there."""

    door: str
    method: str


@dataclass(frozen=True)
class Wrote:
    """A row that was written, as its entry tells of it, and what that entry is about."""

    about: tuple[str | None, int]
    told: tuple[str, int, str]
    after: int


@dataclass
class Pending:
    """What the outermost verb still has to do.

    Entries to append, files to take back if it fails.
    """

    entries: list[dict[str, Any]] = field(default_factory=list)
    # Models, by short name, whose gates have to be looked at though no entry speaks of them.
    touched: set[str] = field(default_factory=set)
    # Rows that are told of in the entries about something, and how many entries there were then.
    wrote: list[Wrote] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)
    # What inner verbs promised to take back before they were refused; done however the outermost
    # one ends.
    owed: list[Callable[[], None]] = field(default_factory=list)


NOBODY_SAID = Origin("shell", "operating system")
_origin: ContextVar[Origin] = ContextVar("origin", default=NOBODY_SAID)
pending_now: ContextVar[Pending | None] = ContextVar("pending", default=None)


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


def on_failure(undo: Callable[[], None]) -> None:
    """Have something outside the database taken back if the outermost verb fails."""
    pending = pending_now.get()
    if pending is None:
        raise RuntimeError("Only a verb can promise to take something back.")
    pending.undo.append(undo)


def touch(model: RegisteredModel) -> None:
    """Have the model's gates settled at the end of the verb, though nothing is recorded of it."""
    pending = pending_now.get()
    if pending is None:
        raise RuntimeError("Only a verb can settle gates.")
    pending.touched.add(model.slug)


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
    have new names. Whoever is named, is named with ``Named``: as text that lies under their key.
    """
    pending = pending_now.get()
    if pending is None:
        raise RuntimeError(f"{action} was recorded outside a verb.")
    origin = _origin.get()
    pending.entries.append(
        {
            "at": timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "action": action,
            "actor_id": by.pk if by else None,
            "actor": Named(by) if by else "system",
            "role": role,
            "unit": unit.slug if unit else (model.unit.slug if model else ""),
            "model": model.slug if model else "",
            "subject_kind": subject._meta.model_name,
            "subject_id": subject.pk,
            "subject": about(subject),
            "changes": held(changes or {}),
            "reason": reason,
            "door": origin.door,
            "method": origin.method,
        }
    )


def wrote(kind: str, row: models.Model, *, about: models.Model | None = None) -> None:
    """Have the entry about something hold a digest of a row that was written, itself unless told.

    ``kind`` is a key of ``row_digests.WRITTEN``. It goes into the last entry about it so far, else
    into the first that follows. So the row cannot be edited behind the journal's back.
    """
    pending = pending_now.get()
    if pending is None:
        raise RuntimeError(f"A {kind} was written outside a verb.")
    about = about or row
    pending.wrote.append(
        Wrote(
            about=(about._meta.model_name, about.pk),
            told=(kind, row.pk, row_digests.digest_of(row, row_digests.WRITTEN[kind])),
            after=len(pending.entries),
        )
    )


def tell_rows(pending: Pending) -> None:
    """Put what was written into the entries that tell of it; raise where there is none."""
    for one in pending.wrote:
        abouts = [(entry["subject_kind"], entry["subject_id"]) for entry in pending.entries]
        places = [place for place, about in enumerate(abouts) if about == one.about]
        before = [place for place in places if place < one.after]
        if not places:
            raise RuntimeError(f"No entry tells of {one.told[0]} {one.told[1]}.")
        entry = pending.entries[before[-1] if before else places[0]]
        entry["changes"].setdefault(row_digests.WROTE, []).append(list(one.told))


def append(entries: list[dict[str, Any]]) -> None:
    """Number, chain and write the entries, under the lock on the head."""
    if not entries:
        return
    put_under_keys(entries)
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
    checkpoint_writing.follow(
        [entry["action"] for entry in entries],
        before=head.number - len(entries),
        after=head.number,
    )
