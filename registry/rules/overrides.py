"""Overrides: an emergency release, let through by two named roles for some days."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.rules import casefile
from registry.rules.refusals import Objection
from registry.rules.releases import Act
from registry.rules.roles import Role
from registry.rules.wording import gettext_noop

LONGEST_DAYS = 14
# Both have to sign, and they are two people.
ROLES = (Role.MODEL_RISK_MANAGER, Role.BUSINESS_OWNER)
# What people decide about a release to the same place ends an emergency release asked for before.
ENDED_BY = frozenset({Act.REJECT, Act.REVOKE, Act.RETIRE})
DAYS_OVER = gettext_noop("Its days are over.")
OVERTAKEN = gettext_noop(
    "Somebody decided otherwise since: a release there was rejected, revoked or retired, or the"
    " model was."
)
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


def objections_to_second(
    *, first_stands: bool, same_content: bool, overtaken: bool
) -> list[Objection]:
    """Say what came between the two signatures that makes the first one worthless.

    ``first_stands`` says that who signed first still could; ``same_content`` that the version is
    the one that was signed for.
    """
    objections = []
    if not first_stands:
        objections.append(
            Objection(
                "override.first_signature",
                gettext_noop(
                    "Who signed first could no longer sign today; end this and ask again with"
                    " somebody who can."
                ),
            )
        )
    if not same_content:
        objections.append(
            Objection(
                "override.content_changed",
                gettext_noop("The version is not the one that was signed for; ask again."),
            )
        )
    if overtaken:
        objections.append(
            Objection(
                "override.overtaken",
                gettext_noop(
                    "A release of this version was rejected, revoked or retired since this was"
                    " asked for; ask again if it still has to run."
                ),
            )
        )
    return objections


@dataclass(frozen=True)
class Signed:
    """One signature under an override: in which role, by whom, over what."""

    role: str
    signer_id: int
    digest: str


def is_signed(signatures: Iterable[Signed], digest: str) -> bool:
    """Say whether two people signed this very content in the two roles."""
    valid = [one for one in signatures if one.digest == digest]
    people = {one.signer_id for one in valid}
    return len(people) >= len(ROLES) and not roles_missing([one.role for one in valid])


def digest_of(
    *, model: str, version: str, artefact: str | None, environment: str, days: int, reason: str
) -> str:
    """Return what both signatures are over; ``artefact`` is its sha256, None for a vendor's."""
    said = {
        "model": model,
        "version": version,
        "artefact": artefact,
        "environment": environment,
        "days": days,
        "reason": reason,
    }
    return casefile.digest(casefile.canonical(said))


def roles_missing(signed: Collection[str]) -> list[Role]:
    """Return which of the two roles has not signed yet."""
    return [role for role in ROLES if role.value not in signed]


def ends_at(signed_at: datetime, days: int) -> datetime:
    """Return when an override ends that came into force at an instant."""
    return signed_at + timedelta(days=days)
