"""What the tests of explanations share: rows, scorers, and Shapley values by their definition."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from audits.explaining import explain
from audits.explaining.attributions import Explained
from audits.explaining.rows import Rows
from registry.inspection import loaders
from tests.artefacts import Artefact

with warnings.catch_warnings():
    # It makes its colours in a way that matplotlib will give up.
    warnings.simplefilter("ignore", PendingDeprecationWarning)
    import shap  # noqa: F401


def rows(frame: pd.DataFrame, sensitive: Mapping[str, Any] | None = None, first: int = 1) -> Rows:
    """Return rows as they are fetched, of a frame of features."""
    texts = frame.map(lambda value: None if pd.isna(value) else str(value)).astype(object)
    texts = texts.where(texts.notna(), None)
    return Rows(
        np.arange(first, first + len(frame)),
        frame.reset_index(drop=True),
        texts.reset_index(drop=True),
        {name: np.array(list(values), dtype=object) for name, values in (sensitive or {}).items()},
    )


def scorer(made: Artefact, positive_label: str | None = "1") -> loaders.Scorer:
    """Load an artefact as the child does."""
    positive = positive_label if made.task == "binary" else None
    return loaders.load(
        made.path, made.format, features=made.features, task=made.task, positive_label=positive
    )


def shapley(
    answer: Callable[[np.ndarray], np.ndarray], row: np.ndarray, background: np.ndarray
) -> np.ndarray:
    """Return the Shapley values of a row by their definition, over every coalition of features.

    The worth of a coalition is the mean answer over the background with the coalition's features
    set to the row's values.
    """
    features = range(len(row))
    worth = {}
    for size in range(len(row) + 1):
        for coalition in itertools.combinations(features, size):
            mixed = background.copy()
            mixed[:, list(coalition)] = row[list(coalition)]
            worth[coalition] = float(np.mean(answer(mixed)))
    values = np.zeros(len(row))
    number = math.factorial(len(row))
    for feature in features:
        for coalition in worth:
            if feature in coalition:
                continue
            joined = tuple(sorted((*coalition, feature)))
            weight = math.factorial(len(coalition)) * math.factorial(len(row) - len(coalition) - 1)
            values[feature] += weight / number * (worth[joined] - worth[coalition])
    return values


def rescaled(
    margin: Callable[[np.ndarray], np.ndarray], row: np.ndarray, background: np.ndarray
) -> np.ndarray:
    """Return the Shapley values of log-odds against each background row, rescaled to probability.

    The mean over the background of the values times one factor each: the difference in
    probability over the difference in log-odds.
    """

    def probability(values: np.ndarray) -> float:
        return float(1 / (1 + np.exp(-margin(values[None, :])[0])))

    found = np.zeros(len(row))
    for other in background:
        values = shapley(margin, row, other[None, :])
        total = values.sum()
        factor = (probability(row) - probability(other)) / total if abs(total) > 1e-9 else 0.0
        found += values * factor / len(background)
    return found


def explained(values: Any, frame: pd.DataFrame, **changes: Any) -> Explained:
    """Return an explanation of given contributions, of one output, with the base 0.5."""
    values = np.asarray(values, dtype="float64")[:, :, None]
    base = np.array([0.5])
    sensitive = changes.pop("sensitive", None)
    answers = changes.pop("answers", values.sum(axis=1) + base)
    return Explained(rows(frame, sensitive), values, base, answers, "identity")


def run(made: Artefact, data: pd.DataFrame, tmp_path: Path, **changes: Any) -> dict[str, Any]:
    """Explain an artefact on data, as a run does."""
    format = changes.pop("data_format", "parquet")
    path = tmp_path / f"data.{format}"
    data.to_csv(path, index=False) if format == "csv" else data.to_parquet(path, index=False)
    wanted: dict[str, Any] = {
        "artefact": made.path,
        "artefact_format": made.format,
        "data": path,
        "data_format": format,
        "features": made.features,
        "label": made.label,
        "task": made.task,
        "positive_label": "1" if made.task == "binary" else None,
        "threshold": 0.5 if made.task == "binary" else None,
        "sensitive": ["sex", "race"],
        "plan": {"kind": "explanation"},
        "rows": 100,
    }
    return explain(**{**wanted, **changes})
