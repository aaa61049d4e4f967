"""Rows are scored with the model itself, and refused where they do not fit it."""

import numpy as np
import pandas as pd
import pytest

from audits.scoring import ScoringReport, score
from registry.inspection.artefacts import FORMATS
from registry.inspection.sandbox import Limits
from registry.rules.refusals import Refused
from tests.artefacts import FEATURES, GRADES, Artefact, make, people, save_onnx, save_skops


def run(made: Artefact, data, tmp_path, **changes) -> tuple[ScoringReport, pd.DataFrame]:
    """Score the data as CSV or Parquet, by the name it is given, and read what came of it."""
    format = changes.pop("data_format", "parquet")
    path = tmp_path / f"data.{format}"
    if isinstance(data, pd.DataFrame):
        data.to_csv(path, index=False) if format == "csv" else data.to_parquet(path, index=False)
    else:
        path.write_text(data)
    wanted = {
        "artefact": made.path,
        "artefact_format": made.format,
        "data": path,
        "data_format": format,
        "features": made.features,
        "label": made.label,
        "task": made.task,
        "positive_label": "1" if made.task == "binary" else None,
        "keep": ["sex", "race"],
        "out": tmp_path / "scored.parquet",
    } | changes
    return score(**wanted), pd.read_parquet(wanted["out"])


def refusals(made: Artefact, data, tmp_path, **changes) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        run(made, data, tmp_path, **changes)
    assert not (tmp_path / "scored.parquet").exists()
    return [(objection.code, str(objection)) for objection in refused.value.objections]


def network(tmp_path, label="approve", **options) -> Artefact:
    """Make the artefact that is loaded fastest, for what is tested of the data alone."""
    from sklearn.linear_model import LogisticRegression

    data = people()
    model = LogisticRegression().fit(data[FEATURES].to_numpy() / 1e5, data[label])
    path = save_onnx(model, tmp_path / "network", data[FEATURES], **options)
    return Artefact(path, "onnx", "binary", list(FEATURES), np.array([]))


@pytest.mark.parametrize(
    ("format", "data_format"), [*((format, "csv") for format in FORMATS), ("onnx", "parquet")]
)
def test_scores_equal_the_librarys_own_prediction(format, data_format, tmp_path):
    made = make(format, tmp_path)
    data = people()
    heard: list[int] = []
    report, scored = run(made, data, tmp_path, data_format=data_format, on_progress=heard.append)
    assert list(scored.columns) == ["row", "label", "score", "s0", "s1"]
    assert np.abs(scored["score"] - made.expected).max() <= 1e-6
    assert scored["row"].tolist() == list(range(1, len(data) + 1))
    assert scored["label"].tolist() == data["approve"].astype(str).tolist()
    assert scored["s0"].tolist() == data["sex"].tolist()
    assert scored["s1"].tolist() == data["race"].tolist()
    assert report.rows == len(data)
    assert report.labels == data["approve"].astype(str).value_counts().to_dict()
    assert (report.positive_label, report.labels_missing) == ("1", 0)
    assert report.kept == {"sex": "s0", "race": "s1"}
    assert report.classes == ("0", "1")
    assert report.rows_with_gaps == 0
    assert "numpy" in report.libraries and len(report.libraries) >= 2
    assert heard[-1] == 100


@pytest.mark.parametrize("format", ["lightgbm", "catboost", "onnx"])
def test_multiclass_models_give_the_label_their_library_gives(format, tmp_path):
    made = make(format, tmp_path, "multiclass")
    data = people()
    if format == "lightgbm":
        data["grade"] = data["grade"].map(GRADES.index)
    report, scored = run(made, data, tmp_path)
    assert list(scored.columns) == ["row", "label", "prediction", "s0", "s1"]
    assert scored["prediction"].tolist() == [
        report.classes[place] for place in made.expected.argmax(axis=1)
    ]
    assert scored["label"].tolist() == data["grade"].astype(str).tolist()


def test_regressors_give_their_values(tmp_path):
    made = make("catboost", tmp_path, "regression")
    data = people()
    report, scored = run(made, data, tmp_path)
    assert np.abs(scored["score"] - made.expected).max() <= 1e-6
    assert np.array_equal(scored["label"], data["loss"])
    assert (report.labels, report.positive_label, report.classes) == ({}, None, ())


