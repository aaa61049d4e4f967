"""Another tier than the scored one: who may propose it, and who confirms it."""

from __future__ import annotations

from collections.abc import Iterable

from registry.rules.refusals import Objection
from registry.rules.scorecards import LIGHTEST, STRICTEST
from registry.rules.wording import gettext_noop

# What the tier in force rests on.
BASES = {
    "stated": gettext_noop("Stated, not scored"),
    "scorecard": gettext_noop("Scored"),
    "override": gettext_noop("Overridden"),
}
STANDINGS = {
    "open": gettext_noop("Waits for the second person"),
    "in_force": gettext_noop("In force"),
    "withdrawn": gettext_noop("Withdrawn"),
    "ended": gettext_noop("Ended"),
}
# Printed with the signature wherever it is shown (21 CFR 11.50).
MEANING = gettext_noop("I read the scorecard and the reason, and confirm the other tier")


def objections_to_proposing(
    *, tier: int, now: int, scored: bool, waiting: bool, reason: str, unconfirmed: bool = False
) -> list[Objection]:
    """Say what stands against proposing ``tier`` for a model that is in tier ``now``.

    ``unconfirmed`` says that a release in tier ``now`` takes a second person, who confirms it so.
    """
    objections = []
    if not scored:
        objections.append(
            Objection(
                "override.not_scored",
                gettext_noop("There is no scorecard to override; fill it first."),
            )
        )
    if not STRICTEST <= tier <= LIGHTEST:
        objections.append(
            Objection("model.tier", gettext_noop("The tier goes from 1 (strictest) to 4."))
        )
    elif tier == now and not unconfirmed:
        objections.append(
            Objection(
                "override.same_tier",
                gettext_noop("The model is in tier %(tier)s already; propose another."),
                {"tier": tier},
            )
        )
    if waiting:
        objections.append(
            Objection(
                "override.waiting",
                gettext_noop("An override waits to be confirmed; have it confirmed or withdrawn."),
            )
        )
    if not reason.strip():
        objections.append(
            Objection(
                "override.no_reason",
                gettext_noop("Say why the scorecard is not right here; the reason is kept."),
            )
        )
    return objections


def objections_to_confirming(
    person: int,
    *,
    standing: str,
    proposed_by: int,
    filled_by: Iterable[int],
    digest: str,
    digest_now: str,
) -> list[Objection]:
    """Say what stands against this person confirming an override.

    ``digest`` is that of the proposal as the person saw it, with the scorecard it goes against.
    """
    objections = []
    if standing != "open":
        objections.append(
            Objection(
                "override.not_open",
                gettext_noop("This override does not wait for anybody; it was decided already."),
            )
        )
    elif digest != digest_now:
        objections.append(
            Objection(
                "override.changed",
                gettext_noop(
                    "The scorecard or the tier changed since you read the proposal; reload the"
                    " page and read it again."
                ),
            )
        )
    if person == proposed_by:
        objections.append(
            Objection(
                "override.own_proposal",
                gettext_noop("You proposed it; a second person has to confirm it."),
            )
        )
    if person in filled_by:
        objections.append(
            Objection(
                "override.own_scorecard",
                gettext_noop(
                    "You filled the scorecard this goes against; another person has to confirm it."
                ),
            )
        )
    return objections


def objections_to_withdrawing(*, standing: str, reason: str) -> list[Objection]:
    """Say what stands against ending an override."""
    objections = []
    if standing not in ("open", "in_force"):
        objections.append(
            Objection("override.over", gettext_noop("This override is over already."))
        )
    if not reason.strip():
        objections.append(
            Objection(
                "override.no_end_reason", gettext_noop("Say why it ends; the reason is kept.")
            )
        )
    return objections
