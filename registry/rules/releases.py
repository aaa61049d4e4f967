"""The release: its states and moves, and who may not sign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from registry.rules.refusals import Objection
from registry.rules.roles import Role
from registry.rules.stages import Stage, Vote
from registry.rules.wording import gettext_noop


class State(StrEnum):
    """Where a release stands.

    Whether the gate is open is another question: see ``registry.rules.gates``.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    WITH_CONDITIONS = "approved_with_conditions"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LIVE = "live"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    BREACHED = "condition_breached"
    REVOKED = "revoked"
    VOID = "void"
    RETIRED = "retired"


class Act(StrEnum):
    """What moves a release. Those in ``MEANINGS`` are signed by a person.

    The others follow by themselves from what was signed, from time, or from what is reported.
    """

    DRAFT = "draft"
    SUBMIT = "submit"
    BEGIN = "begin"
    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve_with_conditions"
    REJECT = "reject"
    SEND_BACK = "send_back"
    RETURN = "return"
    WITHDRAW = "withdraw"
    REVOKE = "revoke"
    RETIRE = "retire"
    GO_LIVE = "go_live"
    SUPERSEDE = "supersede"
    EXPIRE = "expire"
    BREACH = "breach"
    MEND = "mend"
    CLEAR = "clear"
    VOID = "void"


STATE_NAMES = {
    State.DRAFT: gettext_noop("Draft"),
    State.SUBMITTED: gettext_noop("Submitted"),
    State.IN_REVIEW: gettext_noop("In review"),
    State.APPROVED: gettext_noop("Approved"),
    State.WITH_CONDITIONS: gettext_noop("Approved with conditions"),
    State.REJECTED: gettext_noop("Rejected"),
    State.WITHDRAWN: gettext_noop("Withdrawn"),
    State.LIVE: gettext_noop("Live"),
    State.SUPERSEDED: gettext_noop("Superseded"),
    State.EXPIRED: gettext_noop("Expired"),
    State.BREACHED: gettext_noop("Condition breached"),
    State.REVOKED: gettext_noop("Revoked"),
    State.VOID: gettext_noop("Void"),
    State.RETIRED: gettext_noop("Retired"),
}

# What is done to a release, as it is asked for.
ACT_NAMES = {
    Act.DRAFT: gettext_noop("Draft"),
    Act.SUBMIT: gettext_noop("Submit"),
    Act.BEGIN: gettext_noop("Begin the review"),
    Act.APPROVE: gettext_noop("Approve"),
    Act.APPROVE_WITH_CONDITIONS: gettext_noop("Approve with conditions"),
    Act.REJECT: gettext_noop("Reject"),
    Act.SEND_BACK: gettext_noop("Send back to an earlier stage"),
    Act.RETURN: gettext_noop("Return to its author"),
    Act.WITHDRAW: gettext_noop("Withdraw"),
    Act.REVOKE: gettext_noop("Revoke"),
    Act.RETIRE: gettext_noop("Retire"),
    Act.GO_LIVE: gettext_noop("Go live"),
    Act.SUPERSEDE: gettext_noop("Supersede"),
    Act.EXPIRE: gettext_noop("Expire"),
    Act.BREACH: gettext_noop("Close for a breached condition"),
    Act.MEND: gettext_noop("Open after a breach is mended"),
    Act.CLEAR: gettext_noop("Clear of conditions"),
    Act.VOID: gettext_noop("Become void"),
}

# What a signature means, printed with it wherever it is shown (21 CFR 11.50).
MEANINGS = {
    Act.APPROVE: gettext_noop("I reviewed this case file and approve the release"),
    Act.APPROVE_WITH_CONDITIONS: gettext_noop(
        "I reviewed this case file and approve the release under the conditions I name"
    ),
    Act.REJECT: gettext_noop("I reviewed this case file and reject the release"),
    Act.SEND_BACK: gettext_noop("I send this release back to an earlier stage"),
    Act.RETURN: gettext_noop("I return this release to its author to be worked over"),
    Act.WITHDRAW: gettext_noop("I withdraw this release from review"),
    Act.REVOKE: gettext_noop("I revoke the approval of this release"),
    Act.RETIRE: gettext_noop("I retire this release from service"),
}
# What somebody does who reviews; separation of duties holds for these.
REVIEWING = (Act.APPROVE, Act.APPROVE_WITH_CONDITIONS, Act.REJECT, Act.SEND_BACK, Act.RETURN)
APPROVALS = (Act.APPROVE, Act.APPROVE_WITH_CONDITIONS)

# The states in which a release waits for people, in which its approval holds, and in which it
# could come to hold again.
OPEN = frozenset({State.SUBMITTED, State.IN_REVIEW})
IN_FORCE = frozenset({State.APPROVED, State.WITH_CONDITIONS, State.LIVE})
STANDING = IN_FORCE | {State.BREACHED}
# Once approved and never taken back by anybody: whether the gate is open has to be looked at.
ONCE_APPROVED = STANDING | {State.EXPIRED, State.VOID}
# What every release ends in.
FINAL = frozenset(State) - OPEN - STANDING - {State.DRAFT}

