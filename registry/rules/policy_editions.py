"""Editions of the policy: where one stands, who may approve it, and when it is adopted."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

# How many have to approve an edition, none of them its author.
NEEDED = 2
MEANING = gettext_noop("I read this edition of the policy and approve that it is put in force")


class Standing(StrEnum):
    """Where an edition stands."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    OUTDATED = "outdated"


STANDING_NAMES = {
    Standing.PROPOSED: gettext_noop("Proposed"),
    Standing.IN_FORCE: gettext_noop("In force"),
    Standing.SUPERSEDED: gettext_noop("Superseded"),
    Standing.OUTDATED: gettext_noop("Outdated"),
}


def standing(edition: int, *, adopted: bool, base: int | None, in_force: int | None) -> Standing:
    """Say where an edition stands, by the numbers of it, of its base and of the one in force.

    A proposal is written as a change of the edition in force then; once another one is adopted it
    would take that one's changes back unseen, so it is outdated.
    """
    if adopted:
        return Standing.IN_FORCE if edition == in_force else Standing.SUPERSEDED
    return Standing.PROPOSED if base == in_force else Standing.OUTDATED


def objections_to_approving(
    stands: Standing, *, author: int | None, signers: Iterable[int], signer: int
) -> list[Objection]:
    """Say why this person may not approve the edition; empty when they may."""
    objections = []
    if stands is Standing.OUTDATED:
        objections.append(
            Objection(
                "policy.outdated",
                gettext_noop(
                    "Another edition was adopted since this one was proposed. Propose the change"
                    " again, on the edition that is in force now."
                ),
            )
        )
    elif stands is not Standing.PROPOSED:
        objections.append(
            Objection(
                "policy.adopted_already",
                gettext_noop("This edition was adopted already; there is nothing left to approve."),
            )
        )
    if author == signer:
        objections.append(
            Objection(
                "policy.own_work",
                gettext_noop("You wrote this edition; two others have to approve it."),
            )
        )
    if signer in set(signers):
        objections.append(
            Objection(
                "policy.signed_already",
                gettext_noop(
                    "You approved this edition already; the other signature is another's."
                ),
            )
        )
    return objections


def is_adopted_by(signers: Iterable[int], author: int | None) -> bool:
    """Say whether enough people approved who did not write it."""
    return len(set(signers) - {author}) >= NEEDED
