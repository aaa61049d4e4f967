"""Explains an ensemble of trees with shap's TreeExplainer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from audits.explaining import links
from audits.explaining.pipelines import Inner
from audits.explaining.rows import Rows

# The work above which trees are explained by their own counts of training rows instead of against
# a background: rows, times rows of the background, times leaves. About five minutes.
MOST_STEPS = 2e10
# A comparison of two rows ends on few of a tree's leaves, however large the tree.
_LEAVES_MET = 64
# Where these come from values are rounded to single precision before they are compared with a
# split; shap compares them as they are, and would send a value on the very edge the other way.
_SINGLE = ("xgboost.", "sklearn.tree.", "sklearn.ensemble._forest", "sklearn.ensemble._gb")


def ways(
    inner: Inner, side: int, task: str, background: Rows, sample_rows: int
) -> Iterator[tuple[str, tuple[str, ...], Callable[[Rows], Any]]]:
    """Yield the ways to explain trees, the best first.

    Against a background (interventional): the answer itself where it is the sum of the trees; a
    probability that comes of their sum as log-odds; or else what the trees sum up to. Where that
    is too much work or the library's trees cannot be read so: their sum along the trees' own
    paths, for which training rows stand in as background.

    A probability from log-odds is rescaled: for each row of the background the contributions to
    the log-odds, which are Shapley values, are multiplied by one factor so that they add up to the
    difference in probability.
    """
    import numpy as np

    def way(
        output: str, against_background: bool
    ) -> Callable[[Rows], Callable[[Any], tuple[Any, Any]]]:
        def make(background: Rows) -> Callable[[Any], tuple[Any, Any]]:
            seen = _rounded(inner, background.frame) if against_background else None
            explainer = _explainer(inner.model, seen, output)

            def attribute(frame: Any) -> tuple[Any, Any]:
                values = explainer.shap_values(_rounded(inner, frame), check_additivity=False)
                return _shaped(values, explainer.expected_value, side, output, task)

            return attribute

        return make

    steps = sample_rows * len(background) * _leaves(inner.model)
    if 0 < steps <= MOST_STEPS:
        yield "tree_interventional", ("identity",), way("raw", True)
        if task == "binary":
            yield "tree_rescaled", ("identity",), way("probability", True)
        yield "tree_interventional", links.of(task), way("raw", True)
    if np.isfinite(steps):
        yield "tree_path_dependent", links.of(task), way("raw", False)


def _rounded(inner: Inner, frame: Any) -> Any:
    values = inner.prepare(frame)
    if not type(inner.model).__module__.startswith(_SINGLE):
        return values
    return values.astype("float32").astype("float64")


def _explainer(model: Any, seen: Any, output: str) -> Any:
    import shap

    return shap.TreeExplainer(
        model,
        seen,
        model_output=output,
        feature_perturbation="tree_path_dependent" if seen is None else "interventional",
    )


def _leaves(model: Any) -> float:
    """Count the leaves that matter; infinite for what shap knows no trees of."""
    import numpy as np
    from shap.explainers._tree import TreeEnsemble
    from shap.utils._exceptions import InvalidModelError

    try:
        ensemble = TreeEnsemble(model)
    except (InvalidModelError, ValueError, TypeError, AttributeError, LookupError, AssertionError):
        return float("inf")
    trees = getattr(ensemble, "trees", None) or []
    # CatBoost explains its trees itself, and shap reads none of them.
    return float(sum(np.minimum((len(tree.features) + 1) / 2, _LEAVES_MET) for tree in trees))


def _shaped(values: Any, base: Any, side: int, output: str, task: str) -> tuple[Any, Any]:
    """Bring what shap returns into (rows, features, outputs), for the positive class if binary."""
    import numpy as np

    values = np.asarray(values, dtype="float64")
    bases = np.atleast_1d(np.asarray(base, dtype="float64"))
    if values.ndim == 2:
        values = values[:, :, None]
    if task == "binary" and values.shape[2] == 2:
        place = 1 if side > 0 else 0
        return values[:, :, place : place + 1], bases[place : place + 1]
    if side < 0:
        bases = 1.0 - bases if output == "probability" else -bases
        values = -values
    return values, bases
