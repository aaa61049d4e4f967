"""Chooses how a model is explained: by its trees, by its coefficients, or as a black box."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from audits.explaining import black_boxes, linear_models, links, trees
from audits.explaining.attributions import Attribute, Explainer, outputs, quietly
from audits.explaining.pipelines import unwrapped
from audits.explaining.rows import Rows
from registry.inspection.loaders import Scorer

# How far base and contributions may miss the model's answer, in parts of the answers' size, for
# the model to be explained from the inside: libraries compute in single precision.
TOLERANCE = 1e-3
PROBE = 64


def choose(scorer: Scorer, rows: Rows, background: Rows, sample_rows: int) -> Explainer:
    """Return the first explainer whose contributions add up to the model's own answers.

    A library's explainer may read a model wrongly without a word (a kind of split it does not know,
    a link it takes for another). So each is tried on some rows first; a black box is left at last.
    """
    errors = _errors()
    some = rows.of(rows.numbers[:PROBE])
    answers = outputs(scorer, some.frame)
    for code, possible, make in _candidates(scorer, background, sample_rows):
        try:
            values, base = quietly(quietly(make, background), some.frame)
        except errors:
            continue
        if values.shape != (*some.frame.shape, answers.shape[1]):
            continue
        for link in possible:
            size = max(1.0, float(abs(answers).max()))
            if links.residual(values.sum(axis=1) + base, answers, link) <= TOLERANCE * size:
                return Explainer(code, link, make)
    return black_boxes.explainer(scorer, rows, background)


def _candidates(
    scorer: Scorer, background: Rows, sample_rows: int
) -> Iterator[tuple[str, tuple[str, ...], Callable[[Rows], Attribute]]]:
    """Yield the ways from the inside, the best first, and what each may come to explain.

    None for a model that reads text.
    """
    if scorer.model.native is None or any(kind.kind == "O" for kind in background.frame.dtypes):
        return
    model = unwrapped(scorer.model.native, background.frame)
    if model is None:
        return
    side = -1 if scorer.task == "binary" and scorer.positive == 0 and scorer.labels else 1
    yield from linear_models.ways(model, side, scorer.task)
    yield from trees.ways(model, side, scorer.task, background, sample_rows)


def _errors() -> tuple[type[Exception], ...]:
    """Return what shap raises over a model it cannot read; it means no more than: try another."""
    from shap.utils import _exceptions as told

    return (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        AssertionError,
        NotImplementedError,
        RuntimeError,
        told.ExplainerError,
        told.InvalidModelError,
        told.ConvergenceError,
        told.DimensionError,
    )
