"""Has rows scored in the sandbox, or takes scores made elsewhere; the caller's side."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from audits.scoring.reports import ScoringReport
from registry.inspection import sandbox
from registry.inspection.sandbox import Limits

LIMITS = Limits(cpu_seconds=1800, wall_seconds=3600.0)


def score(
    *,
    artefact: Path,
    artefact_format: str,
    data: Path,
    data_format: str,
    features: Sequence[str],
    label: str | None,
    task: str,
    positive_label: str | None,
    keep: Sequence[str],
    out: Path,
    truth: Path | None = None,
    truth_format: str | None = None,
    key: str | None = None,
    limits: Limits = LIMITS,
    on_progress: Callable[[int], None] | None = None,
) -> ScoringReport:
    """Score every row of the data with the artefact, and write the table of scored rows to ``out``.

    ``features`` stand in the order the model was trained on; ``keep`` are the columns by which is
    measured later (sensitive ones, slices, features), each kept once. Without a ``label`` no row
    has one; with ``truth``, a later file, the labels are the column of that name in it, and find
    their rows by the column ``key``, whose values stand once on both sides. ``on_progress`` gets
    whole percents. What is wrong with the model, the data or both together is `Refused`, and leaves
    no file at ``out``. See `ScoringReport` for the columns of the table.
    """
    request = {
        "verb": "score",
        "artefact": str(artefact.resolve()),
        "artefact_format": artefact_format,
        "data": str(data.resolve()),
        "data_format": data_format,
        "features": list(features),
        "label": label,
        "task": task,
        "positive_label": positive_label,
        "keep": list(dict.fromkeys(keep)),
        "out": str(out.resolve()),
        **_later(truth, truth_format, key),
    }
    reads = [artefact, data, *([truth] if truth else [])]
    return _run(request, reads, out, limits, on_progress)


def take_predictions(
    *,
    predictions: Path,
    predictions_format: str,
    data: Path,
    data_format: str,
    label: str | None,
    task: str,
    positive_label: str | None,
    keep: Sequence[str],
    out: Path,
    key: str | None = None,
    truth: Path | None = None,
    truth_format: str | None = None,
    truth_key: str | None = None,
    limits: Limits = LIMITS,
    on_progress: Callable[[int], None] | None = None,
) -> ScoringReport:
    """Take scores made elsewhere for the rows of the data, and write the same table as `score`.

    The predictions have a column ``score`` (binary: the probability of the positive label;
    regression: the value) or, for multiclass, ``prediction``. They stand in the order of the
    data's rows, or are matched by the column ``key``, which both then have, each value once.
    Nothing shows that the model made them: the caller marks the result as not reproduced.
    ``truth`` is as in `score`, matched by ``truth_key`` (where not given, by ``key``).
    """
    request = {
        "verb": "take_predictions",
        "predictions": str(predictions.resolve()),
        "predictions_format": predictions_format,
        "data": str(data.resolve()),
        "data_format": data_format,
        "label": label,
        "task": task,
        "positive_label": positive_label,
        "keep": list(dict.fromkeys(keep)),
        "key": key,
        "out": str(out.resolve()),
        **_later(truth, truth_format, truth_key or key),
    }
    reads = [predictions, data, *([truth] if truth else [])]
    return _run(request, reads, out, limits, on_progress)


def _later(truth: Path | None, format: str | None, key: str | None) -> dict[str, str | None]:
    """Return what a request says of labels that came later."""
    path = str(truth.resolve()) if truth else None
    return {"truth": path, "truth_format": format, "truth_key": key}


def _run(
    request: dict[str, Any],
    reads: Sequence[Path],
    out: Path,
    limits: Limits,
    on_progress: Callable[[int], None] | None,
) -> ScoringReport:
    def on_line(percent: Any) -> None:
        if on_progress is not None:
            on_progress(max(0, min(100, int(percent))))

    started = time.monotonic()
    is_written = False
    try:
        # The child may write to this file, but not make it.
        out.touch()
        found = sandbox.run(
            "audits.scoring.child",
            request,
            limits=limits,
            reads=reads,
            writes=[out],
            on_line=on_line,
        )
        is_written = True
    finally:
        if not is_written:
            out.unlink(missing_ok=True)
    found["classes"] = tuple(found["classes"])
    return ScoringReport(**found, duration_seconds=round(time.monotonic() - started, 3))
