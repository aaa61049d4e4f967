"""Contributions are Shapley values: held against their definition, and against sums by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from audits.explaining import black_boxes
from audits.explaining.attributions import Explained, explain
from audits.explaining.explainers import choose
from tests.artefacts import FEATURES, Artefact, make, people, save_skops
from tests.audits import explaining


def of(made: Artefact, data: pd.DataFrame, positive_label: str = "1") -> tuple[str, Explained]:
    """Explain the first rows of data against the rows after them."""
    scorer = explaining.scorer(made, positive_label)
    background = explaining.rows(data[made.features].iloc[40:70], first=41)
    sample = explaining.rows(data[made.features].iloc[:40])
    chosen = choose(scorer, sample, background, len(sample))
    return chosen.code, explain(chosen, scorer, sample, background)


def defined(made: Artefact, data: pd.DataFrame, place: int) -> np.ndarray:
    """Return the Shapley values of a row, asking the loaded model for every coalition."""
    scorer = explaining.scorer(made)

    def answer(values: Any) -> Any:
        return scorer.scores(pd.DataFrame(values, columns=made.features))

    background = data[made.features].iloc[40:70].to_numpy(dtype="float64")
    return explaining.shapley(
        answer, data[made.features].iloc[place].to_numpy("float64"), background
    )


@pytest.mark.parametrize("format", ["xgboost-json", "xgboost-ubj", "lightgbm"])
def test_boosted_probabilities_are_rescaled_values_of_the_log_odds(format, tmp_path):
    made, data = make(format, tmp_path), people()
    code, found = of(made, data)
    assert code == "tree_rescaled"
    scorer = explaining.scorer(made)

    def margin(values: Any) -> Any:
        scores = scorer.scores(pd.DataFrame(values, columns=made.features))
        return np.log(scores / (1 - scores))

    background = data[FEATURES].iloc[40:70].to_numpy("float64")
    for place in (0, 7):
        row = data[FEATURES].iloc[place].to_numpy("float64")
        expected = explaining.rescaled(margin, row, background)
        assert np.abs(found.values[place, :, 0] - expected).max() < 1e-6
    assert found.residual() < 1e-6
    assert found.base[0] == pytest.approx(made.expected[40:70].mean(), abs=1e-6)


def test_probabilities_of_a_black_box_are_explained_by_the_definition(tmp_path):
    made, data = make("onnx", tmp_path), people()
    code, found = of(made, data)
    assert code == "exact"
    for place in (0, 7, 23):
        assert np.abs(found.values[place, :, 0] - defined(made, data, place)).max() < 1e-6
    assert found.residual() < 1e-6
    assert found.base[0] == pytest.approx(made.expected[40:70].mean(), abs=1e-6)


@pytest.mark.parametrize("format", ["xgboost-json", "lightgbm", "onnx"])
def test_values_of_a_regression_are_explained_by_the_definition(format, tmp_path):
    made, data = make(format, tmp_path, "regression"), people()
    _, found = of(made, data)
    size = np.abs(made.expected).max()
    for place in (0, 11):
        difference = np.abs(found.values[place, :, 0] - defined(made, data, place)).max()
        assert difference / size < 1e-6


def test_a_forest_behind_an_imputer_is_explained_by_the_definition(tmp_path):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    data = people()
    data.loc[::7, "income"] = np.nan
    forest = RandomForestClassifier(6, max_depth=4, random_state=1)
    model = make_pipeline(SimpleImputer(), forest).fit(data[FEATURES], data["approve"])
    made = Artefact(save_skops(model, tmp_path / "f"), "skops", "binary", FEATURES, np.array([]))
    code, found = of(made, data)
    assert code == "tree_interventional"
    for place in (0, 7, 8):
        assert np.abs(found.values[place, :, 0] - defined(made, data, place)).max() < 1e-6


def test_a_linear_model_is_explained_by_its_coefficients(tmp_path):
    from sklearn.linear_model import LinearRegression

    data = people()
    model = LinearRegression().fit(data[FEATURES], data["loss"])
    made = Artefact(
        save_skops(model, tmp_path / "l"), "skops", "regression", FEATURES, np.array([])
    )
    code, found = of(made, data)
    assert code == "linear" and found.link == "identity"
    values, background = data[FEATURES].iloc[:40], data[FEATURES].iloc[40:70]
    by_hand = model.coef_ * (values - background.mean()).to_numpy()
    assert np.abs(found.values[:, :, 0] - by_hand).max() < 1e-8
    assert found.base[0] == pytest.approx(model.predict(background).mean())


def test_a_logistic_regression_behind_a_scaler_is_explained_in_log_odds(tmp_path):
    made, data = make("skops", tmp_path), people()
    code, found = of(made, data)
    assert (code, found.link) == ("linear", "logit")
    scale, last = (step for _, step in explaining.scorer(made).model.native.steps)
    values, background = data[FEATURES].iloc[:40], data[FEATURES].iloc[40:70]
    by_hand = last.coef_[0] / scale.scale_ * (values - background.mean()).to_numpy()
    assert np.abs(found.values[:, :, 0] - by_hand).max() < 1e-10
    assert found.residual() < 1e-12


def test_the_other_class_is_explained_the_other_way_round(tmp_path):
    for format in ("skops", "xgboost-json", "onnx"):
        made = make(format, tmp_path)
        _, one = of(made, people())
        _, other = of(made, people(), "0")
        assert np.abs(one.values + other.values).max() < 1e-6
        assert np.abs(one.answers + other.answers - 1).max() < 1e-6
        assert other.residual() < 1e-6


@pytest.mark.parametrize("task", ["multiclass", "regression", "binary"])
def test_catboost_explains_along_its_own_trees(task, tmp_path):
    made = make("catboost", tmp_path, task)
    code, found = of(made, people())
    assert code == "tree_path_dependent"
    assert (
        found.link == {"multiclass": "softmax", "binary": "logit", "regression": "identity"}[task]
    )
    assert found.residual() < 1e-9 * max(1, np.abs(made.expected).max())


def test_a_black_box_of_many_features_comes_near_the_definition(tmp_path, monkeypatch):
    monkeypatch.setattr(black_boxes, "MOST_EXACT", 3)
    made, data = make("onnx", tmp_path), people()
    code, found = of(made, data)
    assert code == "permutation"
    for place in (0, 7):
        # Ten orders, both ways, of four features: what interacts threefold is estimated.
        assert np.abs(found.values[place, :, 0] - defined(made, data, place)).max() < 0.02
    assert found.residual() < 1e-9


def test_texts_are_explained_as_they_are(tmp_path):
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    data = people()
    data["approve"] = (data["sex"] == "male").astype(int)
    encode = ColumnTransformer([("t", OneHotEncoder(), ["sex", "race"])], remainder="passthrough")
    features = ["sex", "race", "debt ratio"]
    model = make_pipeline(encode, LogisticRegression()).fit(data[features], data["approve"])
    made = Artefact(save_skops(model, tmp_path / "t"), "skops", "binary", features, np.array([]))
    code, found = of(made, data.astype({"sex": object, "race": object}))
    assert code == "exact"
    moves = pd.Series(found.values[:, 0, 0]).groupby(found.rows.frame["sex"]).mean()
    assert moves["male"] > 0.2 > -0.2 > moves["female"]
    assert found.residual() < 1e-12


def test_a_value_on_the_very_edge_of_a_split_goes_as_the_library_sends_it(tmp_path):
    made, data = make("xgboost-json", tmp_path), people()
    splits = (
        explaining.scorer(made)
        .model.native.trees_to_dataframe()
        .query("Feature == 'income'")["Split"]
    )
    edge = np.float32(splits.iloc[0])
    # Above the last number in single precision below the edge, and rounded to it.
    below = float(np.nextafter(edge, np.float32(0)))
    data.loc[:39, "income"] = np.nextafter(below, float(edge))
    code, found = of(made, data)
    assert code == "tree_rescaled"
    assert found.residual() < 1e-6
