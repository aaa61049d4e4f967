"""Who could sign the open stages of a release: people by name, in their own seats or delegated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from registry.models import Delegation, Release, User
from registry.rules import releases as rules
from registry.rules import stages as stage_rules
from registry.services import seats, stages
from registry.services.stages import Progress


@dataclass(frozen=True)
class Signer:
    """Somebody who could sign, and whose seat that is until when, where it was delegated."""

    person: User
    role: str
    on_behalf_of: User | None = None
    until: datetime | None = None


def of_open_stages(release: Release, progress: Progress) -> dict[int, list[Signer]]:
    """Return, for each open stage, who could sign it now, in the order of their names.

    Who has a hand in the version or signed already is left out, as the server would refuse them.
    The release comes from ``for_signing``; the number of queries goes by the roles that are
    waited for, so this is for one release and not for a list.
    """
    wanted = {
        place: _wanted(progress, place) for place in progress.open if release.state in rules.OPEN
    }
    roles = sorted({role for here in wanted.values() for role in here})
    excluded = stages.ruling_of(release).excluded
    holders = {role: stages.eligible(release.version, role, excluded) for role in roles}
    lent = _lent(release, roles)
    ids = {pk for held in holders.values() for pk in held}
    people = User.objects.in_bulk(ids)
    against = _Objections(release, progress)
    return {
        place: sorted(
            [
                *(
                    Signer(people[pk], role)
                    for role in here
                    for pk in holders[role]
                    if against.none(place, pk)
                ),
                *(
                    Signer(one.delegate, one.role, one.giver, one.ends_at)
                    for one in lent
                    if one.role in here and against.none(place, one.delegate_id, one.giver_id)
                ),
            ],
            key=lambda signer: (roles.index(signer.role), signer.person.printed_name),
        )
        for place, here in wanted.items()
    }


def _wanted(progress: Progress, place: int) -> tuple[str, ...]:
    """Return the roles whose signature would bring the stage further."""
    stage, votes = progress.stages[place], stage_rules.at(progress.votes, place)
    return tuple(role for role in stage.roles if stage_rules.is_wanted(stage, votes, role))


def _lent(release: Release, roles: Iterable[str]) -> list[Delegation]:
    """Return the delegations of these roles that hold for the release now."""
    model = release.version.model
    found = (
        Delegation.objects.in_force(timezone.now())
        .filter(Q(model=None) | Q(model=model), unit=model.unit, role__in=list(roles))
        .select_related("giver", "delegate")
        .order_by("pk")
    )
    return [
        one
        for one in found
        if any(seat.delegation == one.pk for seat in seats.delegated_to(one.delegate, release))
    ]


class _Objections:
    """What the server would say against a signer, from what is read once for all of them."""

    def __init__(self, release: Release, progress: Progress) -> None:
        self.progress = progress
        self.hands = stages.hands_on(release)
        self.validated = stages.validators_of(release.version)
        self.excluded = stages.ruling_of(release).excluded

    def none(self, place: int, *people: int) -> bool:
        """Say whether nothing stands against any of these people at the stage."""
        return not any(
            rules.objections_to_signer(
                person,
                self.hands,
                self.progress.votes,
                stage=place,
                stages=self.progress.stages,
                excluded=self.excluded,
                validated=self.validated,
            )
            for person in people
        )
