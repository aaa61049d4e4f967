"""Ask for a run, and write down how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.utils import timezone

from audits import dispatch
from audits.models import Monitor, Run
from audits.rules.options import Options
from audits.rules.options import read as read_options
from audits.rules.runs import Kind, State
from audits.services.admissions import JUDGED, Asked, objections_to
from registry.models import DatasetVersion, Evidence, ModelVersion, RegisteredModel, User
from registry.rules.plans import effective as merged
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import files, journal, plans, rights

NO_OPTIONS = Options()


@journal.verb
def request(
    *,
    version: ModelVersion,
    data: DatasetVersion,
    kind: str,
    options: Options = NO_OPTIONS,
    predictions: Path | None = None,
    reference: DatasetVersion | None = None,
    truth: DatasetVersion | None = None,
    monitor: Monitor | None = None,
    by: User,
) -> Run:
    """Ask for a measurement; it is queued once this commits.

    The thresholds are fixed here, before anybody knows the result. ``predictions`` (CSV or Parquet)
    are taken for a version without an artefact only, and marked as not reproduced. A drift run
    compares ``data`` with ``reference``, and takes labels that came later from ``truth``.
    """
    model = (
        RegisteredModel.objects.select_for_update(of=("self",))
        .select_related("unit", "revision")
        .get(pk=version.model_id)
    )
    role = rights.require(by=by, verb="run.request", unit=model.unit)
    asked = Asked(version, data, kind, options, predictions, reference, truth)
    objections = objections_to(asked)
    if objections:
        raise Refused(*objections)
    earlier = Run.objects.filter(version__model=model, data__file=data.file_id, kind=kind).count()
    run = Run.objects.create(
        version=version,
        data=data,
        kind=kind,
        options=options.as_dict(),
        reference=reference,
        truth=truth,
        monitor=monitor,
        plan=_plan(version, kind, monitor),
        ordinal=earlier + 1,
        predictions=files.keep(predictions, holds_rows=True) if predictions else None,
        requested_at=timezone.now(),
        requested_by=by,
    )
    journal.record(
        "run.requested",
        by=by,
        subject=run,
        role=role,
        model=model,
        changes={
            "kind": kind,
            "version": version.label,
            "data": data.file.sha256,
            "reference": reference.file.sha256 if reference else None,
            "truth": truth.file.sha256 if truth else None,
            "options": run.options,
            "ordinal": run.ordinal,
            "plan": run.plan,
        },
    )
    dispatch.perform_run(run.pk)
    return run


def _plan(version: ModelVersion, kind: str, monitor: Monitor | None) -> dict[str, Any]:
    """Return the thresholds in force for the version; a monitor may add stricter ones."""
    plan = plans.effective(version=version, kind=kind)
    if monitor is not None:
        plan = {**plan, **merged({"checks": monitor.checks}, plan)}
    return plan


@journal.verb
def request_each(
    *,
    version: ModelVersion,
    data: DatasetVersion,
    kinds: Sequence[str],
    options: Options = NO_OPTIONS,
    predictions: Path | None = None,
    reference: DatasetVersion | None = None,
    truth: DatasetVersion | None = None,
    by: User,
) -> list[Run]:
    """Ask for several measurements at once: all of them are queued, or none is.

    Each takes from the options what its kind looks at.
    """
    return [
        request(
            version=version,
            data=data,
            kind=kind,
            options=options.for_kind(kind),
            predictions=predictions if kind in JUDGED else None,
            reference=reference if kind == Kind.DRIFT else None,
            truth=truth if kind == Kind.DRIFT else None,
            by=by,
        )
        for kind in kinds
    ]


@journal.verb
def again(*, run: Run, by: User) -> Run:
    """Start a failed run again, as a run of its own that counts."""
    if run.state != State.FAILED:
        raise Refused.because("run.not_failed", gettext_noop("Only a failed run is started again."))
    with ExitStack() as opened:
        handed_in = opened.enter_context(files.opened(run.predictions)) if run.predictions else None
        return request(
            version=run.version,
            data=run.data,
            kind=run.kind,
            options=read_options(run.options),
            predictions=handed_in,
            reference=run.reference,
            truth=run.truth,
            # A monitor's limits and its announcement stay with the batch, whoever starts it again.
            monitor=run.monitor,
            by=by,
        )


@journal.verb
def finish(*, run: Run, attempt: int, evidence: Evidence) -> Run:
    """Write down that this attempt filed its evidence; no other attempt can any more."""
    run = _locked(run)
    if run.state != State.RUNNING or run.attempt != attempt:
        return run
    run.state, run.percent, run.stage = State.DONE, 100, ""
    run.evidence, run.finished_at, run.heard_at = evidence, timezone.now(), timezone.now()
    run.save()
    journal.record(
        "run.done",
        by=None,
        subject=run,
        role="system",
        model=run.version.model,
        changes={"evidence": evidence.pk, "verdict": evidence.verdict, "attempt": attempt},
    )
    return run


@journal.verb
def fail(*, run: Run, attempt: int, objections: Sequence[Objection]) -> Run:
    """Write down why this attempt failed; the run can be started again."""
    run = _locked(run)
    if run.state != State.RUNNING or run.attempt != attempt:
        return run
    run.state, run.finished_at = State.FAILED, timezone.now()
    run.reason = [told(objection) for objection in objections]
    run.save()
    journal.record(
        "run.failed",
        by=None,
        subject=run,
        role="system",
        model=run.version.model,
        changes={"attempt": attempt},
        reason=" ".join(str(objection) for objection in objections),
    )
    return run


def told(objection: Objection) -> dict[str, object]:
    """Return an objection as the row keeps it: code, message and what fills the message."""
    return objection.kept()


def _locked(run: Run) -> Run:
    locked: Run = (
        Run.objects.select_for_update(of=("self",))
        .select_related("version__model__unit")
        .get(pk=run.pk)
    )
    return locked
