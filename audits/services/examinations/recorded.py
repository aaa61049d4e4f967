"""Data record: what the rows are like, and whether test rows were trained on."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.db.models import Q

from audits.models import Run
from audits.profiling import record_data
from audits.services.claims import Claim
from audits.services.examinations.facts import complete, limits, progress
from registry.models import DatasetVersion
from registry.services import files


def data_record(run: Run, held: Claim) -> dict[str, Any]:
    """Describe the data, and compare it row by row with the version's other data."""
    version, data = run.version, run.data
    held.tell("reading", 1)
    columns = {column["name"] for column in data.columns}
    attached = version.data_links.attached().values("data")
    others = (
        DatasetVersion.objects.filter(pk__in=attached)
        .with_rows()
        .exclude(Q(pk=data.pk) | Q(format="query"))
        .select_related("file", "dataset")
    )
    with ExitStack() as opened:
        rows = opened.enter_context(files.opened(data.file))
        measurement = record_data(
            data=rows,
            data_format=data.format,
            label=version.label_column if version.label_column in columns else None,
            positive_label=version.positive_label or None,
            task=version.model.task,
            sensitive=data.sensitive_columns,
            others=[
                (_name(one), opened.enter_context(files.opened(one.file)), one.format)
                for one in others
            ],
            plan=run.plan,
            limits=limits(),
            on_progress=progress(held, "measuring", 3, 92),
        )
    return complete(run, measurement)


def _name(data: DatasetVersion) -> str:
    return f"{data} ({data.role})"
