"""What people are told: one sentence for each code, and which of them wait for the daily digest."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

# Every sentence may name %(about)s and %(model)s; its other places come with the notice.
NOTICES: dict[str, str] = {
    "release.submitted": gettext_noop("%(about)s was submitted for release."),
    "release.waits_for_you": gettext_noop("%(about)s waits for your decision."),
    "release.approved": gettext_noop("%(about)s is approved."),
    "release.rejected": gettext_noop("%(about)s was rejected."),
    "release.sent_back": gettext_noop("%(about)s was sent back."),
    "release.revoked": gettext_noop("The approval of %(about)s was revoked."),
    "release.retired": gettext_noop("%(about)s was retired from service."),
    "release.void": gettext_noop("%(about)s is void: what was approved has changed since."),
    "release.expired": gettext_noop("The approval of %(about)s has expired."),
    "release.expiring": gettext_noop("The approval of %(about)s expires soon."),
    "condition.due_soon": gettext_noop("A condition is due soon: %(about)s."),
    "condition.breached": gettext_noop("A condition was missed, and the gate closed: %(about)s."),
    "review.opened": gettext_noop("A review of %(model)s was opened: %(about)s."),
    "review.overdue": gettext_noop("A review of %(model)s is overdue: %(about)s."),
    "finding.opened": gettext_noop("A finding on %(model)s was opened: %(about)s."),
    "finding.answered": gettext_noop("A finding on %(model)s was answered: %(about)s."),
    "finding.challenged": gettext_noop(
        "The answer to a finding on %(model)s did not convince: %(about)s."
    ),
    "finding.risk_accepted": gettext_noop(
        "The risk of a finding on %(model)s was accepted for a time: %(about)s."
    ),
    "finding.overdue": gettext_noop("A finding on %(model)s is overdue: %(about)s."),
    "incident.reported": gettext_noop("An incident with %(model)s was reported: %(about)s."),
    "incident.clock": gettext_noop("The time to report an incident runs out: %(about)s."),
    "incident.clock_over": gettext_noop("The time to report an incident has passed: %(about)s."),
    "deployment.unapproved": gettext_noop(
        "%(model)s runs somewhere without a valid approval: %(about)s."
    ),
    "override.asked": gettext_noop("An emergency release waits for your signature: %(about)s."),
    "override.used": gettext_noop("An emergency release was let through: %(about)s."),
    "override.review_due": gettext_noop("An emergency release has to be reviewed: %(about)s."),
    "delegation.given": gettext_noop("You may decide in somebody's place: %(about)s."),
    "tier.proposed": gettext_noop("Another tier for %(model)s waits for a second person."),
    "policy.proposed": gettext_noop("An edition of the policy waits for approval: %(about)s."),
    "policy.adopted": gettext_noop("An edition of the policy is in force: %(about)s."),
    "factor.changed": gettext_noop("How you confirm your signature has changed: %(about)s."),
    "journal.broken": gettext_noop("The journal does not hold at entry %(number)s: %(wrong)s."),
    "attestation.due": gettext_noop("Your models wait to be confirmed: %(about)s."),
}

# Told once a day at most for the same thing, and gathered into one mail a day.
REMINDERS = frozenset(
    {
        "release.expiring",
        "condition.due_soon",
        "review.overdue",
        "finding.overdue",
        "incident.clock",
        "override.review_due",
        "attestation.due",
    }
)
# Mailed at once, whatever the person chose; and what they are called where people choose.
CRITICAL_NAMES: dict[str, str] = {
    "release.void": gettext_noop("What was approved has changed"),
    "condition.breached": gettext_noop("A condition was missed"),
    "incident.reported": gettext_noop("An incident was reported"),
    "incident.clock": gettext_noop("The time to report an incident runs out"),
    "incident.clock_over": gettext_noop("The time to report an incident has passed"),
    "deployment.unapproved": gettext_noop("Something runs without a valid approval"),
    "override.used": gettext_noop("An emergency release was let through"),
    "factor.changed": gettext_noop("How you confirm your signature has changed"),
    "journal.broken": gettext_noop("The journal does not hold"),
}
CRITICAL = frozenset(CRITICAL_NAMES)

PLACE = re.compile(r"%\((\w+)\)s")
DIGEST = "digest"


class Acts(StrEnum):
    """How a person hears by mail of what has happened."""

    AT_ONCE = "at_once"
    DIGEST = DIGEST


class Reminders(StrEnum):
    """How a person is reminded by mail."""

    DIGEST = DIGEST
    NONE = "none"


ACTS_NAMES = {
    Acts.AT_ONCE: gettext_noop("A mail for each, at once"),
    Acts.DIGEST: gettext_noop("In the daily mail"),
}
REMINDERS_NAMES = {
    Reminders.DIGEST: gettext_noop("In the daily mail"),
    Reminders.NONE: gettext_noop("Only here, not by mail"),
}


class Mailing(StrEnum):
    """What becomes of one notice as mail."""

    AT_ONCE = "at_once"
    DIGEST = DIGEST
    NONE = "none"


def mailing(code: str, *, urgent: bool, acts: str, reminders: str) -> Mailing:
    """Say how a notice goes out by mail; what is critical or urgent always goes at once."""
    if urgent or code in CRITICAL:
        return Mailing.AT_ONCE
    return Mailing(reminders) if code in REMINDERS else Mailing(acts)


def places(code: str) -> set[str]:
    """Return the names of a sentence's places."""
    return set(PLACE.findall(NOTICES[code]))


def filled(message: str, params: Mapping[str, object]) -> str:
    """Put the params into a sentence; a place nobody filled stays empty."""
    return PLACE.sub(lambda place: str(params.get(place[1], "")), message)


def one_line(text: str, length: int = 150) -> str:
    """Return text that fits a header: one line, nothing unprintable, not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def is_own_page(link: str) -> bool:
    """Say whether a link is a path of this server; two slashes or a backslash lead elsewhere."""
    if not link.isprintable() or "\\" in link or not link.startswith("/"):
        return False
    parts = urlsplit(link)
    return not link.startswith("//") and not parts.scheme and not parts.netloc


def objections_to_choice(
    *,
    address: str,
    acts: str,
    reminders: str,
    time_zone: str,
    domains: Collection[str],
    zones: Collection[str],
) -> list[Objection]:
    """Say what stands against getting mail like this; no domains means that any will do.

    Whether the address is well formed is asked elsewhere.
    """
    objections = []
    domain = address.rpartition("@")[2].lower()
    if address and domains and domain not in {one.lower() for one in domains}:
        objections.append(
            Objection(
                "mail.domain",
                gettext_noop(
                    "Notices are mailed to addresses at %(domains)s alone; write one of those."
                ),
                {"domains": ", ".join(sorted(domains))},
            )
        )
    if acts not in set(Acts):
        objections.append(
            Objection(
                "mail.acts",
                gettext_noop("There is no such choice for what happens: %(choice)s."),
                {"choice": acts},
            )
        )
    if reminders not in set(Reminders):
        objections.append(
            Objection(
                "mail.reminders",
                gettext_noop("There is no such choice for reminders: %(choice)s."),
                {"choice": reminders},
            )
        )
    if time_zone and time_zone not in zones:
        objections.append(
            Objection(
                "mail.time_zone",
                gettext_noop(
                    "There is no time zone %(zone)s; write one such as Europe/Berlin, or none."
                ),
                {"zone": time_zone},
            )
        )
    return objections
