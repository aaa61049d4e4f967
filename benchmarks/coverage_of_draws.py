"""Simulates the intervals of figures drawn over the cells, and of the area under the curve.

The rows have ``rate`` positives. Eight of ten positives and two of ten negatives are predicted
positive; scores are normal, apart so far that the area is the one named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from statistics import NormalDist
from typing import TYPE_CHECKING

from audits.measures.draws import drawn, drawn_figure
from audits.measures.performance import balanced_accuracy, f1, mcc
from audits.measures.ranks import Ranks, roc_auc
from benchmarks.coverage import SEED, Coverage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrices = NDArray[np.float64]

OF: dict[str, Callable[[Matrices], Matrices]] = {
    "F1": f1,
    "MCC": mcc,
    "Balanced accuracy": balanced_accuracy,
}
RIGHT = 0.8
AREAS = (0.75, 0.9)


def of_draws(size: int, rate: float, repeats: int) -> Iterator[Coverage]:
    """Yield the coverage of F1, MCC and balanced accuracy; a row without either is left out."""
    import numpy as np

    shares = np.array(
        [[(1 - rate) * RIGHT, (1 - rate) * (1 - RIGHT)], [rate * (1 - RIGHT), rate * RIGHT]]
    )
    generator = np.random.default_rng([SEED, size, round(100 * rate)])
    counted, times = np.unique(
        generator.multinomial(size, shares.ravel(), repeats), axis=0, return_counts=True
    )
    held: dict[str, list[tuple[bool, float, int]]] = {name: [] for name in OF}
    for counts, number in zip(counted, times, strict=True):
        matrix = counts.reshape(2, 2).astype(float)
        if not (matrix.sum(axis=0).all() and matrix.sum(axis=1).all()):
            continue
        draws = drawn(matrix)
        for name, of in OF.items():
            figure = drawn_figure(name, of, matrix, draws)
            truth = float(of(shares[np.newaxis])[0])
            low, high = figure.low or 0.0, figure.high or 0.0
            held[name].append((low <= truth <= high, high - low, int(number)))
    for name, found in held.items():
        yield _weighted(f"{name} (multinomial draws)", size, rate, found)


def of_areas(size: int, rate: float, repeats: int) -> Iterator[Coverage]:
    """Yield the coverage of the ROC AUC, for a middling and a high one.

    ``size`` is that of the smaller class, on which its precision hangs; ``rate`` is the share of
    the positive class.
    """
    import numpy as np

    generator = np.random.default_rng([SEED, 1, size, round(100 * rate)])
    for truth in AREAS:
        apart = math.sqrt(2) * NormalDist().inv_cdf(truth)
        rows = size / min(rate, 1 - rate)
        positives = round(rows * rate)
        found = []
        for _ in range(repeats):
            higher = np.sort(generator.normal(apart, 1, positives))
            lower = np.sort(generator.normal(0, 1, round(rows) - positives))
            figure = roc_auc(ranks_of(higher, lower))
            if figure.low is not None and figure.high is not None:
                holds = figure.low <= truth <= figure.high
                found.append((holds, figure.high - figure.low, 1))
        yield _weighted(
            f"ROC AUC of {truth} (DeLong; size of the smaller class)", size, rate, found
        )


def ranks_of(higher: NDArray[np.float64], lower: NDArray[np.float64]) -> Ranks:
    """Return what the ladder would leave of scores of which no two are equal."""
    import numpy as np

    under_positives = 2.0 * np.searchsorted(lower, higher)
    under_negatives = 2.0 * np.searchsorted(higher, lower)
    return Ranks(
        positives=len(higher),
        negatives=len(lower),
        scores=len(higher) + len(lower),
        pairs=int(under_positives.sum()),
        above=float((under_positives**2).sum()),
        below=float((under_negatives**2).sum()),
    )


def _weighted(kind: str, size: int, rate: float, found: list[tuple[bool, float, int]]) -> Coverage:
    repeats = sum(number for *_, number in found)
    cover = sum(number for holds, _, number in found if holds) / repeats
    width = sum(width * number for _, width, number in found) / repeats
    return Coverage(kind, 1, size, rate, 0.0, cover, width, repeats)
