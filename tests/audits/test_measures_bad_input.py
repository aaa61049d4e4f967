"""What is odd in the rows is measured by definition, or refused with a sentence."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audits.measures import measure_performance
from audits.scoring import take_predictions
from registry.rules.refusals import Refused

SCORES = [0.9, 0.8, 0.3, 0.1, 0.6, 0.2]
LABELS = [1, 1, 1, 0, 0, 0]
EAST, WEST = timezone(timedelta(hours=9)), timezone(-timedelta(hours=8))

Measure = Callable[..., dict[str, Any]]


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    def measured(columns: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Measure a table of these Arrow or Python columns, and state it as JSON."""
        path = tmp_path / "scored.parquet"
        pq.write_table(pa.table(columns), path)
        options = {
            "task": "binary",
            "threshold": 0.5,
            "positive_label": "1",
            "plan": {},
            "sensitive": {},
            "reproduced": True,
            "label_column": "approve",
            **changes,
        }
        found = measure_performance(path, **options)
        assert json.loads(json.dumps(found, allow_nan=False))
        return found

    return measured


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def taken(data: pd.DataFrame, scores: Any, kind: str, **changes: Any) -> dict[str, Any]:
        """Take predictions for a raw file and measure them, as a worker does."""
        paths = {name: tmp_path / f"{name}.{kind}" for name in ("data", "predictions")}
        frames = {"data": data, "predictions": pd.DataFrame({"score": scores})}
        for name, frame in frames.items():
            if kind == "csv":
                frame.to_csv(paths[name], index=False)
            else:
                frame.to_parquet(paths[name], index=False)
        keep = list(changes.pop("slices", []))
        scored = tmp_path / "scored.parquet"
        asked = {"label": "approve", "task": "binary", "positive_label": "1", **changes}
        take_predictions(
            predictions=paths["predictions"],
            predictions_format=kind,
            data=paths["data"],
            data_format=kind,
            keep=keep,
            out=scored,
            **asked,
        )
        return measure_performance(
            scored,
            task=asked["task"],
            threshold=0.5,
            positive_label=asked["positive_label"],
            plan={},
            sensitive={},
            reproduced=False,
            label_column=asked["label"],
            slices={f"s{place}": name for place, name in enumerate(keep)},
        )

    return taken


def refusal(measure: Measure, *args: Any, **changes: Any) -> str:
    with pytest.raises(Refused) as refused:
        measure(*args, **changes)
    sentence = str(refused.value)
    assert "%(" not in sentence
    return str(refused.value.objections[0].code)


def accuracy(found: dict[str, Any]) -> float:
    return next(float(one["value"]) for one in found["measures"] if one["name"] == "accuracy")


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        (["approved", "approved", "approved", "denied", "denied", "denied"], "approved"),
        ([True, True, True, False, False, False], True),
        (pa.array(list("yyynnn")).dictionary_encode(), "y"),
        (pa.array([Decimal("1.0")] * 3 + [Decimal("0.0")] * 3), "1"),
        (pa.array([date(2026, 1, 1)] * 3 + [date(2025, 1, 1)] * 3), "2026-01-01"),
        (pa.array(LABELS, pa.uint8()), 1),
        (pa.array(LABELS, pa.float32()), "1"),
        (pa.array(list("yyynnn"), pa.large_string()), "y"),
    ],
)
def test_labels_of_every_kind(measure: Measure, labels: Any, positive: object) -> None:
    found = measure({"label": labels, "score": SCORES}, positive_label=positive)
    assert accuracy(found) == 4 / 6


@pytest.mark.parametrize(
    "scores",
    [
        pa.array(SCORES, pa.float32()),
        pa.array([Decimal(str(score)) for score in SCORES]),
        pa.array([str(score) for score in SCORES]),
        pa.array([str(score) for score in SCORES]).dictionary_encode(),
        pa.array([1, 1, 0, 0, 1, 0]),
    ],
)
def test_scores_of_every_kind(measure: Measure, scores: Any) -> None:
    assert accuracy(measure({"label": LABELS, "score": scores})) == 4 / 6


@pytest.mark.parametrize(
    ("score", "code"),
    [
        (float("inf"), "measure.not_a_number"),
        (float("-inf"), "measure.not_a_number"),
        (1.2, "measure.score_range"),
        (-1e-9, "measure.score_range"),
    ],
)
def test_scores_that_are_no_probabilities_are_refused(
    measure: Measure, score: float, code: str
) -> None:
    assert refusal(measure, {"label": LABELS, "score": [*SCORES[:5], score]}) == code


def test_a_score_that_is_not_a_number_is_missing(measure: Measure) -> None:
    found = measure({"label": LABELS, "score": [*SCORES[:5], float("nan")]})
    assert found["honesty"]["dropped"][1] == {"reason": "prediction_missing", "rows": 1}
    assert found["honesty"]["rows_used"] == 5


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("score", [0.0, 0.2, 1.0])
def test_one_class_with_constant_scores(measure: Measure, label: int, score: float) -> None:
    found = measure(
        {"label": [label] * 40, "score": [score] * 40, "s0": ["a", "b"] * 20},
        slices={"s0": "branch"},
    )
    said = {one["name"]: one["reason"] for one in found["measures"] if not one["estimable"]}
    missing = "no_negatives" if label else "no_positives"
    assert {said["roc_auc"], said["gini"], said["ks"]} == {missing}
    assert len(found["slices"]) == 2


