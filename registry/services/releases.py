"""The verbs of a release: draft, submit, sign for it in every way, and take it back."""

from __future__ import annotations

from collections.abc import Sequence

from registry.models import Decision, Release, User
from registry.rules.conditions import Asked
from registry.rules.releases import Act
from registry.services.decisions import decide
from registry.services.signatures import Proof
from registry.services.submissions import discard, draft, submit

__all__ = [
    "approve",
    "approve_with_conditions",
    "discard",
    "draft",
    "reject",
    "retire",
    "return_to_author",
    "revoke",
    "send_back",
    "submit",
    "withdraw",
]


def approve(*, release: Release, digest: str, reason: str, proof: Proof, by: User) -> Decision:
    """Sign for the release at an open stage; the last signature approves it."""
    return decide(
        release=release, act=Act.APPROVE, digest=digest, reason=reason, proof=proof, by=by
    )


def approve_with_conditions(
    *,
    release: Release,
    digest: str,
    reason: str,
    conditions: Sequence[Asked],
    proof: Proof,
    by: User,
) -> Decision:
    """Sign for the release under conditions; they bind from the last signature on."""
    return decide(
        release=release,
        act=Act.APPROVE_WITH_CONDITIONS,
        digest=digest,
        reason=reason,
        asked=conditions,
        proof=proof,
        by=by,
    )


def reject(*, release: Release, digest: str, reason: str, proof: Proof, by: User) -> Decision:
    """Vote against the release; it is rejected once a stage can no longer be completed."""
    return decide(release=release, act=Act.REJECT, digest=digest, reason=reason, proof=proof, by=by)


def send_back(
    *, release: Release, digest: str, reason: str, stage: int, proof: Proof, by: User
) -> Decision:
    """Send the release back to an earlier stage, by its place from 0; it is signed anew from it."""
    return decide(
        release=release,
        act=Act.SEND_BACK,
        digest=digest,
        reason=reason,
        sent_to=stage,
        proof=proof,
        by=by,
    )


def return_to_author(
    *, release: Release, digest: str, reason: str, proof: Proof, by: User
) -> Decision:
    """Return the release to its author as a draft, to be worked over and submitted again."""
    return decide(release=release, act=Act.RETURN, digest=digest, reason=reason, proof=proof, by=by)


def withdraw(*, release: Release, reason: str, proof: Proof, by: User) -> Decision:
    """Take the release back from review."""
    return _ended(release, Act.WITHDRAW, reason, proof, by)


def revoke(*, release: Release, reason: str, proof: Proof, by: User) -> Decision:
    """Take an approval back; the gate closes at once."""
    return _ended(release, Act.REVOKE, reason, proof, by)


def retire(*, release: Release, reason: str, proof: Proof, by: User) -> Decision:
    """Take a release out of service in good order; the gate closes at once."""
    return _ended(release, Act.RETIRE, reason, proof, by)


def _ended(release: Release, act: Act, reason: str, proof: Proof, by: User) -> Decision:
    digest = release.case_file.digest
    return decide(release=release, act=act, digest=digest, reason=reason, proof=proof, by=by)
