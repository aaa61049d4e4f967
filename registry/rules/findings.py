"""Findings: how severe, until when, which moves there are, and who may take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

LONGEST_TITLE = 200


class State(StrEnum):
    """Where a finding stands. An acceptance of the risk ends by itself: see ``standing``."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED_RISK = "accepted_risk"
    CLOSED = "closed"


class Act(StrEnum):
    """What moves a finding."""

    OPEN = "open"
    ANSWER = "answer"
    CHALLENGE = "challenge"
    CLOSE = "close"
    ACCEPT_RISK = "accept_risk"
    RATE = "rate"


STATE_NAMES = {
    State.OPEN: gettext_noop("Open"),
    State.ANSWERED: gettext_noop("Answered"),
    State.ACCEPTED_RISK: gettext_noop("Risk accepted"),
    State.CLOSED: gettext_noop("Closed"),
}
ACT_NAMES = {
    Act.OPEN: gettext_noop("Opened"),
    Act.ANSWER: gettext_noop("Answered"),
    Act.CHALLENGE: gettext_noop("Challenged again"),
    Act.CLOSE: gettext_noop("Closed"),
    Act.ACCEPT_RISK: gettext_noop("Risk accepted"),
    Act.RATE: gettext_noop("Severity changed"),
}

# The same acts as they are asked for.
STEP_NAMES = {
    Act.OPEN: gettext_noop("Open"),
    Act.ANSWER: gettext_noop("Answer"),
    Act.CHALLENGE: gettext_noop("Challenge again"),
    Act.CLOSE: gettext_noop("Close"),
    Act.ACCEPT_RISK: gettext_noop("Accept the risk"),
    Act.RATE: gettext_noop("Change the severity"),
}

# Every allowed move; what is not a row here cannot happen. Nothing leaves CLOSED: what comes back
# is a finding of its own.
MOVES: dict[tuple[State, Act], State] = {
    (State.OPEN, Act.ANSWER): State.ANSWERED,
    (State.OPEN, Act.ACCEPT_RISK): State.ACCEPTED_RISK,
    (State.OPEN, Act.RATE): State.OPEN,
    (State.ANSWERED, Act.CLOSE): State.CLOSED,
    (State.ANSWERED, Act.CHALLENGE): State.OPEN,
    (State.ANSWERED, Act.ACCEPT_RISK): State.ACCEPTED_RISK,
    (State.ANSWERED, Act.RATE): State.ANSWERED,
    (State.ACCEPTED_RISK, Act.ANSWER): State.ANSWERED,
}
UNSETTLED = frozenset({State.OPEN, State.ANSWERED})

SOURCES = {
    "validation": gettext_noop("Validation"),
    "ethics": gettext_noop("Ethics review"),
    "deployment": gettext_noop("Deployment"),
    "monitor": gettext_noop("Monitor"),
    "incident": gettext_noop("Incident"),
    "audit": gettext_noop("Audit"),
}
SEVERITIES = {
    "low": gettext_noop("Low"),
    "medium": gettext_noop("Medium"),
    "high": gettext_noop("High"),
    "critical": gettext_noop("Critical"),
}
BLOCKING = ("high", "critical")

# By severity, the most days until the answer is due, and for which a risk may be accepted.
LONGEST_DAYS = {"low": 365, "medium": 180, "high": 90, "critical": 30}
LONGEST_ACCEPTANCE = {"low": 365, "medium": 180, "high": 90, "critical": 30}

# What came of an effective challenge (SR 26-2, SR 11-7), and which act says it.
OUTCOMES = {
    "accepted": gettext_noop("The answer convinced"),
    "partly": gettext_noop("The answer convinced in part"),
    "rejected": gettext_noop("The answer did not convince"),
    "model_changed": gettext_noop("The model was changed"),
}
OUTCOMES_OF: dict[Act, tuple[str, ...]] = {
    Act.CLOSE: ("accepted", "partly", "model_changed"),
    Act.CHALLENGE: ("rejected", "partly"),
}


def standing(state: str, accepted_until: date | None, today: date) -> State:
    """Return where a finding stands today: it is open again the day after an acceptance ends."""
    if state == State.ACCEPTED_RISK and (accepted_until is None or accepted_until < today):
        return State.OPEN
    return State(state)


def is_overdue(stands: State, due: date, today: date) -> bool:
    """Say whether the day on which it was to be settled has passed."""
    return stands in UNSETTLED and due < today


