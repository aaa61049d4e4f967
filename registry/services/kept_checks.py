"""Ask for a check of the journal, keep what each found, and tell of a break once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from registry import dispatch
from registry.models import Entry, Installation, JournalCheck, Membership, User
from registry.rules.journal_actions import CHECK_ASKED
from registry.rules.roles import MAY
from registry.services import checkpoint_sinks, events, journal, journal_checks, notices, rights

logger = logging.getLogger(__name__)

# What was asked for so long ago will not come any more: its worker was lost.
LOST_AFTER = timedelta(minutes=15)


@journal.verb
def ask(*, by: User) -> datetime:
    """Have the worker check the whole journal; return since when one is under way.

    While one is, nothing else is asked for: its result is this one's.
    """
    role = rights.require_anywhere(by=by, verb="journal.check")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('check of the journal'), 0)")
    if since := under_way():
        return since
    journal.record(CHECK_ASKED, by=by, subject=Installation.objects.get(pk=1), role=role)
    dispatch.check_journal()
    return timezone.now()


def under_way() -> datetime | None:
    """Return when the check was asked for that is not done yet; None where there is none."""
    asked = Entry.objects.filter(action=CHECK_ASKED).order_by("-number").first()
    if asked is None:
        return None
    since = datetime.fromisoformat(asked.at)
    # The nightly one may have begun before, so it is no answer.
    done = JournalCheck.objects.filter(kind="asked", at__gte=since).exists()
    return None if done or since + LOST_AFTER < timezone.now() else since


def keep(*, kind: str) -> JournalCheck:
    """Check everything and keep the result; a break that is news is told."""
    before = last_kept()
    checked = journal_checks.check()
    for look in checked.unread:
        logger.warning("The journal was checked without this: %s", look.failure)
    if checked.found:
        logger.error("The journal is broken at %s: %s", checked.found.number, checked.found.wrong)
    kept: JournalCheck = JournalCheck.objects.create(
        at=timezone.now(),
        kind=kind,
        whole=checked.whole,
        entries=checked.entries,
        number=checked.found.number if checked.found else None,
        wrong=checked.found.wrong if checked.found else "",
        unread=[checkpoint_sinks.shown(look.sink) for look in checked.unread],
        seconds=round(checked.seconds, 3),
    )
    # Kept by now, whatever becomes of the telling: it writes into the journal that is broken.
    if not kept.whole and (before is None or (before.number, before.wrong) != _break(kept)):
        _tell_break(kept=kept)
    return kept


def last_kept() -> JournalCheck | None:
    """Return what the last check found that was kept."""
    return JournalCheck.objects.first()


def _break(kept: JournalCheck) -> tuple[int | None, str]:
    return kept.number, kept.wrong


@journal.verb
def _tell_break(*, kept: JournalCheck) -> None:
    """Tell those who answer for the installation, and whatever listens outside."""
    held = Membership.objects.current().filter(role__in=sorted(MAY["store.read"]))
    notices.tell(
        people=User.objects.filter(pk__in=held.values("user")),
        code="journal.broken",
        about=kept,
        model=None,
        params={"number": kept.number, "wrong": kept.wrong},
        link="/journal/",
    )
    events.announce(
        name="journal.broken",
        version=None,
        details={"number": kept.number, "wrong": kept.wrong},
        by=None,
    )
