"""Explanation: what drives the model's answers on a sample of the rows."""

from __future__ import annotations

from typing import Any

from audits.explaining import explain
from audits.models import Run
from audits.rules.options import read
from audits.services.claims import Claim
from audits.services.examinations.facts import artefact_of, complete, limits, progress
from registry.services import files


def explanation(run: Run, held: Claim) -> dict[str, Any]:
    """Explain a sample of the rows, and those that were asked for."""
    version, data, options = run.version, run.data, read(run.options)
    held.tell("reading", 1)
    with files.opened(artefact_of(version)) as artefact, files.opened(data.file) as rows:
        measurement = explain(
            artefact=artefact,
            artefact_format=version.artefact_format,
            data=rows,
            data_format=data.format,
            features=version.features,
            label=version.label_column,
            task=version.model.task,
            positive_label=version.positive_label or None,
            threshold=version.threshold,
            sensitive=data.sensitive_columns,
            plan=run.plan,
            # The plan's size is fixed before the run; more rows may be asked for, fewer not.
            rows=max(options.rows, run.plan.get("sample_rows") or 0),
            cases=options.cases,
            seed=run.plan.get("seed", 7),
            limits=limits(),
            on_progress=progress(held, "explaining", 3, 92),
        )
    return complete(run, measurement)
