"""Bind the conditions of an approval, offer what fulfils one, and accept it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Condition, Decision, Evidence, Release, User
from registry.rules.catalogue import EVIDENCE_KINDS
from registry.rules.conditions import Asked
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import STANDING
from registry.rules.wording import gettext_noop
from registry.services import journal, rights, stages
from registry.services.case_files import instant


def held_owners(asked: Sequence[Asked]) -> dict[str, User]:
    """Return the accounts named as owners, by their names; none is erased before the verb ends.

    To be asked before it is asked who may be named.
    """
    names = {one.owner for one in asked}
    people = User.objects.filter(username__in=names).order_by("pk")
    return {one.username: one for one in people.select_for_update(no_key=True)}


def owners_of(asked: Iterable[Mapping[str, Any]]) -> dict[int | str, User]:
    """Return the owners of conditions that decisions keep, by what `owner_in` gives for each.

    Nobody is there for a name that belonged to a person who was erased.
    """
    kept = {owner_in(said) for said in asked}
    numbers = [one for one in kept if isinstance(one, int)]
    names = [one for one in kept if isinstance(one, str)]
    people = list(User.objects.filter(Q(pk__in=numbers) | Q(username__in=names)))
    by_number: dict[int | str, User] = {one.pk: one for one in people}
    return by_number | {one.username: one for one in people}


def owner_in(said: Mapping[str, Any]) -> int | str:
    """Return what a decision keeps of a condition's owner: a number, or a name in earlier ones."""
    kept: int | str = said["owner_id"] if "owner_id" in said else said["owner"]
    return kept


def laid_upon(person: User) -> Q:
    """Return what finds the decisions that name the person as the owner of a condition."""
    return Q(asked__contains=[{"owner_id": person.pk}]) | names_in_asked(person.username)


def names_in_asked(username: str) -> Q:
    """Return what finds the earlier decisions that keep an owner by this name."""
    return Q(asked__contains=[{"owner": username}])


def bind(release: Release, decisions: Sequence[Decision]) -> list[Condition]:
    """Make the conditions named with these approvals binding; inside a verb only."""
    asked = [(decision, said) for decision in decisions for said in decision.asked]
    # A release that was returned and approved again is under its new conditions alone, but the
    # numbers of earlier ones stay theirs.
    first = release.conditions.count() + 1
    owners = owners_of(said for _decision, said in asked)
    bound = [
        Condition.objects.create(
            release=release,
            decision=decision,
            number=number,
            text=said["text"].strip(),
            owner=owners[owner_in(said)],
            due_at=_end_of(date.fromisoformat(said["due"])),
            evidence_kind=said["evidence_kind"],
        )
        for number, (decision, said) in enumerate(asked, start=first)
    ]
    for condition in bound:
        journal.wrote("condition", condition, about=release)
    return bound


def _end_of(day: date) -> datetime:
    """Return the last instant of the day: what is due that day is late from the next one on."""
    return timezone.make_aware(datetime.combine(day, time.max))


@journal.verb
def offer(*, condition: Condition, text: str, evidence: Evidence | None, by: User) -> Condition:
    """Say what fulfils the condition; its owner's to do. A later offer takes the place of one."""
    condition = _locked(condition)
    release = condition.release
    role = rights.require(by=by, verb="condition.fulfil", unit=release.version.model.unit)
    if condition.owner_id != by.pk:
        raise PermissionDenied(
            _("This condition is %(owner)s's to fulfil; have them say what fulfils it.")
            % {"owner": condition.owner.printed_name}
        )
    objections = _objections_to_step(condition)
    if not text.strip():
        objections.append(
            Objection("condition.no_offer", gettext_noop("Say in words what fulfils it."))
        )
    if condition.evidence_kind and not _fits(condition, evidence):
        objections.append(
            Objection(
                "condition.evidence_missing",
                gettext_noop(
                    "The condition asks for an exhibit of the kind “%(kind)s” filed for this"
                    " version since it was signed; choose one."
                ),
                {"kind": [EVIDENCE_KINDS[condition.evidence_kind]]},
                (condition.evidence_kind,),
            )
        )
    elif evidence is not None and evidence.version_id != release.version_id:
        objections.append(
            Objection(
                "condition.other_version",
                gettext_noop("The exhibit speaks of another version; choose one of this version."),
            )
        )
    if objections:
        raise Refused(*objections)
    condition.offer, condition.evidence = text.strip(), evidence
    condition.offered_at, condition.offered_by = timezone.now(), by
    condition.save(update_fields=["offer", "evidence", "offered_at", "offered_by"])
    journal.wrote("offer", condition)
    # A later offer takes this one's place; what stood there until then is read from here.
    told: dict[str, object] = {"offered_at": instant(condition.offered_at)}
    if evidence:
        told |= {"evidence": evidence.digest, "exhibit": evidence.pk}
    _record("condition.offered", condition, role, by, text.strip(), told)
    return condition


@journal.verb
def accept(*, condition: Condition, reason: str, by: User) -> Condition:
    """Accept what was offered; never by who offered it, owns it, or worked on the version."""
    condition = _locked(condition)
    role = rights.require(by=by, verb="condition.accept", unit=condition.release.version.model.unit)
    objections = _objections_to_step(condition)
    if not condition.offered_at:
        objections.append(
            Objection(
                "condition.not_offered",
                gettext_noop("Nothing was offered yet; its owner says what fulfils it first."),
            )
        )
    if by.pk in (condition.owner_id, condition.offered_by_id):
        objections.append(
            Objection(
                "condition.own",
                gettext_noop("This condition is yours to fulfil; somebody else accepts it."),
            )
        )
    hands = stages.hands_on_version(condition.release.version)
    if any(by.pk in people for people in hands.values()):
        objections.append(
            Objection(
                "condition.own_work",
                gettext_noop("Your work is part of this version; somebody else accepts it."),
            )
        )
    if not reason.strip():
        objections.append(
            Objection("condition.no_reason", gettext_noop("Give the reason; it is kept."))
        )
    if objections:
        raise Refused(*objections)
    condition.accepted_at, condition.accepted_by = timezone.now(), by
    condition.acceptance = reason.strip()
    condition.save(update_fields=["accepted_at", "accepted_by", "acceptance"])
    journal.wrote("acceptance", condition)
    _record("condition.accepted", condition, role, by, reason.strip(), {})
    return condition


def _locked(condition: Condition) -> Condition:
    found: Condition = (
        Condition.objects.select_for_update(of=("self",))
        .select_related("release__version__model__unit", "owner", "decision")
        .get(pk=condition.pk)
    )
    return found


def _objections_to_step(condition: Condition) -> list[Objection]:
    objections = []
    if condition.accepted_at:
        objections.append(
            Objection("condition.accepted", gettext_noop("This condition is accepted already."))
        )
    if condition.release.state not in STANDING:
        objections.append(
            Objection(
                "condition.release_ended",
                gettext_noop("The approval no longer stands; its conditions bind nobody now."),
            )
        )
    return objections


def _fits(condition: Condition, evidence: Evidence | None) -> bool:
    return (
        evidence is not None
        and evidence.kind == condition.evidence_kind
        and evidence.version_id == condition.release.version_id
        and evidence.filed_at > condition.decision.signed_at
    )


def _record(
    action: str, condition: Condition, role: str, by: User, reason: str, told: dict[str, object]
) -> None:
    journal.record(
        action,
        by=by,
        subject=condition,
        role=role,
        model=condition.release.version.model,
        changes={"condition": condition.text, **told},
        reason=reason,
    )
