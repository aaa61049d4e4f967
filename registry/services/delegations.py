"""Give one's seat to somebody else for a time, and take it back."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Delegation, Membership, RegisteredModel, Unit, User
from registry.rules import delegations as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import Role
from registry.rules.wording import gettext_noop
from registry.services import journal, notices, rights
from registry.services.names import Named


@journal.verb
def give(
    *,
    unit: Unit,
    delegate: User,
    role: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    model: RegisteredModel | None = None,
    by: User,
) -> Delegation:
    """Have somebody sign in one's place; who has a hand in a release is no delegate for it."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    acting_as = rights.require(by=by, verb="delegation.give", unit=unit)
    given = rules.Given(by.pk, delegate.pk, role, starts_at, ends_at, reason)
    objections = rules.objections_to(
        given,
        giver_roles=Membership.objects.roles_of(by, unit),
        delegate_roles=Membership.objects.roles_of(delegate, unit) if delegate.is_active else (),
        now=timezone.now(),
    )
    if model is not None and model.unit_id != unit.pk:
        objections.append(
            Objection(
                "delegation.model",
                gettext_noop("The model belongs to another unit; choose one of this unit."),
            )
        )
    if objections:
        raise Refused(*objections)
    delegation = Delegation.objects.create(
        unit=unit,
        giver=by,
        delegate=delegate,
        role=role,
        model=model,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        given_at=timezone.now(),
    )
    journal.record(
        "delegation.given",
        by=by,
        subject=delegation,
        role=acting_as,
        unit=unit,
        model=model,
        changes={
            "delegate": Named(delegate),
            "role": role,
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
        },
        reason=delegation.reason,
    )
    notices.tell(
        people=[delegate],
        code="delegation.given",
        about=delegation,
        model=model,
        unit=unit,
        link=reverse("delegations"),
    )
    return delegation


@journal.verb
def end(*, delegation: Delegation, reason: str, by: User) -> Delegation:
    """End a delegation before its day: the giver's, the delegate's or an administrator's to do."""
    delegation = (
        Delegation.objects.select_for_update(of=("self",))
        .select_related("unit", "giver", "delegate", "model")
        .get(pk=delegation.pk)
    )
    role = rights.require(by=by, verb="delegation.end", unit=delegation.unit)
    is_theirs = by.pk in (delegation.giver_id, delegation.delegate_id)
    if not is_theirs and Role.ADMINISTRATOR not in role.split(", "):
        raise PermissionDenied(
            _("This delegation is %(giver)s's; they or an administrator end it.")
            % {"giver": delegation.giver.printed_name}
        )
    objections = []
    if delegation.ended_at or delegation.ends_at <= timezone.now():
        objections.append(
            Objection("delegation.ended", gettext_noop("This delegation has ended already."))
        )
    if not reason.strip():
        objections.append(
            Objection("delegation.no_reason", gettext_noop("Give the reason; it is kept."))
        )
    if objections:
        raise Refused(*objections)
    delegation.ended_at, delegation.ended_by = timezone.now(), by
    delegation.end_reason = reason.strip()
    delegation.save(update_fields=["ended_at", "ended_by", "end_reason"])
    journal.record(
        "delegation.ended",
        by=by,
        subject=delegation,
        role=role,
        unit=delegation.unit,
        model=delegation.model,
        changes={"delegate": Named(delegation.delegate)},
        reason=delegation.end_reason,
    )
    return delegation
