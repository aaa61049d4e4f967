"""Overrides: an emergency release, let through by two named roles for some days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from registry.rules.refusals import Objection
from registry.rules.roles import Role
from registry.rules.wording import gettext_noop

LONGEST_DAYS = 14
# Both have to sign, and they are two people.
ROLES = (Role.MODEL_RISK_MANAGER, Role.BUSINESS_OWNER)
MEANING = gettext_noop(
    "I let this version run without a full approval because of an emergency, until the day named,"
    " and answer for its review afterwards"
)


def objections_to_asking(
    *, days: int, allowed_days: int, reason: str, open_review: bool, in_force: bool
) -> list[Objection]:
    """Say what stands against an override. ``allowed_days`` is what the policy allows, 0 for none.

    An earlier one has to be reviewed before the next is asked for.
    """
    longest = min(allowed_days, LONGEST_DAYS)
    objections = []
    if longest < 1:
        objections.append(
            Objection(
                "override.not_allowed",
                gettext_noop("The policy allows no emergency release here; submit the version."),
            )
        )
    elif not 1 <= days <= longest:
        objections.append(
            Objection(
                "override.days",
                gettext_noop("An emergency release lasts from 1 to %(days)s days; choose fewer."),
                {"days": longest},
            )
        )
    if not reason.strip():
        objections.append(
            Objection(
                "override.no_reason",
                gettext_noop("Say what the emergency is; the reason stands in every report."),
            )
        )
    if open_review:
        objections.append(
            Objection(
                "override.review_open",
                gettext_noop(
                    "An earlier emergency release of this model has not been reviewed yet; close"
                    " that review first."
                ),
            )
        )
    if in_force:
        objections.append(
            Objection(
                "override.exists",
                gettext_noop(
                    "An emergency release of this version is asked for or in force there already."
                ),
            )
        )
    return objections


def roles_missing(signed: Collection[str]) -> list[Role]:
    """Return which of the two roles has not signed yet."""
    return [role for role in ROLES if role.value not in signed]


def ends_at(signed_at: datetime, days: int) -> datetime:
    """Return when an override ends that came into force at an instant."""
    return signed_at + timedelta(days=days)
