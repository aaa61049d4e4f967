"""The gate: why a version must not run on a release now, and what follows by itself."""

from __future__ import annotations

from collections.abc import Sequence

from registry.rules.fact_names import fact_words
from registry.rules.refusals import Objection
from registry.rules.releases import IN_FORCE, MOVES, STANDING, STATE_NAMES, Act, State
from registry.rules.scorecards import STRICTEST, lightest_under
from registry.rules.wording import gettext_noop

OVERRIDE_ENDED = Objection(
    "gate.override_ended",
    gettext_noop("The emergency release has ended; submit the version for release."),
)

OVERRIDE_BROKEN = Objection(
    "gate.override_broken",
    gettext_noop(
        "The emergency release is not the one that two people signed. Have an auditor look at the"
        " journal."
    ),
)


def gate_reasons(
    *,
    state: str,
    unsigned: bool = False,
    broken: bool = False,
    expired: bool = False,
    changed: Sequence[str] = (),
    failing: Sequence[str] = (),
    breached: Sequence[str] = (),
    outdated_policy: bool = False,
    tier: int = STRICTEST,
    ai_act_class: str = "",
) -> list[Objection]:
    """Return every reason why the version must not run on this release; empty means it may.

    ``tier`` is the one it was submitted in, ``ai_act_class`` the model's class of today.
    """
    reasons = _reasons_of_the_state(state, unsigned, changed)
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
    if expired or state == State.EXPIRED:
        reasons.append(
            Objection("gate.expired", gettext_noop("The approval has expired; submit it again."))
        )
    reasons += [
        Objection(
            "gate.failing_exhibit",
            gettext_noop("A later exhibit fails, and the policy closes the gate: %(exhibit)s."),
            {"exhibit": exhibit},
        )
        for exhibit in failing
    ]
    reasons += [
        Objection(
            "gate.condition_breached",
            gettext_noop("A condition of the approval was not fulfilled in time: %(condition)s."),
            {"condition": condition},
        )
        for condition in breached
    ]
    if outdated_policy:
        reasons.append(
            Objection(
                "gate.policy_outdated",
                gettext_noop(
                    "The policy in force asks for a new approval since its last edition;"
                    " submit the version again."
                ),
            )
        )
    return reasons + _reasons_of_the_tier(tier, ai_act_class)


def _reasons_of_the_tier(tier: int, ai_act_class: str) -> list[Objection]:
    """Close what was submitted in a lighter tier than the class of today allows.

    Or it would do to class the model as less for the days of its approval.
    """
    floor = lightest_under(ai_act_class)
    if tier <= floor:
        return []
    return [
        Objection(
            "gate.tier_too_light",
            gettext_noop(
                "It was submitted in tier %(tier)s, and the model is classed as high risk now, "
                "which is never lighter than %(floor)s. Submit the version again."
            ),
            {"tier": tier, "floor": floor},
        )
    ]


# States that say in one word what gate_reasons says in a sentence of its own.
SAID_ELSEWHERE = frozenset({State.EXPIRED, State.VOID, State.BREACHED})


def _reasons_of_the_state(state: str, unsigned: bool, changed: Sequence[str]) -> list[Objection]:
    reasons = []
    if state not in IN_FORCE and state not in SAID_ELSEWHERE:
        reasons.append(
            Objection(
                "gate.not_approved",
                gettext_noop("The release is not approved: it stands at “%(state)s”."),
                {"state": [STATE_NAMES[State(state)]]},
                (str(state),),
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
    if changed or state == State.VOID:
        reasons.append(
            Objection(
                "gate.void",
                gettext_noop(
                    "The approval is void: its content changed after signing (%(facts)s)."
                    " Submit the version again."
                ),
                {"facts": [fact_words(fact) for fact in changed] or "?"},
                tuple(changed),
            )
        )
    if state == State.BREACHED:
        reasons.append(
            Objection(
                "gate.breached",
                gettext_noop(
                    "A condition was breached; have what fulfils it accepted, or submit again."
                ),
            )
        )
    return reasons


def moves_due(
    state: str, *, changed: bool, expired: bool, overdue: bool, waiting: bool, conditional: bool
) -> list[Act]:
    """Return the acts that follow by themselves for a release in this state, in their order.

    ``overdue`` says that a condition is past its day, ``waiting`` that one is not accepted yet,
    ``conditional`` that there is any. What ends an approval comes first and alone.
    """
    if state not in STANDING:
        return []
    if changed:
        return [Act.VOID]
    if expired:
        return [Act.EXPIRE]
    if overdue and state != State.BREACHED and (State(state), Act.BREACH) in MOVES:
        return [Act.BREACH]
    if state == State.BREACHED and not overdue:
        return [Act.MEND] if waiting else [Act.MEND, Act.CLEAR]
    if state == State.WITH_CONDITIONS and conditional and not waiting:
        return [Act.CLEAR]
    return []
