"""Scores the rows of a table with a model, some at a time; for the child alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audits.scoring.columns import as_text, check_columns
from audits.scoring.features import check_list, feature_cells, frame
from audits.scoring.labels import check_classes
from audits.scoring.outputs import ScoredRows, check_scores
from audits.scoring.truths import Labelled, label_rows, opened
from registry.inspection import loaders
from registry.inspection.opened_tables import OpenTable
from registry.inspection.serving import Tell

# Cells and rows held at a time: 16 MB of numbers, and often enough for a sign of progress.
_CELLS = 2_000_000
_ROWS = 20_000


def score_rows(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Do what `audits.scoring.score` asks, and return the facts of its report."""
    task, label = request["task"], request["label"]
    check_list(request["features"], label)
    scorer = loaders.load(
        Path(request["artefact"]),
        request["artefact_format"],
        features=request["features"],
        task=task,
        positive_label=request["positive_label"],
    )
    with opened(request) as (table, truth):
        own = [] if truth is not None or label is None else [label]
        check_columns(table, [*request["features"], *own, *request["keep"]])
        labelled = label_rows(table, truth, request)
        check_classes(labelled.labels, label, scorer.labels)
        with ScoredRows(Path(request["out"]), task=task, keep=request["keep"]) as scored:
            gaps = _score(request, table, scorer, labelled, scored, tell)
    return {
        **labelled.facts(),
        "rows": scored.rows,
        "classes": scorer.labels,
        "kept": scored.kept,
        "rows_with_gaps": gaps,
        "libraries": loaders.versions(request["artefact_format"]),
    }


def _score(
    request: dict[str, Any],
    table: OpenTable,
    scorer: loaders.Scorer,
    labelled: Labelled,
    scored: ScoredRows,
    tell: Tell,
) -> int:
    """Score and write all rows, and count those with a feature missing."""
    features, task = request["features"], request["task"]
    width = len(features)
    expressions = [
        *feature_cells(table, features, scorer),
        labelled.labels.sql,
        *as_text(table, request["keep"]),
    ]
    gaps = 0
    for batch in labelled.rows.batches(expressions, rows=max(1, min(_ROWS, _CELLS // width))):
        rows = frame(features, batch.columns[:width])
        gaps += int(rows.isna().to_numpy().any(axis=1).sum())
        scores = check_scores(scorer.scores(rows), task=task, first_row=scored.rows + 1)
        label, *kept = batch.columns[width:]
        scored.write(label, _outcome(scores, task, scorer.labels), kept)
        tell(100 * scored.rows // table.rows)
    return gaps


def _outcome(scores: Any, task: str, labels: Sequence[str]) -> Any:
    if task != "multiclass":
        return scores
    return [labels[place] for place in scores.argmax(axis=1)]
