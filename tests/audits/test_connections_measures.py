"""Measured behind a connection, rows give the numbers that they give in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from audits.measures import measure_fairness, measure_performance
from audits.measures.rows import group_words, open_rows
from audits.measures.sources import Connected, queries_sent
from registry.connections.configured import Connection
from registry.connections.surveys import survey
from tests.audits.connected import ENGINES, a_connection, connected, scored_loans

GROUPS = {"s0": "sex", "s1": "race", "s2": "ethnicity"}
BINARY = {"label": "approve", "score": "p"}
# What depends on when and where it was measured.
AGGREGATES = ("COUNT(", "SUM(", "AVG(", "MIN(", "MAX(", "DISTINCT")
APART = {"duration_seconds", "libraries", "queries"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows in a Parquet file, under the names that the columns have in their tables."""
    folder = tmp_path_factory.mktemp("connected")
    scored_loans().to_parquet(folder / "rows.parquet")
    return folder


@pytest.fixture(scope="module", params=ENGINES)
def connection(request: pytest.FixtureRequest, folder: Path) -> Iterator[Connection]:
    """A connection of each kind to the same rows."""
    with a_connection(request.param, folder) as made:
        yield made


def in_a_file(folder: Path, columns: Mapping[str, str]) -> Path:
    table = scored_loans()
    path = folder / f"scored-{'-'.join(columns.values())}.parquet"
    table.assign(**{name: table[of] for name, of in columns.items()})[[*columns]].to_parquet(path)
    return path


def measured(
    source: Path | Connected, kind: str, task: str, presets: Sequence[str] = (), **more: Any
) -> dict[str, Any]:
    measure = {"performance": measure_performance, "fairness": measure_fairness}[kind]
    given: dict[str, Any] = {
        "task": task,
        "threshold": 0.6 if task == "binary" else None,
        "positive_label": 1 if task == "binary" else None,
        "plan": {
            "kind": kind,
            "policy": {"name": "Test", "edition": 1, "digest": "0" * 64},
            "smallest_group": 30,
            "smallest_cell": 10,
            "checks": [],
            "presets": list(presets),
        },
        "sensitive": GROUPS,
        "reproduced": False,
        "label_column": "approve",
    }
    return measure(source, **given | more)


def assert_same(one: Any, other: Any, where: str = "") -> int:
    """Assert that two measurements say the same, numbers to 1e-12; return how many numbers."""
    if isinstance(one, dict):
        assert one.keys() - APART == other.keys() - APART, where
        return sum(
            assert_same(one[name], other[name], f"{where}.{name}") for name in one.keys() - APART
        )
    if isinstance(one, list | tuple):
        assert len(one) == len(other), where
        pairs = enumerate(zip(one, other, strict=True))
        return sum(assert_same(*pair, f"{where}[{place}]") for place, pair in pairs)
    if isinstance(one, float):
        assert other == pytest.approx(one, rel=1e-12, abs=1e-12), where
        return 1
    assert one == other, where
    return int(isinstance(one, int) and not isinstance(one, bool))


BANDS = {"label": "band", "prediction": "guessed_band"}
AMOUNTS = {"label": "select", "score": "guess"}
FACTORS = {"s3": "band", "s4": "select"}
PRESETS = {"presets": ["ll144"]}
CASES = {
    "how a binary model answers": ("performance", "binary", BINARY, {}),
    "labels of true and false": ("performance", "binary", BINARY | {"label": "flag"}, {}),
    "how a binary model answers slice by slice": (
        "performance",
        "binary",
        BINARY | FACTORS,
        {"slices": FACTORS | {"s0": "sex"}},
    ),
    "how a multiclass model answers": ("performance", "multiclass", BANDS, {}),
    "how a regression answers": ("performance", "regression", AMOUNTS, {}),
    "how differently groups are answered": ("fairness", "binary", BINARY, {}),
    "how differently groups of equal standing are answered": (
        "fairness",
        "binary",
        BINARY | FACTORS,
        {"strata": FACTORS},
    ),
    "selections as local law 144 counts them": ("fairness", "binary", BINARY, PRESETS),
    "scores as local law 144 counts them": ("fairness", "regression", AMOUNTS, PRESETS),
    "how differently groups are put into classes": ("fairness", "multiclass", BANDS, {}),
    "groups made of numbers": (
        "fairness",
        "binary",
        BINARY | {"s0": "weight", "s1": "flag"},
        {"sensitive": {"s0": "weight", "s1": "flag"}},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_numbers_are_those_of_the_file(connection: Connection, folder: Path, case: str) -> None:
    kind, task, columns, more = CASES[case]
    columns = {**GROUPS, **columns}
    of_file = measured(in_a_file(folder, columns), kind, task, **more)
    source = connected(connection, columns)
    there = measured(source, kind, task, **more)
    assert assert_same(of_file, there) > 20
    assert len(queries_sent(source)["queries"]) > 1


def test_a_survey_finds_what_is_there(connection: Connection) -> None:
    table = scored_loans()
    names = ["approve", "p", "sex", "select", "flag"]
    source = connected(connection, {})
    found = survey(connection, source.sql, names, ["sex", "flag"])
    assert found.rows == len(table)
    assert [column.name for column in found.columns] == names
    assert [column.type for column in found.columns] == [source.types[name] for name in names]
    assert [column.missing for column in found.columns] == table[names].isna().sum().tolist()
    assert [column.distinct for column in found.columns] == [None, None, 2, None, 2]


def test_only_counts_and_sums_come_back(connection: Connection) -> None:
    source = connected(connection, {**GROUPS, **BINARY})
    measured(source, "fairness", "binary")
    probe, *asked = source.sent
    assert probe.startswith(("DESCRIBE", "SELECT"))
    for statement in asked:
        assert any(word in statement.upper() for word in AGGREGATES), statement


def test_whole_numbers_among_floats_read_the_same_everywhere(connection: Connection) -> None:
    table = scored_loans()
    expected = {str(int(value)) for value in table["whole"].dropna()}
    source = connected(connection, {"label": "whole"})
    with open_rows(source) as rows:
        words = group_words(rows.label).name("text").as_table().distinct()
        found = {row["text"] for row in words.to_pyarrow().to_pylist()}
    assert found - {None} == expected
