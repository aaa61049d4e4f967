"""The state of things at a past instant: which instants can be asked for, and what was not yet."""

from __future__ import annotations

from datetime import datetime

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop


class NotYet(Exception):
    """What is asked for was not there yet at that instant; doors answer as for what is not there.

    ``objection`` says so in a sentence.
    """

    def __init__(self, objection: Objection) -> None:
        self.objection = objection
        super().__init__(objection)

    def __str__(self) -> str:
        return str(self.objection)


def not_yet(what: str, at: str) -> NotYet:
    """Return that there was no such thing then; ``what`` names it, ``at`` is the instant."""
    return NotYet(
        Objection(
            "as_of.not_yet",
            gettext_noop("There was no %(what)s on %(at)s yet; choose a later instant."),
            {"what": what, "at": at},
        )
    )


def no_unit_yet(at: str) -> NotYet:
    """Return that none of the person's units was there then."""
    return NotYet(
        Objection(
            "as_of.no_unit",
            gettext_noop("None of your units was founded by %(at)s; choose a later instant."),
            {"at": at},
        )
    )


def no_unit() -> NotYet:
    """Return that the person is in no unit, so that no other instant helps."""
    return NotYet(
        Objection(
            "as_of.no_role",
            gettext_noop("You hold no role in any unit; an administrator of one gives it to you."),
        )
    )


def objections_to_instant(at: datetime, now: datetime) -> list[Objection]:
    """Say why nothing can be told as of this instant; empty when it can."""
    if at <= now:
        return []
    return [
        Objection(
            "as_of.future",
            gettext_noop(
                "Nobody knows yet how it will stand then; choose an instant that is past."
            ),
        )
    ]
