"""Intervals of the fairness figures cover what they promise, in seeded simulations."""

import numpy as np
import pytest

from audits.measures.conditionals import Pair, conditional_selection_ratio
from audits.measures.counts import Counts
from audits.measures.treatments import treatment_ratio

REPEATS = 600
Rates = tuple[float, float, float]


@pytest.mark.parametrize(
    ("people", "rates", "ratio"),
    [(100, (0.2, 0.4, 0.6), 0.8), (100, (0.6, 0.75, 0.9), 1.0), (300, (0.1, 0.2, 0.3), 0.7)],
)
def test_the_ratio_pooled_over_strata_is_covered(people: int, rates: Rates, ratio: float) -> None:
    generator = np.random.default_rng(people)
    covered = 0
    for _ in range(REPEATS):
        own = generator.multinomial(people, (0.2, 0.3, 0.5)).tolist()
        others = generator.multinomial(3 * people, (0.5, 0.3, 0.2)).tolist()
        pairs = [
            Pair(int(generator.binomial(a, rate * ratio)), a, int(generator.binomial(b, rate)), b)
            for a, b, rate in zip(own, others, rates, strict=True)
        ]
        figure = conditional_selection_ratio(pairs)
        assert figure.low is not None
        assert figure.high is not None
        covered += figure.low <= ratio <= figure.high
    assert 0.93 <= covered / REPEATS <= 0.98


@pytest.mark.parametrize("chances", [(0.4, 0.1, 0.1, 0.4), (0.45, 0.05, 0.15, 0.35)])
def test_the_treatment_ratio_is_covered(chances: tuple[float, ...]) -> None:
    generator = np.random.default_rng(7)
    covered = estimable = 0
    for _ in range(REPEATS):
        figure = treatment_ratio(Counts(*generator.multinomial(100, chances).tolist()))
        if figure.low is not None and figure.high is not None:
            estimable += 1
            covered += figure.low <= chances[2] / chances[1] <= figure.high
    assert estimable > 0.97 * REPEATS
    assert 0.93 <= covered / estimable <= 0.98
