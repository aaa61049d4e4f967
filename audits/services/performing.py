"""Carry out a run: examine, file the evidence, and tell of what a monitor found."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied

from audits.models import Run
from audits.rules.runs import Kind
from audits.services import runs, watching
from audits.services.claims import Claim, ClaimLost, claim
from audits.services.examinations import EXAMINATIONS
from audits.wording import summary, title
from registry.models import Evidence
from registry.rules.casefile import canonical
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import evidence, journal

log = logging.getLogger(__name__)


def perform(*, run_id: int) -> None:
    """Do whatever this run still needs; to be killed and called again at any point.

    Filing and finishing are one transaction, and filing the same run twice gives back the first
    exhibit, so a run leaves exactly one whatever happens in between.
    """
    held = claim(Run, run_id)
    if held is None:
        return
    run = Run.objects.for_work().get(pk=run_id)
    try:
        measurement = examine(run, held)
        held.tell("filing", 95)
        conclude(run=run, held=held, measurement=measurement)
    except ClaimLost as lost:
        log.warning("Gave up %s: another worker has it.", lost)
    except Refused as refusal:
        runs.fail(run=run, attempt=held.attempt, objections=refusal.objections)
    except PermissionDenied as denied:
        reason = Objection("run.right_lost", str(denied))
        runs.fail(run=run, attempt=held.attempt, objections=[reason])
    except Exception:
        # Nobody foresaw this one: it is shown on the run, and goes on to the log with
        # its traceback.
        runs.fail(run=run, attempt=held.attempt, objections=[unforeseen(run.pk)])
        raise


def examine(run: Run, held: Claim) -> dict[str, Any]:
    """Return the content of the exhibit, made as this kind of run is."""
    return EXAMINATIONS[Kind(run.kind)](run, held)


def unforeseen(row_id: int) -> Objection:
    """Return what a person is told when the error is ours."""
    message = gettext_noop(
        "An error nobody foresaw stopped this; the administrator finds it in the worker's log"
        " under number %(number)s. Start it again, or tell the administrator."
    )
    return Objection("run.unforeseen", message, {"number": row_id})


@journal.verb
def conclude(*, run: Run, held: Claim, measurement: dict[str, Any]) -> Evidence:
    """File the measurement as evidence and finish the run, both or neither. Raises ClaimLost."""
    # This holds the row until the commit, so nobody can take the run over in between.
    held.tell("filing", 97)
    exhibit = evidence.file_exhibit(
        version=run.version,
        kind=run.kind,
        title=title(run.kind, str(run.data), run.ordinal),
        verdict=measurement["verdict"],
        summary=summary(measurement),
        content=canonical(measurement).encode(),
        file_name=f"{run.kind}-run-{run.pk}.json",
        producer=f"audits, run {run.pk}",
        origin=f"run {run.pk}",
        reproduced=measurement["scored"]["reproduced"],
        data=run.data,
        watched=run.monitor_id is not None,
        by=run.requested_by,
    )
    runs.finish(run=run, attempt=held.attempt, evidence=exhibit)
    watching.tell_of(run=run, exhibit=exhibit)
    return exhibit