def test_many_rows_are_scored_in_order_and_in_batches(tmp_path):
    made = network(tmp_path)
    data = pd.concat([people()] * 130, ignore_index=True)
    data["sex"] = [f"p{n}" for n in range(len(data))]
    heard: list[int] = []
    _, scored = run(made, data, tmp_path, data_format="csv", on_progress=heard.append)
    assert scored["s0"].tolist() == data["sex"].tolist()
    assert np.array_equal(scored["score"], np.tile(scored["score"][:400], 130))
    assert len(heard) >= 3 and heard == sorted(heard)


def test_missing_labels_and_sensitive_values_stay_missing(tmp_path):
    data = people()
    data["approve"] = data["approve"].astype("float64")
    data.loc[:9, "approve"] = np.nan
    data.loc[5:24, "sex"] = None
    for data_format in ("csv", "parquet"):
        report, scored = run(network(tmp_path), data, tmp_path, data_format=data_format)
        assert report.labels_missing == scored["label"].isna().sum() == 10
        assert scored["s0"].isna().sum() == 20
        assert set(report.labels) == {"0", "1"}


def test_gaps_in_features_are_scored_by_boosters_and_counted(tmp_path):
    made = make("catboost", tmp_path)
    data = people()
    data.loc[:29, "income"] = np.nan
    report, scored = run(made, data, tmp_path, data_format="csv")
    assert report.rows_with_gaps == 30
    assert np.abs(scored["score"][30:] - made.expected[30:]).max() <= 1e-9


def test_gaps_in_features_are_refused_by_models_that_take_none(tmp_path):
    data = people()
    data.loc[7, "income"] = np.nan
    ((code, sentence),) = refusals(make("skops", tmp_path), data, tmp_path)
    assert code == "scoring.missing_values"
    assert "filling of gaps" in sentence


def test_scores_that_are_no_numbers_are_refused_with_their_row(tmp_path):
    data = people()
    data.loc[7, "income"] = np.nan
    ((code, sentence),) = refusals(network(tmp_path), data, tmp_path)
    assert code == "scoring.no_number"
    assert "the first is row 8" in sentence


def test_scores_that_are_no_probabilities_are_refused_with_their_row(tmp_path):
    from sklearn.linear_model import LinearRegression

    data = people()
    model = LinearRegression().fit(data[FEATURES].to_numpy(), data["approve"])
    made = network(tmp_path)
    save_onnx(model, made.path, data[FEATURES])
    ((code, sentence),) = refusals(made, data, tmp_path)
    assert code == "scoring.no_probability"
    assert "from 0 to 1" in sentence


def test_columns_that_are_not_there_are_refused_all_at_once(tmp_path):
    data = people().drop(columns=["income", "approve", "sex"])
    found = refusals(network(tmp_path), data, tmp_path)
    assert [code for code, _ in found] == ["table.no_such_column"] * 3
    for name, (_, sentence) in zip(["income", "approve", "sex"], found, strict=True):
        assert f"no column {name} " in sentence


def test_labels_that_are_not_binary_are_refused_with_the_values(tmp_path):
    data = people()
    ((code, sentence),) = refusals(network(tmp_path), data, tmp_path, label="grade")
    assert code == "labels.not_binary"
    assert "3 values: high, low, mid" in sentence


def test_a_positive_label_that_does_not_occur_is_refused_with_the_values(tmp_path):
    ((code, sentence),) = refusals(network(tmp_path), people(), tmp_path, positive_label="granted")
    assert code == "labels.no_positive"
    assert "granted" in sentence and "0, 1" in sentence


def test_labels_coded_otherwise_than_the_models_classes_are_refused(tmp_path):
    data = people()
    data["approve"] += 1
    ((code, sentence),) = refusals(network(tmp_path), data, tmp_path)
    assert code == "labels.not_the_classes"
    assert "1, 2" in sentence and "0, 1" in sentence


def test_labels_in_words_go_with_a_booster_that_knows_0_and_1(tmp_path):
    made = make("xgboost-ubj", tmp_path)
    data = people()
    data["approve"] = np.where(data["approve"] == 1, "granted", "denied")
    report, scored = run(made, data, tmp_path, positive_label="granted")
    assert np.abs(scored["score"] - made.expected).max() <= 1e-9
    assert report.positive_label == "granted"


