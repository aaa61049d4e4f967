"""Let the monitors that are due look, and tell of what they found."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from audits.models import Monitor, Run
from audits.rules.monitors import next_due
from audits.rules.options import Options
from audits.rules.runs import Kind, State
from audits.services import runs
from audits.services.monitors import locked
from registry.models import Dataset, DatasetVersion, Evidence
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import events, journal, reviews

NOTHING_NEW = Objection(
    "monitor.nothing_new",
    gettext_noop("Nothing has come in since the last look; no batch was compared."),
)


def watch() -> int:
    """Let every monitor that is due look; return how many runs that made."""
    due = Monitor.objects.watching().filter(due_at__lte=timezone.now())
    return sum(look(monitor=monitor) is not None for monitor in due.order_by("due_at"))


def look(*, monitor: Monitor) -> Run | None:
    """Ask for the run a due monitor needs; what keeps it from looking is written down on it."""
    try:
        return _look(monitor=monitor)
    except Refused as refusal:
        _note_trouble(monitor=monitor, objections=refusal.objections)
    except PermissionDenied as denied:
        _note_trouble(monitor=monitor, objections=[Objection("monitor.right_lost", str(denied))])
    return None


@journal.verb
def _look(*, monitor: Monitor) -> Run | None:
    """Compare the newest batch, unless nothing came since the last look.

    Of two workers that look at once the second finds the monitor no longer due.
    """
    monitor = locked(monitor)
    now = timezone.now()
    if monitor.ended_at or monitor.due_at > now:
        return None
    _put_off(monitor, [])
    batch = _newest(monitor.batches, role="production")
    truth = _newest(monitor.labels) if monitor.labels else None
    if batch is None:
        raise Refused.because(
            "monitor.no_batch",
            gettext_noop(
                "No production rows have come in on %(dataset)s yet; register a version of it with"
                " the role production."
            ),
            dataset=str(monitor.batches),
        )
    # A comparison that failed has found nothing: the same batch is due again.
    last = monitor.runs.exclude(state=State.FAILED).order_by("-requested_at").first()
    if last and (last.data_id, last.truth_id) == (batch.pk, truth.pk if truth else None):
        _note(monitor, [NOTHING_NEW])
        return None
    return runs.request(
        version=monitor.version,
        data=batch,
        kind=Kind.DRIFT,
        options=Options(truth_key=monitor.truth_key if truth else ""),
        reference=monitor.reference,
        truth=truth,
        monitor=monitor,
        by=monitor.owner,
    )


def _newest(dataset: Dataset, **narrowed: str) -> DatasetVersion | None:
    """Return the newest rows that are here to be read."""
    here = dataset.versions.with_rows().exclude(format="query").filter(**narrowed)
    newest: DatasetVersion | None = here.order_by("-number").first()
    return newest


@journal.verb
def _note_trouble(*, monitor: Monitor, objections: Sequence[Objection]) -> None:
    """Write down why a monitor could not look; it tries again at the next due time."""
    monitor = locked(monitor)
    _put_off(monitor, objections)
    journal.record(
        "monitor.could_not_look",
        by=None,
        subject=monitor,
        role="system",
        model=monitor.version.model,
        reason=" ".join(str(objection) for objection in objections),
    )


def _put_off(monitor: Monitor, trouble: Sequence[Objection]) -> None:
    now = timezone.now()
    monitor.due_at = next_due(monitor.due_at, monitor.every_days, now)
    monitor.looked_at = now
    _note(monitor, trouble)


def _note(monitor: Monitor, trouble: Sequence[Objection]) -> None:
    monitor.trouble = [runs.told(objection) for objection in trouble]
    monitor.save()


@journal.verb
def tell_of(*, run: Run, exhibit: Evidence) -> None:
    """Announce a breach, a failing exhibit of a monitor's run, and have the model reviewed."""
    if run.monitor is None or exhibit.verdict != "fail":
        return
    details = {
        "monitor": run.monitor.pk,
        "run": run.pk,
        "evidence": exhibit.pk,
        "digest": exhibit.digest,
        "verdict": exhibit.verdict,
        "summary": exhibit.summary,
    }
    events.announce(name=run.monitor.announces, version=run.version, details=details, by=None)
    reviews.open_for(
        model=run.version.model,
        version=run.version,
        cause="drift_breach",
        details=details,
        by=None,
    )
