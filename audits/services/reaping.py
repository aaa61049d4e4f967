"""Queue again what a lost worker or a lost message left behind, and end what keeps failing."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q, QuerySet
from django.utils import timezone

from audits import dispatch
from audits.models import Report, Run
from audits.rules.runs import MOST_ATTEMPTS, State
from audits.services import reports, runs
from audits.services.claims import Row, lost_before
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

GIVEN_UP = Objection(
    "run.worker_lost",
    gettext_noop(
        "The worker was lost %(attempts)s times on this; it may need more memory than the"
        " machine has."
        " Start it again, or on fewer rows."
    ),
    {"attempts": MOST_ATTEMPTS},
)


def reap() -> int:
    """Send every forgotten run and report to the queue again; return how many were."""
    sent = 0
    for run in _forgotten(Run):
        if run.attempt >= MOST_ATTEMPTS:
            runs.fail(run=run, attempt=run.attempt, objections=[GIVEN_UP])
        else:
            sent += _send_again(run, dispatch.perform_run)
    for report in _forgotten(Report):
        if report.attempt >= MOST_ATTEMPTS:
            reports.fail(report=report, attempt=report.attempt, objections=[GIVEN_UP])
        else:
            sent += _send_again(report, dispatch.make_report)
    return sent


def _forgotten(kind: type[Row]) -> QuerySet[Row]:
    """Rows whose worker fell silent, and rows that wait so long that their message must be lost."""
    silent = Q(heard_at__isnull=True) | Q(heard_at__lt=lost_before())
    waiting = Q(state=State.QUEUED, requested_at__lt=lost_before())
    return kind.objects.filter(silent & (waiting | Q(state=State.RUNNING)))


def _send_again(row: Run | Report, send: Callable[[int], None]) -> int:
    """Queue the row, and note when, so that a long queue is not sent again at every look."""
    if row.state == State.QUEUED:
        type(row).objects.filter(pk=row.pk, state=State.QUEUED).update(heard_at=timezone.now())
    send(row.pk)
    return 1