@pytest.mark.parametrize(("data_format", "spelling"), [("csv", "true"), ("parquet", "True")])
def test_truth_values_are_matched_however_they_are_spelt(data_format, spelling, tmp_path):
    from sklearn.linear_model import LogisticRegression

    data = people()
    data["approve"] = data["approve"].astype(bool)
    model = LogisticRegression().fit(data[["years"]], data["approve"])
    path = save_skops(model, tmp_path / "truth")
    made = Artefact(path, "skops", "binary", ["years"], np.array([]))
    report, scored = run(made, data, tmp_path, data_format=data_format, positive_label=spelling)
    expected = model.predict_proba(data[["years"]])[:, 1]
    assert np.abs(scored["score"] - expected).max() <= 1e-12
    assert report.classes == ("false", "true")


def test_multiclass_labels_the_model_has_never_heard_of_are_refused(tmp_path):
    made = make("xgboost-ubj", tmp_path, "multiclass")
    ((code, sentence),) = refusals(made, people(), tmp_path)
    assert code == "labels.not_the_classes"
    assert "0, 1, 2" in sentence


def test_an_identifier_is_no_class(tmp_path):
    made = make("catboost", tmp_path, "multiclass")
    data = pd.concat([people()] * 3, ignore_index=True)
    data["grade"] = [f"id{n}" for n in range(len(data))]
    assert refusals(made, data, tmp_path)[0][0] == "labels.too_many"


def test_text_as_the_label_of_a_regression_is_refused(tmp_path):
    made = make("catboost", tmp_path, "regression")
    ((code, sentence),) = refusals(made, people(), tmp_path, label="grade")
    assert code == "labels.not_numbers"
    assert "for instance" in sentence


def test_text_in_feature_columns_is_refused_with_a_value_of_each(tmp_path):
    data = people().astype({"age": object, "years": object})
    data.loc[100, "age"] = "unknown"
    data.loc[3, "years"] = "NA"
    found = refusals(network(tmp_path), data, tmp_path, data_format="csv")
    assert [code for code, _ in found] == ["features.not_numbers"] * 2
    assert "age" in found[0][1] and "unknown" in found[0][1]
    assert "years" in found[1][1] and "NA" in found[1][1]


@pytest.mark.parametrize(
    ("features", "code"), [([*FEATURES, "approve"], "features.label_among"), ([], "features.none")]
)
def test_features_by_which_nothing_is_scored_honestly_are_refused(features, code, tmp_path):
    assert refusals(network(tmp_path), people(), tmp_path, features=features)[0][0] == code


def test_labels_that_are_all_missing_are_refused(tmp_path):
    data = people()
    data["approve"] = np.nan
    assert refusals(network(tmp_path), data, tmp_path)[0][0] == "labels.none"


def test_ragged_data_are_refused_by_line(tmp_path):
    data = people().head(3).to_csv(index=False) + "1,2\n"
    ((code, sentence),) = refusals(network(tmp_path), data, tmp_path, data_format="csv")
    assert code == "table.ragged"
    assert "Line 5 " in sentence


def test_columns_kept_may_be_called_like_our_own_and_be_features_too(tmp_path):
    data = people().rename(columns={"sex": "score", "race": "s0"})
    report, scored = run(network(tmp_path), data, tmp_path, keep=["score", "s0", "age"])
    assert report.kept == {"score": "s0", "s0": "s1", "age": "s2"}
    assert scored["s0"].tolist() == data["score"].tolist()
    assert scored["s1"].tolist() == data["s0"].tolist()


def test_a_model_damaged_so_that_it_kills_its_process_is_refused(tmp_path):
    made = make("lightgbm", tmp_path)
    text = made.path.read_text()
    made.path.write_text(text[: text.index("Tree=2") + 120] + "\n\nend of trees\n")
    ((code, _),) = refusals(made, people(), tmp_path)
    assert code == "sandbox.died"


def test_a_tree_with_made_up_node_numbers_harms_nobody(tmp_path):
    from sklearn.tree import DecisionTreeClassifier

    data = people()
    tree = DecisionTreeClassifier(max_depth=2).fit(data[FEATURES], data["approve"])
    state = tree.tree_.__getstate__()
    state["nodes"]["left_child"] = state["nodes"]["right_child"] = 2**40
    tree.tree_.__setstate__(state)
    path = save_skops(tree, tmp_path / "tree")
    made = Artefact(path, "skops", "binary", list(FEATURES), np.array([]))
    ((code, sentence),) = refusals(made, data, tmp_path)
    assert code == "sandbox.died"
    assert "signal 11" in sentence


def test_scoring_that_takes_too_long_is_refused(tmp_path):
    limits = Limits(wall_seconds=0.2)
    ((code, _),) = refusals(network(tmp_path), people(), tmp_path, limits=limits)
    assert code == "sandbox.time"