@pytest.mark.parametrize(
    "values",
    [
        pa.array([date(1990, 1, 1), date(2001, 5, 5)] * 3),
        pa.array(
            [datetime(2026, 1, 1, tzinfo=EAST), datetime(2026, 1, 1, tzinfo=WEST)] * 3,
            pa.timestamp("us", tz="Asia/Tokyo"),
        ),
        pa.array(["2026-01-01T00:00:00+09:00", "2026-01-01T00:00:00-08:00"] * 3),
        pa.array([Decimal("1.50"), Decimal("2.00")] * 3),
        pa.array([True, False] * 3),
        pa.array(["a", "b"] * 3).dictionary_encode(),
        pa.array(["'; DROP TABLE rows; --", "\N{PILE OF POO}"] * 3),
    ],
)
def test_slices_by_every_kind_of_value(measure: Measure, values: Any) -> None:
    found = measure({"label": LABELS, "score": SCORES, "s0": values}, slices={"s0": "x"})
    assert [one["count"] for one in found["slices"]] == [3, 3]


@pytest.mark.parametrize("name", ['"select"', "group by", "it's", "\N{PILE OF POO}", "p", "tenth"])
def test_columns_named_like_a_query(measure: Measure, name: str) -> None:
    found = measure(
        {"label": LABELS, "score": SCORES, name: list("ababab")},
        slices={name: name},
        sensitive={name: name},
    )
    assert [one["count"] for one in found["slices"]] == [3, 3]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_raw_files_in_words_with_a_name_like_a_query(take: Measure, kind: str) -> None:
    data = pd.DataFrame(
        {'"select"': ["denied", "approved"] * 30, "age, in 'years'": np.arange(60) % 30 + 0.5}
    )
    found = take(
        data,
        np.linspace(0, 1, 60),
        kind,
        label='"select"',
        positive_label="approved",
        slices=["age, in 'years'"],
    )
    assert found["honesty"]["rows_used"] == 60
    assert [one["value"] for one in found["slices"]][0] == "0.5 to 6.5"


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([True, False] * 30),
        pd.Series([Decimal("1"), Decimal("0")] * 30),
        pd.Series(["1", "0"] * 30, dtype="category"),
    ],
)
def test_raw_parquet_labels_of_every_kind(take: Measure, values: Any) -> None:
    positive = str(values[0]).lower()
    found = take(
        pd.DataFrame({"approve": values}),
        np.tile([0.9, 0.1], 30),
        "parquet",
        positive_label=positive,
    )
    assert accuracy(found) == 1


def test_raw_rows_with_dates_and_mixed_time_zones(take: Measure) -> None:
    data = pd.DataFrame(
        {
            "approve": [1, 0] * 30,
            "born": [date(1990, 1, 1), date(2001, 5, 5), None] * 20,
            "seen": [
                datetime(2026, 1, 1, tzinfo=EAST).isoformat(),
                datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
            ]
            * 30,
        }
    )
    found = take(data, np.linspace(0, 1, 60), "parquet", slices=["born", "seen"])
    assert [one["count"] for one in found["slices"]] == [20, 20, 20, 30, 30]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("scores", "code"),
    [
        ([1.5] + [0.5] * 59, "scoring.no_probability"),
        ([float("inf")] + [0.5] * 59, "scoring.no_number"),
        ([None] + [0.5] * 59, "scoring.no_number"),
    ],
)
def test_raw_scores_that_are_none_are_refused(
    take: Measure, kind: str, scores: list[Any], code: str
) -> None:
    data = pd.DataFrame({"approve": [1, 0] * 30})
    assert refusal(take, data, scores, kind) == code


def test_a_raw_label_that_is_not_a_number_is_missing(tmp_path: Path) -> None:
    data = pa.table({"approve": [1.0, 2.0, float("nan"), 4.0]})
    pq.write_table(data, tmp_path / "data.parquet")
    pq.write_table(pa.table({"score": [1.0, 2.0, 3.0, 4.0]}), tmp_path / "predictions.parquet")
    report = take_predictions(
        predictions=tmp_path / "predictions.parquet",
        predictions_format="parquet",
        data=tmp_path / "data.parquet",
        data_format="parquet",
        label="approve",
        task="regression",
        positive_label=None,
        keep=["approve"],
        out=tmp_path / "scored.parquet",
    )
    assert report.labels_missing == 1
    scored = pq.read_table(tmp_path / "scored.parquet").to_pydict()
    assert scored["label"] == [1, 2, None, 4]
    assert scored["s0"] == ["1", "2", None, "4"]


def test_a_raw_file_of_one_class_is_measured_as_far_as_it_can_be(take: Measure) -> None:
    found = take(pd.DataFrame({"approve": [1] * 60}), [0.5] * 60, "csv")
    assert "roc_auc" in {one["measure"] for one in found["honesty"]["not_estimable"]}


def test_a_hundred_thousand_values_of_a_raw_column(take: Measure) -> None:
    size = 100_000
    data = pd.DataFrame(
        {"approve": np.arange(size) % 2, "person": [f"p{one}" for one in range(size)]}
    )
    found = take(data, np.linspace(0, 1, size), "parquet", slices=["person"])
    assert [one["count"] for one in found["slices"]][-1] == size - 20
