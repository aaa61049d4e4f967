"""Carry out a run: check the files, score the rows, measure, file the evidence."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied

from audits.measures import measure_fairness, measure_performance
from audits.models import Run
from audits.rules.runs import Kind
from audits.scoring import ScoringReport, score, take_predictions
from audits.services import runs
from audits.services.claims import Claim, ClaimLost, claim
from audits.wording import summary, title
from registry.inspection.sandbox import Limits
from registry.inspection.tables import recognise_table
from registry.models import Evidence, ModelVersion, StoredFile
from registry.rules.casefile import canonical
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import evidence, files, journal

log = logging.getLogger(__name__)


def perform(*, run_id: int) -> None:
    """Do whatever this run still needs; to be killed and called again at any point.

    Filing and finishing are one transaction, and filing the same run twice gives back the first
    exhibit, so a run leaves exactly one whatever happens in between.
    """
    held = claim(Run, run_id)
    if held is None:
        return
    run = Run.objects.select_related(
        "version__model__unit", "version__artefact", "data__file", "data__dataset", "requested_by"
    ).get(pk=run_id)
    try:
        measurement = measure(run, held)
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


def unforeseen(row_id: int) -> Objection:
    """Return what a person is told when the error is ours."""
    message = gettext_noop(
        "An error nobody foresaw stopped this; the administrator finds it in the worker's log"
        " under number %(number)s. Start it again, or tell the administrator."
    )
    return Objection("run.unforeseen", message, {"number": row_id})


def measure(run: Run, held: Claim) -> dict[str, Any]:
    """Score the rows and measure them; return the content of the exhibit."""
    held.tell("reading", 1)
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        scored = Path(folder) / "scored.parquet"
        report = _score(run, held, scored)
        held.tell("measuring", 75)
        return _measure(run, scored, report)


def _score(run: Run, held: Claim, out: Path) -> ScoringReport:
    version, data = run.version, run.data
    rows = files.path_checked(data.file)
    common: dict[str, Any] = {
        "data": rows,
        "data_format": data.format,
        "label": version.label_column,
        "task": version.model.task,
        "positive_label": version.positive_label or None,
        "keep": data.sensitive_columns,
        "out": out,
        "limits": Limits(
            memory_bytes=settings.SANDBOX_MEMORY,
            cpu_seconds=settings.SANDBOX_SECONDS,
            wall_seconds=2.0 * settings.SANDBOX_SECONDS,
        ),
    }
    if run.predictions is not None:
        handed_in = files.path_checked(run.predictions)
        return take_predictions(
            predictions=handed_in, predictions_format=recognise_table(handed_in), **common
        )
    return score(
        artefact=files.path_checked(_artefact(version)),
        artefact_format=version.artefact_format,
        features=version.features,
        on_progress=lambda percent: held.tell("scoring", 5 + percent * 2 // 3),
        **common,
    )


def _artefact(version: ModelVersion) -> StoredFile:
    """Return the artefact; a run of a version without one was asked for with predictions."""
    if version.artefact is None:
        raise Refused.because(
            "run.no_predictions",
            gettext_noop(
                "This version has no artefact to score with; hand in the vendor's predictions."
            ),
        )
    return version.artefact


def _measure(run: Run, scored: Path, report: ScoringReport) -> dict[str, Any]:
    measuring = {Kind.PERFORMANCE: measure_performance, Kind.FAIRNESS: measure_fairness}[
        Kind(run.kind)
    ]
    measurement = measuring(
        scored,
        task=run.version.model.task,
        threshold=run.version.threshold,
        positive_label=report.positive_label,
        plan=run.plan,
        sensitive={column: name for name, column in report.kept.items()},
        reproduced=run.predictions is None,
        label_column=run.version.label_column,
    )
    reasons = {check["reason"] for check in measurement["checks"]}
    if reasons == {"too_few"}:
        # Rows too few to judge anything decide nothing; no policy accepts that as evidence.
        measurement["verdict"] = "none"
    measurement["plan"] = run.plan
    measurement["about"] = {
        "model": run.version.model.slug,
        "version": run.version.label,
        "artefact": run.version.artefact.sha256 if run.version.artefact else None,
        "predictions": run.predictions.sha256 if run.predictions else None,
        "data": {
            "dataset": run.data.dataset.name,
            "number": run.data.number,
            "sha256": run.data.file.sha256,
        },
    }
    measurement["honesty"]["earlier_runs"] = run.ordinal - 1
    measurement["honesty"]["product_commit"] = settings.SOURCE_COMMIT
    return measurement


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
        reproduced=run.predictions is None,
        data=run.data,
        by=run.requested_by,
    )
    runs.finish(run=run, attempt=held.attempt, evidence=exhibit)
    return exhibit
