"""Propose an edition of the policy, and say where one stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from registry.models import (
    Membership,
    PolicyEdition,
    User,
)
from registry.rules import policies as rules
from registry.rules import policy_editions as editions
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import MAY
from registry.rules.wording import gettext_noop
from registry.services import (
    journal,
    notices,
    policies,
    policy_texts,
    rights,
)

NO_REASON = Objection(
    "policy.no_reason", gettext_noop("Give the reason; it stands beside your name.")
)


@journal.verb
def propose(*, text: str, note: str, based_on: int, by: User) -> PolicyEdition:
    """Propose an edition, as the text a person wrote; two others have to approve it.

    ``based_on`` is the number of the edition in force that the writer saw.
    """
    role = rights.require_anywhere(by=by, verb="policy.propose")
    policies.hold("default")
    current = policies.in_force()
    definition = policy_texts.parse(text)
    objections = objections_to(definition)
    if not note.strip():
        objections.append(NO_REASON)
    if based_on != current.edition:
        objections.append(
            Objection(
                "policy.other_base",
                gettext_noop(
                    "Edition %(edition)s has been adopted since you began. Read it, and propose"
                    " the change on it."
                ),
                {"edition": current.edition},
            )
        )
    if not objections:
        objections += _objections_to_repeating(definition, current)
    if objections:
        raise Refused(*objections)
    edition = policies.add(definition=definition, text=text, base=current, note=note.strip(), by=by)
    _record_proposal(edition, role, by)
    return edition


def _record_proposal(edition: PolicyEdition, role: str, by: User | None) -> None:
    journal.wrote("policy", edition)
    journal.record(
        "policy.proposed",
        by=by,
        subject=edition,
        role=role,
        changes={"digest": edition.digest, "base": edition.base.edition if edition.base else None},
        reason=edition.note,
    )
    notices.tell(
        people=approvers().exclude(pk=edition.proposed_by_id),
        code="policy.proposed",
        about=edition,
        model=None,
        link=page_of(edition),
    )


def approvers() -> QuerySet[User]:
    """Return who may approve an edition today."""
    held = Membership.objects.current().filter(role__in=sorted(MAY["policy.approve"]))
    return User.objects.filter(is_active=True, pk__in=held.values("user"))


def page_of(edition: PolicyEdition) -> str:
    """Return where a person reads the edition."""
    return f"/settings/policies/{edition.edition}/"


def objections_to(definition: Mapping[str, Any]) -> list[Objection]:
    """Say what is wrong with a definition that is to hold in this installation."""
    objections = rules.objections_to(definition)
    if not objections and definition["name"] != "default":
        objections.append(
            Objection(
                "policy.other_name",
                gettext_noop("The policy is called “default”; no other one would be in force."),
            )
        )
    if not objections:
        known = settings.ENVIRONMENTS
        unknown = [name for name in rules.environments_of(definition) if name not in known]
        objections += [
            Objection(
                "policy.environment",
                gettext_noop("There is no environment %(environment)s; choose one of %(known)s."),
                {"environment": name, "known": ", ".join(known)},
            )
            for name in unknown
        ]
    return objections


def _objections_to_repeating(
    definition: Mapping[str, Any], current: PolicyEdition
) -> list[Objection]:
    digest = policies.digest_of(definition)
    if digest == current.digest:
        return [
            Objection(
                "policy.same", gettext_noop("This says the same as the edition that is in force.")
            )
        ]
    waiting = PolicyEdition.objects.filter(base=current, adoption=None, digest=digest).first()
    if waiting is None:
        return []
    return [
        Objection(
            "policy.proposed_already",
            gettext_noop("Edition %(edition)s proposes the same already; it can be approved."),
            {"edition": waiting.edition},
        )
    ]


def standing_of(edition: PolicyEdition, current: PolicyEdition | None = None) -> editions.Standing:
    """Return where an edition stands; ``current`` is the one in force, where it is known."""
    current = current or policies.adopted(edition.name)
    return editions.standing(
        edition.edition,
        adopted=hasattr(edition, "adoption"),
        base=edition.base.edition if edition.base else None,
        in_force=current.edition if current else None,
    )


@journal.verb
def bring_in(*, text: str, source: str, by: None) -> PolicyEdition:
    """Take in a policy file: adopted where there is no policy yet, else a proposal.

    Does nothing when an edition, of whatever standing, says the same. An operator has the file, but
    the policy is the model risk managers'.
    """
    definition = policy_texts.parse(text, source)
    policies.hold(str(definition.get("name")))
    known = PolicyEdition.objects.filter(digest=policies.digest_of(definition)).first()
    if known is not None:
        # Before the rules are asked: they may have grown since, and a start must not fail on that.
        return known
    objections = rules.objections_to(definition)
    if objections:
        raise Refused(*objections)
    current = policies.adopted(definition["name"])
    if current is None:
        return policies.load(definition=definition, text=text, by=None)
    edition = policies.add(
        definition=definition, text=text, base=current, note=f"From {source}.", by=None
    )
    _record_proposal(edition, "system", None)
    return edition
