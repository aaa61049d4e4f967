"""Names in the journal's entries: held back until the verb ends, then put under people's keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from registry.models import Confirmation, Delegation, Membership, User
from registry.rules.casefile import canonical
from registry.services import person_keys, personal

# What an entry says it is about, where that is a person or names one; one person alone, because a
# text lies under one key. Whoever else is meant stands in the entry's changes.
ABOUT: dict[type[models.Model], Callable[[Any], tuple[User, str]]] = {
    User: lambda person: (person, person.printed_name),
    Membership: lambda membership: (membership.user, str(membership)),
    Delegation: lambda delegation: (delegation.giver, delegation.giver.printed_name),
    Confirmation: lambda confirmation: (confirmation.owner, str(confirmation)),
}


@dataclass(frozen=True, init=False)
class Named:
    """A person as an entry names them: the account, and a text that is put under their key."""

    person: int
    text: str

    def __init__(self, person: User, text: str = "") -> None:
        object.__setattr__(self, "person", person.pk)
        object.__setattr__(self, "text", text or person.printed_name)


def about(subject: models.Model) -> Named | str:
    """Return what an entry about this says it is about."""
    naming = ABOUT.get(type(subject))
    if naming is None:
        return str(subject)[:500]
    person, text = naming(subject)
    return Named(person, text[:500])


def held(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of an entry's changes as they are now, their names held back."""
    return {key: _replaced(one, lambda named: named) for key, one in changes.items()}


def put_under_keys(entries: Sequence[dict[str, Any]]) -> None:
    """Seal every name that these entries hold, and write their changes as text.

    The keys of all the people named are fetched at once.
    """
    people = {named.person for entry in entries for named in _named_in(entry)}
    keys = person_keys.to_seal_with(people)

    def sealed(named: Named) -> str:
        key = keys.get(named.person)
        if key is None:
            # Erased, perhaps while this verb held their name: it is not written in the clear now.
            return personal.left_of(named.person)
        return personal.seal_name(named.text, person=named.person, key=key)

    for entry in entries:
        for field in ("actor", "subject"):
            if isinstance(entry[field], Named):
                entry[field] = sealed(entry[field])
        entry["changes"] = canonical(
            _replaced(
                entry["changes"],
                lambda named: {"person": named.person, "name": sealed(named)},
            )
        )


def _replaced(value: Any, by: Callable[[Named], Any]) -> Any:
    if isinstance(value, Named):
        return by(value)
    if isinstance(value, Mapping):
        return {key: _replaced(one, by) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(one, by) for one in value]
    return value


def _named_in(value: Any) -> Iterator[Named]:
    if isinstance(value, Named):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _named_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _named_in(one)
