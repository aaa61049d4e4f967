"""Erase a person: destroy the key under which the journal names them, and empty their account."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import get_token_model

from registry.models import (
    Condition,
    Decision,
    Delegation,
    Entry,
    Finding,
    Mail,
    MailChoice,
    Membership,
    Notice,
    PasskeyChallenge,
    PersonKey,
    RegisteredModel,
    Unit,
    User,
)
from registry.rules.erasures import Erasure, Ties, objections_to_erasing
from registry.rules.holds import Scope
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import OPEN, STANDING
from registry.rules.roles import ROLE_NAMES, Role
from registry.services import conditions as conditions_of
from registry.services import erasure_ledger, journal, personal, retention_holds, rights


def within_reach(by: User) -> QuerySet[User]:
    """Return the people whom this person could erase: those of units they administer, ever."""
    units = Unit.objects.where(by, "person.erase")
    return User.objects.filter(memberships__unit__in=units).distinct()


def erased_at(person: User) -> datetime | None:
    """Return when the person was erased; None while they are not."""
    key = PersonKey.objects.filter(pk=person.pk).first()
    return key.erased_at if key else None


def objections_to(person: User, by: User | None, reason: str) -> list[Objection]:
    """Say everything that stands against erasing the person."""
    seen = set(Unit.objects.visible_to(by).values_list("pk", flat=True)) if by else None
    return objections_to_erasing(
        oneself=by is not None and by.pk == person.pk,
        is_erased=erased_at(person) is not None,
        reason=reason,
        ties=_ties(person, seen),
    )


@journal.verb
def erase(*, person: User, reason: str, by: User | None) -> User:
    """Erase a person for good, once nothing binds them any more.

    What they signed, and the case files and reports that state it, keep their printed name: that is
    a legal duty. Everything else that names them, names nobody from now on.
    """
    # Before any row, as wherever something is deleted.
    retention_holds.keep_holds_out()
    person = User.objects.select_for_update().get(pk=person.pk)
    acting_as, unit = require_right_over(person, by)
    objections = objections_to(person, by, reason)
    if objections:
        raise Refused(*objections)
    now = timezone.now()
    erasure = Erasure(
        id=uuid.uuid4().hex,
        person=person.pk,
        joined=person.date_joined.isoformat(),
        key_made_at=_destroy_key(person, now),
        at=now.isoformat(),
        why=reason.strip(),
    )
    _empty(person)
    journal.record(
        "person.erased",
        by=by,
        subject=person,
        role=acting_as,
        unit=unit,
        changes={"key_made_at": erasure.key_made_at},
        reason=erasure.why,
    )
    # Before the commit: nobody who was told that they are erased ever comes back with a backup.
    # What a crash leaves between the two is settled by the housekeeping.
    erasure_ledger.append(erasure)
    journal.on_failure(partial(erasure_ledger.take_back, erasure))
    transaction.on_commit(partial(erasure_ledger.confirm, erasure), robust=True)
    return person


def replay(*, of: datetime | None = None) -> int:
    """Erase again whoever a restored database brought back; return how many those were.

    ``of`` is the instant of that database: an erasure that was under way well before it, is not
    confirmed and is not in its journal never happened, and is left to the housekeeping. Each on its
    own; killed anywhere, it is run again.
    """
    return sum(
        _replay(erasure=erasure)
        for erasure in erasure_ledger.read()
        if erasure.confirmed or of is None or not erasure.is_older(of) or _is_told(erasure)
    )


def settle() -> None:
    """See what became of erasures whose line a crash left open for an hour, and write it down."""
    now = timezone.now()
    for erasure in erasure_ledger.read():
        if not erasure.confirmed and erasure.is_older(now):
            _settle(erasure=erasure)


@journal.verb
def _settle(*, erasure: Erasure) -> None:
    # An erasure that still goes on holds this row; it has ended once the row is ours.
    person = _found(erasure)
    if person is None:
        return
    if _is_told(erasure) or erased_at(person) is not None:
        erasure_ledger.confirm(erasure)
        return
    journal.record(
        "person.erasure_abandoned",
        by=None,
        subject=person,
        role="system",
        changes={"begun_at": erasure.at},
        reason=erasure.why,
    )
    # Afterwards: killed between the two, this is said once more, and the line is never lost.
    transaction.on_commit(partial(erasure_ledger.take_back, erasure))


def _is_told(erasure: Erasure) -> bool:
    told = Entry.objects.filter(action="person.erased", subject_kind="user")
    return told.filter(subject_id=erasure.person).exists()


def _found(erasure: Erasure) -> User | None:
    """Lock the account. The number alone would find whoever has it in a database from before."""
    joined = datetime.fromisoformat(erasure.joined)
    found = User.objects.select_for_update().filter(pk=erasure.person, date_joined=joined)
    return found.first()


@journal.verb
def _replay(*, erasure: Erasure) -> int:
    person = _found(erasure)
    if person is None or erased_at(person) is not None:
        return 0
    _destroy_key(person, datetime.fromisoformat(erasure.at))
    _empty(person)
    journal.record(
        "person.erased",
        by=None,
        subject=person,
        role="system",
        changes={"key_made_at": erasure.key_made_at, "replayed_from": erasure.at},
        reason=erasure.why,
    )
    return 1


def require_right_over(person: User, by: User | None) -> tuple[str, Unit | None]:
    """Return the role to act in, and the unit: one the person was in that ``by`` administers.

    Raise PermissionDenied where there is none.
    """
    if by is None:
        return "system", None
    known = Unit.objects.filter(memberships__user=person).distinct()
    unit = known.filter(pk__in=Unit.objects.where(by, "person.erase")).first()
    if unit is None or not by.is_active:
        raise PermissionDenied(
            _("This takes an administrator of a unit in which the person held a role.")
        )
    return rights.require(by=by, verb="person.erase", unit=unit), unit


def _destroy_key(person: User, now: datetime) -> str | None:
    """Take the person's key away, and see that none is made later; return when it was made."""
    PersonKey.objects.bulk_create(
        [PersonKey(person=person.pk, made_at=now, erased_at=now)], ignore_conflicts=True
    )
    row = PersonKey.objects.select_for_update().get(pk=person.pk)
    if row.erased_at is not None:
        return None
    row.wrapped_key, row.wrapped_by, row.erased_at = None, "", now
    row.save(update_fields=["wrapped_key", "wrapped_by", "erased_at"])
    return row.made_at.isoformat()


