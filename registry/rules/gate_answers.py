"""What the gate answers to those who ask: from what was settled, the digest they hold, and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from registry.rules.gates import OVERRIDE_ENDED
from registry.rules.refusals import Objection
from registry.rules.releases import IN_FORCE, OPEN, State
from registry.rules.wording import gettext_noop

# An emergency release, let through by two people for some days.
OVERRIDE = "override"
LETS_THROUGH = frozenset({*(state.value for state in IN_FORCE), OVERRIDE})

# Every word the answer's decision can be, and what it means to who asks.
PENDING, REFUSED, UNKNOWN = "pending", "refused", "unknown"
DECISIONS = {
    State.APPROVED.value: gettext_noop("It may run."),
    State.WITH_CONDITIONS.value: gettext_noop("It may run; conditions are still to be fulfilled."),
    State.LIVE.value: gettext_noop("It may run, and runs."),
    OVERRIDE: gettext_noop("It may run, as an emergency release."),
    PENDING: gettext_noop("Nobody has decided yet."),
    REFUSED: gettext_noop("It must not run, though it was approved."),
    UNKNOWN: gettext_noop("Nobody asked for a release to this environment."),
    State.REJECTED.value: gettext_noop("It must not run: it was rejected."),
    State.WITHDRAWN.value: gettext_noop("It must not run: it was withdrawn."),
    State.SUPERSEDED.value: gettext_noop("It must not run: a later release took its place."),
    State.EXPIRED.value: gettext_noop(
        "It must not run: the approval, or the emergency release, has expired."
    ),
    State.BREACHED.value: gettext_noop("It must not run: a condition was not fulfilled in time."),
    State.REVOKED.value: gettext_noop("It must not run: the approval was revoked."),
    State.VOID.value: gettext_noop("It must not run: its content changed after approval."),
    State.RETIRED.value: gettext_noop("It must not run: it was retired."),
}
WAITING = frozenset({State.DRAFT.value, *(state.value for state in OPEN)})


@dataclass(frozen=True)
class Settled:
    """How a gate stood when it was settled last; see ``registry.models.GateRow``."""

    state: str
    reasons: Sequence[Objection]
    valid_until: datetime | None
    condition_due: datetime | None
    artefact_sha256: str
    settled_at: datetime
    release: int | None = None
    case_file: str = ""


@dataclass(frozen=True)
class Answer:
    """Whether the version may run, in one word and in every reason against.

    ``digest_matches`` is None where no digest was named; ``notes`` then say so. An answer that
    allows has no reasons.
    """

    decision: str
    allowed: bool
    reasons: tuple[Objection, ...]
    notes: tuple[Objection, ...]
    checked_at: datetime
    digest_matches: bool | None
    valid_until: datetime | None = None
    condition_due: datetime | None = None
    release: int | None = None
    case_file: str = field(default="")


def answer(settled: Settled | None, *, digest: str | None, now: datetime) -> Answer:
    """Answer from what was settled, compared with the digest and with now.

    What is not known to be allowed is not: no row, an unknown state, an approval without an end.
    """
    if settled is None:
        return Answer(UNKNOWN, False, (NO_RELEASE,), (), now, None if digest is None else False)
    # A clock that was set back brings nothing to life that had ended when the gate was settled.
    at = max(now, settled.settled_at)
    matches = None if digest is None else _is(digest, settled.artefact_sha256)
    reasons = [*settled.reasons, *_reasons_of_time(settled, at)]
    if settled.state not in LETS_THROUGH and not reasons:
        reasons.append(NOT_APPROVED)
    if matches is False:
        reasons.append(_other_artefact(digest or "", settled.artefact_sha256))
    return Answer(
        decision=_decision(settled, at, bool(reasons)),
        allowed=not reasons,
        reasons=tuple(reasons),
        notes=(NOT_CHECKED,) if digest is None else (),
        checked_at=now,
        digest_matches=matches,
        valid_until=settled.valid_until,
        condition_due=settled.condition_due,
        release=settled.release,
        case_file=settled.case_file,
    )


NO_RELEASE = Objection(
    "gate.no_release",
    gettext_noop("This version was never submitted for release to this environment."),
)
NOT_APPROVED = Objection("gate.not_approved", gettext_noop("The release is not approved."))
NOT_CHECKED = Objection(
    "gate.digest_not_checked",
    gettext_noop(
        "No digest was named, so whether it is the approved artefact was not checked; send the"
        " sha256 of what is to run."
    ),
)


def _is(digest: str, registered: str) -> bool:
    return bool(registered) and digest.strip().lower().removeprefix("sha256:") == registered


def _other_artefact(digest: str, registered: str) -> Objection:
    if not registered:
        return Objection(
            "gate.other_artefact",
            gettext_noop("No artefact of this version is registered, so no digest is its own."),
        )
    return Objection(
        "gate.other_artefact",
        gettext_noop(
            "This is another artefact (%(named)s) than the one that is registered (%(registered)s)."
        ),
        {"named": digest[:12] or "–", "registered": registered[:12]},
    )


def _reasons_of_time(settled: Settled, at: datetime) -> list[Objection]:
    """Return what only the passing of time brings; a reason that was settled is not told twice."""
    if settled.state not in LETS_THROUGH:
        return []
    reasons = []
    if settled.valid_until is None:
        reasons.append(
            Objection(
                "gate.without_end",
                gettext_noop("The approval has no end, which none may be without."),
            )
        )
    elif settled.valid_until <= at and settled.state == OVERRIDE:
        told = {one.code for one in settled.reasons}
        reasons += [] if OVERRIDE_ENDED.code in told else [OVERRIDE_ENDED]
    elif settled.valid_until <= at:
        reasons.append(
            Objection("gate.expired", gettext_noop("The approval has expired; submit it again."))
        )
    if settled.condition_due is not None and settled.condition_due <= at:
        reasons.append(
            Objection(
                "gate.condition_breached",
                gettext_noop("A condition of the approval is past its day and not fulfilled."),
            )
        )
    return reasons


def _decision(settled: Settled, at: datetime, closed: bool) -> str:
    if settled.state in WAITING:
        return PENDING
    if settled.state not in LETS_THROUGH:
        return settled.state if settled.state in DECISIONS else REFUSED
    if settled.valid_until is not None and settled.valid_until <= at:
        return State.EXPIRED.value
    if settled.condition_due is not None and settled.condition_due <= at:
        return State.BREACHED.value
    return REFUSED if closed else settled.state
