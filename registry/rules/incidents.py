"""Incidents: their kinds, the AI Act's reporting clocks, and the moves there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from registry.rules.eu_ai_act import CLASSES
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

# Clocks of two machines differ a little; a time this far ahead of ours is still "now".
TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Kind:
    """What happened, in the words of Art. 3(49) and 73 of Regulation (EU) 2024/1689.

    ``days`` is the outer limit of the report, counted from awareness; None where nothing serious
    in the sense of the Act happened. The Act wants the report at once when the link is made; the
    limit is for whatever happens.
    """

    name: str
    days: int | None
    article: str = ""


KINDS = {
    "death": Kind(gettext_noop("Death of a person"), 10, "Art. 73(4)"),
    "health": Kind(gettext_noop("Serious harm to a person's health"), 15, "Art. 73(2)"),
    "infrastructure": Kind(
        gettext_noop("Serious and irreversible disruption of critical infrastructure"),
        2,
        "Art. 73(3)",
    ),
    "rights": Kind(
        gettext_noop("Infringement of duties that protect fundamental rights"), 15, "Art. 73(2)"
    ),
    "widespread": Kind(gettext_noop("Widespread infringement"), 2, "Art. 73(3)"),
    "property": Kind(gettext_noop("Serious harm to property or the environment"), 15, "Art. 73(2)"),
    "malfunction": Kind(gettext_noop("Malfunction without serious harm"), None),
}
LINKS = {
    "known": gettext_noop("Established"),
    "suspected": gettext_noop("Reasonably likely"),
    "unknown": gettext_noop("Not looked into yet"),
    "excluded": gettext_noop("Ruled out"),
}


class State(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    ASSESSED = "assessed"
    NOTIFIED = "notified"
    NOT_REPORTABLE = "not_reportable"
    CLOSED = "closed"


class Act(StrEnum):
    """What moves an incident; the last two are the clock's own."""

    REPORT = "report"
    ASSESS = "assess"
    CORRECT = "correct"
    NOTIFY = "notify"
    RULE_OUT = "rule_out"
    CLOSE = "close"
    HALF_PASSED = "half_passed"
    ALL_PASSED = "all_passed"


STATE_NAMES = {
    State.REPORTED: gettext_noop("Reported"),
    State.ASSESSED: gettext_noop("Assessed"),
    State.NOTIFIED: gettext_noop("Authority notified"),
    State.NOT_REPORTABLE: gettext_noop("Not reportable"),
    State.CLOSED: gettext_noop("Closed"),
}
ACT_NAMES = {
    Act.REPORT: gettext_noop("Reported"),
    Act.ASSESS: gettext_noop("Assessed"),
    Act.CORRECT: gettext_noop("Corrected"),
    Act.NOTIFY: gettext_noop("Authority notified"),
    Act.RULE_OUT: gettext_noop("Confirmed as not reportable"),
    Act.CLOSE: gettext_noop("Closed"),
    Act.HALF_PASSED: gettext_noop("Half of the time to report has passed"),
    Act.ALL_PASSED: gettext_noop("The time to report has passed"),
}
# The same acts as they are asked for; what the clock does, nobody asks for.
STEP_NAMES = {
    **ACT_NAMES,
    Act.REPORT: gettext_noop("Report"),
    Act.ASSESS: gettext_noop("Assess"),
    Act.CORRECT: gettext_noop("Correct"),
    Act.NOTIFY: gettext_noop("Notify the authority"),
    Act.RULE_OUT: gettext_noop("Confirm as not reportable"),
    Act.CLOSE: gettext_noop("Close"),
}

# Every allowed move; what is not a row here cannot happen. A correction takes back what was judged
# on the earlier facts, but no notification: that went to an authority. A second notification
# completes the first (Art. 73(5)).
MOVES: dict[tuple[State, Act], State] = {
    (State.REPORTED, Act.ASSESS): State.ASSESSED,
    (State.REPORTED, Act.CORRECT): State.REPORTED,
    (State.REPORTED, Act.HALF_PASSED): State.REPORTED,
    (State.REPORTED, Act.ALL_PASSED): State.REPORTED,
    (State.ASSESSED, Act.ASSESS): State.ASSESSED,
    (State.ASSESSED, Act.CORRECT): State.REPORTED,
    (State.ASSESSED, Act.NOTIFY): State.NOTIFIED,
    (State.ASSESSED, Act.RULE_OUT): State.NOT_REPORTABLE,
    (State.ASSESSED, Act.HALF_PASSED): State.ASSESSED,
    (State.ASSESSED, Act.ALL_PASSED): State.ASSESSED,
    (State.NOTIFIED, Act.NOTIFY): State.NOTIFIED,
    (State.NOTIFIED, Act.CORRECT): State.NOTIFIED,
    (State.NOTIFIED, Act.CLOSE): State.CLOSED,
    (State.NOT_REPORTABLE, Act.ASSESS): State.ASSESSED,
    (State.NOT_REPORTABLE, Act.CORRECT): State.REPORTED,
    (State.NOT_REPORTABLE, Act.CLOSE): State.CLOSED,
}
# While it stands so, the clock runs: an assessment that says "not reportable" is one person's
# word until a second one confirms it.
RUNNING = frozenset({State.REPORTED, State.ASSESSED})


