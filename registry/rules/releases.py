"""The release: its states and moves, the stages of signatures, and who may not sign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop


class State(StrEnum):
    """Where a release stands.

    Whether the gate is open is another question: see ``gate_reasons``.
    """

    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class Act(StrEnum):
    """What a signed decision does."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    REVOKE = "revoke"


STATE_NAMES = {
    State.IN_REVIEW: gettext_noop("In review"),
    State.APPROVED: gettext_noop("Approved"),
    State.REJECTED: gettext_noop("Rejected"),
    State.WITHDRAWN: gettext_noop("Withdrawn"),
    State.REVOKED: gettext_noop("Revoked"),
}

# What a signature means, printed with it wherever it is shown (21 CFR 11.50).
MEANINGS = {
    Act.APPROVE: gettext_noop("I reviewed this case file and approve the release"),
    Act.REJECT: gettext_noop("I reviewed this case file and reject the release"),
    Act.WITHDRAW: gettext_noop("I withdraw this release from review"),
    Act.REVOKE: gettext_noop("I revoke the approval of this release"),
}

# Every allowed move; what is not a row here cannot happen.
MOVES: dict[tuple[State, Act], State] = {
    (State.IN_REVIEW, Act.APPROVE): State.APPROVED,  # once every stage has its signatures
    (State.IN_REVIEW, Act.REJECT): State.REJECTED,
    (State.IN_REVIEW, Act.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Act.REVOKE): State.REVOKED,
}
OPEN = frozenset({State.IN_REVIEW})
DECIDED = frozenset(State) - OPEN


@dataclass(frozen=True)
class Stage:
    """One step of approval: how many people of which role have to sign."""

    name: str
    role: str
    needed: int


@dataclass(frozen=True)
class Signature:
    """An approval already given on the current case file."""

    signer_id: int
    stage: int


def current_stage(stages: Sequence[Stage], signatures: Sequence[Signature]) -> int | None:
    """Return the place of the first stage that still lacks signatures.

    Or None when all have them.
    """
    for place, stage in enumerate(stages):
        if sum(1 for signature in signatures if signature.stage == place) < stage.needed:
            return place
    return None


def objections_to_moving(state: str, act: Act) -> list[Objection]:
    """Say why a release in this state cannot take this act; empty when it can."""
    if (State(state), act) in MOVES:
        return []
    return [
        Objection(
            "release.wrong_state",
            gettext_noop("This release is %(state)s; it can no longer take the act %(act)s."),
            {"state": STATE_NAMES[State(state)].lower(), "act": act.value},
        )
    ]


# Why somebody's hands are on the version already; each is a ground to sign for nobody's work
# but theirs.
HANDS = {
    "submitted": gettext_noop("You submitted this release; somebody else has to decide on it."),
    "registered": gettext_noop("You registered this version; somebody else has to decide on it."),
    "purpose": gettext_noop("You wrote what this model is for; somebody else has to decide."),
    "card": gettext_noop("You wrote the model card of this version; somebody else has to decide."),
    "data": gettext_noop("You supplied data of this version; somebody else has to decide."),
    "evidence": gettext_noop(
        "You handed in evidence that was not made here; somebody else has to decide."
    ),
    "tier": gettext_noop("You put this model into a lighter tier; somebody else has to decide."),
    "plan": gettext_noop(
        "You took back a limit of this version's plan; somebody else has to decide."
    ),
    "risk": gettext_noop("You assessed the risk of this version; somebody else has to decide."),
}


def objections_to_signer(
    signer_id: int, hands: Mapping[str, Iterable[int | None]], signatures: Sequence[Signature]
) -> list[Objection]:
    """Say why this person may not decide on this release: separation of duties.

    ``hands`` names, for each key of ``HANDS``, the people who did that part of the work.
    """
    objections = [
        Objection(f"release.own_work.{part}", HANDS[part])
        for part, people in hands.items()
        if signer_id in set(people)
    ]
    if any(signature.signer_id == signer_id for signature in signatures):
        objections.append(
            Objection(
                "release.signed_already",
                gettext_noop(
                    "You signed this case file already; every signature is another person's."
                ),
            )
        )
    return objections


def gate_reasons(
    *,
    state: str,
    unsigned: bool = False,
    broken: bool = False,
    expired: bool,
    changed: Sequence[str],
    failing: Sequence[str] = (),
) -> list[Objection]:
    """Return every reason why the version must not run on this release; empty means it may."""
    reasons = []
    if state != State.APPROVED:
        reasons.append(
            Objection(
                "gate.not_approved",
                gettext_noop("The release is not approved: it is %(state)s."),
                {"state": STATE_NAMES[State(state)].lower()},
            )
        )
    elif unsigned:
        reasons.append(
            Objection(
                "gate.unsigned",
                gettext_noop(
                    "The release is called approved, but signatures are missing."
                    " Have an auditor look at the journal."
                ),
            )
        )
    if broken:
        reasons.append(
            Objection(
                "gate.broken_case_file",
                gettext_noop(
                    "The case file is not the one that was signed: its digest does not match."
                    " Have an auditor look at the journal."
                ),
            )
        )
    if expired:
        reasons.append(
            Objection("gate.expired", gettext_noop("The approval has expired; submit it again."))
        )
    if changed:
        reasons.append(
            Objection(
                "gate.void",
                gettext_noop(
                    "The approval is void: its content changed after signing (%(facts)s)."
                    " Submit the version again."
                ),
                {"facts": ", ".join(changed)},
            )
        )
    reasons += [
        Objection(
            "gate.failing_exhibit",
            gettext_noop("A later exhibit fails, and the policy closes the gate: %(exhibit)s."),
            {"exhibit": exhibit},
        )
        for exhibit in failing
    ]
    return reasons
