"""The intervals of figures made from scores cover the truth, in seeded simulations."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.metrics import average_precision_score

from audits.measures.calibration import Bin, calibration_gap, ece, mean_score
from audits.measures.figures import Figure
from audits.measures.ranks import Extremes, Ranks, ks, pr_auc

Numbers = NDArray[Any]
REPEATS = 300


def bins_of(label: Numbers, score: Numbers) -> list[Bin]:
    """Sort the rows into bins."""
    places = np.minimum((score * 10).astype(int), 9)
    found = []
    for place in range(10):
        own, positive = score[places == place], score[(places == place) & (label == 1)]
        if len(own):
            sums = float(own.sum()), float((own**2).sum()), float(positive.sum())
            found.append(Bin(place, len(own), len(positive), *sums))
    return found


def ordered(label: Numbers, score: Numbers) -> tuple[Ranks, Extremes]:
    """Return what the ladder leaves of rows without ties."""
    label = label[np.argsort(-score)]
    positives, negatives = int(label.sum()), int(len(label) - label.sum())
    precision = float((np.cumsum(label) / np.arange(1, len(label) + 1) * label).sum())
    up = label[::-1]
    upto_p, upto_q = np.cumsum(up), np.cumsum(1 - up)
    at = np.abs(upto_q / negatives - upto_p / positives).argmax()
    extremes = Extremes(precision, int(upto_p[at]), int(upto_q[at]))
    return Ranks(positives, negatives, len(label), 0, 0.0, 0.0), extremes


def holds(figure: Figure, truth: float) -> bool:
    assert figure.low is not None
    assert figure.high is not None
    return figure.low <= truth <= figure.high


@pytest.mark.parametrize("size", [100, 1000])
@pytest.mark.parametrize("off", [0.0, 0.1])
def test_calibration_is_covered(size: int, off: float) -> None:
    generator = np.random.default_rng(20)

    def drawn(rows: int) -> tuple[Numbers, Numbers]:
        score = generator.beta(1.5, 3, rows)
        return (generator.random(rows) < np.clip(score - off, 0, 1)).astype(int), score

    label, score = drawn(1_000_000)
    truth = {
        "ece": ece(bins_of(label, score)).value or 0.0,
        "calibration_gap": score.mean() - label.mean(),
        "mean_score": score.mean(),
    }
    covered: Counter[str] = Counter()
    for _ in range(REPEATS):
        bins = bins_of(*drawn(size))
        for figure in (ece(bins), calibration_gap(bins), mean_score(bins)):
            covered[figure.name] += holds(figure, truth[figure.name])
    assert all(covered[name] / REPEATS >= 0.91 for name in truth)
    assert covered["ece"] / REPEATS >= 0.95


@pytest.mark.parametrize("area", [0.5, 0.6, 0.75, 0.9])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_order_of_scores_is_covered(area: float, share: float) -> None:
    generator = np.random.default_rng(21)
    shift = norm.ppf(area) * math.sqrt(2)

    def drawn(rows: int) -> tuple[Numbers, Numbers]:
        label = (generator.random(rows) < share).astype(int)
        return label, generator.normal(shift * label)

    truth = {
        "pr_auc": float(average_precision_score(*drawn(300_000))),
        "ks": 2 * norm.cdf(shift / 2) - 1,
    }
    covered: Counter[str] = Counter()
    for _ in range(REPEATS):
        ranks, extremes = ordered(*drawn(200))
        for figure in (pr_auc(ranks, extremes), ks(ranks, extremes)):
            covered[figure.name] += holds(figure, truth[figure.name])
    assert covered["pr_auc"] / REPEATS >= 0.88
    assert covered["ks"] / REPEATS >= 0.94
