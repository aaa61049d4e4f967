"""Performance and fairness: score the rows with the artefact, or take scores, and measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audits.measures import measure_fairness, measure_performance
from audits.measures.sources import Connected
from audits.models import Run
from audits.rules.options import Options, read
from audits.scoring import score, take_predictions
from audits.services import connections
from audits.services.claims import Claim
from audits.services.examinations.facts import (
    artefact_of,
    columns_kept,
    complete,
    limits,
    named,
    progress,
)
from registry.inspection.tables import recognise_table
from registry.services import files, scratch

Scored = tuple[Path | Connected, dict[str, str], str | None]
"""Where the scored rows are, which of its columns holds which of the data's, and the positive label
as it is spelt there."""


def performance(run: Run, held: Claim) -> dict[str, Any]:
    """Measure how well the model answers."""
    return _measured(run, held, measure_performance, "slices")


def fairness(run: Run, held: Claim) -> dict[str, Any]:
    """Measure how differently groups of people are answered."""
    return _measured(run, held, measure_fairness, "strata")


def _measured(
    run: Run, held: Claim, measure: Callable[..., dict[str, Any]], split: str
) -> dict[str, Any]:
    options, sensitive = read(run.options), run.data.sensitive_columns
    by: tuple[str, ...] = getattr(options, split)
    held.tell("reading", 1)
    with scored_rows(run, held, options) as (rows, kept, positive_label):
        held.tell("measuring", 75)
        measurement = measure(
            rows,
            task=run.version.model.task,
            threshold=run.version.threshold,
            positive_label=positive_label,
            plan=run.plan,
            sensitive=named(kept, sensitive),
            reproduced=_is_reproduced(run),
            label_column=run.version.label_column,
            **{split: named(kept, by)},
        )
    return complete(run, measurement)


@contextmanager
def scored_rows(run: Run, held: Claim, options: Options) -> Iterator[Scored]:
    """Score the rows, or take the scores handed in; rows behind a connection stay where they are.

    The table of scored rows is gone afterwards.
    """
    version, data = run.version, run.data
    if data.format == "query":
        source = connections.connected(data, version)
        yield source, dict(source.kept), version.positive_label or None
        return
    with (
        scratch.folder() as folder,
        files.opened(data.file) as rows,
    ):
        common: dict[str, Any] = {
            "data": rows,
            "data_format": data.format,
            "label": version.label_column,
            "task": version.model.task,
            "positive_label": version.positive_label or None,
            "keep": columns_kept(data.sensitive_columns, options.slices, options.strata),
            "out": folder / "scored.parquet",
            "limits": limits(),
            "on_progress": progress(held, "scoring", 5, 72),
        }
        if run.predictions is not None:
            with files.opened(run.predictions) as handed_in:
                report = take_predictions(
                    predictions=handed_in, predictions_format=recognise_table(handed_in), **common
                )
        else:
            with files.opened(artefact_of(version)) as artefact:
                report = score(
                    artefact=artefact,
                    artefact_format=version.artefact_format,
                    features=version.features,
                    **common,
                )
        yield common["out"], dict(report.kept), report.positive_label


def _is_reproduced(run: Run) -> bool:
    return run.predictions is None and run.data.format != "query"
