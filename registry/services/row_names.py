"""Compare the names that rows print with those that lie in entries, and find keys that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from registry.models import Entry, PersonKey
from registry.rules.journal import COLUMNS, NUMBER, Break, Row
from registry.rules.refusals import Refused
from registry.services import person_keys, personal
from registry.services.openings import Openers

ACTOR, ACTOR_ID = COLUMNS.index("actor"), COLUMNS.index("actor_id")


@dataclass
class Names:
    """Whose names lay sealed in entries, and which of them did not open.

    ``last`` is, by account, the last entry in which they act under a sealed name; ``unopened`` the
    last one whose name their key does not open, though it is there.
    """

    last: dict[int, int] = field(default_factory=dict)
    unopened: dict[int, int] = field(default_factory=dict)

    def take(self, rows: Sequence[Row]) -> None:
        """Note who acts in these entries; they follow on those before."""
        self.last.update(
            {row[ACTOR_ID]: row[NUMBER] for row in rows if row[ACTOR][:7] == "sealed:"}
        )

    def differ(self, number: int, actor: str, printed: str, openers: Openers) -> bool:
        """Say whether a row prints another name than its entry; of the erased nobody can say."""
        if not personal.is_sealed(actor):
            return actor != printed
        key = openers.key_of(actor)
        if key is not None:
            return personal.open_name(actor, key) != printed
        person = personal.person_of(actor)
        if person in openers.keys:
            self.unopened[person] = number
        return False


def closed_break(names: Names, last: int) -> Break | None:
    """Return a key that is gone, or was replaced, though no entry tells of it.

    Or it would do to take somebody's key away, and what they signed could bear any name. Where no
    key at all opens, it is the installation's that is not here, and no name can be compared.
    """
    kept = _keys_of(names)
    lost = _lost(kept)
    left_behind = _left_behind()
    gone = {
        pk
        for pk, number in names.last.items()
        if pk in lost or (pk not in kept and number > left_behind)
    }
    gone |= {pk for pk, row in kept.items() if row.erased_at is not None}
    erased = _told("person.erased", gone)
    replaced = _told("person.key_replaced", names.unopened)
    breaks = [
        Break(names.last.get(person, last), _wrong(person, kept.get(person)))
        for person in gone
        # An act under way while its person was erased may stand behind the entry that tells so.
        if person not in erased
    ]
    breaks += [
        Break(
            number, f"the name in it does not open, and no entry tells that {person} has a new key"
        )
        for person, number in names.unopened.items()
        if max(replaced.get(person, 0), left_behind) <= number
    ]
    return min(breaks, key=lambda one: one.number, default=None)


def _left_behind() -> int:
    """Return the last entry that tells of a restore without the keys of those who acted before."""
    # Earlier entries do not say whether keys came with it.
    told = Entry.objects.filter(action="backup.restored").exclude(
        changes__contains='"with_keys":true'
    )
    return told.order_by("-number").values_list("number", flat=True).first() or 0


def _keys_of(names: Names) -> dict[int, PersonKey]:
    """Return the keys of all who act, and of all who were erased."""
    erased = PersonKey.objects.filter(erased_at__isnull=False)
    return PersonKey.objects.in_bulk(names.last) | {row.pk: row for row in erased.iterator()}


def _lost(kept: dict[int, PersonKey]) -> set[int]:
    """Return whose key is there and does not open; nobody where none opens."""
    lost = set()
    opens = False
    for pk, row in kept.items():
        if row.erased_at is not None:
            continue
        try:
            person_keys.opened(row)
            opens = True
        except Refused:
            lost.add(pk)
    return lost if opens else set()


def _told(action: str, people: Iterable[int]) -> dict[int, int]:
    """Return the last entry of this kind about each of these people."""
    about = Entry.objects.filter(action=action, subject_id__in=list(people)).order_by("number")
    return {pk: number for pk, number in about.values_list("subject_id", "number") if pk}


def _wrong(person: int, row: PersonKey | None) -> str:
    if row is None or row.erased_at is not None:
        return f"the key of the account {person} is gone, and no entry tells that it was erased"
    return (
        f"the key of the account {person} does not open, wrapped under {row.wrapped_by};"
        " it was changed, or that key is missing from PEOPLE_OLD_KEYS"
    )
