"""A model is explained in its sandbox: every format, honest about itself, or refused in words."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from registry.inspection.artefacts import FORMATS
from registry.inspection.sandbox import Limits
from registry.rules.refusals import Refused
from tests.artefacts import FEATURES, GRADES, Artefact, make, people, save_skops
from tests.audits.explaining import run, scorer

EXPLAINERS = {
    "skops": ("linear", "margin"),
    "xgboost-json": ("tree_rescaled", "probability"),
    "xgboost-ubj": ("tree_rescaled", "probability"),
    "lightgbm": ("tree_rescaled", "probability"),
    "catboost": ("tree_path_dependent", "margin"),
    "onnx": ("exact", "probability"),
}


def refusal(made, data, tmp_path, **changes) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        run(made, data, tmp_path, **changes)
    (objection,) = refused.value.objections
    return objection.code, str(objection)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_explained_and_adds_up(format, tmp_path):
    made, data, heard = make(format, tmp_path), people(), []
    found = run(
        made,
        data,
        tmp_path,
        cases=[5, 3],
        data_format="csv" if format == "onnx" else "parquet",
        on_progress=heard.append,
    )
    quality = found["quality"]
    assert (quality["explainer"], found["explained"]["scale"]) == EXPLAINERS[format]
    assert quality["additivity_residual"] < 1e-6
    assert sorted(one["name"] for one in found["features"]) == sorted(FEATURES)
    assert sum(one["share"]["value"] for one in found["features"]) == pytest.approx(1)
    assert quality["of_rows"] == 400 and quality["background_rows"] == 100
    assert quality["sample_rows"] == (50 if format == "onnx" else 100)
    assert quality["shap_seconds"] > 0
    assert heard == sorted(heard) and heard[0] >= 10 and heard[-1] <= 100
    assert [case["row"] for case in found["cases"]] == [5, 3]
    for case in found["cases"]:
        assert case["score"] == pytest.approx(made.expected[case["row"] - 1], abs=1e-6)
        total = case["base"] + sum(one["shap"] for one in case["contributions"])
        if found["explained"]["scale"] == "margin":
            total = 1 / (1 + np.exp(-total))
        assert total == pytest.approx(case["score"], abs=1e-6)
    honesty = found["honesty"]
    assert honesty["rows_in"] == 400 and honesty["rows_used"] == quality["sample_rows"]
    assert honesty["seed"] == 7 and honesty["libraries"]["shap"] == quality["version"]
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("format", ["skops", "lightgbm", "onnx"])
def test_multiclass_models_are_explained_for_each_class(format, tmp_path):
    made, data = make(format, tmp_path, "multiclass"), people()
    if format == "lightgbm":
        data["grade"] = data["grade"].map(GRADES.index)
    found = run(made, data, tmp_path, cases=[1])
    assert found["explained"]["label"] in found["explained"]["classes"]
    assert found["quality"]["additivity_residual"] < 1e-6
    place = int(made.expected[0].argmax())
    assert found["cases"][0]["output"] == found["explained"]["classes"][place]
    assert found["cases"][0]["score"] == pytest.approx(made.expected[0, place], abs=1e-6)


def test_the_same_seed_gives_the_same_figures(tmp_path):
    made, data = make("xgboost-json", tmp_path), people()

    def figures(**changes):
        found = run(made, data, tmp_path, **changes)
        del found["honesty"]["duration_seconds"], found["quality"]["shap_seconds"]
        return found

    once, other = figures(), figures(seed=8)
    assert once == figures()
    assert once["quality"]["background_sha256"] != other["quality"]["background_sha256"]


def test_the_background_can_be_recomputed_from_its_digest(tmp_path):
    # Everything is drawn where there are fewer rows than are wanted.
    data = people(60)
    found = run(make("xgboost-json", tmp_path), data, tmp_path)
    values = pd.read_parquet(tmp_path / "data.parquet")[FEATURES]
    written = [
        [str(int(value)) if value == int(value) else str(value) for value in row]
        for row in values.to_numpy().tolist()
    ]
    content = {"features": FEATURES, "numbers": list(range(1, 61)), "rows": written}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert found["quality"]["background_sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_no_single_row_is_explained_unless_it_is_asked_for(tmp_path):
    made, data = make("xgboost-json", tmp_path), people()
    assert run(made, data, tmp_path, rows=400)["cases"] == []
    lowest = int(made.expected.argmin()) + 1
    (case,) = run(made, data, tmp_path, rows=400, cases=[lowest])["cases"]
    assert case["score"] == pytest.approx(made.expected.min())
    assert case["selected"] is False and case["reasons"]


def test_an_exhibit_tells_where_a_rows_values_stand_and_never_the_values(tmp_path):
    made, data = make("xgboost-json", tmp_path), people()
    (case,) = run(made, data, tmp_path, rows=400, cases=[7])["cases"]
    assert {key for one in case["contributions"] for key in one} == {"feature", "standing", "shap"}
    for one in case["contributions"]:
        column = data[one["feature"]]
        value = column.iloc[6]
        if one["standing"]["kind"] == "number":
            known = column.dropna()
            assert one["standing"]["below"] == pytest.approx((known < value).mean())
            assert one["standing"]["equal"] == pytest.approx((known == value).mean())


def test_a_plan_judges_proxies_stability_and_shares(tmp_path):
    data = people()
    data["sex"] = np.where(data["debt ratio"] > 0.5, "female", "male")
    checks = [
        {"measure": "proxy_auc", "attribute": "sex", "limit": 0.7, "direction": "at_most"},
        {"measure": "rank_stability", "attribute": "", "limit": -1, "direction": "at_least"},
        {"measure": "importance_share", "attribute": "age", "limit": 0.5, "direction": "at_most"},
        {"measure": "additivity_residual", "limit": 1e-4, "direction": "at_most"},
    ]
    plan = {"kind": "explanation", "checks": checks}
    found = run(make("xgboost-json", tmp_path), data, tmp_path, plan=plan)
    assert [one["verdict"] for one in found["checks"]] == ["fail", "pass", "pass", "pass"]
    assert found["verdict"] == "fail"


def test_gaps_and_missing_groups_are_told_apart(tmp_path):
    data = people()
    data.loc[::5, "age"] = np.nan
    data.loc[::4, "sex"] = None
    data["race"] = None
    found = run(make("xgboost-json", tmp_path), data, tmp_path, rows=400)
    assert found["honesty"]["missing_sensitive"] == {"sex": 100, "race": 400}
    sex, race = found["by_group"]
    assert sex["groups"][-1]["missing"] and sex["groups"][-1]["count"] == 100
    assert [group["count"] for group in race["groups"]] == [400]
    ages = next(one for one in found["summary"] if one["feature"] == "age")
    assert ages["bins"][-1]["kind"] == "missing" and ages["bins"][-1]["rows"] == 80


def test_a_model_that_always_answers_the_same_rests_on_nothing(tmp_path):
    from sklearn.linear_model import LogisticRegression

    data = people()
    model = LogisticRegression(C=1e-12).fit(data[FEATURES] * 0 + 1, data["approve"])
    made = Artefact(save_skops(model, tmp_path / "m"), "skops", "binary", FEATURES, np.array([]))
    found = run(made, data, tmp_path, cases=[1])
    reasons = {one["name"]: one["reason"] for one in found["measures"]}
    assert reasons["top_share"] == reasons["rank_stability"] == "constant_scores"
    assert {one["direction"] for one in found["features"]} == {"none"}
    assert found["summary"] == [] and found["cases"][0]["reasons"] == []


def test_one_feature_one_row_and_an_empty_column_are_explained(tmp_path):
    from sklearn.linear_model import LogisticRegression

    data = people()
    model = LogisticRegression().fit(data[["age"]], data["approve"])
    made = Artefact(save_skops(model, tmp_path / "m"), "skops", "binary", ["age"], np.array([]))
    found = run(made, data, tmp_path)
    assert found["measures"][1]["reason"] == "one_feature"
    boosted = make("xgboost-json", tmp_path)
    (case,) = run(boosted, data.head(1), tmp_path, cases=[1])["cases"]
    assert case["row"] == 1
    data["age"] = np.nan
    found = run(boosted, data, tmp_path, data_format="csv")
    assert found["quality"]["additivity_residual"] < 1e-6


def test_three_hundred_features_are_explained(tmp_path):
    from sklearn.ensemble import RandomForestClassifier

    names = [f"f{n}" for n in range(300)]
    random = np.random.default_rng(0)
    data = pd.DataFrame(random.normal(size=(200, 300)), columns=names)
    data["approve"] = (data["f0"] + data["f1"] > 0).astype(int)
    data["sex"], data["race"] = people(200)["sex"], people(200)["race"]
    model = RandomForestClassifier(5, max_depth=4, random_state=1).fit(data[names], data["approve"])
    made = Artefact(save_skops(model, tmp_path / "m"), "skops", "binary", names, np.array([]))
    found = run(made, data, tmp_path)
    assert len(found["features"]) == 300 and len(found["summary"]) <= 15
    assert {one["name"] for one in found["features"][:2]} <= set(names)


def test_what_cannot_be_explained_is_refused_in_a_sentence(tmp_path):
    made, data = make("xgboost-json", tmp_path), people()
    code, text = refusal(made, data, tmp_path, cases=[0, 7, 401])
    assert code == "explanation.no_such_row" and "0, 401" in text and "1 to 400" in text
    code, _ = refusal(made, data, tmp_path, label="age")
    assert code == "features.label_among"
    code, text = refusal(made, data.assign(age="old"), tmp_path)
    assert code == "features.not_numbers" and "age" in text
    code, _ = refusal(made, data.drop(columns="income"), tmp_path)
    assert code == "table.no_such_column"
    code, _ = refusal(made, data, tmp_path, plan={"kind": "fairness"})
    assert code == "plan.kind"


def test_a_model_that_overflows_is_refused_in_a_sentence(tmp_path):
    from sklearn.linear_model import PoissonRegressor

    data = people()
    model = PoissonRegressor().fit(data[["age"]] / 40, data["years"])
    model.coef_ = np.array([1e3])
    made = Artefact(save_skops(model, tmp_path / "m"), "skops", "regression", ["age"], np.array([]))
    code, _ = refusal(made, data, tmp_path)
    assert code == "explanation.not_finite"


def test_limits_hold_for_the_explaining_child(tmp_path):
    made = make("xgboost-json", tmp_path)
    code, _ = refusal(made, people(), tmp_path, limits=Limits(cpu_seconds=1))
    assert code == "sandbox.time"


def test_the_loaded_model_gives_its_native_self(tmp_path):
    for format, name in (
        ("xgboost-json", "Booster"),
        ("lightgbm", "Booster"),
        ("catboost", "CatBoost"),
        ("skops", "Pipeline"),
        ("onnx", "NoneType"),
    ):
        assert type(scorer(make(format, tmp_path)).model.native).__name__ == name
