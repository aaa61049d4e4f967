"""Drift: score the reference and the later batch with the same artefact, and compare the two."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from audits.measures import measure_drift
from audits.models import Run
from audits.rules.options import read
from audits.scoring import ScoringReport, score
from audits.services.claims import Claim
from audits.services.examinations.facts import (
    artefact_of,
    columns_kept,
    complete,
    limits,
    named,
    progress,
)
from registry.models import DatasetVersion
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import files, scratch


def drift(run: Run, held: Claim) -> dict[str, Any]:
    """Compare the batch with the reference: features, predictions and, with labels, answers."""
    version, reference = run.version, reference_of(run)
    sensitive = [name for name in reference.sensitive_columns if _has(run.data, name)]
    held.tell("reading", 1)
    with scratch.folder() as folder:
        before, after = folder / "before.parquet", folder / "after.parquet"
        first = _scored(run, held, reference, sensitive, before, (3, 35))
        second = _scored(run, held, run.data, sensitive, after, (35, 70), truth=run.truth)
        if first.kept != second.kept:
            raise AssertionError("Both sides keep the same columns under the same names.")
        held.tell("measuring", 72)
        measurement = measure_drift(
            before,
            after,
            task=version.model.task,
            threshold=version.threshold,
            positive_label=first.positive_label,
            plan=run.plan,
            features=named(dict(first.kept), version.features),
            sensitive=named(dict(first.kept), sensitive),
            reproduced=True,
            label_column=version.label_column,
            schema_before=reference.columns,
            schema_after=run.data.columns,
        )
    if run.truth is not None:
        measurement["honesty"]["truth"] = {
            "matched": second.truth_matched,
            "unmatched": second.truth_unmatched,
        }
    return complete(run, measurement)


def reference_of(run: Run) -> DatasetVersion:
    """Return the reference; a drift run was asked for with one."""
    if run.reference is None:
        raise Refused.because(
            "run.no_reference",
            gettext_noop("Choose the reference that the batch is compared with."),
        )
    return run.reference


def _scored(
    run: Run,
    held: Claim,
    data: DatasetVersion,
    sensitive: list[str],
    out: Path,
    part: tuple[int, int],
    truth: DatasetVersion | None = None,
) -> ScoringReport:
    version, label = run.version, run.version.label_column
    with ExitStack() as opened:
        artefact = opened.enter_context(files.opened(artefact_of(version)))
        rows = opened.enter_context(files.opened(data.file))
        later = opened.enter_context(files.opened(truth.file)) if truth else None
        return score(
            artefact=artefact,
            artefact_format=version.artefact_format,
            data=rows,
            data_format=data.format,
            features=version.features,
            label=label if truth or _has(data, label) else None,
            task=version.model.task,
            positive_label=version.positive_label or None,
            keep=columns_kept(version.features, sensitive),
            out=out,
            truth=later,
            truth_format=truth.format if truth else None,
            key=read(run.options).truth_key or None if truth else None,
            limits=limits(),
            on_progress=progress(held, "scoring", *part),
        )


def _has(data: DatasetVersion, column: str) -> bool:
    return any(one["name"] == column for one in data.columns)
