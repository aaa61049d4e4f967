"""Ours against fairlearn on the raw rows, over random frames: what is defined agrees to 1e-10."""

import json
import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_score

from tests.audits.test_measures_rows import measured

NAMES = {"s0": "sex", "s1": "race", "s2": "age"}
CLOSE = 1e-10


def precision(y_true: Any, y_pred: Any) -> float:
    return float(precision_score(y_true, y_pred, zero_division=0))


RATES: dict[str, Callable[..., float]] = {
    "selection_rate": fairlearn.selection_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "true_negative_rate": fairlearn.true_negative_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "precision": precision,
    "accuracy": accuracy_score,
}
# Of which rows every group needs one, so that fairlearn's 0.0 for nothing does not come in.
NEEDED: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "true_positive_rate": lambda rows: rows.label == 1,
    "false_negative_rate": lambda rows: rows.label == 1,
    "false_positive_rate": lambda rows: rows.label == 0,
    "true_negative_rate": lambda rows: rows.label == 0,
    "precision": lambda rows: rows.prediction == 1,
}
COMPARISONS = {
    "demographic_parity": ("selection_rate",),
    "equal_opportunity": ("true_positive_rate",),
    "equalized_odds": ("true_positive_rate", "false_positive_rate"),
    "predictive_equality": ("false_positive_rate",),
    "predictive_parity": ("precision",),
    "accuracy": ("accuracy",),
}
FAIRLEARN: dict[str, Callable[..., float]] = {
    name: getattr(fairlearn, name)
    for name in (
        "demographic_parity_difference", "demographic_parity_ratio",
        "equal_opportunity_difference", "equal_opportunity_ratio",
        "equalized_odds_difference", "equalized_odds_ratio",
    )
}  # fmt: skip


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Draw rows with one to three sensitive columns, gaps in them, and groups of very few."""
    columns = draw(st.integers(1, 3))
    values = st.sampled_from(["a", "a", "a", "b", "b", "b", "missing", "rare", None])
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from([0, 1]),
                st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
                *[values] * columns,
            ),
            min_size=1,
            max_size=60,
        )
    )
    return pd.DataFrame(rows, columns=["label", "score", *list(NAMES)[:columns]])


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(frame=frames())
def test_what_is_defined_is_fairlearns_on_the_raw_rows(frame: pd.DataFrame) -> None:
    sensitive = {column: NAMES[column] for column in frame.columns[2:]}
    found = measured("fairness", frame, sensitive=sensitive, plan={"smallest_group": 1})
    json.dumps(found, allow_nan=False)
    raw = frame.assign(prediction=(frame.score >= 0.5).astype(int))
    together = [*sensitive] if len(sensitive) > 1 else []
    for columns in (*([column] for column in sensitive), together):
        if columns:
            attribute = " x ".join(sensitive[column] for column in columns)
            keys = [tuple(row) for row in frame[columns].astype(object).where(
                frame[columns].notna(), None).itertuples(index=False)]  # fmt: skip
            of_attribute(found, raw.assign(key=[repr(key) for key in keys]), attribute)


def of_attribute(found: dict[str, Any], raw: pd.DataFrame, attribute: str) -> None:
    groups = [group for group in found["groups"] if group["attribute"] == attribute]
    by_key = {repr(tuple(group["values"])): group for group in groups}
    assert set(by_key) == set(raw.key)
    frame = metric_frame(raw, RATES)
    for key, group in by_key.items():
        of_group(group, raw[raw.key == key], frame.by_group.loc[key])
    held_against_the_reference(groups, by_key, frame)
    if len(groups) > 1:
        ratios_to_the_best(groups, by_key, frame)
        compared(found, raw, attribute)


def metric_frame(raw: pd.DataFrame, rates: dict[str, Callable[..., float]]) -> Any:
    return fairlearn.MetricFrame(
        metrics=rates, y_true=raw.label, y_pred=raw.prediction, sensitive_features=raw.key
    )


def of_group(group: dict[str, Any], some: pd.DataFrame, expected: pd.Series) -> None:
    assert group["count"] == len(some)
    for rate, figure in group["measures"].items():
        rows = NEEDED[rate](some).sum() if rate in NEEDED else len(some)
        assert figure["n"] == rows
        if rows:
            assert figure["value"] == pytest.approx(expected[rate], abs=CLOSE)
            assert figure["low"] <= figure["value"] <= figure["high"]
        else:
            assert (figure["value"], figure["estimable"]) == (None, False)
    wrong = some[some.label != some.prediction]
    misses, alarms = (wrong.label == 1).sum(), (wrong.label == 0).sum()
    value = group["treatment_ratio"]["value"]
    assert value == (pytest.approx(misses / alarms, abs=CLOSE) if alarms else None)


def held_against_the_reference(
    groups: list[dict[str, Any]], by_key: dict[str, dict[str, Any]], frame: Any
) -> None:
    names = {group["group"]: repr(tuple(group["values"])) for group in groups}
    for key, group in by_key.items():
        versus = group["versus"]
        # Two groups may share a name where a value reads "missing".
        if list(by_key.values()).count(group) > 1 or len(names) < len(groups):
            continue
        for rate, pair in versus["rates"].items():
            own = frame.by_group.loc[key, rate]
            other = frame.by_group.loc[names[versus["reference"]], rate]
            difference, ratio = pair["difference"], pair["ratio"]
            if difference["value"] is not None:
                assert difference["value"] == pytest.approx(own - other, abs=CLOSE)
                assert difference["low"] <= difference["value"] <= difference["high"]
            if ratio["value"] is not None:
                assert ratio["value"] == pytest.approx(own / other, abs=CLOSE)
                assert ratio["low"] <= ratio["value"] <= ratio["high"]


def ratios_to_the_best(
    groups: list[dict[str, Any]], by_key: dict[str, dict[str, Any]], frame: Any
) -> None:
    rates = frame.by_group.selection_rate
    for key, group in by_key.items():
        value = group["impact_ratio"]["value"]
        if rates.max() == 0:
            assert value is None
        else:
            assert value == pytest.approx(rates[key] / rates.max(), abs=CLOSE)


def compared(found: dict[str, Any], raw: pd.DataFrame, attribute: str) -> None:
    values = {
        one["name"]: one["value"] for one in found["comparisons"] if one["attribute"] == attribute
    }
    for name, rates in COMPARISONS.items():
        has_all = all(
            NEEDED[rate](raw).groupby(raw.key).any().all() for rate in rates if rate in NEEDED
        )
        if not has_all:
            # fairlearn would take 0 for a group without a denominator; a test of its own is on it.
            continue
        frame = metric_frame(raw, {rate: RATES[rate] for rate in rates})
        difference, ratio = frame.difference().max(), frame.ratio().min(skipna=False)
        assert values[f"{name}_difference"] == pytest.approx(difference, abs=CLOSE)
        assert values[f"{name}_ratio"] == (
            None if math.isnan(ratio) else pytest.approx(ratio, abs=CLOSE)
        )
        for kind in ("difference", "ratio"):
            function = FAIRLEARN.get(f"{name}_{kind}")
            if function and values[f"{name}_{kind}"] is not None:
                expected = function(raw.label, raw.prediction, sensitive_features=raw.key)
                assert values[f"{name}_{kind}"] == pytest.approx(expected, abs=CLOSE)
