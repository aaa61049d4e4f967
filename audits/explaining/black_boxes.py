"""Explains any model by its answers alone: rows mixed with the background, asked again and again.

Every value is coded as its place among the values that occur, and decoded before the model is
asked: shap's arithmetic would make a gap of everything it is mixed with, and knows no text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from audits.explaining.attributions import Attribute, Explainer, outputs
from audits.explaining.rows import Rows
from registry.inspection.loaders import Scorer

# With so few features every coalition is asked for, and the values are exact.
MOST_EXACT = 8
PERMUTATIONS = 10
FEWEST_BEHIND = 20
# Cells the model may be asked to read for one explanation of the usual number of rows.
_CELLS = 1_000_000_000
_ROWS_EXPLAINED = 200


def explainer(scorer: Scorer, rows: Rows, background: Rows) -> Explainer:
    """Return the way for a model that cannot be looked into."""
    width = rows.frame.shape[1]
    exact = width <= MOST_EXACT
    behind = background_rows(width, len(background))
    each = 2**width if exact else permutations(width, behind) * (2 * width + 1)

    def make(seen: Rows) -> Attribute:
        def attribute(frame: Any) -> tuple[Any, Any]:
            return _attributed(scorer, frame, seen.frame, None if exact else each)

        return attribute

    return Explainer("exact" if exact else "permutation", "identity", make, exact, evaluations=each)


def background_rows(width: int, most: int) -> int:
    """Return how many rows of background a model of so many features is asked for: 20 or more."""
    each = _ROWS_EXPLAINED * (2 * width + 1) * width
    return min(most, max(FEWEST_BEHIND, _CELLS // each))


def permutations(width: int, background_rows: int) -> int:
    """Return how many orders of the features are tried for each row, both ways: 1 to 10."""
    once = _ROWS_EXPLAINED * background_rows * (2 * width + 1) * width
    return max(1, min(PERMUTATIONS, _CELLS // once))


def _attributed(
    scorer: Scorer, frame: Any, background: Any, evaluations: int | None
) -> tuple[Any, Any]:
    import numpy as np
    import shap

    coded, seen, decode = _coded(frame, background)

    def model(codes: Any) -> Any:
        return outputs(scorer, decode(codes))

    masker = shap.maskers.Independent(seen, max_samples=len(seen))
    if evaluations is None:
        found = shap.explainers.Exact(model, masker)(coded, silent=True, max_evals=2**20)
    else:
        one = shap.explainers.Permutation(model, masker, seed=1)
        found = one(coded, max_evals=evaluations, silent=True)
    values = np.asarray(found.values, dtype="float64")
    bases = np.asarray(found.base_values, dtype="float64").reshape(len(coded), -1)
    return values.reshape(*coded.shape, -1), bases[0]


def _coded(frame: Any, background: Any) -> tuple[Any, Any, Callable[[Any], Any]]:
    """Code the values of both frames; return the codes and what makes a frame of codes again."""
    import numpy as np
    import pandas as pd

    both = pd.concat([frame, background], ignore_index=True)
    codes, values = [], []
    for place in range(both.shape[1]):
        column = both.iloc[:, place]
        code, known = pd.factorize(column, use_na_sentinel=False)
        codes.append(code)
        values.append(np.asarray(known, dtype=column.dtype))
    table = np.column_stack(codes).astype("float64")

    def decode(asked: Any) -> Any:
        found = {n: values[n][asked[:, n].astype(int)] for n in range(len(values))}
        return pd.DataFrame(found).set_axis(list(frame.columns), axis=1)

    return table[: len(frame)], table[len(frame) :], decode
