"""Queue again what a lost worker or a lost message left behind, and end what keeps failing."""

from __future__ import annotations

from django.db.models import Q

from audits import dispatch
from audits.models import Report, Run
from audits.rules.runs import MOST_ATTEMPTS, State
from audits.services import reports, runs
from audits.services.claims import lost_before
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

GIVEN_UP = Objection(
    "run.worker_lost",
    gettext_noop(
        "The worker was lost %(attempts)s times on this; it may need more memory than the machine has."
        " Start it again, or on fewer rows."
    ),
    {"attempts": MOST_ATTEMPTS},
)


def reap() -> int:
    """Send every forgotten run and report to the queue again; return how many were."""
    # A row that waits longer than a silent worker is allowed to be silent has lost its message.
    forgotten = Q(state=State.QUEUED, requested_at__lt=lost_before()) | Q(
        state=State.RUNNING, heard_at__lt=lost_before()
    )
    sent = 0
    for run in Run.objects.filter(forgotten):
        if run.attempt >= MOST_ATTEMPTS:
            runs.fail(run=run, attempt=run.attempt, objections=[GIVEN_UP])
        else:
            dispatch.perform_run(run.pk)
            sent += 1
    for report in Report.objects.filter(forgotten):
        if report.attempt >= MOST_ATTEMPTS:
            reports.fail(report=report, attempt=report.attempt, objections=[GIVEN_UP])
        else:
            dispatch.make_report(report.pk)
            sent += 1
    return sent
