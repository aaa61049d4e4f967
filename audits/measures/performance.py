"""How well a model answers: the figures of a binary and of a multiclass task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from audits.measures.cells import Cells
from audits.measures.counts import RATES, Counts, rate_figure
from audits.measures.draws import drawn, drawn_figure
from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import Share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrices = NDArray[np.float64]

NAMED_RATES = {
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "true_positive_rate",
    "specificity": "true_negative_rate",
}
"""The rates that a performance measurement shows, by the name it gives them."""


def binary_figures(counts: Counts) -> list[Figure]:
    """Return the figures of a binary task at its threshold."""
    rates = [
        rate_figure(name, RATES[rate].share(counts), RATES[rate].empty)
        for name, rate in NAMED_RATES.items()
    ]
    return [*rates, *_drawn_binary(counts)]


def binary_matrix(counts: Counts) -> Matrices:
    """Return the counts with labels down and predictions across, the negative class first."""
    import numpy as np

    negative = [counts.true_negatives, counts.false_positives]
    positive = [counts.false_negatives, counts.true_positives]
    return np.array([negative, positive], dtype=float)


def _drawn_binary(counts: Counts) -> Iterator[Figure]:
    matrix, rows = binary_matrix(counts), counts.rows
    one_class = "no_positives" if not counts.positives else "no_negatives"
    constant = counts.selected in (0, rows)
    draws = drawn(matrix)
    if counts.positives and counts.negatives:
        yield drawn_figure("balanced_accuracy", balanced_accuracy, matrix, draws)
    else:
        yield not_estimable("balanced_accuracy", one_class, rows)
    if counts.positives:
        yield drawn_figure("f1", f1, matrix, draws)
    else:
        yield not_estimable("f1", "no_positives", rows)
    if counts.positives and counts.negatives and not constant:
        yield drawn_figure("mcc", mcc, matrix, draws)
    elif counts.positives and counts.negatives:
        yield not_estimable("mcc", "constant_predictions", rows)
    else:
        yield not_estimable("mcc", one_class, rows)


def multiclass_figures(matrix: Matrices) -> list[Figure]:
    """Return all figures of a multiclass task from its confusion matrix."""
    draws = drawn(matrix)
    right = Share(int(matrix.trace()), int(matrix.sum()))
    return [
        rate_figure("accuracy", right, "no_rows"),
        drawn_figure("balanced_accuracy", balanced_accuracy, matrix, draws),
        drawn_figure("macro_f1", macro_f1, matrix, draws),
    ]


def multiclass_slice_figures(matrix: Matrices) -> list[Figure]:
    """Return the figures of one slice of a multiclass task."""
    return [
        rate_figure("accuracy", Share(int(matrix.trace()), int(matrix.sum())), "no_rows"),
        drawn_figure("balanced_accuracy", balanced_accuracy, matrix, drawn(matrix)),
    ]


def f1(matrices: Matrices) -> Matrices:
    """Harmonic mean of precision and recall of the positive class.

    1 when both are 1, 0 when no positive is found. Source: van Rijsbergen 1979; scikit-learn.
    """
    return _class_f1(matrices)[:, 1]


def macro_f1(matrices: Matrices) -> Matrices:
    """Mean of the F1 of all classes that occur as label or prediction, each counting the same.

    1 when all rows are right, 0 when none is. Source: scikit-learn's f1_score, average "macro".
    """
    import numpy as np

    mean: Matrices = np.nanmean(_class_f1(matrices), axis=1)
    return mean


def balanced_accuracy(matrices: Matrices) -> Matrices:
    """Mean share of right answers within each class that occurs as a label.

    1 when all rows are right; one over the number of classes for a constant answer.
    Source: scikit-learn's balanced_accuracy_score; Brodersen et al. 2010.
    """
    import numpy as np

    labelled = matrices.sum(axis=2)
    right = np.diagonal(matrices, axis1=1, axis2=2)
    mean: Matrices = np.nanmean(_divided(right, labelled), axis=1)
    return mean


def mcc(matrices: Matrices) -> Matrices:
    """Matthews correlation of label and prediction.

    1 when all rows are right, 0 when the prediction says nothing about the label, -1 when all rows
    are wrong. Source: Matthews, Biochimica et Biophysica Acta 405 (1975) 442-451.
    """
    import numpy as np

    (tn, fp), (fn, tp) = np.moveaxis(matrices, 0, -1)
    return _divided(tp * tn - fp * fn, np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)))


def classes(cells: Cells) -> list[str]:
    """Return all classes that occur as label or prediction; whole numbers in their own order."""
    found = {str(value) for cell in cells.cells for value in (cell.label, cell.prediction)}
    numeric = all(value.lstrip("-").isdigit() for value in found)
    return sorted(found, key=int if numeric else None)


def confusion_matrix(cells: Cells, labels: list[str]) -> Matrices:
    """Return the counts with labels down and predictions across."""
    import numpy as np

    places = {label: place for place, label in enumerate(labels)}
    matrix = np.zeros((len(labels), len(labels)))
    for cell in cells.cells:
        matrix[places[str(cell.label)], places[str(cell.prediction)]] += cell.count
    return matrix


def majority_baseline(matrix: Matrices) -> dict[str, object]:
    """Return the accuracy of always answering with the most frequent class."""
    value = float(matrix.sum(axis=1).max() / matrix.sum())
    return {"name": "majority_class", "measure": "accuracy", "value": value}


def _class_f1(matrices: Matrices) -> Matrices:
    import numpy as np

    right = np.diagonal(matrices, axis1=1, axis2=2)
    return _divided(2 * right, matrices.sum(axis=1) + matrices.sum(axis=2))


def _divided(over: Matrices, under: Matrices) -> Matrices:
    """Divide; what has no denominator is NaN, without a warning."""
    import numpy as np

    shares: Matrices = np.full(np.shape(over), np.nan)
    np.divide(over, under, out=shares, where=under != 0)
    return shares
