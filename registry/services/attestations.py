"""Freeze a unit's inventory, and take what its owners confirm of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import AttestationRound, Confirmation, Unit, User
from registry.rules import attestations as rules
from registry.rules import casefile
from registry.rules.refusals import Refused
from registry.rules.roles import MAY
from registry.services import inventories, journal, notices, rights, signatures
from registry.services.signatures import Proof


@journal.verb
def open_round(
    *, unit: Unit, period: str, starts_on: date, ends_on: date, due_on: date, by: User
) -> AttestationRound:
    """Freeze the inventory of the unit, and tell every owner in it that it waits for them."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    role = rights.require(by=by, verb="attestation.open", unit=unit)
    period = period.strip()
    inventory = inventories.inventory_of(unit)
    people = list(notices.holders(unit, *MAY["attestation.confirm"]))
    objections = rules.objections_to_round(
        period=period,
        starts_on=starts_on,
        ends_on=ends_on,
        due_on=due_on,
        today=timezone.localdate(),
        taken=unit.attestations.filter(period=period).exists(),
        models=len(inventory["models"]),
        ownerless=[
            model["name"]
            for model in inventory["models"]
            if model["owner"]["id"] not in {person.pk for person in people}
        ],
    )
    if objections:
        raise Refused(*objections)
    text = casefile.canonical(inventory)
    opened: AttestationRound = AttestationRound.objects.create(
        unit=unit,
        period=period,
        starts_on=starts_on,
        ends_on=ends_on,
        due_on=due_on,
        text=text,
        digest=casefile.digest(text),
        opened_at=timezone.now(),
        opened_by=by,
    )
    journal.wrote("inventory", opened)
    journal.record(
        "attestation.opened",
        by=by,
        subject=opened,
        role=role,
        unit=unit,
        changes={
            "digest": opened.digest,
            "models": len(inventory["models"]),
            "due_on": due_on.isoformat(),
        },
    )
    _tell_waiting(opened)
    return opened


def confirm(
    *,
    attestation: AttestationRound,
    says: str,
    exceptions: Mapping[str, str],
    digest: str,
    proof: Proof,
    by: User,
) -> Confirmation:
    """Check the person and the signature, then confirm in one transaction.

    ``digest`` is the one that was shown; ``exceptions`` are texts by the short names of models.
    """
    _require_owner(attestation, by)
    method = signatures.check(
        subject=attestation, model=None, proof=proof, digest=attestation.digest, by=by
    )
    return _write(
        attestation=attestation,
        says=says,
        exceptions=exceptions,
        digest=digest,
        method=method,
        by=by,
    )


@journal.verb
def _write(
    *,
    attestation: AttestationRound,
    says: str,
    exceptions: Mapping[str, str],
    digest: str,
    method: str,
    by: User,
) -> Confirmation:
    attestation = (
        AttestationRound.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit")
        .get(pk=attestation.pk)
    )
    role = _require_owner(attestation, by)
    told = {slug: text.strip() for slug, text in exceptions.items()}
    objections = rules.objections_to_confirming(
        says=says,
        exceptions=told,
        mine=[model["slug"] for model in rules.models_of(attestation.inventory, by.pk)],
        seen=digest,
        digest=attestation.digest,
        done=attestation.confirmations.filter(owner=by).exists(),
    )
    if objections:
        raise Refused(*objections)
    confirmation: Confirmation = Confirmation.objects.create(
        round=attestation,
        owner=by,
        says=says,
        exceptions=told,
        meaning=rules.MEANINGS[says],
        printed_name=by.printed_name,
        role=role,
        method=method,
        digest=attestation.digest,
        confirmed_at=timezone.now(),
    )
    journal.wrote("confirmation", confirmation)
    journal.record(
        "attestation.confirmed",
        by=by,
        subject=confirmation,
        role=role,
        unit=attestation.unit,
        changes={"says": says, "digest": attestation.digest, "exceptions": told},
        reason=confirmation.meaning,
    )
    return confirmation


def _require_owner(attestation: AttestationRound, by: User) -> str:
    """Return the role of an owner; nobody confirms for another."""
    role = rights.require(by=by, verb="attestation.confirm", unit=attestation.unit)
    if by.pk not in rules.owners(attestation.inventory):
        raise PermissionDenied(
            _("You own no model in this inventory; every owner confirms their own, nobody else's.")
        )
    return role


def waiting(attestation: AttestationRound) -> list[rules.Owner]:
    """Return the owners who have not confirmed yet, in the order of their names."""
    done = {one.owner_id for one in attestation.confirmations.all()}
    owners = rules.owners(attestation.inventory)
    return sorted(
        (owner for pk, owner in owners.items() if pk not in done),
        key=lambda owner: (owner.name, owner.id),
    )


def drift_of(attestation: AttestationRound) -> rules.Drift:
    """Return what is no longer as it was frozen."""
    return rules.drift(attestation.inventory, inventories.inventory_of(attestation.unit))


def remind() -> None:
    """Tell those who are late in the newest round of their unit; safe to be killed anywhere."""
    newest = AttestationRound.objects.order_by("unit_id", "-opened_at", "-pk").distinct("unit_id")
    today = timezone.localdate()
    for attestation in newest.select_related("unit").prefetch_related("confirmations"):
        if attestation.due_on < today:
            _remind(attestation=attestation)


@journal.verb
def _remind(*, attestation: AttestationRound) -> None:
    """Tell once a day; a reminder told today is not told again."""
    _tell_waiting(attestation)


def _tell_waiting(attestation: AttestationRound) -> None:
    notices.tell(
        people=User.objects.filter(pk__in=[owner.id for owner in waiting(attestation)]),
        code="attestation.due",
        about=attestation,
        model=None,
        unit=attestation.unit,
        link=reverse("attestation", args=[attestation.pk]),
    )
