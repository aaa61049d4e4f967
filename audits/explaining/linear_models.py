"""Explains a linear model by its coefficients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from audits.explaining import links
from audits.explaining.pipelines import Inner
from audits.explaining.rows import Rows


def ways(
    inner: Inner, side: int, task: str
) -> Iterator[tuple[str, tuple[str, ...], Callable[[Rows], Any]]]:
    """Yield the one way there is, where the model has a coefficient for each feature.

    The contribution of a feature is its coefficient times its distance from the background's mean,
    on the scale of the linear score (log-odds for a logistic regression).
    """
    import numpy as np

    if not (hasattr(inner.model, "coef_") and hasattr(inner.model, "intercept_")):
        return
    if not isinstance(inner.model.coef_, np.ndarray):
        return
    coefficients = np.atleast_2d(inner.model.coef_).astype("float64") * side
    intercepts = np.atleast_1d(inner.model.intercept_).astype("float64") * side

    def make(background: Rows) -> Callable[[Any], tuple[Any, Any]]:
        import shap

        seen = inner.prepare(background.frame)
        masker = shap.maskers.Independent(seen, max_samples=len(seen))

        def attribute(frame: Any) -> tuple[Any, Any]:
            rows, values, bases = inner.prepare(frame), [], []
            for coefficient, intercept in zip(coefficients, intercepts, strict=True):
                one = shap.LinearExplainer((coefficient, float(intercept)), masker)
                values.append(one.shap_values(rows))
                bases.append(float(one.expected_value))
            return np.stack(values, axis=-1), np.array(bases)

        return attribute

    yield "linear", links.of(task), make
