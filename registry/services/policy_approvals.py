"""Approve an edition of the policy as one who did not write it; the second signature adopts it."""

from __future__ import annotations

from django.utils import timezone

from registry.models import PolicyAdoption, PolicyApproval, PolicyEdition, Release, User
from registry.rules import policies as rules
from registry.rules import policy_editions as editions
from registry.rules.policy_readings import changed_parts
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import (
    events,
    journal,
    notices,
    policies,
    policy_proposals,
    reviews,
    rights,
    signatures,
)


def approve(
    *, edition: PolicyEdition, digest: str, reason: str, proof: signatures.Proof, by: User
) -> PolicyApproval:
    """Sign for an edition; the second signature adopts it.

    The rights are asked before the password, so that a stranger cannot try passwords here.
    ``digest`` is that of the definition the signer read.
    """
    rights.require_anywhere(by=by, verb="policy.approve")
    method = signatures.check(
        subject=edition, model=None, proof=proof, strength=strength_asked(), digest=digest, by=by
    )
    return _sign(edition=edition, digest=digest, reason=reason, method=method, by=by)


def strength_asked() -> str:
    """Return what a signature on a policy takes: the strongest that the policy in force asks for.

    Or a password alone could do away with the second factor.
    """
    definition = policies.in_force().definition
    places = ["", *rules.environments_of(definition)]
    strengths = {
        rules.ruling(definition, tier, place).reauthentication
        for tier in rules.TIERS
        for place in places
    }
    return "second_factor" if "second_factor" in strengths else "password"


@journal.verb
def _sign(
    *, edition: PolicyEdition, digest: str, reason: str, method: str, by: User
) -> PolicyApproval:
    policies.hold(edition.name)
    # As the database has them now: what the caller holds may be older.
    by = User.objects.get(pk=by.pk)
    edition = PolicyEdition.objects.for_list().get(pk=edition.pk)
    role = rights.require_anywhere(by=by, verb="policy.approve")
    signers = [approval.signer_id for approval in edition.approvals.all()]
    objections = editions.objections_to_approving(
        policy_proposals.standing_of(edition),
        author=edition.proposed_by_id,
        signers=signers,
        signer=by.pk,
    )
    if digest != edition.digest:
        objections.append(
            Objection(
                "policy.other_digest",
                gettext_noop("This is not the edition you read; open its page and read it anew."),
            )
        )
    if not objections:
        # By the rules of today: they may have grown since it was proposed.
        objections += policy_proposals.objections_to(edition.definition)
    if not reason.strip():
        objections.append(policy_proposals.NO_REASON)
    if objections:
        raise Refused(*objections)
    approval: PolicyApproval = PolicyApproval.objects.create(
        edition=edition,
        digest=edition.digest,
        meaning=editions.MEANING,
        reason=reason.strip(),
        signer=by,
        printed_name=by.printed_name,
        role=role,
        method=method,
        signed_at=timezone.now(),
    )
    journal.wrote("policy approval", approval, about=edition)
    journal.record(
        "policy.approved",
        by=by,
        subject=edition,
        role=role,
        changes={"digest": edition.digest},
        reason=approval.reason,
    )
    if editions.is_adopted_by([*signers, by.pk], edition.proposed_by_id):
        _adopt(edition, approval)
    return approval


def _adopt(edition: PolicyEdition, last: PolicyApproval) -> None:
    """Put the edition in force, and have each model reviewed for which it asks something else."""
    before = policies.in_force()
    adoption = PolicyAdoption.objects.create(edition=edition, adopted_at=last.signed_at)
    journal.record(
        "policy.adopted",
        by=None,
        subject=edition,
        role="system",
        changes={"digest": edition.digest, "edition": [before.edition, edition.edition]},
        reason=gettext_noop("Two model risk managers approved it who did not write it."),
    )
    journal.wrote("policy adoption", adoption, about=edition)
    events.announce(
        name="policy.adopted",
        version=None,
        details={"edition": edition.edition, "digest": edition.digest},
        by=None,
    )
    notices.tell(
        people=policy_proposals.approvers(),
        code="policy.adopted",
        about=edition,
        model=None,
        link=policy_proposals.page_of(edition),
    )
    releases = Release.objects.standing().select_related("version__model")
    for release in releases.order_by("version__model__slug", "pk"):
        place = (release.tier, release.environment)
        was, will_be = (rules.ruling(one.definition, *place) for one in (before, edition))
        parts = changed_parts(was, will_be)
        if parts:
            reviews.open_for(
                model=release.version.model,
                version=release.version,
                cause="policy_changed",
                details={
                    "edition": edition.edition,
                    "environment": release.environment,
                    "parts": list(parts),
                },
                by=None,
            )
