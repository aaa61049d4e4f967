"""From which seats somebody may sign a release: their own roles, and those delegated to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone

from registry.models import Delegation, Membership, Release, User
from registry.rules import stages as rules
from registry.rules.delegations import BARRED
from registry.rules.refusals import Objection
from registry.rules.roles import ENGAGED
from registry.services import stages
from registry.services.stages import Progress


@dataclass(frozen=True)
class Seat:
    """A place to sign from: the stage, the role held there, and whose seat it is if delegated."""

    stage: int
    role: str
    on_behalf_of: User | None = None
    delegation: int | None = None


def roles_in(by: User, release: Release) -> set[str]:
    """Return the roles the person holds in the unit of the release."""
    return Membership.objects.roles_of(by, release.version.model.unit)


def lent_to(by: User) -> list[Delegation]:
    """Return what is delegated to the person and can be signed by now, in one query.

    A delegation holds only while the giver still has the role and the delegate still works in the
    unit, in no role that is never held beside one that signs.
    """
    held = Membership.objects.current().filter(unit=OuterRef("unit"))
    givers = held.filter(user=OuterRef("giver"), role=OuterRef("role"))
    theirs = held.filter(user=OuterRef("delegate"))
    lent = Delegation.objects.in_force(timezone.now()).filter(
        Exists(givers),
        Exists(theirs.filter(role__in=[role.value for role in ENGAGED])),
        ~Exists(theirs.filter(role__in=sorted(BARRED))),
        delegate=by,
        delegate__is_active=True,
        giver__is_active=True,
    )
    return list(lent.select_related("giver").order_by("pk"))


def delegated_to(
    by: User, release: Release, lent: Iterable[Delegation] | None = None
) -> list[Seat]:
    """Return the roles others delegated to the person for this release, as seats of no stage.

    ``lent`` is what ``lent_to`` returned, where the caller has many releases to look at.
    """
    model = release.version.model
    return [
        Seat(-1, one.role, one.giver, one.pk)
        for one in (lent_to(by) if lent is None else lent)
        if one.unit_id == model.unit_id and one.model_id in (None, model.pk)
    ]


def of(
    by: User,
    release: Release,
    progress: Progress,
    roles: set[str] | None = None,
    lent: Iterable[Delegation] | None = None,
) -> list[Seat]:
    """Return where the person could sign now, in the order of the stages; their own roles first.

    ``roles`` are those they hold in the unit and ``lent`` what is delegated to them, where the
    caller has read them already.
    """
    held = roles_in(by, release) if roles is None else roles
    seats = [*(Seat(-1, role) for role in sorted(held)), *delegated_to(by, release, lent)]
    return [
        Seat(place, seat.role, seat.on_behalf_of, seat.delegation)
        for place in progress.open
        for seat in seats
        if rules.is_wanted(progress.stages[place], rules.at(progress.votes, place), seat.role)
    ]


def objections_to(by: User, release: Release, progress: Progress, seat: Seat) -> list[Objection]:
    """Say why this person may not sign from this seat: separation of duties."""
    giver = seat.on_behalf_of.pk if seat.on_behalf_of else None
    return stages.objections_to(release, progress, seat.stage, by.pk, giver)
