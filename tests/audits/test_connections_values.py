"""No value of a row behind a connection stands in a sentence about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from audits.measures import measure_fairness, measure_performance
from audits.measures.sources import Connected
from registry.connections.configured import Connection
from registry.rules.refusals import Refused

MARKER = "Anna Meier"


def refusal(
    tmp_path: Path, labels: Sequence[str], scores: Sequence[str], measure: Any, file: bool = False
) -> Refused:
    import duckdb

    path, parquet = tmp_path / "rows.duckdb", tmp_path / "rows.parquet"
    pairs = ", ".join(
        f"('{label}', '{score}', 'a')" for label, score in zip(labels, scores, strict=True)
    )
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as made:
        made.execute(f"CREATE TABLE t AS FROM (VALUES {pairs}) v(label, score, s0)")
        made.execute(f"COPY t TO '{parquet}'")
    connection = Connection("warehouse", "duckdb", "Old.", {"path": str(path)})
    columns = {name: name for name in ("label", "score", "s0")}
    types = dict.fromkeys(columns, "text")
    with pytest.raises(Refused) as caught:
        measure(
            parquet if file else Connected(connection, "SELECT * FROM t", columns, types),
            task="binary",
            threshold=0.5,
            positive_label="1",
            plan={"kind": measure.__name__.removeprefix("measure_"), "checks": []},
            sensitive={"s0": "sex"},
            reproduced=False,
            label_column="approve",
        )
    return caught.value


CASES = {
    "measure.not_a_number": (["0", "1"], ["0.5", MARKER]),
    "measure.labels_not_binary": (["0", "1", MARKER], ["0.1", "0.2", "0.3"]),
    "measure.positive_label_unknown": (["0", MARKER], ["0.1", "0.2"]),
    "measure.score_range": (["0", "1"], ["0.5", "4711.25"]),
}


@pytest.mark.parametrize("measure", [measure_performance, measure_fairness])
@pytest.mark.parametrize("code", CASES)
def test_a_sentence_quotes_a_file_and_never_a_connection(
    tmp_path: Path, code: str, measure: Any
) -> None:
    labels, scores = CASES[code]
    (objection,) = refusal(tmp_path, labels, scores, measure).objections
    assert objection.code == code
    for value in (MARKER, "4711"):
        assert value not in str(objection) + repr(objection.params)
    assert "%(" not in str(objection)
    of_file = str(refusal(tmp_path, labels, scores, measure, file=True))
    assert MARKER in of_file or "4711" in of_file
