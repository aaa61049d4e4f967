"""What every examination starts from and states: limits, the artefact, and what it was about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings

from audits.models import Run
from audits.services.claims import Claim
from registry.inspection.sandbox import Limits
from registry.models import DatasetVersion, ModelVersion, StoredFile
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop


def limits() -> Limits:
    """Return what a child process may take up."""
    return Limits(
        memory_bytes=settings.SANDBOX_MEMORY,
        cpu_seconds=settings.SANDBOX_SECONDS,
        wall_seconds=2.0 * settings.SANDBOX_SECONDS,
    )


def progress(held: Claim, stage: str, start: int, end: int) -> Callable[[int], None]:
    """Return what tells the percents of one part of the work as percents of the run."""
    return lambda percent: held.tell(stage, start + percent * (end - start) // 100)


def artefact_of(version: ModelVersion) -> StoredFile:
    """Return the artefact; a run of a version without one was asked for with predictions."""
    if version.artefact is None:
        raise Refused.because(
            "run.no_predictions",
            gettext_noop(
                "This version has no artefact to score with; hand in the vendor's predictions."
            ),
        )
    return version.artefact


def columns_kept(*parts: Sequence[str]) -> list[str]:
    """Return the columns to keep beside the scores, each once."""
    return list(dict.fromkeys(name for part in parts for name in part))


def named(kept: dict[str, str], names: Sequence[str]) -> dict[str, str]:
    """Return which scored column holds each of these columns of the data."""
    return {kept[name]: name for name in names}


def complete(run: Run, measurement: dict[str, Any]) -> dict[str, Any]:
    """Return the measurement with what only the run knows: plan, subject and earlier runs."""
    reasons = {check["reason"] for check in measurement["checks"]}
    if reasons == {"too_few"}:
        # Rows too few to judge anything decide nothing; no policy accepts that as evidence.
        measurement["verdict"] = "none"
    measurement["plan"] = run.plan
    measurement["options"] = run.options
    measurement["about"] = {
        "model": run.version.model.slug,
        "version": run.version.label,
        "artefact": run.version.artefact.sha256 if run.version.artefact else None,
        "predictions": run.predictions.sha256 if run.predictions else None,
        "data": _data(run.data),
        "reference": _data(run.reference),
        "truth": _data(run.truth),
    }
    measurement["honesty"]["earlier_runs"] = run.ordinal - 1
    measurement["honesty"]["product_commit"] = settings.SOURCE_COMMIT
    return measurement


def _data(data: DatasetVersion | None) -> dict[str, Any] | None:
    if data is None:
        return None
    return {"dataset": data.dataset.name, "number": data.number, "sha256": data.file.sha256}
