"""Read once into bins of the score, rows give the cells and figures that further passes would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audits.measures.cells import count_cells, rows_up_to, within_limits
from audits.measures.group_scores import group_score_figures
from audits.measures.outcomes import binary_outcomes
from audits.measures.rows import open_rows
from audits.measures.score_bins import raw_texts, read_bins
from audits.measures.sources import Connected
from registry.rules.refusals import Refused
from tests.audits.connected import a_connection, connected, scored_loans

SENSITIVE = {"s0": "sex", "s1": "race"}
COLUMNS = {"s0": "sex", "s1": "race", "label": "approve", "score": "p"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bins")
    scored_loans().to_parquet(folder / "rows.parquet")
    return folder


@pytest.fixture(params=["file", "postgresql"])
def source(request: pytest.FixtureRequest, folder: Path) -> Iterator[Path | Connected]:
    if request.param == "file":
        path = folder / "scored.parquet"
        loans = scored_loans()
        pd.DataFrame({name: loans[of] for name, of in COLUMNS.items()}).to_parquet(path)
        yield path
        return
    with a_connection(request.param, folder) as made:
        yield connected(made, COLUMNS)


def outcomes_of(rows: Any, threshold: float = 0.6) -> Any:
    return binary_outcomes(
        rows,
        threshold=threshold,
        positive_label=1,
        label_column="y",
        kept=[*SENSITIVE],
        as_they_are=raw_texts(rows, SENSITIVE),
    )


@pytest.mark.parametrize("threshold", [0.6, 0.61234])
def test_bins_give_the_cells_that_a_count_gives(source: Path | Connected, threshold: float) -> None:
    with open_rows(source) as rows:
        outcomes = outcomes_of(rows, threshold)
        expected = count_cells(outcomes, SENSITIVE)
        found = read_bins(outcomes, SENSITIVE).cells(SENSITIVE)
    assert found == expected
    assert found.dropped["prediction_missing"] > 0


def test_rows_with_gaps_are_counted_under_their_reason(tmp_path: Path) -> None:
    path = tmp_path / "scored.parquet"
    frame = pd.DataFrame(
        {
            "label": [1, 0, None, None, 1, 0, 1],
            "score": [0.9, 0.2, 0.7, None, None, 0.6, 0.9],
            "s0": ["a", None, "a", "b", "b", " ", "a"],
            "s1": ["x"] * 7,
        }
    )
    frame.to_parquet(path)
    with open_rows(path) as rows:
        outcomes = outcomes_of(rows)
        expected = count_cells(outcomes, SENSITIVE)
        found = read_bins(outcomes, SENSITIVE).cells(SENSITIVE)
    assert found == expected
    assert found.dropped == {"label_missing": 2, "prediction_missing": 1}
    assert [(cell.values, cell.label, cell.prediction, cell.count) for cell in found.cells] == [
        (("a", "x"), 1, 1, 2),
        ((None, "x"), 0, 0, 1),
        ((None, "x"), 0, 1, 1),
    ]


@pytest.mark.parametrize("columns", [("s0",), ("s1",), ("s0", "s1")])
def test_bins_give_the_figures_of_every_group(
    source: Path | Connected, columns: tuple[str, ...]
) -> None:
    with open_rows(source) as rows:
        outcomes = outcomes_of(rows)
        exact = group_score_figures(outcomes, columns)
        binned = read_bins(outcomes, SENSITIVE).figures(columns)
    assert exact.keys() == binned.keys()
    for values, figures in exact.items():
        for name, figure in figures.items():
            # Two scores in the same thousandth count as a tie.
            within = 5e-3 if name == "roc_auc" else 1e-9
            assert binned[values][name].as_dict() == pytest.approx(figure.as_dict(), abs=within)


def test_a_score_is_in_the_thousandth_that_it_reads(tmp_path: Path) -> None:
    """0.29 times 1000 is 290 and 0.57 times 1000 is a little under 570 in floating point."""
    read = [step / 1000 for step in range(1001)]
    under = [float(np.nextafter(score, 0)) for score in read[1:]]
    path = tmp_path / "scored.parquet"
    score = [*read, *under]
    frame = pd.DataFrame({"score": score, "label": [0, 1] * 1000 + [0], "s0": "a", "s1": "b"})
    frame.to_parquet(path)
    with open_rows(path) as rows:
        steps = read_bins(outcomes_of(rows), SENSITIVE).table.to_pandas()
    found = (steps.code // 4).repeat(steps["rows"]).value_counts().to_dict()
    assert found == {**dict.fromkeys(range(1000), 2), 1000: 1}


def test_counts_that_are_cut_are_brought_back_whole_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "scored.parquet"
    rows = 3000
    numbers = np.arange(rows)
    frame = pd.DataFrame({"label": numbers % 2, "score": 0.5, "s0": numbers % 100, "s1": "x"})
    frame.to_parquet(path)
    with open_rows(path) as opened:
        outcomes = outcomes_of(opened)
        counted = outcomes.group_by([*SENSITIVE]).aggregate(rows=outcomes.count())
        assert within_limits(counted, outcomes, SENSITIVE, most=10).num_rows == 100
    frame.assign(s0=numbers).to_parquet(path)
    with open_rows(path) as opened:
        outcomes = outcomes_of(opened)
        counted = outcomes.group_by([*SENSITIVE]).aggregate(rows=outcomes.count())
        for most in (10, 5000):
            with pytest.raises(Refused, match="sex holds more than 100 groups"):
                within_limits(counted, outcomes, SENSITIVE, most=most)
        with pytest.raises(Refused, match="sex holds more than 100 groups"):
            rows_up_to(outcomes, SENSITIVE, 2000)


@pytest.mark.parametrize(("most", "expected"), [(10, 10), (5000, 1989)])
def test_rows_are_counted_no_further_than_needed(folder: Path, most: int, expected: int) -> None:
    loans = scored_loans()
    path = folder / "counted.parquet"
    pd.DataFrame({name: loans[of] for name, of in COLUMNS.items()}).to_parquet(path)
    with open_rows(path) as rows:
        assert rows_up_to(outcomes_of(rows), SENSITIVE, most) == min(expected, len(loans))
