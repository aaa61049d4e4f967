"""Delegations: one's seat given to somebody else for a time, with a reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.rules.refusals import Objection
from registry.rules.roles import DECIDERS, ENGAGED, NEVER_TOGETHER
from registry.rules.wording import gettext_noop

LONGEST = timedelta(days=92)
# Who holds one of these never holds a role that signs, and so never borrows one either.
BARRED = frozenset(role.value for role, others in NEVER_TOGETHER if others & DECIDERS)


@dataclass(frozen=True)
class Given:
    """What a delegation says: which role, to whom, from when to when, and why."""

    giver_id: int
    delegate_id: int
    role: str
    starts_at: datetime
    ends_at: datetime
    reason: str


def objections_to(
    given: Given,
    *,
    giver_roles: Collection[str],
    delegate_roles: Collection[str],
    now: datetime,
) -> list[Objection]:
    """Say what stands against a delegation. The roles are those held in the unit itself.

    A role one has only by delegation is not there to be given on.
    """
    objections = []
    if given.giver_id == given.delegate_id:
        objections.append(
            Objection(
                "delegation.oneself", gettext_noop("Nobody delegates to themselves; name another.")
            )
        )
    if given.role not in {role.value for role in DECIDERS} or given.role not in giver_roles:
        objections.append(
            Objection(
                "delegation.role",
                gettext_noop("You can delegate a role of yours that signs releases, and no other."),
            )
        )
    if not set(delegate_roles) & {role.value for role in ENGAGED}:
        objections.append(
            Objection(
                "delegation.stranger",
                gettext_noop(
                    "The delegate has to work in the unit as data scientist, validator, manager,"
                    " owner or reviewer; name somebody who does."
                ),
            )
        )
    if set(delegate_roles) & BARRED:
        objections.append(
            Objection(
                "delegation.never_together",
                gettext_noop(
                    "The delegate holds a role that is never held beside one that signs; name"
                    " somebody else."
                ),
            )
        )
    # A minute's grace: the clock of who writes the form is not the server's.
    if given.starts_at < now - timedelta(minutes=1):
        objections.append(
            Objection(
                "delegation.start", gettext_noop("A delegation begins now or later; not before.")
            )
        )
    if not timedelta(0) < given.ends_at - given.starts_at <= LONGEST:
        objections.append(
            Objection(
                "delegation.end",
                gettext_noop("A delegation ends after it begins, within %(days)s days."),
                {"days": LONGEST.days},
            )
        )
    if not given.reason.strip():
        objections.append(
            Objection(
                "delegation.no_reason",
                gettext_noop("Give the reason; it is printed with every decision taken by it."),
            )
        )
    return objections
