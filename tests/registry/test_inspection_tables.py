"""Tables are profiled as they are, and refused by line or column where they are not whole."""

import gzip
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from registry.inspection import engines, profiles, tables
from registry.inspection.opened_tables import open_table
from registry.rules.refusals import Refused

NASTY = [
    'a"b',
    "x'); DROP TABLE t; --",
    "SELECT",
    "é😀",
    "A",
    "a",
    "c0",
    "with, comma",
    "two\nlines",
]


def refusal(call, *args) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        call(*args)
    (objection,) = refused.value.objections
    return objection.code, str(objection)


def csv(folder: Path, content: str | bytes) -> Path:
    path = folder / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parquet(folder: Path, columns: dict[str, object]) -> Path:
    path = folder / "data.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def facts(profile) -> dict[str, tuple]:
    return {
        column.name: (column.type, column.missing, column.distinct) for column in profile.columns
    }


def test_a_csv_file_is_profiled_in_the_sandbox(tmp_path):
    path = csv(
        tmp_path,
        "n,x,t,b,d,w,e\n"
        "1,1.5,one,true,2024-01-02,2024-01-02 10:00,\n"
        '02,NaN,"",FALSE,2024-01-03,2024-01-02T11:30,\n'
        ',,two,True,,,""\n',
    )
    profile = tables.profile(path, tables.recognise_table(path))
    assert profile.rows == 3
    assert facts(profile) == {
        "n": ("integer", 1, 2),
        "x": ("float", 2, 1),
        "t": ("text", 1, 2),
        "b": ("boolean", 0, 2),
        "d": ("date", 1, 2),
        "w": ("time", 1, 2),
        "e": ("empty", 3, 0),
    }


def test_a_parquet_file_is_profiled_in_the_sandbox(tmp_path):
    path = parquet(
        tmp_path,
        {
            "n": pa.array([1, None, 3], pa.int32()),
            "x": [1.0, float("nan"), None],
            "t": ["a", "", None],
            "b": [True, False, None],
            "m": pa.array([None, 1, 2], pa.decimal128(5, 2)),
            "c": pa.array(["u", "u", "v"]).dictionary_encode(),
            "w": pa.array([0, 1, None], pa.timestamp("ns", "Europe/Berlin")),
            "l": [[1, 2], [3], None],
            "s": [{"n": 1}, {"n": 1}, {"n": 2}],
        },
    )
    profile = tables.profile(path, tables.recognise_table(path))
    assert profile.rows == 3
    assert facts(profile) == {
        "n": ("integer", 1, 2),
        "x": ("float", 2, 1),
        "t": ("text", 2, 1),
        "b": ("boolean", 1, 2),
        "m": ("decimal", 1, 2),
        "c": ("text", 0, 2),
        "w": ("time", 1, 2),
        "l": ("other", 1, 2),
        "s": ("other", 0, 2),
    }


def test_both_formats_count_alike_and_as_pandas_does(tmp_path):
    random = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "x": random.normal(size=5_000),
            "n": random.integers(0, 50, 5_000),
            "g": random.choice(["a", "b", "c"], 5_000),
        }
    )
    frame.loc[::7, "x"] = np.nan
    frame.loc[::11, "g"] = None
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    expected = {
        "x": ("float", int(frame["x"].isna().sum()), None),
        "n": ("integer", 0, frame["n"].nunique()),
        "g": ("text", int(frame["g"].isna().sum()), 3),
    }
    for format in ("csv", "parquet"):
        assert facts(profiles.profile(tmp_path / f"t.{format}", format)) == expected


def test_columns_may_be_called_anything(tmp_path):
    frame = pd.DataFrame([range(len(NASTY)), [n * n for n in range(len(NASTY))]], columns=NASTY)
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    for format in ("csv", "parquet"):
        path = tmp_path / f"t.{format}"
        assert [column.name for column in profiles.profile(path, format).columns] == NASTY
        for place, name in enumerate(NASTY):
            values = dict(profiles.column_values(path, format, name, 5))
            assert values == {str(place): 1, str(place * place): 1} or values == {str(place): 2}


def test_a_path_may_be_called_anything(tmp_path):
    folder = tmp_path / "key='v' [1] *?"
    folder.mkdir()
    for path, format in (
        (csv(folder, "a\n1\n"), "csv"),
        (parquet(folder, {"a": [1]}), "parquet"),
    ):
        assert facts(profiles.profile(path, format)) == {"a": ("integer", 0, 1)}


def test_1200_columns_are_profiled(tmp_path):
    names = [f"x{n}" for n in range(1_200)]
    frame = pd.DataFrame(np.arange(2_400).reshape(2, 1_200), columns=names)
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    for format in ("csv", "parquet"):
        profile = profiles.profile(tmp_path / f"t.{format}", format)
        assert facts(profile) == dict.fromkeys(names, ("integer", 0, 2))


