"""Open the names in the journal's entries for whoever may read them; the erased stay unnamed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from registry.models import Entry, PersonKey, User
from registry.models.journal import EntryQuerySet
from registry.rules.casefile import canonical
from registry.rules.refusals import Refused
from registry.services import person_keys, personal


@dataclass(frozen=True)
class Opened:
    """An entry as people read it; the entry itself is what the chain seals.

    ``keys`` holds, by the sealed text, the key that opens that one name and no other, in hex. Of a
    person who was erased, or whose key is not here, there is none.
    """

    entry: Entry
    actor: str
    subject: str
    changes: dict[str, Any]
    keys: dict[str, str]

    @property
    def told(self) -> str:
        """The changes as text, for a page."""
        return canonical(self.changes)


def opened(entries: Iterable[Entry]) -> list[Opened]:
    """Return the entries with their names in the clear, in one query for any number of them."""
    read = [(entry, _changes(entry)) for entry in entries]
    held = [(entry, changes, set(_sealed_in(entry, changes))) for entry, changes in read]
    people = {personal.person_of(one) for _entry, _read, sealed in held for one in sealed}
    openers = Openers(people)
    return [
        Opened(
            entry=entry,
            actor=openers.open(entry.actor),
            subject=openers.open(entry.subject),
            changes=openers.open(changes),
            keys={one: key for one in sorted(sealed) if (key := openers.key_of(one))},
        )
        for entry, changes, sealed in held
    ]


class Openers:
    """The keys of some people, fetched at once, and what they open."""

    def __init__(self, people: Iterable[int]) -> None:
        wanted = set(people)
        self.rows = PersonKey.objects.in_bulk(wanted) if wanted else {}
        self.keys: dict[int, bytes] = {}
        for pk, row in self.rows.items():
            try:
                if row.erased_at is None:
                    self.keys[pk] = person_keys.opened(row)
            except Refused:
                # A page is read all the same; what is wrong is said where the name would stand.
                continue

    def open(self, value: Any) -> Any:
        """Return the value with every sealed name in it opened, however deep it lies."""
        if isinstance(value, str) and personal.is_sealed(value):
            return self._name(value)
        if isinstance(value, Mapping):
            return {key: self.open(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.open(one) for one in value]
        return value

    def key_of(self, sealed: str) -> str | None:
        """Return the key of this one name; None where it cannot be opened with what is here."""
        key = self.keys.get(personal.person_of(sealed))
        if key is None:
            return None
        own = personal.entry_key(sealed, key=key)
        try:
            personal.open_name(sealed, own)
        except personal.Unopened:
            return None
        return own

    def _name(self, sealed: str) -> str:
        own = self.key_of(sealed)
        if own is not None:
            return personal.open_name(sealed, own)
        person = personal.person_of(sealed)
        row = self.rows.get(person)
        if row is not None and row.erased_at is not None:
            return _("an erased person (%(id)s)") % {"id": person}
        return _("a name that does not open (%(id)s)") % {"id": person}


def by_people_named(entries: EntryQuerySet, text: str) -> EntryQuerySet:
    """Narrow entries to those of people whose printed name holds the text; the erased have none.

    Names lie sealed in the entries, so people are looked up as they are called today.
    """
    erased = PersonKey.objects.filter(erased_at__isnull=False)
    full = Concat("first_name", Value(" "), "last_name")
    unnamed = Q(first_name="", last_name="", username__icontains=text)
    people = (
        User.objects.annotate(full=full)
        .filter(Q(full__icontains=text) | unnamed)
        .exclude(pk__in=erased.values("person"))
    )
    found = Q(actor_id__in=people.values("pk"))
    if text.strip().casefold() in "system":
        found |= Q(actor_id=None)
    return entries.filter(found)


def _changes(entry: Entry) -> dict[str, Any]:
    """Return what changed; an entry that was bent may hold what is no JSON, and is shown as it is.

    That it was bent is for the check of the chain to say.
    """
    try:
        changes = json.loads(entry.changes)
    except ValueError:
        changes = None
    return changes if isinstance(changes, dict) else {"": entry.changes}


def _sealed_in(*values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, Entry):
            yield from _sealed_in(value.actor, value.subject)
        elif isinstance(value, str) and personal.is_sealed(value):
            yield value
        elif isinstance(value, dict | list):
            yield from _sealed_in(*(value.values() if isinstance(value, dict) else value))
