"""May this person do this here? One question, answered from memberships alone."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from registry.models import Membership, Unit, User
from registry.rules.roles import MAY, ROLE_NAMES, Role, allowed


def roles_for(*, by: User, verb: str, unit: Unit) -> list[Role]:
    """Return the person's roles in the unit that give the right to the verb."""
    return allowed(verb, Membership.objects.roles_of(by, unit))


def may(*, by: User, verb: str, unit: Unit) -> bool:
    """Say whether the person may; for showing a button, never for guarding a verb."""
    return bool(roles_for(by=by, verb=verb, unit=unit))


def require(*, by: User | None, verb: str, unit: Unit) -> str:
    """Return the role the person acts in, for the journal.

    Raise PermissionDenied when there is none.
    """
    if by is None:
        return "system"
    roles = roles_for(by=by, verb=verb, unit=unit)
    if not by.is_active or not roles:
        raise PermissionDenied(
            _("This takes one of these roles in the unit %(unit)s: %(roles)s.")
            % {
                "unit": unit,
                "roles": ", ".join(_(ROLE_NAMES[role]) for role in Role if role in MAY[verb]),
            }
        )
    return ", ".join(role.value for role in roles)


def may_anywhere(*, by: User, verb: str) -> bool:
    """Say whether the person holds the right in any unit; for showing a button."""
    return bool(_roles_anywhere(by, verb))


def require_anywhere(*, by: User, verb: str) -> str:
    """Return the role the person acts in where what they do is of no single unit.

    Raise PermissionDenied when they hold none that gives the right, in any unit.
    """
    roles = _roles_anywhere(by, verb)
    if not by.is_active or not roles:
        raise PermissionDenied(
            _("This takes one of these roles in any unit: %(roles)s.")
            % {"roles": ", ".join(_(ROLE_NAMES[role]) for role in Role if role in MAY[verb])}
        )
    return ", ".join(role.value for role in roles)


def _roles_anywhere(by: User, verb: str) -> list[Role]:
    held = Membership.objects.current().filter(user_id=by.pk)
    return allowed(verb, held.values_list("role", flat=True))
