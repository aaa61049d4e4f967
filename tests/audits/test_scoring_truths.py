"""Rows are scored before their labels are known, and find them in a file that comes later."""

import numpy as np
import pandas as pd
import pytest

from registry.rules.refusals import Refused
from tests.artefacts import FEATURES, people
from tests.audits.test_scoring_predictions import run as take
from tests.audits.test_scoring_predictions import scores
from tests.audits.test_scoring_rows import network, run


def numbered() -> pd.DataFrame:
    data = people()
    return data.assign(case=[f"case {n}" for n in range(len(data))])


def later(tmp_path, frame: pd.DataFrame, format: str = "csv"):
    path = tmp_path / f"later.{format}"
    frame.to_csv(path, index=False) if format == "csv" else frame.to_parquet(path, index=False)
    return {"truth": path, "truth_format": format, "key": "case"}


def refusal(*args, **changes) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        run(*args, **changes)
    (objection,) = refused.value.objections
    return objection.code, str(objection)


def test_rows_without_a_label_column_are_scored_and_have_no_label(tmp_path):
    data = people().drop(columns="approve")
    report, scored = run(network(tmp_path), data, tmp_path, label=None)
    assert scored["label"].isna().all()
    assert scored["score"].between(0, 1).all()
    assert report.labels == {}
    assert report.labels_missing == report.rows == len(data)
    assert report.positive_label == "1"
    assert (report.truth_matched, report.truth_unmatched) == (0, {})


@pytest.mark.parametrize("formats", [("csv", "parquet"), ("parquet", "csv")])
def test_labels_that_come_later_find_their_rows_by_the_key(formats, tmp_path):
    data = numbered()
    truths = data[["case", "approve"]].iloc[10:].sample(frac=1, random_state=1)
    extra = pd.DataFrame({"case": ["nobody 1", "nobody 2"], "approve": [1, 0]})
    given = later(tmp_path, pd.concat([truths, extra]), formats[1])
    rows = data.drop(columns="approve")
    made = network(tmp_path)
    report, scored = run(made, rows, tmp_path, data_format=formats[0], **given)
    assert scored["label"].iloc[:10].isna().all()
    assert scored["label"].iloc[10:].tolist() == data["approve"].iloc[10:].astype(str).tolist()
    assert scored["s0"].tolist() == data["sex"].tolist()
    assert report.truth_matched == len(data) - 10
    assert report.truth_unmatched == {"rows": 10, "truths": 2}
    assert report.labels_missing == 10
    assert report.labels == dict(data["approve"].iloc[10:].astype(str).value_counts())
    _, whole = run(made, data, tmp_path)
    assert np.array_equal(whole["score"], scored["score"])


def test_labels_that_come_later_stand_before_those_in_the_data(tmp_path):
    data = numbered()
    given = later(tmp_path, data[["case"]].assign(approve=1 - data["approve"]))
    _, scored = run(network(tmp_path), data, tmp_path, **given)
    assert scored["label"].tolist() == (1 - data["approve"]).astype(str).tolist()


def test_predictions_find_later_labels_as_well(tmp_path):
    data = numbered()
    given = later(tmp_path, data[["case", "approve"]].iloc[::-1])
    given["truth_key"] = given.pop("key")
    predictions = pd.DataFrame({"score": scores()})
    report, scored = take(predictions, tmp_path, data.drop(columns="approve"), **given)
    assert scored["label"].tolist() == data["approve"].astype(str).tolist()
    assert np.array_equal(scored["score"], scores())
    assert report.truth_unmatched == {"rows": 0, "truths": 0}


def test_predictions_need_no_label_column(tmp_path):
    predictions = pd.DataFrame({"score": scores()})
    _, scored = take(predictions, tmp_path, people().drop(columns="approve"), label=None)
    assert scored["label"].isna().all()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda truths: pd.concat([truths, truths.iloc[:1]]), "truth.key_twice"),
        (
            lambda truths: truths.assign(case=truths["case"].where(truths.index > 3)),
            "truth.key_gaps",
        ),
        (lambda truths: truths.assign(case="x" + truths["case"]), "truth.none_found"),
        (lambda truths: truths.drop(columns="case"), "table.no_such_column"),
    ],
)
def test_a_key_that_does_not_fit_is_refused(change, code, tmp_path):
    data = numbered()
    given = later(tmp_path, change(data[["case", "approve"]]))
    found, sentence = refusal(network(tmp_path), data.drop(columns="approve"), tmp_path, **given)
    assert found == code
    assert sentence.endswith(".")


def test_a_key_that_stands_twice_in_the_data_is_refused(tmp_path):
    data = numbered()
    given = later(tmp_path, data[["case", "approve"]])
    code, sentence = refusal(network(tmp_path), data.assign(case="one"), tmp_path, **given)
    assert code == "truth.key_twice"
    assert "in the data: one" in sentence


def test_later_labels_need_a_key_and_a_label_column(tmp_path):
    data = numbered()
    given = later(tmp_path, data[["case", "approve"]])
    made = network(tmp_path)
    assert refusal(made, data, tmp_path, **{**given, "key": None})[0] == "truth.no_key"
    assert refusal(made, data, tmp_path, **{**given, "label": None})[0] == "truth.no_label"


def test_numbers_are_kept_in_digits_that_read_back_as_the_same_numbers(tmp_path):
    generator = np.random.default_rng(5)
    data = people()
    hard = generator.normal(0, 1, len(data)) * 10.0 ** generator.integers(-20, 20, len(data))
    hard[:4] = [0.1, 1e15 + 0.3, 5e-324, -123456789.125]
    data = data.assign(hard=hard, single=hard.astype("float32"))
    keep = ["hard", "single", FEATURES[0]]
    _, scored = run(network(tmp_path), data, tmp_path, keep=keep)
    assert np.array_equal(scored["s0"].astype(float), hard)
    assert np.array_equal(scored["s1"].astype(float), data["single"].astype(float))
    assert np.array_equal(scored["s2"].astype(float), data[FEATURES[0]].astype(float))


def test_a_column_kept_for_two_reasons_is_kept_once(tmp_path):
    keep = ["sex", FEATURES[0], "sex"]
    report, scored = run(network(tmp_path), people(), tmp_path, keep=keep)
    assert report.kept == {"sex": "s0", FEATURES[0]: "s1"}
    assert list(scored.columns) == ["row", "label", "score", "s0", "s1"]
