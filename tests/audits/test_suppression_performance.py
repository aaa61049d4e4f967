"""Curves and slices of the public profile tell of no few rows, not even by subtraction."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from audits.suppression import suppress
from tests.audits.test_measures_rows import measured

COUNTS = ("true_positives", "false_positives", "false_negatives", "true_negatives")


def rows(size: int, seed: int, share: float = 0.4) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    label = (generator.random(size) < share).astype(int)
    return {
        "label": label,
        "score": np.clip(label * 0.2 + generator.random(size) * 0.8, 0, 1),
        "s0": generator.choice(["a", "b", "c"], size, p=[0.6, 0.395, 0.005]),
        "s1": generator.normal(size=size),
    }


@pytest.mark.parametrize("size", [60, 150, 400, 3000])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [0.05, 0.4])
def test_no_two_thresholds_differ_by_few_rows(size: int, seed: int, share: float) -> None:
    found = suppress(measured("performance", rows(size, seed, share), threshold=0.437))
    steps = found["curves"]["thresholds"]
    for first, second in combinations(steps, 2):
        for name in COUNTS:
            difference = abs(first[name] - second[name])
            assert difference == 0 or difference >= 10
    for step in steps:
        assert all(step[name] == 0 or step[name] >= 10 for name in COUNTS)
    bins = found["curves"]["calibration"]
    for place, one in enumerate(bins):
        for count in (one["positives"], one["rows"] - one["positives"]):
            assert count == 0 or count >= 10
        # The rows in all bins from here on, against those over any threshold.
        positives = sum(beside["positives"] for beside in bins[place:])
        negatives = sum(beside["rows"] for beside in bins[place:]) - positives
        for step in steps:
            for difference in (
                abs(positives - step["true_positives"]),
                abs(negatives - step["false_positives"]),
            ):
                assert difference == 0 or difference >= 10


def test_the_curve_stays_where_rows_are_many() -> None:
    found = suppress(measured("performance", rows(3000, 1)))
    assert len(found["curves"]["thresholds"]) > 15
    assert sum(one["rows"] for one in found["curves"]["calibration"]) == 3000


def test_a_confusion_with_a_small_count_leaves_no_curve() -> None:
    table = {"label": [1] * 60 + [0] * 60, "score": [0.9] * 55 + [0.1] * 65}
    found = suppress(measured("performance", table))
    assert found["confusion"]["false_negatives"] in ({"fewer_than": 10}, None)
    assert found["curves"] == {"thresholds": [], "calibration": []}
    recall = next(one for one in found["measures"] if one["name"] == "recall")
    assert recall["n"] == {"about": 60}


def test_small_slices_are_bounded_and_bands_lose_their_exact_ends() -> None:
    content = measured("performance", rows(400, 2), slices={"s0": "branch", "s1": "income"})
    found = suppress(content)
    small = [one for one in found["slices"] if isinstance(one["count"], dict)]
    assert ({"fewer_than": 10}, {}) in [(one["count"], one["measures"]) for one in small]
    bands = [one for one in found["slices"] if one.get("low") is not None]
    exact = [one for one in content["slices"] if one.get("low") is not None]
    assert len(bands) == 4
    assert all(one["low"] != before["low"] for one, before in zip(bands, exact, strict=True))


def test_tenths_of_a_regression_lose_their_outer_ends() -> None:
    generator = np.random.default_rng(4)
    label = generator.normal(size=300)
    table = {"label": label, "score": label + generator.normal(size=300)}
    found = suppress(measured("performance", table, task="regression", threshold=None))
    bins = found["curves"]["calibration"]
    assert bins[0]["low"] is None
    assert bins[-1]["high"] is None
    assert all(one["rows"] >= 10 for one in bins)


def test_a_measurement_from_before_these_parts_stays_whole() -> None:
    content = measured("performance", rows(100, 1))
    for key in ("curves", "slices", "baselines"):
        del content[key]
    assert "curves" not in suppress(content)