def test_values_are_spelt_alike_in_both_formats(tmp_path):
    frame = pd.DataFrame({"f": [1.0, 0.0, None, 2.5], "b": [True, False, True, True]})
    frame["t"] = ["01", "1", "1", None]
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    for format in ("csv", "parquet"):
        path = tmp_path / f"t.{format}"
        assert dict(profiles.column_values(path, format, "f", 9)) == {
            "0": 1, "1": 1, "2.5": 1, None: 1,
        }  # fmt: skip
        assert dict(profiles.column_values(path, format, "b", 9)) == {"true": 3, "false": 1}
        assert dict(profiles.column_values(path, format, "t", 9)) == {"1": 2, "01": 1, None: 1}


def test_distinct_values_are_counted_up_to_one_past_the_cap(tmp_path):
    path = csv(tmp_path, "id,g\n" + "".join(f"{n},{n % 3}\n" for n in range(5_000)) + ",\n")
    assert tables.distinct(path, "csv", "g", 100) == 3
    assert tables.distinct(path, "csv", "id", 100) == 101
    assert tables.column_values(path, "csv", "g", 2) == {"0": 1_667, "1": 1_667}


def test_a_column_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    path = csv(tmp_path, "age,sex\n1,f\n")
    code, sentence = refusal(tables.distinct, path, "csv", "race", 100)
    assert code == "table.no_such_column"
    assert "race" in sentence and "age, sex" in sentence


@pytest.mark.parametrize("cut", [0.3, 0.8, 0.999])
def test_a_truncated_parquet_file_is_refused(cut, tmp_path):
    path = parquet(tmp_path, {"a": list(range(10_000)), "b": ["x"] * 10_000})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    assert tables.recognise_table(path) == "parquet"
    assert refusal(tables.profile, path, "parquet")[0] == "table.unreadable"


def test_a_parquet_file_that_is_none_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    for content in (b"PAR1", b"PAR1" + b"\x15\x04" * 500 + b"PAR1", b"a,b\n1,2\n"):
        path.write_bytes(content)
        assert refusal(tables.profile, path, "parquet")[0] in ("table.unreadable", "sandbox.died")


def test_parquet_pages_that_were_damaged_never_end_this_process(tmp_path):
    path = parquet(tmp_path, {"a": list(range(50_000)), "b": [f"x{n}" for n in range(50_000)]})
    content = bytearray(path.read_bytes())
    for place in range(200, len(content) // 2, 97):
        content[place] ^= 0xFF
    path.write_bytes(content)
    code, _ = refusal(tables.profile, path, "parquet")
    assert code.startswith(("table.", "sandbox."))


def test_parquet_columns_of_the_same_name_are_refused(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]), path)
    assert refusal(profiles.profile, path, "parquet")[0] == "table.name_twice"


def test_a_parquet_file_without_rows_is_refused(tmp_path):
    path = parquet(tmp_path, {"a": pa.array([], pa.int64())})
    assert refusal(profiles.profile, path, "parquet")[0] == "table.no_rows"


def test_a_table_is_recognised_by_its_bytes(tmp_path):
    path = tmp_path / "t"
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    for content, code in (
        (b"", "table.empty"),
        (b"PARE" + b"\0" * 20, "table.encrypted"),
        ((tmp_path / "book.xlsx").read_bytes(), "table.spreadsheet"),
        (gzip.compress(b"a,b\n1,2\n"), "table.compressed"),
        (b"\x7fELF\0\0", "table.binary"),
    ):
        path.write_bytes(content)
        assert refusal(tables.recognise_table, path)[0] == code
    path.write_bytes(b"a,b\n1,2\n")
    assert tables.recognise_table(path) == "csv"


def test_the_engine_reaches_no_other_file_and_no_extension(tmp_path):
    path = csv(tmp_path, "a\n1\n")
    (tmp_path / "other.csv").write_text("secret\n1\n")
    with engines.connect(path) as connection:
        connection.execute(f"FROM read_csv('{path}')").fetchall()
        for query in (
            f"FROM read_csv('{tmp_path}/other.csv')",
            "FROM read_text('/etc/passwd')",
            "FROM glob('/*')",
            "FROM read_csv('http://127.0.0.1:9/x.csv')",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            f"ATTACH '{tmp_path}/new.db'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET enable_external_access = true",
            "SET allowed_paths = ['/etc/passwd']",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(query).fetchall()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["data.csv", "other.csv"]


def test_rows_come_in_the_order_of_the_file(tmp_path):
    path = csv(tmp_path, "n\n" + "".join(f"{n}\n" for n in range(300_000)))
    with open_table(path, "csv") as table:
        batches = table.batches(["CAST(c0 AS BIGINT)"], rows=10_000)
        read = np.concatenate([batch.columns[0].to_numpy() for batch in batches])
    assert np.array_equal(read, np.arange(300_000))
