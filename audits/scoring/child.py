"""The sandboxed program of this room: ``python -m audits.scoring.child``."""

from __future__ import annotations

from typing import Any

from audits.scoring import predictions, rows
from registry.inspection.serving import Tell, serve


def answer(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Score rows or take predictions, as the request's verb says."""
    match request["verb"]:
        case "score":
            return rows.score_rows(request, tell)
        case "take_predictions":
            return predictions.take(request, tell)
    raise ValueError(request["verb"])


if __name__ == "__main__":
    serve(answer)
