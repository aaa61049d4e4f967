"""Loaded models score as their own libraries do, and refuse what they cannot score truthfully."""

import os

import numpy as np
import pytest

from registry.inspection import loaders
from registry.inspection.artefacts import FORMATS
from registry.rules.refusals import Refused
from tests.artefacts import FEATURES, GRADES, make, people, save_skops


def refusal(call, *args, **more) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        call(*args, **more)
    (objection,) = refused.value.objections
    return objection.code, str(objection)


def load(made, features=None, task=None, positive_label="1"):
    return loaders.load(
        made.path,
        made.format,
        features=features or made.features,
        task=task or made.task,
        positive_label=positive_label,
    )


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("format", FORMATS)
def test_scores_equal_the_librarys_own_prediction(format, task, named, tmp_path):
    made = make(format, tmp_path, task, named=named)
    scorer = load(made)
    scores = scorer.scores(people()[FEATURES])
    assert scores.shape == made.expected.shape
    # onnxruntime adds up in single precision, in another order on one thread than on several.
    tolerance = 1e-6 if format == "onnx" else 1e-12
    assert np.allclose(scores, made.expected, rtol=tolerance, atol=tolerance)
    if task == "multiclass":
        counted = format.startswith("xgboost") or format == "lightgbm"
        assert list(scorer.labels) == (["0", "1", "2"] if counted else GRADES)


@pytest.mark.parametrize("format", ["skops", "xgboost-json", "lightgbm", "catboost", "onnx"])
def test_the_other_class_may_be_the_positive_one(format, tmp_path):
    made = make(format, tmp_path)
    scores = load(made, positive_label="0").scores(people()[FEATURES])
    assert np.allclose(scores, 1 - made.expected, atol=1e-6)


@pytest.mark.parametrize("format", ["xgboost-ubj", "skops"])
def test_a_positive_label_the_model_has_no_name_for_is_its_class_1(format, tmp_path):
    made = make(format, tmp_path)
    scores = load(made, positive_label="granted").scores(people()[FEATURES])
    assert np.allclose(scores, made.expected, atol=1e-9)


def test_a_positive_label_that_is_no_class_of_a_model_that_names_its_own_is_refused(tmp_path):
    from sklearn.linear_model import LogisticRegression

    data = people()
    labels = np.where(data["approve"] == 1, "yes", "no")
    path = save_skops(LogisticRegression().fit(data[["years"]], labels), tmp_path / "m")
    code, sentence = refusal(
        loaders.load, path, "skops", features=["years"], task="binary", positive_label="approved"
    )
    assert code == "scoring.no_such_class"
    assert "no, yes" in sentence


@pytest.mark.parametrize("format", ["skops", "xgboost-json", "lightgbm", "catboost"])
def test_features_the_file_names_otherwise_are_refused_with_the_difference(format, tmp_path):
    made = make(format, tmp_path)
    code, sentence = refusal(load, made, features=["age", "wealth", "debt ratio", "years"])
    assert code == "features.names"
    assert "Only the model has: income" in sentence
    assert "Only the version has: wealth" in sentence


@pytest.mark.parametrize("format", ["skops", "xgboost-json", "lightgbm", "catboost"])
def test_features_in_another_order_are_refused_with_the_place(format, tmp_path):
    made = make(format, tmp_path)
    code, sentence = refusal(load, made, features=["income", "age", "debt ratio", "years"])
    assert code == "features.order"
    assert "place 1" in sentence


@pytest.mark.parametrize("format", FORMATS)
def test_a_wrong_number_of_features_is_refused_with_both_numbers(format, tmp_path):
    made = make(format, tmp_path, named=False)
    code, sentence = refusal(load, made, features=FEATURES[:3])
    assert code == "features.number"
    assert "takes 4 features" in sentence and "lists 3" in sentence


@pytest.mark.parametrize("format", ["skops", "xgboost-json", "lightgbm", "catboost"])
def test_a_regressor_is_refused_for_a_binary_task(format, tmp_path):
    made = make(format, tmp_path, "regression")
    assert refusal(load, made, task="binary")[0] == "scoring.no_probabilities"


@pytest.mark.parametrize("format", FORMATS)
def test_a_classifier_is_refused_for_regression(format, tmp_path):
    made = make(format, tmp_path)
    assert refusal(load, made, task="regression")[0] == "scoring.not_a_regressor"


def test_a_model_of_three_classes_is_refused_for_a_binary_task(tmp_path):
    made = make("catboost", tmp_path, "multiclass")
    code, sentence = refusal(load, made, task="binary")
    assert code == "scoring.too_many_classes"
    assert "high, low, mid" in sentence


@pytest.mark.parametrize("format", ["xgboost-json", "lightgbm", "catboost"])
def test_boosters_score_rows_with_gaps_as_their_libraries_do(format, tmp_path):
    made = make(format, tmp_path)
    rows = people()[FEATURES]
    rows.loc[::3, "income"] = np.nan
    scores = load(made).scores(rows)
    assert np.isfinite(scores).all()
    assert not np.allclose(scores, made.expected)


def test_a_model_of_scikit_learn_that_takes_no_gaps_says_so(tmp_path):
    made = make("skops", tmp_path)
    rows = people()[FEATURES]
    rows.loc[3, "income"] = np.nan
    assert refusal(load(made).scores, rows)[0] == "scoring.missing_values"


def test_trees_of_scikit_learn_are_taken_and_score_alike(tmp_path):
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

    data = people()
    for model in (
        RandomForestClassifier(n_estimators=3, max_depth=3),
        HistGradientBoostingClassifier(max_iter=3),
    ):
        model.fit(data[FEATURES], data["approve"])
        path = save_skops(model, tmp_path / "trees")
        scorer = loaders.load(path, "skops", features=FEATURES, task="binary", positive_label="1")
        expected = model.predict_proba(data[FEATURES])[:, 1]
        assert np.array_equal(scorer.scores(data[FEATURES]), expected)