def objections_to_moving(stands: State, act: Act) -> list[Objection]:
    """Say why a finding that stands so cannot take this act; empty when it can."""
    if (stands, act) in MOVES:
        return []
    return [
        Objection(
            "finding.wrong_state",
            gettext_noop("This finding stands at “%(state)s”; it cannot take the step “%(act)s”."),
            {"state": [STATE_NAMES[stands]], "act": [STEP_NAMES[act]]},
            (stands.value, act.value),
        )
    ]


def objections_to_day(
    day: date, today: date, severity: str, longest: Mapping[str, int], code: str
) -> list[Objection]:
    """Say what is wrong with a due date, or with the end of an acceptance."""
    if day < today:
        return [
            Objection(
                f"finding.{code}_past",
                gettext_noop("The day %(day)s has passed; name today or a later one."),
                {"day": day.isoformat()},
            )
        ]
    most = longest.get(severity, 0)
    if severity in SEVERITIES and day > today + timedelta(days=most):
        return [
            Objection(
                f"finding.{code}_too_late",
                gettext_noop(
                    "For the severity “%(severity)s” the longest time is %(most)s days:"
                    " name %(last)s or an earlier day."
                ),
                {
                    "severity": [SEVERITIES[severity]],
                    "most": most,
                    "last": (today + timedelta(days=most)).isoformat(),
                },
                (severity,),
            )
        ]
    return []


def objections_to_facts(
    *, source: str, severity: str, title: str, text: str, question: str, ground: str
) -> list[Objection]:
    """Say what is wrong with what a finding says."""
    objections = []
    if source not in SOURCES:
        objections.append(unknown("source", source, SOURCES))
    if severity not in SEVERITIES:
        objections.append(unknown("severity", severity, SEVERITIES))
    if not title.strip() or not text.strip():
        objections.append(
            Objection(
                "finding.says_nothing",
                gettext_noop("Give the finding a title, and say what was found."),
            )
        )
    if len(title.strip()) > LONGEST_TITLE:
        objections.append(
            Objection(
                "finding.title_too_long",
                gettext_noop("The title is longer than %(most)s characters; shorten it."),
                {"most": LONGEST_TITLE},
            )
        )
    if question.strip() and not ground.strip():
        objections.append(
            Objection(
                "finding.challenge_without_ground",
                gettext_noop("A challenge has a question and the ground for it; say both."),
            )
        )
    return objections


def unknown(what: str, said: str, known: Iterable[str]) -> Objection:
    """Say that there is no such source, severity, outcome or section."""
    return Objection(
        f"finding.unknown_{what}",
        gettext_noop("“%(said)s” is not known here; choose one of %(known)s."),
        {"said": said, "known": ", ".join(known)},
    )


def objections_to_outcome(act: Act, outcome: str) -> list[Objection]:
    """Say whether the act may say this outcome."""
    known = OUTCOMES_OF.get(act, ())
    return [] if outcome in known else [unknown("outcome", outcome, known)]


# Acts that judge the answer or the risk: nobody takes them on their own work.
JUDGING = frozenset({Act.CHALLENGE, Act.CLOSE, Act.ACCEPT_RISK, Act.RATE})


def objections_to_mover(
    person: int,
    act: Act,
    *,
    opener: int | None,
    owner: int,
    answered_by: Iterable[int | None],
    hands: Mapping[str, Iterable[int | None]],
    lowers: bool = False,
) -> list[Objection]:
    """Say why this person may not take the act: separation of duties.

    ``hands`` names, part by part, whose work the version is; ``lowers`` says that the severity
    would become less.
    """
    if act == Act.ANSWER:
        return (
            [
                Objection(
                    "finding.own_question",
                    gettext_noop("You opened this finding; somebody else answers it."),
                )
            ]
            if person == opener
            else []
        )
    if act not in JUDGING:
        return []
    objections = []
    if person == owner or person in set(answered_by):
        objections.append(
            Objection(
                "finding.own_answer",
                gettext_noop("You answer for this finding; somebody else judges the answer."),
            )
        )
    if any(person in set(people) for people in hands.values()):
        objections.append(
            Objection(
                "finding.own_work",
                gettext_noop("Your work is part of this version; somebody else has to judge it."),
            )
        )
    if lowers and person == opener:
        objections.append(
            Objection(
                "finding.own_severity",
                gettext_noop("You opened this finding; somebody else lowers its severity."),
            )
        )
    return objections


def is_lower(severity: str, than: str) -> bool:
    """Say whether a severity is less than another."""
    order = list(SEVERITIES)
    return order.index(severity) < order.index(than)
