"""Looks through a pipeline whose first steps keep one column for each feature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Steps that make one column of each column, by itself.
_COLUMN_BY_COLUMN = frozenset(
    {
        "MaxAbsScaler",
        "MinMaxScaler",
        "PowerTransformer",
        "QuantileTransformer",
        "RobustScaler",
        "SimpleImputer",
        "StandardScaler",
    }
)


@dataclass(frozen=True)
class Inner:
    """The model proper, and how rows come to it."""

    model: Any
    prepare: Callable[[Any], Any]


def unwrapped(native: Any, frame: Any) -> Inner | None:
    """Return the model at the end of a pipeline; None where columns do not stay apart.

    Then contributions of the last step's columns are those of the features. One-hot encoders,
    reductions and unions make other columns, and their pipeline is explained as a black box.
    """
    steps = getattr(native, "steps", None)
    if steps is None:
        return Inner(native, lambda rows: rows.to_numpy())
    before, last = steps[:-1], steps[-1][1]
    kept = [step for _, step in before if step is not None and step != "passthrough"]
    if hasattr(last, "steps") or any(type(one).__name__ not in _COLUMN_BY_COLUMN for one in kept):
        return None
    if any(getattr(one, "add_indicator", False) for one in kept):
        return None
    named = getattr(native, "feature_names_in_", None) is not None

    def prepare(rows: Any) -> Any:
        import numpy as np

        values = rows if named else rows.to_numpy()
        for step in kept:
            values = step.transform(values)
        return np.asarray(values, dtype="float64")

    # An imputer leaves out a column that was empty in training.
    return Inner(last, prepare) if prepare(frame).shape == frame.shape else None
