"""Gather what the conflict report is made of, in a fixed number of queries; reads only."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from registry.models import Decision, Membership, Override, Release, Unit, User
from registry.rules import conflicts as rules
from registry.rules.conflicts import Conflict, LetThrough, Person, Signed
from registry.rules.releases import APPROVALS
from registry.rules.roles import AUTHORS
from registry.services import gates, rights, stages


def report(*, by: User, unit: Unit | None = None) -> list[Conflict]:
    """Return the conflicts of the past twelve months, in the units whose report the person reads.

    Raise PermissionDenied where there is no such unit.
    """
    rights.require_anywhere(by=by, verb="conflicts.read")
    units = Unit.objects.where(by, "conflicts.read")
    if unit is not None:
        units = units.filter(pk=unit.pk)
    theirs = list(units)
    return rules.report(_signed(theirs), _let_through(theirs))


def _signed(units: list[Unit]) -> list[Signed]:
    """Return what was decided, with whose work it was over the version's whole history.

    Work done after the signature counts as well: who approves first and writes then is no further
    from it.
    """
    decisions = list(
        Decision.objects.filter(
            release__version__model__unit__in=units,
            signed_at__gte=timezone.now() - rules.WINDOW,
            stage__isnull=False,
        )
        .select_related("signer", "on_behalf_of")
        .order_by("signed_at", "pk")
    )
    about = {decision.release_id for decision in decisions}
    releases = {one.pk: one for one in gates.for_signing(Release.objects.filter(pk__in=about))}
    hands = {pk: _hands(release) for pk, release in releases.items()}
    people = _people(
        person for parts in hands.values() for part in parts.values() for person in part
    )
    authors = _authors(units)
    return [
        _one(decision, releases[decision.release_id], hands[decision.release_id], people, authors)
        for decision in decisions
    ]


def _one(
    decision: Decision,
    release: Release,
    hands: dict[str, set[int]],
    people: dict[int, Person],
    authors: dict[tuple[int, int], list[Membership]],
) -> Signed:
    model = release.version.model
    held = authors.get((model.unit_id, decision.signer_id), [])
    giver = decision.on_behalf_of
    return Signed(
        signer=_person(decision.signer),
        at=decision.signed_at,
        about=str(release),
        model=model.name,
        link=reverse("release", args=[release.pk]),
        approves=decision.act in APPROVALS,
        hands={part: {people[pk] for pk in their} for part, their in hands.items() if their},
        was_author=any(_held_at(one, decision) for one in held),
        role=decision.role,
        giver=_person(giver) if giver else None,
        delegation=decision.delegation_number,
    )


def _hands(release: Release) -> dict[str, set[int]]:
    hands = {
        **stages.hands_on(release),
        "validated": stages.validators_of(release.version),
    }
    return {part: {pk for pk in people if pk is not None} for part, people in hands.items()}


def _people(numbers: Iterable[int]) -> dict[int, Person]:
    return {pk: _person(user) for pk, user in User.objects.in_bulk(set(numbers)).items()}


def _person(user: User) -> Person:
    return Person(user.pk, user.printed_name)


def _authors(units: list[Unit]) -> dict[tuple[int, int], list[Membership]]:
    """Return every author's role that was ever held in the units, by unit and person."""
    found: dict[tuple[int, int], list[Membership]] = {}
    roles = sorted(role.value for role in AUTHORS)
    for one in Membership.objects.filter(unit__in=units, role__in=roles):
        found.setdefault((one.unit_id, one.user_id), []).append(one)
    return found


def _held_at(membership: Membership, decision: Decision) -> bool:
    ended, at = membership.ended_at, decision.signed_at
    return membership.granted_at <= at and (ended is None or ended > at)


def _let_through(units: list[Unit]) -> list[LetThrough]:
    overrides = Override.objects.filter(
        version__model__unit__in=units, starts_at__gte=timezone.now() - rules.WINDOW
    )
    return [
        LetThrough(
            signers=tuple(
                Person(one.signer_id, one.printed_name) for one in override.signatures.all()
            ),
            at=override.starts_at or override.asked_at,
            about=str(override),
            link=reverse("override", args=[override.pk]),
            days=override.days,
            reason=override.reason,
        )
        for override in overrides.select_related("version__model").prefetch_related("signatures")
    ]