def test_a_pipeline_that_encodes_text_itself_is_given_text(tmp_path):
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    data = people()
    rows = data[["race", "years"]].astype({"race": object})
    encode = make_column_transformer((OneHotEncoder(), ["race"]), remainder="passthrough")
    model = make_pipeline(encode, LogisticRegression()).fit(rows, data["approve"])
    path = save_skops(model, tmp_path / "text")
    scorer = loaders.load(
        path, "skops", features=["race", "years"], task="binary", positive_label="1"
    )
    assert scorer.reads(0) == "either"
    assert np.array_equal(scorer.scores(rows), model.predict_proba(rows)[:, 1])


def test_text_given_to_a_plain_estimator_is_refused_by_column(tmp_path):
    made = make("skops", tmp_path)
    rows = people()[FEATURES].astype({"age": object})
    rows.loc[2, "age"] = "old"
    code, sentence = refusal(load(made).scores, rows)
    assert code == "scoring.text"
    assert "age" in sentence and "old" in sentence


def test_a_classifier_without_probabilities_is_refused(tmp_path):
    from sklearn.svm import LinearSVC

    data = people()
    path = save_skops(LinearSVC().fit(data[["years"]], data["approve"]), tmp_path / "svc")
    assert refusal(loaders.open_model, path, "skops")[0] == "artefact.no_probabilities"


def test_a_skops_file_without_a_model_is_refused(tmp_path):
    from sklearn.preprocessing import StandardScaler

    path = save_skops(StandardScaler().fit([[1.0], [2.0]]), tmp_path / "scaler")
    assert refusal(loaders.open_model, path, "skops")[0] == "artefact.no_model"


def test_catboost_reads_categories_as_text(tmp_path):
    import catboost

    data = people()
    rows = data[["race", "income"]].astype({"race": object})
    model = catboost.CatBoostClassifier(
        iterations=5, verbose=False, allow_writing_files=False, cat_features=["race"]
    ).fit(rows, data["approve"])
    model.save_model(str(tmp_path / "cats"), format="cbm")
    scorer = loaders.load(
        tmp_path / "cats",
        "catboost",
        features=["race", "income"],
        task="binary",
        positive_label="1",
    )
    assert [scorer.reads(0), scorer.reads(1)] == ["text", "number"]
    assert np.array_equal(scorer.scores(rows), model.predict_proba(rows)[:, 1])


def test_counts_of_catboost_come_out_as_counts(tmp_path):
    import catboost

    data = people()
    model = catboost.CatBoostRegressor(
        iterations=5, verbose=False, allow_writing_files=False, loss_function="Poisson"
    ).fit(data[FEATURES], data["years"])
    model.save_model(str(tmp_path / "counts"), format="cbm")
    scorer = loaders.load(
        tmp_path / "counts", "catboost", features=FEATURES, task="regression", positive_label=None
    )
    assert np.allclose(scorer.scores(data[FEATURES]), model.predict(data[FEATURES]))


def test_early_stopping_of_xgboost_counts(tmp_path):
    import xgboost

    data = people()
    rows, label = data[FEATURES], data["approve"]
    model = xgboost.XGBClassifier(n_estimators=200, early_stopping_rounds=2, n_jobs=1)
    model.fit(rows[:200], label[:200], eval_set=[(rows[200:], label[200:])], verbose=False)
    model.save_model(tmp_path / "m.json")
    scorer = loaders.load(
        tmp_path / "m.json", "xgboost-json", features=FEATURES, task="binary", positive_label="1"
    )
    assert model.best_iteration < model.get_booster().num_boosted_rounds() - 1
    assert np.array_equal(scorer.scores(rows), model.predict_proba(rows)[:, 1])


def test_softmax_of_xgboost_is_told_in_probabilities(tmp_path):
    import xgboost

    data = people()
    label = data["grade"].map(GRADES.index)
    parameters = {"objective": "multi:softmax", "num_class": 3, "nthread": 1}
    booster = xgboost.train(parameters, xgboost.DMatrix(data[FEATURES], label), 4)
    booster.save_model(tmp_path / "m.ubj")
    scorer = loaders.load(
        tmp_path / "m.ubj", "xgboost-ubj", features=FEATURES, task="multiclass", positive_label=None
    )
    scores = scorer.scores(data[FEATURES])
    assert np.allclose(scores.sum(axis=1), 1)
    assert np.array_equal(scores.argmax(axis=1), booster.predict(xgboost.DMatrix(data[FEATURES])))


def test_columns_of_categories_are_refused_since_their_codes_are_lost(tmp_path):
    import lightgbm
    import xgboost

    data = people()
    rows = data[["race", "years"]].astype({"race": "category"})
    light = lightgbm.LGBMClassifier(n_estimators=2, verbose=-1, n_jobs=1)
    light.fit(rows, data["approve"]).booster_.save_model(tmp_path / "l.txt")
    extreme = xgboost.XGBClassifier(n_estimators=2, enable_categorical=True, n_jobs=1)
    extreme.fit(rows, data["approve"]).save_model(tmp_path / "x.json")
    for name, format in (("l.txt", "lightgbm"), ("x.json", "xgboost-json")):
        code, _ = refusal(loaders.open_model, tmp_path / name, format)
        assert code == "artefact.categories"


def test_loading_leaves_no_file_beside_the_artefact(tmp_path):
    made = make("catboost", tmp_path)
    before = sorted(os.listdir(tmp_path))
    load(made).scores(people()[FEATURES])
    assert sorted(os.listdir(tmp_path)) == before
