"""Drift equals what scipy and numpy find on the raw rows, and says where it cannot be told."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audits.measures import measure_drift
from audits.measures.drift_figures import (
    cramers_v,
    expected_psi,
    kolmogorov_smirnov,
    noncentrality,
    psi,
)

PLAN = {
    "kind": "drift",
    "smallest_group": 30,
    "checks": [
        {"measure": "psi", "attribute": "*", "limit": 0.2, "direction": "at_most", "warn": 0.1},
        {"measure": "prediction_psi", "limit": 0.2, "direction": "at_most", "warn": 0.1},
    ],
}


def scored(values: dict[str, Any], rows: int, seed: int = 1, labels: bool = True) -> pd.DataFrame:
    """Return a table of scored rows with the columns kept as s0, s1 and so on, all text."""
    generator = np.random.default_rng(seed)
    score = generator.uniform(0, 1, rows)
    label = (generator.uniform(0, 1, rows) < score).astype(int).astype(str)
    frame = pd.DataFrame({"row": range(1, rows + 1), "label": label, "score": score})
    frame["label"] = frame["label"] if labels else pd.Series([None] * rows, dtype=object)
    for place, column in enumerate(values.values()):
        texts = [None if value is None or value != value else str(value) for value in column]
        frame[f"s{place}"] = pd.Series(texts, dtype=object)
    return frame


def measured(
    before: pd.DataFrame, after: pd.DataFrame, names: list[str], folder: Path, **changes: Any
) -> dict[str, Any]:
    paths = folder / "before.parquet", folder / "after.parquet"
    for frame, path in zip((before, after), paths, strict=True):
        write(frame, path)
    features = {f"s{place}": name for place, name in enumerate(names)}
    wanted: dict[str, Any] = {
        "task": "binary",
        "threshold": 0.5,
        "positive_label": "1",
        "plan": PLAN,
        "features": features,
        "sensitive": {},
        "reproduced": True,
        "label_column": "approve",
        "schema_before": [],
        "schema_after": [],
    }
    found = measure_drift(*paths, **(wanted | changes))
    json.dumps(found, allow_nan=False)
    return found


def write(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa

    types = {"row": pa.int64(), "score": pa.float64()}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in frame.columns])
    pa_table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    import pyarrow.parquet as pq

    pq.write_table(pa_table, path)


def of(found: dict[str, Any], attribute: str, name: str) -> dict[str, Any]:
    (figure,) = (
        one for one in found["comparisons"] if one["attribute"] == attribute and one["name"] == name
    )
    return figure


def overall(found: dict[str, Any], name: str) -> dict[str, Any]:
    (figure,) = (one for one in found["measures"] if one["name"] == name)
    return figure


def feature(found: dict[str, Any], name: str) -> dict[str, Any]:
    (one,) = (one for one in found["features"] if one["feature"] == name)
    return one


def tenths(values: np.ndarray) -> np.ndarray:
    """Return the smallest values under or at which 10, 20, ... 90 % of the rows lie."""
    return np.sort(values)[[math.ceil(k * len(values) / 10) - 1 for k in range(1, 10)]]


def psi_by_hand(before: np.ndarray, after: np.ndarray) -> float:
    """Return the index by numpy: tenths of the reference, half a row for an empty bin."""
    edges = np.unique(tenths(before))
    b = np.bincount(np.searchsorted(edges, before), minlength=len(edges) + 1)
    a = np.bincount(np.searchsorted(edges, after), minlength=len(edges) + 1)
    p, q = np.where(b, b, 0.5) / len(before), np.where(a, a, 0.5) / len(after)
    return float(((q - p) * np.log(q / p))[(b + a) > 0].sum())


def test_a_small_index_is_as_worked_out_by_hand() -> None:
    # Shares 0.5 and 0.5 against 0.25 and 0.75: -0.25 ln 0.5 + 0.25 ln 1.5 = 0.25 ln 3.
    figure = psi("psi", [50, 50], [25, 75])
    assert figure.value == pytest.approx(0.25 * math.log(3), abs=1e-15)
    assert expected_psi([50, 50], [25, 75]) == pytest.approx(1 * (1 / 100 + 1 / 100))
    # A bin that is empty on one side counts as half a row there, one empty on both not at all.
    # Shares 1 and 0.5/4 against 0.5 and 0.5.
    lone = psi("psi", [4, 0, 0], [2, 2, 0])
    expected = -0.5 * math.log(0.5) + (0.5 - 0.125) * math.log(0.5 / 0.125)
    assert lone.value == pytest.approx(expected, abs=1e-15)


def test_the_limits_of_the_noncentrality_are_where_the_statistic_becomes_surprising() -> None:
    low, high = noncentrality(30.0, 9)
    assert stats.ncx2.sf(30.0, 9, low) == pytest.approx(0.025, abs=1e-9)
    assert stats.ncx2.cdf(30.0, 9, high) == pytest.approx(0.025, abs=1e-9)
    assert noncentrality(8.0, 9).low == 0.0
    near, far = noncentrality(4_999.9, 9), noncentrality(5_000.1, 9)
    assert far == pytest.approx(near, rel=0.01)


@pytest.mark.parametrize("shift", [0.0, 0.3])
@pytest.mark.parametrize(("n", "m"), [(200, 200), (2000, 500)])
def test_the_interval_of_the_index_covers(shift: float, n: int, m: int) -> None:
    generator = np.random.default_rng(3)
    p = np.full(10, 0.1)
    q = p * np.exp(shift * np.linspace(-1.5, 1.5, 10))
    q /= q.sum()
    truth = float(((q - p) * np.log(q / p)).sum())
    covered = 0
    for _ in range(300):
        figure = psi(
            "psi", generator.multinomial(n, p).tolist(), generator.multinomial(m, q).tolist()
        )
        assert figure.low is not None and figure.high is not None
        covered += figure.low <= truth <= figure.high
    assert covered / 300 >= 0.92


def test_the_distances_of_numbers_equal_scipy_on_the_raw_rows(tmp_path: Path) -> None:
    generator = np.random.default_rng(11)
    before, after = generator.normal(0, 1, 900), generator.normal(0.3, 1.2, 700)
    found = measured(scored({"x": before}, 900), scored({"x": after}, 700, 2), ["x"], tmp_path)
    ks = stats.ks_2samp(before, after, method="asymp")
    assert of(found, "x", "ks")["value"] == pytest.approx(ks.statistic, abs=1e-14)
    test = feature(found, "x")["test"]
    assert test["p_value"] == pytest.approx(ks.pvalue, rel=1e-9)
    assert test["p_holm"] == test["p_value"]
    moved = stats.wasserstein_distance(before, after) / before.std(ddof=1)
    assert of(found, "x", "wasserstein")["value"] == pytest.approx(moved, abs=1e-12)
    assert of(found, "x", "psi")["value"] == pytest.approx(psi_by_hand(before, after), abs=1e-12)
    histogram = feature(found, "x")["histogram"]
    assert histogram["edges"] == tenths(before).tolist()
    assert histogram["before"] == [90] * 10
    assert sum(histogram["after"]) == 700


def test_the_distances_of_categories_equal_scipy_on_the_raw_rows(tmp_path: Path) -> None:
    generator = np.random.default_rng(12)
    before = generator.choice(["a", "b", "c"], 500, p=[0.5, 0.3, 0.2])
    after = generator.choice(["a", "b", "c", "d"], 400, p=[0.4, 0.3, 0.2, 0.1])
    found = measured(scored({"x": before}, 500), scored({"x": after}, 400, 2), ["x"], tmp_path)
    table = pd.crosstab(np.r_[["b"] * 500, ["a"] * 400], np.r_[before, after]).to_numpy()
    expected = stats.chi2_contingency(table, correction=False)
    one = feature(found, "x")
    assert one["test"]["statistic"] == pytest.approx(expected.statistic, rel=1e-12)
    assert one["test"]["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)
    v = stats.contingency.association(table, method="cramer")
    assert of(found, "x", "cramers_v")["value"] == pytest.approx(v, abs=1e-12)
    assert one["histogram"]["unseen"] == int((after == "d").sum()) == one["histogram"]["other"][1]


@settings(max_examples=15, deadline=None)
@given(
    before=st.lists(st.integers(-6, 6), min_size=2, max_size=60),
    after=st.lists(st.integers(-6, 6), min_size=1, max_size=60),
    scale=st.sampled_from([1.0, 0.1, 1e6]),
)
def test_random_samples_with_ties_agree_with_scipy(
    tmp_path_factory: pytest.TempPathFactory, before: list[int], after: list[int], scale: float
) -> None:
    b, a = np.array(before) * scale, np.array(after) * scale
    folder = tmp_path_factory.mktemp("drift")
    found = measured(scored({"x": b}, len(b)), scored({"x": a}, len(a), 2), ["x"], folder)
    ks = stats.ks_2samp(b, a, method="asymp")
    assert of(found, "x", "ks")["value"] == pytest.approx(ks.statistic, abs=1e-12)
    moved = of(found, "x", "wasserstein")
    if len(set(b)) == 1:
        assert moved["reason"] == "constant_feature"
    else:
        expected = stats.wasserstein_distance(b, a) / b.std(ddof=1)
        assert moved["value"] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    index = of(found, "x", "psi")
    assert index["low"] <= index["value"] <= index["high"]
    histogram = feature(found, "x")["histogram"]
    assert sum(histogram["before"]) + histogram.get("other", [0, 0])[0] == len(b)
    assert sum(histogram["after"]) + histogram.get("other", [0, 0])[1] == len(a)


def test_the_verdict_rests_on_the_limits_and_not_on_the_value(tmp_path: Path) -> None:
    generator = np.random.default_rng(6)
    few = [scored({"x": generator.normal(0, 1, 40)}, 40, seed) for seed in (1, 2)]
    found = measured(*few, ["x"], tmp_path)
    (check,) = (check for check in found["checks"] if check["measure"] == "psi")
    # Forty rows a side show 0.45 without any drift.
    assert check["value"] > 0.2
    assert check["verdict"] == "undecided"
    assert feature(found, "x")["expected_without_drift"] == pytest.approx(9 * (2 / 40))
    many = [scored({"x": generator.normal(0, 1, 4000)}, 4000, seed) for seed in (1, 2)]
    assert measured(*many, ["x"], tmp_path)["verdict"] == "pass"
    moved = scored({"x": generator.normal(2, 1, 4000)}, 4000, 2)
    assert measured(many[0], moved, ["x"], tmp_path)["verdict"] == "fail"


def test_the_predictions_are_compared_as_well(tmp_path: Path) -> None:
    before, after = scored({}, 800, 1), scored({}, 600, 2)
    after["score"] = after["score"] ** 2
    found = measured(before, after, [], tmp_path)
    b, a = before["score"].to_numpy(), after["score"].to_numpy()
    assert overall(found, "prediction_psi")["value"] == pytest.approx(psi_by_hand(b, a), abs=1e-12)
    assert overall(found, "prediction_ks")["value"] == pytest.approx(stats.ks_2samp(b, a).statistic)
    mean = overall(found, "mean_score_change")
    assert mean["value"] == pytest.approx(a.mean() - b.mean(), abs=1e-12)
    expected = stats.norm.interval(
        0.95, a.mean() - b.mean(), math.sqrt(b.var(ddof=1) / 800 + a.var(ddof=1) / 600)
    )
    assert (mean["low"], mean["high"]) == pytest.approx(expected, abs=1e-12)
    selected = overall(found, "selection_rate_change")
    assert selected["value"] == pytest.approx((a >= 0.5).mean() - (b >= 0.5).mean(), abs=1e-15)
    assert overall(found, "max_psi")["reason"] == "no_features"


def test_the_quality_of_both_sides_is_compared_where_labels_are_known(tmp_path: Path) -> None:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    before, after = scored({}, 800, 1), scored({}, 600, 2)
    after["label"] = list(np.random.default_rng(9).permutation(after["label"]))
    found = measured(before, after, [], tmp_path)
    for name, judge in (("roc_auc", roc_auc_score), ("brier_score", brier_score_loss)):
        one, other = (judge(side["label"].astype(int), side["score"]) for side in (before, after))
        changed = overall(found, f"{name}_change")
        assert changed["value"] == pytest.approx(other - one, abs=1e-12)
        assert changed["low"] < changed["value"] < changed["high"]
    assert overall(found, "roc_auc_change")["high"] < 0
    assert [row["name"] for row in found["performance"]] == ["roc_auc", "accuracy", "brier_score"]


def test_groups_that_moved_apart_are_found(tmp_path: Path) -> None:
    sex = ["f", "m"] * 500
    before, after = scored({"sex": sex}, 1000, 1), scored({"sex": sex}, 1000, 2)
    after.loc[after["s0"] == "f", "score"] /= 2
    found = measured(before, after, ["sex"], tmp_path, sensitive={"s0": "sex"})
    rates = [
        side.groupby("s0")["score"].apply(lambda s: (s >= 0.5).mean()) for side in (before, after)
    ]
    gaps = [abs(rate["f"] - rate["m"]) for rate in rates]
    gap = of(found, "sex", "selection_gap_change")
    assert gap["value"] == pytest.approx(gaps[1] - gaps[0], abs=1e-12)
    assert gap["low"] > 0
    ratios = [rate.min() / rate.max() for rate in rates]
    ratio = of(found, "sex", "impact_ratio_change")
    assert ratio["value"] == pytest.approx(ratios[1] - ratios[0], abs=1e-12)
    assert found["honesty"]["missing_sensitive"] == {"sex": 0}
    women = found["groups"][0]
    assert (women["group"], women["count"], women["count_before"]) == ("f", 500, 500)
    assert women["measures"]["selection_rate_change"]["high"] < 0


def test_the_features_are_judged_together(tmp_path: Path) -> None:
    generator = np.random.default_rng(8)
    sides = [
        scored({str(n): generator.normal(0, 1, 300) for n in range(8)}, 300, seed)
        for seed in (1, 2)
    ]
    found = measured(*sides, [str(n) for n in range(8)], tmp_path)
    for one in (of(found, str(n), "psi") for n in range(8)):
        assert one["judged"]["low"] <= one["low"]
        assert one["judged"]["high"] > one["high"]
    tests = [feature(found, str(n))["test"] for n in range(8)]
    smallest = min(tests, key=lambda test: test["p_value"])
    assert smallest["p_holm"] == pytest.approx(min(1.0, 8 * smallest["p_value"]))
    share = overall(found, "share_of_features_drifted")
    assert share["low"] == 0.0
    assert share["low"] <= share["value"] <= share["high"]


def test_the_kolmogorov_smirnov_and_cramer_limits_hold_the_value() -> None:
    for figure in (kolmogorov_smirnov(0.2, 100, 300), cramers_v([50, 50], [20, 80])):
        assert figure.low is not None and figure.high is not None and figure.value is not None
        assert 0 <= figure.low <= figure.value <= figure.high <= 1
