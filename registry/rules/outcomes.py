"""Outcomes: how a review may end, and what its ending has to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop


class Outcome(StrEnum):
    """How a review ends."""

    REVALIDATED = "revalidated"
    ADJUSTED = "adjusted"
    NO_CHANGE_NEEDED = "no_change_needed"
    NOT_REVALIDATED = "not_revalidated"
    WITHDRAWN_FROM_USE = "withdrawn_from_use"


OUTCOME_NAMES = {
    Outcome.REVALIDATED: gettext_noop("Revalidated"),
    Outcome.ADJUSTED: gettext_noop("Adjusted"),
    Outcome.NO_CHANGE_NEEDED: gettext_noop("No change needed"),
    Outcome.NOT_REVALIDATED: gettext_noop("Not revalidated, for a reason"),
    Outcome.WITHDRAWN_FROM_USE: gettext_noop("Withdrawn from use"),
}
# What looks at the whole model anew, whatever the review was opened for.
LOOKS_AT_ALL = frozenset({Outcome.REVALIDATED, Outcome.ADJUSTED})
SHORTEST_REASON = 20
LONGEST_REASON = 10_000


def restarts_calendar(cause: str, outcome: str) -> bool:
    """Say whether the calendar counts from this review on.

    A single event found harmless is no look at the whole model.
    """
    return cause == "calendar" or outcome in LOOKS_AT_ALL


@dataclass(frozen=True)
class Ending:
    """What somebody says who closes a review.

    ``evidence`` are the exhibits the outcome rests on. ``decided_by`` (an account's id) and
    ``good_until`` belong to the record of why a model was not revalidated.
    """

    outcome: str
    reason: str
    evidence: tuple[int, ...] = ()
    decided_by: int | None = None
    good_until: date | None = None


@dataclass(frozen=True)
class Ground:
    """What the ending is judged by, read when somebody closes.

    ``usable`` are the exhibits of the model, ``fresh`` those filed since the review was opened;
    ``deciders`` the accounts that may decide here; ``latest`` the last day on which "not
    revalidated" can be good; ``running`` the releases on which the model may still run.
    """

    today: date
    latest: date
    usable: frozenset[int] = frozenset()
    fresh: frozenset[int] = frozenset()
    deciders: frozenset[int] = frozenset()
    running: tuple[str, ...] = ()


def objections_to_closing(ending: Ending, ground: Ground) -> list[Objection]:
    """Say why a review cannot end like this; empty when it can."""
    objections = objections_to_reason(ending.reason)
    if ending.outcome not in set(Outcome):
        objections.append(
            Objection(
                "review.outcome",
                gettext_noop("The outcome %(outcome)s is not known; choose one of %(known)s."),
                {"outcome": ending.outcome, "known": ", ".join(Outcome)},
            )
        )
    if not set(ending.evidence) <= ground.usable:
        objections.append(
            Objection(
                "review.evidence",
                gettext_noop("An outcome rests on exhibits of this model; these are not: %(ids)s."),
                {"ids": ", ".join(map(str, sorted(set(ending.evidence) - ground.usable)))},
            )
        )
    if ending.outcome == Outcome.REVALIDATED and not set(ending.evidence) & ground.fresh:
        objections.append(
            Objection(
                "review.no_fresh_evidence",
                gettext_noop(
                    "“Revalidated” rests on at least one exhibit filed since this review was"
                    " opened; measure first, or say why it was not revalidated."
                ),
            )
        )
    if ending.outcome == Outcome.WITHDRAWN_FROM_USE and ground.running:
        objections.append(
            Objection(
                "review.still_released",
                gettext_noop(
                    "It may still run on %(releases)s; revoke or retire that before you say that"
                    " it was withdrawn from use."
                ),
                {"releases": "; ".join(ground.running)},
            )
        )
    if ending.outcome == Outcome.NOT_REVALIDATED:
        objections += _objections_to_waiting(ending, ground)
    elif ending.decided_by is not None or ending.good_until is not None:
        objections.append(
            Objection(
                "review.not_asked",
                gettext_noop(
                    "Who decided and until when it is good belong to “not revalidated” alone;"
                    " leave them out."
                ),
            )
        )
    return objections


def objections_to_reason(reason: str) -> list[Objection]:
    """Say what a reason lacks, be it for asking for a review or for its end."""
    if SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        return []
    return [
        Objection(
            "review.reason",
            gettext_noop(
                "Say in at least a sentence why: what was looked at or is doubted, in %(least)s to"
                " %(most)s characters."
            ),
            {"least": SHORTEST_REASON, "most": LONGEST_REASON},
        )
    ]


def _objections_to_waiting(ending: Ending, ground: Ground) -> Iterable[Objection]:
    """Find what the record of why a model was not revalidated lacks."""
    if ending.decided_by not in ground.deciders:
        yield Objection(
            "review.decided_by",
            gettext_noop(
                "Name who decided that it is not revalidated: somebody of the unit whose role"
                " decides."
            ),
        )
    if ending.good_until is None or not ground.today < ending.good_until <= ground.latest:
        yield Objection(
            "review.good_until",
            gettext_noop(
                "Say until when that is good: a day after today, %(latest)s at the latest, since"
                " nothing goes longer than a review interval."
            ),
            {"latest": ground.latest.isoformat()},
        )
