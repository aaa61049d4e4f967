"""Policies as the tests change them: a text with a change, proposals and signatures."""

from __future__ import annotations

import copy
from typing import Any

from registry.models import PolicyAdoption, PolicyApproval, PolicyEdition, User
from registry.services import policies, policy_approvals, policy_proposals
from registry.services.policy_texts import written
from registry.services.signatures import Proof
from tests.cast import PASSWORD, Cast


def changed(tier: str = "3", **parts: Any) -> dict[str, Any]:
    """Return the definition in force with a tier that says something else."""
    definition = copy.deepcopy(policies.in_force().definition)
    definition["tiers"][tier] |= parts
    return definition


def proposed(cast: Cast, by: User | None = None, **parts: Any) -> PolicyEdition:
    """Propose a change of tier 3: shorter approvals, unless told."""
    parts = parts or {"approval_days": 30}
    return policy_proposals.propose(
        text=written(changed(**parts)),
        note="The supervisor asks for it.",
        based_on=policies.in_force().edition,
        by=by or cast.admin,
    )


def approve(edition: PolicyEdition, by: User, **said: Any) -> PolicyApproval:
    """Sign for an edition."""
    given: dict[str, Any] = {
        "digest": edition.digest,
        "reason": "Read with counsel.",
        "proof": Proof(password=PASSWORD),
    }
    return policy_approvals.approve(edition=edition, by=by, **given | said)


def adopted(cast: Cast, **parts: Any) -> PolicyEdition:
    """Have the administrator propose, and both managers approve."""
    edition = proposed(cast, **parts)
    approve(edition, cast.manager)
    approve(edition, cast.manager2)
    return edition


def waiting_since_long(**parts: Any) -> PolicyEdition:
    """Write an edition down as if before today's rules were known: nothing of it is refused."""
    definition = changed(**parts)
    return policies.add(
        definition=definition, text=written(definition), base=policies.in_force(), by=None
    )


def adopted_long_ago(**parts: Any) -> PolicyEdition:
    """Have such an edition in force."""
    edition = waiting_since_long(**parts)
    PolicyAdoption.objects.create(edition=edition, adopted_at=edition.loaded_at)
    return edition
