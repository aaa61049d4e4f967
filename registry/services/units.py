"""Found units, and grant and end roles in them."""

from __future__ import annotations

from django.db import IntegrityError
from django.utils import timezone

from registry.models import Membership, Unit, User
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import Role, objections_to_granting
from registry.rules.wording import gettext_noop
from registry.services import journal, rights
from registry.services.names import Named


@journal.verb
def found(*, slug: str, name: str, administrator: User, by: None) -> Unit:
    """Found a unit with its first administrator.

    An operator's act, since nobody holds a role yet.
    """
    if Unit.objects.filter(slug=slug).exists() or Unit.objects.filter(name=name).exists():
        raise Refused.because(
            "unit.exists",
            gettext_noop("There is a unit %(name)s already; choose another name."),
            name=name,
        )
    if objections := _objections_to_person(administrator):
        raise Refused(*objections)
    unit = Unit.objects.create(slug=slug, name=name, founded_at=timezone.now())
    journal.record("unit.founded", by=by, subject=unit, role="system", unit=unit)
    _grant(unit=unit, user=administrator, role=Role.ADMINISTRATOR, by=by, acting_as="system")
    return unit


@journal.verb
def grant(*, unit: Unit, user: User, role: Role, by: User | None) -> Membership:
    """Give a person a role in a unit from now on. Nobody grants themselves one."""
    Unit.objects.select_for_update().get(pk=unit.pk)
    acting_as = rights.require(by=by, verb="membership.grant", unit=unit)
    held = Membership.objects.roles_of(user, unit)
    objections = objections_to_granting(
        Role(role), held, to_oneself=by is not None and by.pk == user.pk
    )
    objections += _objections_to_person(user)
    if objections:
        raise Refused(*objections)
    return _grant(unit=unit, user=user, role=Role(role), by=by, acting_as=acting_as)


def _objections_to_person(user: User) -> list[Objection]:
    """Say whether the account may hold a role; it is not erased before this transaction ends."""
    if User.objects.select_for_update(no_key=True).get(pk=user.pk).is_active:
        return []
    return [
        Objection(
            "membership.no_account",
            gettext_noop(
                "This account was erased or is switched off and holds no role; choose another."
            ),
        )
    ]


def _grant(*, unit: Unit, user: User, role: Role, by: User | None, acting_as: str) -> Membership:
    try:
        membership = Membership.objects.create(
            unit=unit, user=user, role=role.value, granted_at=timezone.now(), granted_by=by
        )
    except IntegrityError as error:
        raise Refused.because(
            "membership.held", gettext_noop("This person already holds this role here.")
        ) from error
    journal.wrote("role", membership)
    journal.record(
        "membership.granted",
        by=by,
        subject=membership,
        role=acting_as,
        unit=unit,
        changes={"user": Named(user), "role": role.value},
    )
    return membership


@journal.verb
def end(*, membership: Membership, reason: str, by: User | None) -> Membership:
    """End a role from now on; what was done in it stays done."""
    membership = (
        Membership.objects.select_for_update().select_related("unit", "user").get(pk=membership.pk)
    )
    acting_as = rights.require(by=by, verb="membership.end", unit=membership.unit)
    if membership.ended_at:
        raise Refused.because(
            "membership.ended", gettext_noop("This role has ended already; nothing is left to end.")
        )
    membership.ended_at, membership.ended_by = timezone.now(), by
    membership.save(update_fields=["ended_at", "ended_by"])
    journal.wrote("end of a role", membership)
    journal.record(
        "membership.ended",
        by=by,
        subject=membership,
        role=acting_as,
        unit=membership.unit,
        changes={"user": Named(membership.user), "role": membership.role},
        reason=reason,
    )
    return membership