@dataclass(frozen=True)
class Clock:
    """The time there is to report one incident, and how much of it is left.

    ``state`` is one of running, half (more than half has passed), overdue, met, late, stopped.
    ``left`` is negative once the time has passed.
    """

    days: int
    article: str
    due: datetime
    half: datetime
    left: timedelta
    state: str


CLOCK_NAMES = {
    "running": gettext_noop("The clock runs"),
    "half": gettext_noop("More than half has passed"),
    "overdue": gettext_noop("Overdue"),
    "met": gettext_noop("Reported in time"),
    "late": gettext_noop("Reported late"),
    "stopped": gettext_noop("Nothing to report"),
}


def clock_of(
    kind: str, aware_at: datetime, state: str, notified_at: datetime | None, now: datetime
) -> Clock | None:
    """Return the clock of an incident as it stands now; None where the kind has none.

    Days are counted as 24 hours from the instant of awareness, which is never later than the
    Act's calendar days.
    """
    days = KINDS[kind].days
    if days is None:
        return None
    due, half = aware_at + timedelta(days=days), aware_at + timedelta(days=days) / 2
    if notified_at is not None:
        told = "met" if notified_at <= due else "late"
    elif state not in RUNNING:
        told = "stopped"
    elif now > due:
        told = "overdue"
    else:
        told = "half" if now >= half else "running"
    return Clock(days, KINDS[kind].article, due, half, due - now, told)


def to_tell(clock: Clock | None, told: Mapping[str, bool]) -> Act | None:
    """Return what people have to be told of a running clock and were not told yet."""
    if clock is None:
        return None
    if clock.state == "overdue" and not told.get(Act.ALL_PASSED):
        return Act.ALL_PASSED
    if clock.state == "half" and not told.get(Act.HALF_PASSED):
        return Act.HALF_PASSED
    return None


def objections_to_moving(state: str, act: Act) -> list[Objection]:
    """Say why an incident that stands so cannot take this act; empty when it can."""
    if (State(state), act) in MOVES:
        return []
    return [
        Objection(
            "incident.wrong_state",
            gettext_noop("This incident stands at “%(state)s”; it cannot take the step “%(act)s”."),
            {"state": [STATE_NAMES[State(state)]], "act": [STEP_NAMES[act]]},
            (str(state), act.value),
        )
    ]


def objections_to_times(
    *,
    occurred_at: datetime,
    aware_at: datetime,
    reported_at: datetime,
    notified: bool = False,
    aware_before: datetime | None = None,
) -> list[Objection]:
    """Say what is wrong with the times of an incident: the clock starts at awareness.

    Nobody becomes aware after having reported it here. ``aware_before`` is what a correction
    replaces; once an authority was ``notified`` it may only become earlier.
    """
    objections = []
    if aware_at > reported_at + TOLERANCE:
        objections.append(
            Objection(
                "incident.aware_later",
                gettext_noop(
                    "Awareness cannot be later than the report itself; name the instant at which"
                    " the first of you knew."
                ),
            )
        )
    if occurred_at > aware_at:
        objections.append(
            Objection(
                "incident.aware_before_it_occurred",
                gettext_noop("Nobody knows of an incident before it occurred; mend the times."),
            )
        )
    if notified and aware_before is not None and aware_at > aware_before:
        objections.append(
            Objection(
                "incident.clock_set_back",
                gettext_noop(
                    "The authority was notified with an earlier time of awareness; the clock is"
                    " not set back afterwards."
                ),
            )
        )
    return objections


def objections_to_facts(kind: str, link: str, description: str) -> list[Objection]:
    """Say what is wrong with what is reported."""
    objections = [
        Objection(
            f"incident.unknown_{what}",
            gettext_noop("“%(said)s” is not known here; choose one of %(known)s."),
            {"said": said, "known": ", ".join(known)},
        )
        for what, said, known in (("kind", kind, KINDS), ("link", link, LINKS))
        if said not in known
    ]
    if not description.strip():
        objections.append(
            Objection("incident.says_nothing", gettext_noop("Say what happened, and to whom."))
        )
    return objections


def objections_to_class(ai_act_class: str) -> list[Objection]:
    """Say whether there is such a class of the AI Act."""
    if ai_act_class in CLASSES:
        return []
    return [
        Objection(
            "incident.unknown_class",
            gettext_noop("“%(said)s” is not known here; choose one of %(known)s."),
            {"said": ai_act_class, "known": ", ".join(CLASSES)},
        )
    ]
