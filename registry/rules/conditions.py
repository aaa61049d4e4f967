"""Conditions of an approval: what has to be said of one before it binds anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.rules.catalogue import EVIDENCE_KINDS
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

LONGEST_DAYS = 365


@dataclass(frozen=True)
class Asked:
    """One condition as the signer names it.

    Who answers for it (an account's name), by which day, and the kind of evidence that fulfils it;
    blank where words do.
    """

    text: str
    owner: str
    due: date
    evidence_kind: str = ""

    def kept(self, owner: int) -> dict[str, Any]:
        """Return it as the decision keeps it: its owner by the number of their account.

        A decision is never changed, and a name would stay in it after the person was erased.
        """
        return {
            "text": self.text,
            "owner_id": owner,
            "due": self.due.isoformat(),
            "evidence_kind": self.evidence_kind,
        }


def objections_to(
    asked: Sequence[Asked],
    *,
    members: Sequence[str],
    today: date,
    approval_days: int,
    allowed: bool,
    named: bool,
) -> list[Objection]:
    """Say what stands against these conditions.

    ``members`` are the accounts that hold a role in the unit, ``allowed`` is what the policy says,
    ``named`` whether the act is an approval with conditions.
    """
    if named and not asked:
        return [
            Objection(
                "condition.none",
                gettext_noop("Name at least one condition, or approve without conditions."),
            )
        ]
    if asked and not named:
        return [
            Objection(
                "condition.not_with_this_act",
                gettext_noop("Conditions go with an approval under conditions only; choose that."),
            )
        ]
    objections = []
    if asked and not allowed:
        objections.append(
            Objection(
                "condition.not_allowed",
                gettext_noop(
                    "The policy allows no conditions here; approve, reject or send it back."
                ),
            )
        )
    for condition in asked:
        objections += _objections_to_one(condition, members, today, approval_days)
    return objections


def objections_to_exception(
    *, by_exception: bool, allowed: bool, tier: int, environment: str
) -> list[Objection]:
    """Say why a residual risk can never be approved: by exception only, which takes conditions.

    Asked at submission already, or every signature would be collected but the last.
    """
    if allowed or not by_exception:
        return []
    return [
        Objection(
            "release.exception_not_allowed",
            gettext_noop(
                "The residual risk is released by exception only, under conditions, and the policy"
                " allows none for tier %(tier)s in %(environment)s. Lower the risk by controls that"
                " work and assess it again, or have the policy allow conditions."
            ),
            {"tier": tier, "environment": environment},
        )
    ]


def objections_to_plain_approval(
    *, by_exception: bool, allowed: bool, named: bool
) -> list[Objection]:
    """Say why the last signature cannot be a plain one: nobody has named conditions so far.

    ``named`` is whether any approval that counts names some, this one included.
    """
    if named or not allowed or not by_exception:
        return []
    return [
        Objection(
            "release.needs_exception",
            gettext_noop(
                "The residual risk is released by exception only: one of the approvals has to name"
                " conditions. Approve under conditions, or reject."
            ),
        )
    ]


def _objections_to_one(
    condition: Asked, members: Sequence[str], today: date, approval_days: int
) -> list[Objection]:
    told = {"condition": condition.text.strip()[:60] or "?"}
    objections = []
    if not condition.text.strip():
        objections.append(
            Objection("condition.text", gettext_noop("A condition needs words; say what is asked."))
        )
    if condition.owner not in members:
        objections.append(
            Objection(
                "condition.owner",
                gettext_noop(
                    "%(condition)s: its owner has to hold a role in the unit; name somebody who"
                    " does."
                ),
                told,
            )
        )
    longest = min(LONGEST_DAYS, approval_days)
    if not 0 < (condition.due - today).days <= longest:
        objections.append(
            Objection(
                "condition.due",
                gettext_noop(
                    "%(condition)s: the day it is due lies from tomorrow to %(days)s days ahead;"
                    " choose another."
                ),
                {**told, "days": longest},
            )
        )
    if condition.evidence_kind and condition.evidence_kind not in EVIDENCE_KINDS:
        objections.append(
            Objection(
                "condition.evidence_kind",
                gettext_noop("%(condition)s: choose the evidence from %(kinds)s, or leave it out."),
                {**told, "kinds": ", ".join(EVIDENCE_KINDS)},
            )
        )
    return objections
