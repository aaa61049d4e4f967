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
