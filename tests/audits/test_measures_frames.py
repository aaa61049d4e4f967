"""The frames of rates are fairlearn's to the last digit, from raw rows as from weighted cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_score

from audits.measures.counts import RATES, Counts
from audits.measures.frames import metric_frame


def precision(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    return float(precision_score(y_true, y_pred, sample_weight=sample_weight, zero_division=0))


DEFINITIONS = {
    "selection_rate": fairlearn.selection_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "true_negative_rate": fairlearn.true_negative_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "precision": precision,
    "accuracy": accuracy_score,
}

counts = st.integers(0, 3) | st.integers(0, 10**9)
cells = st.builds(Counts, counts, counts, counts, counts).filter(lambda one: one.rows > 0)
few = st.integers(0, 4)
small = st.builds(Counts, few, few, few, few).filter(lambda one: one.rows > 0)


def columns(group: Counts) -> tuple[Any, Any, Any]:
    """Return labels, predictions and weights of the cells that hold rows."""
    labels, predictions, weights = zip(*group.weighted(), strict=True)
    return np.array(labels), np.array(predictions), np.array(weights)


def test_every_rate_has_a_definition_to_be_held_against() -> None:
    assert set(DEFINITIONS) == set(RATES)


@settings(max_examples=60, deadline=None)
@given(group=cells)
def test_each_rate_equals_the_function_of_fairlearn_or_scikit_learn_exactly(group: Counts) -> None:
    labels, predictions, weights = columns(group)
    for name, definition in DEFINITIONS.items():
        expected = definition(labels, predictions, sample_weight=weights)
        assert metric_frame([group], [name]).by_group[name].tolist() == [expected], name


@settings(max_examples=15, deadline=None)
@given(groups=st.lists(small, min_size=1, max_size=4))
def test_frames_of_cells_are_fairlearns_of_the_raw_rows(groups: list[Counts]) -> None:
    ours = metric_frame(groups, RATES)
    repeated = [
        np.repeat(columns(group)[part], columns(group)[2]) for group in groups for part in (0, 1)
    ]
    places = [np.full(group.rows, place) for place, group in enumerate(groups)]
    # Lists, since fairlearn takes an array of one for a scalar.
    theirs = fairlearn.MetricFrame(
        metrics=DEFINITIONS,
        y_true=np.concatenate(repeated[::2]).tolist(),
        y_pred=np.concatenate(repeated[1::2]).tolist(),
        sensitive_features=np.concatenate(places).tolist(),
    )
    for name in RATES:
        assert ours.by_group[name].tolist() == theirs.by_group[name].tolist(), name
        assert ours.difference()[name] == pytest.approx(theirs.difference()[name], abs=1e-12)
        ratio, expected = ours.ratio()[name], theirs.ratio()[name]
        assert ratio == pytest.approx(expected, abs=1e-12, nan_ok=True), name
