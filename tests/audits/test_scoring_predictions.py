"""Predictions made elsewhere are laid beside the data, or refused where they do not fit it."""

import numpy as np
import pandas as pd
import pytest

from audits.scoring import take_predictions
from registry.rules.refusals import Refused
from tests.artefacts import people


def run(predictions: pd.DataFrame, tmp_path, data=None, *, formats=("csv", "csv"), **changes):
    paths = [tmp_path / f"{name}.{kind}" for name, kind in zip("pd", formats, strict=True)]
    for frame, path, kind in zip(
        (predictions, people() if data is None else data), paths, formats, strict=True
    ):
        frame.to_csv(path, index=False) if kind == "csv" else frame.to_parquet(path, index=False)
    wanted = {
        "predictions": paths[0],
        "predictions_format": formats[0],
        "data": paths[1],
        "data_format": formats[1],
        "label": "approve",
        "task": "binary",
        "positive_label": "1",
        "keep": ["sex"],
        "out": tmp_path / "scored.parquet",
    } | changes
    return take_predictions(**wanted), pd.read_parquet(wanted["out"])


def refusal(*args, **changes) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        run(*args, **changes)
    (objection,) = refused.value.objections
    return objection.code, str(objection)


def scores(seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, len(people()))


@pytest.mark.parametrize("formats", [("csv", "csv"), ("parquet", "csv"), ("csv", "parquet")])
def test_predictions_in_the_order_of_the_data_are_laid_beside_them(formats, tmp_path):
    data = people()
    report, scored = run(pd.DataFrame({"score": scores()}), tmp_path, formats=formats)
    assert list(scored.columns) == ["row", "label", "score", "s0"]
    assert np.array_equal(scored["score"], scores())
    assert scored["label"].tolist() == data["approve"].astype(str).tolist()
    assert scored["s0"].tolist() == data["sex"].tolist()
    assert report.rows == len(data)
    assert report.labels == data["approve"].astype(str).value_counts().to_dict()
    assert report.libraries == {}


def test_many_predictions_keep_their_order(tmp_path):
    data = pd.concat([people()] * 400, ignore_index=True)
    values = np.random.default_rng(1).uniform(0, 1, len(data))
    _, scored = run(pd.DataFrame({"score": values}), tmp_path, data, formats=("parquet", "csv"))
    assert np.array_equal(scored["score"], values)
    assert scored["s0"].tolist() == data["sex"].tolist()


def test_predictions_are_matched_by_a_key_whatever_their_order(tmp_path):
    data = people().assign(case=[f"0{n}" for n in range(len(people()))])
    predictions = pd.DataFrame({"case": data["case"], "score": scores()}).sample(
        frac=1, random_state=1
    )
    _, scored = run(predictions, tmp_path, data, key="case")
    assert np.array_equal(scored["score"], scores())
    assert scored["s0"].tolist() == data["sex"].tolist()


def test_predicted_labels_are_taken_for_a_multiclass_task(tmp_path):
    data = people()
    predictions = pd.DataFrame({"prediction": data["grade"].sample(frac=1, random_state=1)})
    report, scored = run(
        predictions, tmp_path, label="grade", task="multiclass", positive_label=None
    )
    assert scored["prediction"].tolist() == predictions["prediction"].tolist()
    assert scored["label"].tolist() == data["grade"].tolist()
    assert report.classes == ("high", "low", "mid")


def test_predicted_values_are_taken_for_regression(tmp_path):
    _, scored = run(
        pd.DataFrame({"score": scores() * 1_000 - 500}),
        tmp_path,
        label="loss",
        task="regression",
        positive_label=None,
    )
    assert np.allclose(scored["score"], scores() * 1_000 - 500, rtol=1e-15)
    assert np.array_equal(scored["label"], people()["loss"])


def test_row_counts_that_differ_are_refused_with_both_numbers(tmp_path):
    code, sentence = refusal(pd.DataFrame({"score": scores()[:-1]}), tmp_path)
    assert code == "predictions.rows"
    assert "399 rows" in sentence and "have 400" in sentence


def test_predictions_without_their_column_are_refused(tmp_path):
    code, sentence = refusal(pd.DataFrame({"probability": scores()}), tmp_path)
    assert code == "table.no_such_column"
    assert "no column score" in sentence


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "scoring.no_probability"),
        (-0.1, "scoring.no_probability"),
        (None, "scoring.no_number"),
    ],
)
def test_scores_that_are_no_probabilities_are_refused_with_their_row(value, code, tmp_path):
    predictions = pd.DataFrame({"score": scores()})
    predictions.loc[41, "score"] = value
    found, sentence = refusal(predictions, tmp_path)
    assert found == code
    assert "row 42" in sentence


def test_scores_in_words_are_refused(tmp_path):
    predictions = pd.DataFrame({"score": ["high"] * 400})
    code, sentence = refusal(predictions, tmp_path)
    assert code == "predictions.not_numbers"
    assert "high" in sentence


def test_a_prediction_that_is_missing_is_refused_with_its_row(tmp_path):
    predictions = pd.DataFrame({"prediction": people()["grade"], "n": 1})
    predictions.loc[9, "prediction"] = None
    code, sentence = refusal(
        predictions, tmp_path, label="grade", task="multiclass", positive_label=None
    )
    assert code == "scoring.no_prediction"
    assert "row 10" in sentence


def test_predicted_labels_of_another_coding_are_refused(tmp_path):
    predictions = pd.DataFrame({"prediction": np.arange(400) % 3})
    code, _ = refusal(predictions, tmp_path, label="grade", task="multiclass", positive_label=None)
    assert code == "labels.not_the_classes"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({1: "c0"}, "predictions.key_twice"),
        ({1: None}, "predictions.key_gaps"),
        ({1: "other"}, "predictions.unmatched"),
    ],
)
def test_keys_that_do_not_match_one_to_one_are_refused(change, code, tmp_path):
    data = people().assign(case=[f"c{n}" for n in range(400)])
    predictions = pd.DataFrame({"case": data["case"], "score": scores()})
    for row, value in change.items():
        predictions.loc[row, "case"] = value
    assert refusal(predictions, tmp_path, data, key="case")[0] == code
    assert not (tmp_path / "scored.parquet").exists()


def test_labels_are_held_to_the_task_here_too(tmp_path):
    predictions = pd.DataFrame({"score": scores()})
    assert refusal(predictions, tmp_path, label="grade")[0] == "labels.not_binary"
    assert refusal(predictions, tmp_path, positive_label="x")[0] == "labels.no_positive"
