"""Legal holds: what one may be placed on, and what it says to whoever wants to delete."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop


class Scope(StrEnum):
    """How much a hold holds."""

    MODEL = "model"
    DATASET = "dataset"
    UNIT = "unit"
    INSTALLATION = "installation"


SCOPES = {
    Scope.MODEL: gettext_noop("One model, with its data"),
    Scope.DATASET: gettext_noop("One dataset"),
    Scope.UNIT: gettext_noop("One unit"),
    Scope.INSTALLATION: gettext_noop("The whole installation"),
}
NO_REASON = Objection(
    "hold.no_reason", gettext_noop("Say why; it stands in the journal and on what is held.")
)
RELEASED_ALREADY = Objection(
    "hold.released_already", gettext_noop("This hold was released already; nothing is left to do.")
)


def objections_to_placing(scope: str, reason: str, *, named: Collection[str]) -> list[Objection]:
    """Say what stands against this hold; ``named`` are the kinds of what was named with it."""
    objections = []
    if scope not in list(Scope):
        objections.append(
            Objection(
                "hold.scope",
                gettext_noop("There is no hold on %(given)s; choose one of %(known)s."),
                {"given": scope, "known": ", ".join(Scope)},
            )
        )
    elif set(named) != ({scope} - {Scope.INSTALLATION}):
        objections.append(
            Objection(
                "hold.subject",
                gettext_noop(
                    "A hold names the one model, dataset or unit it is on; a hold on the whole"
                    " installation names none."
                ),
            )
        )
    if not reason.strip():
        objections.append(NO_REASON)
    return objections


def objection_to_deleting(number: int, since: str, reason: str) -> Objection:
    """Say that a hold keeps this, whatever else is due."""
    return Objection(
        "retention.held",
        gettext_noop(
            "A legal hold keeps this (number %(number)s, since %(since)s: %(reason)s)."
            " Nothing of it is deleted until the hold is released."
        ),
        {"number": number, "since": since, "reason": reason},
    )
