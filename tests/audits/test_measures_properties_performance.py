"""Over random frames no defined figure differs from scikit-learn's on the raw rows."""

import json
import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from sklearn import metrics as sklearn

from tests.audits.test_measures_performance import calibration_error
from tests.audits.test_measures_rows import measured

random_frames = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
labels = st.sampled_from([0, 1, 1, 0, None])
scores = st.one_of(
    # Ties, the ends, and what multiplying by a hundred gets wrong.
    st.sampled_from([0.0, 0.1, 0.29, 0.3, 0.5, 0.57, 0.58, 0.7, 1.0]),
    st.floats(0, 1, allow_subnormal=False).map(lambda value: round(value, 6)),
)
numbers = st.one_of(st.sampled_from([-1.0, 0.0, 2.5]), st.integers(-10_000, 10_000).map(float))


def agree(found: Mapping[str, Any], expected: Mapping[str, float]) -> None:
    """Hold every figure that has a value against the expected one, and its limits around it."""
    json.dumps(found, allow_nan=False)
    mine = {one["name"]: one["value"] for one in found["measures"] if one["estimable"]}
    assert mine == pytest.approx(dict(expected), abs=1e-10, rel=1e-10)
    for figure in found["measures"]:
        if figure["low"] is not None:
            assert figure["low"] <= figure["value"] + 1e-12
            assert figure["value"] <= figure["high"] + 1e-12


def of_binary(label: Any, score: Any, threshold: float) -> dict[str, float]:
    """Return the figures of scikit-learn that the rows define."""
    predicted = (score >= threshold).astype(int)
    found = {
        "accuracy": sklearn.accuracy_score(label, predicted),
        "brier_score": ((score - label) ** 2).mean(),
        "log_loss": sklearn.log_loss(label, score, labels=[0, 1]),
        "ece": calibration_error(label, score),
        "calibration_gap": score.mean() - label.mean(),
    }
    if predicted.any():
        found["precision"] = sklearn.precision_score(label, predicted)
    if label.any():
        found["recall"] = sklearn.recall_score(label, predicted, zero_division=0)
        found["f1"] = sklearn.f1_score(label, predicted, zero_division=0)
        found["pr_auc"] = sklearn.average_precision_score(label, score)
    if not label.all():
        found["specificity"] = sklearn.recall_score(label, predicted, pos_label=0)
    if label.any() and not label.all():
        found["balanced_accuracy"] = sklearn.balanced_accuracy_score(label, predicted)
        found["ks"] = ks_2samp(score[label == 1], score[label == 0]).statistic
        if len(set(score)) > 1:
            found["roc_auc"] = sklearn.roc_auc_score(label, score)
            found["gini"] = 2 * found["roc_auc"] - 1
        if len(set(predicted)) > 1:
            found["mcc"] = sklearn.matthews_corrcoef(label, predicted)
    return found


@random_frames
@given(
    rows=st.lists(st.tuples(labels, scores, st.sampled_from(["a", "b", None])), min_size=1),
    threshold=st.sampled_from([0.0, 0.29, 0.5, 0.505, 1.0]),
)
def test_binary_figures_overall_and_by_slice_and_threshold(
    rows: list[tuple[int | None, float, str | None]], threshold: float
) -> None:
    used = [row for row in rows if row[0] is not None]
    if not used:
        return
    label, score, group = zip(*rows, strict=True)
    found = measured(
        "performance",
        {"label": np.array(label, dtype=float), "score": score, "s0": list(group)},
        threshold=threshold,
        slices={"s0": "team"},
    )
    kept_label, kept_score, kept_group = (np.array(part) for part in zip(*used, strict=True))
    kept_label = kept_label.astype(int)
    agree(found, of_binary(kept_label, kept_score, threshold))
    for one in found["slices"]:
        own = np.array([value == one["value"] for value in kept_group])
        assert one["count"] == own.sum()
        expected = of_binary(kept_label[own], kept_score[own], threshold)
        for name, figure in one["measures"].items():
            assert figure["estimable"] == (name in expected)
            if figure["estimable"]:
                assert figure["value"] == pytest.approx(expected[name], abs=1e-10)
    for step in found["curves"]["thresholds"]:
        predicted = kept_score >= step["threshold"]
        assert step["true_positives"] == (predicted & (kept_label == 1)).sum()
        assert step["false_positives"] == (predicted & (kept_label == 0)).sum()
        assert step["false_negatives"] == (~predicted & (kept_label == 1)).sum()
        assert step["true_negatives"] == (~predicted & (kept_label == 0)).sum()


@random_frames
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["a", "b", "d"])),
        min_size=1,
    )
)
def test_multiclass_figures(rows: list[tuple[str | None, str]]) -> None:
    used = [row for row in rows if row[0] is not None]
    if not used:
        return
    label, guess = zip(*rows, strict=True)
    found = measured(
        "performance", {"label": list(label), "prediction": list(guess)}, task="multiclass"
    )
    kept_label, kept_guess = zip(*used, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn remarks on the class that is no label
        expected = {
            "accuracy": sklearn.accuracy_score(kept_label, kept_guess),
            "balanced_accuracy": sklearn.balanced_accuracy_score(kept_label, kept_guess),
            "macro_f1": sklearn.f1_score(kept_label, kept_guess, average="macro", zero_division=0),
        }
    agree(found, expected)


@random_frames
@given(rows=st.lists(st.tuples(st.one_of(numbers, st.none()), numbers), min_size=1))
def test_regression_figures(rows: list[tuple[float | None, float]]) -> None:
    used = [row for row in rows if row[0] is not None]
    if not used:
        return
    label, guess = zip(*rows, strict=True)
    found = measured(
        "performance",
        {"label": np.array(label, dtype=float), "score": guess},
        task="regression",
        threshold=None,
    )
    kept_label, kept_guess = (np.array(part, dtype=float) for part in zip(*used, strict=True))
    expected = {
        "mae": sklearn.mean_absolute_error(kept_label, kept_guess),
        "rmse": sklearn.root_mean_squared_error(kept_label, kept_guess),
        "bias": (kept_guess - kept_label).mean(),
    }
    if len(set(kept_label)) > 1:
        expected["r2"] = sklearn.r2_score(kept_label, kept_guess)
    agree(found, expected)
    bands = found["curves"]["calibration"]
    assert sum(band["rows"] for band in bands) == len(used)
    for band in bands:
        inside = (kept_guess >= band["low"]) & (kept_guess <= band["high"])
        assert band["rows"] == inside.sum()
        assert band["mean_score"] == pytest.approx(kept_guess[inside].mean(), abs=1e-8)
        assert band["rate"]["value"] == pytest.approx(kept_label[inside].mean(), abs=1e-8)
        assert math.isfinite(band["rate"]["value"])
