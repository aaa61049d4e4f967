"""What one thing is that waits for a person, and what that person may do where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from audits.rules.today import NEEDS, NeedKind
from registry.models import Membership, Release, Unit, User
from registry.rules.roles import allowed

# Of each kind; and how many are looked at for it, where whose work it is decides.
MOST_SHOWN = 20
MOST_LOOKED_AT = 5 * MOST_SHOWN


@dataclass(frozen=True)
class Need:
    """One thing that waits for this person: what about, where it is done, and why now.

    ``kind`` is a key of ``NEEDS``; ``said`` fills the places of its words.
    """

    kind: str
    subject: str
    link: str
    said: Mapping[str, object] = field(default_factory=dict)
    who: str = ""
    at: datetime | None = None
    due: date | datetime | None = None
    overdue: bool = False
    count: int = 0
    release: Release | None = None

    @property
    def words(self) -> NeedKind:
        """The words of its kind."""
        return NEEDS[self.kind]

    @property
    def named(self) -> dict[str, str]:
        """What fills the words of where it came from."""
        return {"who": self.who}


@dataclass(frozen=True)
class Desk:
    """A person at work: the roles they hold today, by unit."""

    user: User
    roles: Mapping[int, frozenset[str]]
    units: Mapping[int, Unit]

    def where(self, verb: str) -> list[Unit]:
        """Return the units in which the person's roles give the right to the verb."""
        return [self.units[pk] for pk, held in self.roles.items() if allowed(verb, held)]

    def holding(self, role: str) -> list[Unit]:
        """Return the units in which the person holds the role."""
        return [self.units[pk] for pk, held in self.roles.items() if role in held]


def desk_of(user: User) -> Desk:
    """Read what the person may do, in one query."""
    held: dict[int, Any] = {}
    units: dict[int, Unit] = {}
    current = Membership.objects.current().filter(user_id=user.pk).select_related("unit")
    for membership in current:
        held.setdefault(membership.unit_id, set()).add(membership.role)
        units[membership.unit_id] = membership.unit
    return Desk(user, {pk: frozenset(roles) for pk, roles in held.items()}, units)