# Every allowed move; what is not a row here cannot happen.
MOVES: dict[tuple[State, Act], State] = {
    (State.DRAFT, Act.SUBMIT): State.SUBMITTED,
    (State.DRAFT, Act.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Act.BEGIN): State.IN_REVIEW,  # with the first act of somebody who reviews
    (State.SUBMITTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.IN_REVIEW, Act.APPROVE): State.APPROVED,  # once every stage has its signatures
    (State.IN_REVIEW, Act.APPROVE_WITH_CONDITIONS): State.WITH_CONDITIONS,
    (State.IN_REVIEW, Act.REJECT): State.REJECTED,  # once a stage can no longer be completed
    (State.IN_REVIEW, Act.SEND_BACK): State.IN_REVIEW,
    (State.IN_REVIEW, Act.RETURN): State.DRAFT,
    (State.IN_REVIEW, Act.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Act.GO_LIVE): State.LIVE,
    (State.WITH_CONDITIONS, Act.GO_LIVE): State.LIVE,
    (State.WITH_CONDITIONS, Act.CLEAR): State.APPROVED,  # the last condition was accepted
    (State.WITH_CONDITIONS, Act.BREACH): State.BREACHED,
    (State.LIVE, Act.BREACH): State.BREACHED,
    (State.BREACHED, Act.MEND): State.WITH_CONDITIONS,
    **{(state, Act.SUPERSEDE): State.SUPERSEDED for state in sorted(STANDING)},
    **{(state, Act.EXPIRE): State.EXPIRED for state in sorted(STANDING)},
    **{(state, Act.VOID): State.VOID for state in sorted(STANDING)},
    **{(state, Act.REVOKE): State.REVOKED for state in sorted(STANDING)},
    **{(state, Act.RETIRE): State.RETIRED for state in sorted(STANDING)},
}


def objections_to_moving(state: str, act: Act) -> list[Objection]:
    """Say why a release in this state cannot take this act; empty when it can.

    Who reviews what was just submitted begins the review by it.
    """
    if (State(state), act) in MOVES or (state == State.SUBMITTED and act in REVIEWING):
        return []
    return [
        Objection(
            "release.wrong_state",
            gettext_noop(
                "This release stands at “%(state)s”; it can no longer take the act “%(act)s”."
            ),
            {"state": [STATE_NAMES[State(state)]], "act": [ACT_NAMES[act]]},
            (str(state), act.value),
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
    "run": gettext_noop(
        "You ran a measurement of this version on its developers' side; somebody else has to"
        " decide."
    ),
    "evidence": gettext_noop(
        "You handed in evidence that was not made here; somebody else has to decide."
    ),
    "tier": gettext_noop(
        "You put this model into a lighter tier, or filled the scorecard it rests on; somebody else"
        " has to decide."
    ),
    "plan": gettext_noop(
        "You took back a limit of this version's plan; somebody else has to decide."
    ),
    "risk": gettext_noop("You assessed the risk of this version; somebody else has to decide."),
}
# Who made the version, and who asks for its release: no edition of the policy lets them decide.
ALWAYS_EXCLUDED = ("submitted", "registered", "card", "data", "run")
# Not a hand on the work, but on its judgement: such a person validates, and does not approve.
VALIDATED = gettext_noop(
    "You validated this version; its approval is signed by somebody who did not."
)


def objections_to_signer(
    signer_id: int,
    hands: Mapping[str, Iterable[int | None]],
    votes: Sequence[Vote],
    *,
    stage: int | None = None,
    stages: Sequence[Stage] = (),
    excluded: Iterable[str] = tuple(HANDS),
    validated: Iterable[int | None] = (),
) -> list[Objection]:
    """Say why this person may not decide on this release: separation of duties.

    ``hands`` names, for each key of ``HANDS``, the people who did that part of the work;
    ``excluded`` are the parts that exclude by policy; ``validated`` are those who examined the
    version as validators, who sign no stage but the validators'.
    """
    named = set(excluded)
    objections = [
        Objection(f"release.own_work.{part}", HANDS[part])
        for part, people in hands.items()
        if part in named and signer_id in set(people)
    ]
    here = stages[stage] if stage is not None and stages else None
    own = [vote for vote in votes if signer_id in (vote.signer_id, vote.for_id)]
    if here is not None and Role.VALIDATOR not in here.roles:
        validating = any(vote.role == Role.VALIDATOR for vote in own)
        if validating or signer_id in set(validated):
            objections.append(Objection("release.own_work.validated", VALIDATED))
    elsewhere = here is not None and here.again and all(vote.stage != stage for vote in own)
    if own and not elsewhere:
        objections.append(
            Objection(
                "release.signed_already",
                gettext_noop(
                    "You signed this case file already; every signature is another person's."
                ),
            )
        )
    return objections