def _empty(person: User) -> None:
    """Leave nothing of the account but its number, and end every way in."""
    person.username = personal.left_of(person.pk)
    person.first_name = person.last_name = person.email = ""
    person.is_active, person.last_login = False, None
    person.set_unusable_password()
    person.save()
    mine = Q(giver=person) | Q(delegate=person)
    named_in = Delegation.objects.filter(mine).values("pk")
    Notice.objects.filter(about_kind="delegation", about_id__in=named_in).delete()
    Notice.objects.filter(person=person).delete()
    for kept in (Mail, MailChoice):
        kept.objects.filter(person=person).delete()
    for way_in in (get_token_model(), Authenticator, EmailAddress, PasskeyChallenge):
        way_in.objects.filter(user=person).delete()
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()


def _ties(person: User, seen: set[int] | None) -> Ties:
    """Return what binds the person; what lies in a unit that is not seen is not named."""

    def named(rows: Iterable[tuple[str, int]]) -> list[str]:
        hidden = _("in another unit")
        texts = (text if seen is None or unit in seen else hidden for text, unit in rows)
        return list(dict.fromkeys(texts))

    held = Membership.objects.current().filter(user=person).select_related("unit")
    looked_after = (
        Q(revision__owner=person)
        | Q(revision__deputy=person)
        | Q(revision__maintainers=person)
        | Q(revision__maintainer_deputies=person)
    )
    models = RegisteredModel.objects.in_use().filter(looked_after).distinct()
    conditions = Condition.objects.waiting().filter(
        owner=person, release__state__in=sorted(STANDING)
    )
    # Named with a vote in a review that goes on: they bind with the approval.
    votes = Decision.objects.filter(
        conditions_of.laid_upon(person), release__state__in=sorted(OPEN)
    )
    findings = Finding.objects.unsettled().filter(owner=person).select_related("version__model")
    lent = Delegation.objects.filter(
        Q(giver=person) | Q(delegate=person), ended_at=None, ends_at__gt=timezone.now()
    )
    of_release = "release__version__model"
    units = set(Unit.objects.filter(memberships__user=person).values_list("pk", flat=True))
    holds = retention_holds.standing()
    return Ties(
        roles=named((f"{_(ROLE_NAMES[Role(one.role)])}, {one.unit}", one.unit_id) for one in held),
        models=named((one.name, one.unit_id) for one in models),
        conditions=named(
            (str(one.release), one.release.version.model.unit_id)
            for one in [
                *conditions.select_related(of_release),
                *votes.select_related(of_release),
            ]
        ),
        findings=named(
            (f"{one.title}, {one.version}", one.version.model.unit_id) for one in findings
        ),
        delegations=named((_(ROLE_NAMES[Role(one.role)]), one.unit_id) for one in lent),
        holds=[
            *(_("the whole installation") for one in holds if one.scope == Scope.INSTALLATION),
            *named((str(one.unit), one.unit_id) for one in holds if one.unit_id in units),
        ],
    )
