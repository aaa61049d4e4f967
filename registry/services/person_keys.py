"""People's keys: made with the first entry that names somebody, kept wrapped, gone once erased."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from registry.models import PersonKey
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import personal
from registry.services.key_names import name_of


def to_seal_with(people: Iterable[int]) -> dict[int, bytes]:
    """Return everybody's key, by account, made where there is none; the erased have none.

    One query where all have a key. Raises Refused where a key does not open.
    """
    wanted = sorted(set(people))
    kept = _kept(wanted)
    if missing := [person for person in wanted if person not in kept]:
        # In the order of their numbers, so that two verbs that name the same new people wait
        # instead of blocking each other; whoever comes second takes the key that is there.
        PersonKey.objects.bulk_create([made(person) for person in missing], ignore_conflicts=True)
        kept |= _kept(missing)
    return {pk: opened(row) for pk, row in kept.items() if row.wrapped_key is not None}


def made(person: int) -> PersonKey:
    """Return a new key for an account. The caller saves the row."""
    row = PersonKey(person=person, made_at=timezone.now())
    put_under_present(row, personal.new_key())
    return row


def put_under_present(row: PersonKey, key: bytes) -> None:
    """Wrap a key under the installation's present one. The caller saves the row."""
    row.wrapped_key = personal.wrap(key, under=settings.PEOPLE_KEY, person=row.person)
    row.wrapped_by = name_of(settings.PEOPLE_KEY)


def opened(row: PersonKey) -> bytes:
    """Return the key in a row. Raises Refused where the key that wraps it is not here."""
    under = _known().get(row.wrapped_by)
    if under is None:
        raise Refused.because(
            "people.key_unknown",
            gettext_noop(
                "The key of the account %(person)s is wrapped under the key %(name)s, which this"
                " installation does not have. An administrator has to add it to PEOPLE_OLD_KEYS."
            ),
            person=row.person,
            name=row.wrapped_by,
        )
    try:
        return personal.unwrap(bytes(row.wrapped_key or b""), under=under, person=row.person)
    except personal.Unopened:
        raise Refused.because(
            "people.key_damaged",
            gettext_noop(
                "The key of the account %(person)s was changed in the database;"
                " restore it from a backup."
            ),
            person=row.person,
        ) from None


def _kept(people: list[int]) -> dict[int, PersonKey]:
    return PersonKey.objects.in_bulk(people) if people else {}


def _known() -> dict[str, bytes]:
    return {name_of(key): key for key in (settings.PEOPLE_KEY, *settings.PEOPLE_OLD_KEYS)}
