"""Ask for a run, and write down how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.utils import timezone

from audits import dispatch
from audits.models import Run
from audits.rules.runs import KIND_NAMES, Kind, State
from registry.models import DatasetVersion, Evidence, ModelVersion, RegisteredModel, User
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import files, journal, policies, rights


@journal.verb
def request(
    *,
    version: ModelVersion,
    data: DatasetVersion,
    kind: str,
    predictions: Path | None = None,
    by: User,
) -> Run:
    """Ask for a measurement; it is queued once this commits.

    The thresholds are fixed here, before anybody knows the result. ``predictions`` (CSV or Parquet)
    are taken for a version without an artefact only, and marked as not reproduced.
    """
    model = (
        RegisteredModel.objects.select_for_update(of=("self",))
        .select_related("unit", "revision")
        .get(pk=version.model_id)
    )
    role = rights.require(by=by, verb="run.request", unit=model.unit)
    objections = _objections(version, data, kind, predictions)
    if objections:
        raise Refused(*objections)
    earlier = Run.objects.filter(version__model=model, data__file=data.file_id, kind=kind).count()
    run = Run.objects.create(
        version=version,
        data=data,
        kind=kind,
        plan=policies.plan_for(kind=kind, tier=model.revision.tier),
        ordinal=earlier + 1,
        predictions=files.keep(predictions) if predictions else None,
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
            "ordinal": run.ordinal,
            "plan": run.plan,
        },
    )
    dispatch.perform_run(run.pk)
    return run


@journal.verb
def request_each(
    *,
    version: ModelVersion,
    data: DatasetVersion,
    kinds: Sequence[str],
    predictions: Path | None = None,
    by: User,
) -> list[Run]:
    """Ask for several measurements at once: all of them are queued, or none is."""
    return [
        request(version=version, data=data, kind=kind, predictions=predictions, by=by)
        for kind in kinds
    ]


def _objections(
    version: ModelVersion, data: DatasetVersion, kind: str, predictions: Path | None
) -> list[Objection]:
    objections = []
    if kind not in set(Kind):
        objections.append(
            Objection(
                "run.kind",
                gettext_noop("There is no run of the kind %(kind)s; choose one of %(known)s."),
                {"kind": kind, "known": ", ".join(KIND_NAMES)},
            )
        )
    if not version.data_links.attached().filter(data=data).exists():
        objections.append(
            Objection(
                "run.data_not_attached",
                gettext_noop("This data is not attached to the version; attach it first."),
            )
        )
    trained_on = version.data_links.filter(data__role="train", data__file=data.file_id)
    if data.role == "train" or trained_on.exists():
        objections.append(
            Objection(
                "run.training_data",
                gettext_noop("A model is not judged on its training data; choose the test data."),
            )
        )
    if version.is_vendor_model and predictions is None:
        objections.append(
            Objection(
                "run.no_predictions",
                gettext_noop(
                    "This version has no artefact to score with; hand in the vendor's predictions."
                ),
            )
        )
    if not version.is_vendor_model and predictions is not None:
        objections.append(
            Objection(
                "run.predictions_not_wanted",
                gettext_noop(
                    "The artefact is here and scores the rows itself; hand in no predictions."
                ),
            )
        )
    columns = {column["name"] for column in data.columns}
    missing = [name for name in (*version.features, version.label_column) if name not in columns]
    if missing:
        objections.append(
            Objection(
                "run.columns_missing",
                gettext_noop("The data lacks the columns %(missing)s, which the version reads."),
                {"missing": ", ".join(missing)},
            )
        )
    if kind == Kind.FAIRNESS and not data.sensitive_columns:
        objections.append(
            Objection(
                "run.no_sensitive_columns",
                gettext_noop(
                    "The data names no sensitive column; register a version of it that does."
                ),
            )
        )
    if kind == Kind.FAIRNESS and version.model.task != "binary":
        objections.append(
            Objection(
                "run.fairness_task",
                gettext_noop(
                    "Fairness is measured for binary classification; this model does not do that."
                ),
            )
        )
    if Run.objects.under_way().filter(version=version, data=data, kind=kind).exists():
        objections.append(
            Objection(
                "run.under_way",
                gettext_noop("Such a run is under way already; wait for its result."),
            )
        )
    return objections


@journal.verb
def again(*, run: Run, by: User) -> Run:
    """Start a failed run again, as a run of its own that counts."""
    if run.state != State.FAILED:
        raise Refused.because("run.not_failed", gettext_noop("Only a failed run is started again."))
    return request(
        version=run.version,
        data=run.data,
        kind=run.kind,
        predictions=files.path_checked(run.predictions) if run.predictions else None,
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
    params = {name: str(value) for name, value in objection.params.items()}
    return {"code": objection.code, "message": objection.message, "params": params}


def _locked(run: Run) -> Run:
    locked: Run = (
        Run.objects.select_for_update(of=("self",))
        .select_related("version__model__unit")
        .get(pk=run.pk)
    )
    return locked
