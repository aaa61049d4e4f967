"""Writes the table of scored rows, and refuses scores that are none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

# Probabilities in single precision may miss 1 by this much, and are set to 1.
TOLERANCE = 1e-6

_NO_NUMBER = gettext_noop(
    "There is no number as the score of %(number)s of the rows %(first)s to %(last)s (a gap or an "
    "infinite value); the first is row %(row)s. Where features are missing in these rows, put the "
    "filling of gaps into the model; where none is, the model or the scores are damaged."
)
_NO_PROBABILITY = gettext_noop(
    "The score of row %(row)s is %(value)s, but for a binary task scores are probabilities from 0 "
    "to 1. Save the model so that it gives probabilities (not margins or logits), or hand in "
    "probabilities."
)
_NO_LABEL = gettext_noop(
    "There is no prediction for row %(row)s. Hand in a prediction for every row of the data."
)


def check_scores(scores: Any, *, task: str, first_row: int) -> Any:
    """Return the scores of consecutive rows as they are written, or refuse them."""
    import numpy as np

    is_number = np.isfinite(scores)
    if not is_number.all():
        raise Refused.because(
            "scoring.no_number",
            _NO_NUMBER,
            number=int((~is_number).sum()),
            first=first_row,
            last=first_row + len(scores) - 1,
            row=first_row + int(np.argmin(is_number)),
        )
    if task != "binary":
        return scores
    outside = (scores < -TOLERANCE) | (scores > 1 + TOLERANCE)
    if outside.any():
        worst = int(np.argmax(outside))
        raise Refused.because(
            "scoring.no_probability",
            _NO_PROBABILITY,
            row=first_row + worst,
            value=f"{float(scores[worst]):g}",
        )
    return np.clip(scores, 0.0, 1.0)


def check_predictions(predictions: Any, *, first_row: int) -> Any:
    """Return an Arrow array of predicted labels, or refuse it for a gap."""
    if predictions.null_count:
        gap = predictions.is_null().to_pylist().index(True)
        raise Refused.because("scoring.no_prediction", _NO_LABEL, row=first_row + gap)
    return predictions


class ScoredRows:
    """The Parquet file of scored rows, written some rows at a time; see `ScoringReport`."""

    def __init__(self, path: Path, *, task: str, keep: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        label = pa.float64() if task == "regression" else pa.string()
        outcome = ("prediction", pa.string()) if task == "multiclass" else ("score", pa.float64())
        self.kept = {name: f"s{n}" for n, name in enumerate(keep)}
        kept = [(column, pa.string()) for column in self.kept.values()]
        self._schema = pa.schema([("row", pa.int64()), ("label", label), outcome, *kept])
        self._writer = pq.ParquetWriter(path, self._schema)
        self.rows = 0

    def write(self, label: Any, outcome: Any, kept: Sequence[Any]) -> None:
        """Append rows: their labels, scores or predictions, and kept columns."""
        import pyarrow as pa

        numbers = pa.array(range(self.rows + 1, self.rows + len(label) + 1), pa.int64())
        columns = [numbers, label, outcome, *kept]
        arrays = [
            column if isinstance(column, pa.Array) else pa.array(column) for column in columns
        ]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self.rows += len(label)

    def __enter__(self) -> ScoredRows:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._writer.close()
