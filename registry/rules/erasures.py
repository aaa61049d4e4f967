"""When a person may be erased, and how the ledger of erasures is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from registry.rules.casefile import canonical
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

# No erasure takes longer from its line in the ledger to its commit.
LONGEST = timedelta(hours=1)


@dataclass(frozen=True)
class Ties:
    """What still binds a person: texts that name each, as they are shown."""

    roles: Sequence[str] = ()
    models: Sequence[str] = ()
    conditions: Sequence[str] = ()
    findings: Sequence[str] = ()
    delegations: Sequence[str] = ()
    holds: Sequence[str] = ()


UNTIED = {
    "roles": gettext_noop("The person still holds roles: %(which)s. End them first."),
    "models": gettext_noop(
        "The person still owns or looks after models: %(which)s. Name somebody else there first."
    ),
    "conditions": gettext_noop(
        "Conditions are still the person's to fulfil: %(which)s. Have them fulfilled first."
    ),
    "findings": gettext_noop(
        "Findings are still the person's to answer: %(which)s. Have them closed first."
    ),
    "delegations": gettext_noop(
        "The person still gave or holds a delegation: %(which)s. End it first."
    ),
    "holds": gettext_noop(
        "A legal hold stands where the person was at work: %(which)s. Have it released first."
    ),
}


def objections_to_erasing(
    *, oneself: bool, is_erased: bool, reason: str, ties: Ties
) -> list[Objection]:
    """Say everything that stands against erasing a person."""
    objections = []
    if is_erased:
        objections.append(
            Objection(
                "person.erased",
                gettext_noop("This person was erased already; nothing of theirs is left to erase."),
            )
        )
    if oneself:
        objections.append(
            Objection(
                "person.oneself",
                gettext_noop("Nobody erases themselves; ask another administrator."),
            )
        )
    for tie, message in UNTIED.items():
        if which := getattr(ties, tie):
            objections.append(Objection(f"person.{tie}", message, {"which": "; ".join(which)}))
    if not reason.strip():
        objections.append(
            Objection(
                "person.no_reason",
                gettext_noop("Give the reason, without naming the person; it is kept."),
            )
        )
    return objections


@dataclass(frozen=True)
class Erasure:
    """One line of the ledger.

    The day the account joined tells the person from another who has their number in a database
    that was restored from before; both instants are in ISO 8601. Of one that is not ``confirmed``
    the ledger alone cannot say whether it was committed.
    """

    id: str
    person: int
    joined: str
    key_made_at: str | None
    at: str
    why: str
    confirmed: bool = False

    def as_line(self) -> str:
        """Return the line that is written before the erasure is committed."""
        said = asdict(self)
        del said["confirmed"]
        return canonical(said)

    def is_older(self, at: datetime) -> bool:
        """Say whether a database of that instant tells of it, if it was ever committed."""
        return datetime.fromisoformat(self.at) < at - LONGEST


class Unreadable(ValueError):
    """A line of the ledger that is complete cannot be read."""


def erasures_in(text: str) -> list[Erasure]:
    """Return the erasures a ledger holds, without those that were taken back, oldest first.

    What follows the last line's end was being written when the power went: of that erasure nothing
    was committed. Raises Unreadable with the number of a line that is no erasure.
    """
    found: dict[str, Erasure] = {}
    # A reason may hold what else counts as the end of a line.
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        try:
            said = json.loads(line)
            if "taken_back" in said:
                found.pop(said["taken_back"], None)
            elif "confirmed" in said:
                if kept := found.get(said["confirmed"]):
                    found[kept.id] = replace(kept, confirmed=True)
            else:
                found[said["id"]] = Erasure(**said)
        except (ValueError, TypeError, KeyError):
            raise Unreadable(f"line {number}") from None
    return list(found.values())
