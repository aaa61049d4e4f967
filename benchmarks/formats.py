"""Line (e): the counting pass over a CSV file beside that over a Parquet file."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from audits.measures.cells import count_cells
from audits.measures.outcomes import binary_outcomes
from benchmarks import children
from benchmarks.children import timed
from benchmarks.fairness import THRESHOLD
from benchmarks.lines import Line, seconds, times
from benchmarks.rows import SENSITIVE, write_scored_rows
from benchmarks.sizes import Sizes

if TYPE_CHECKING:
    import ibis.expr.types as ir

REPEATS = 3


def lines(sizes: Sizes, folder: Path) -> list[Line]:
    """Count the same rows from both files."""
    path = folder / "counted.parquet"
    write_scored_rows(path, sizes.rows)
    found = children.run("benchmarks.formats", path)
    return [
        Line(
            "e",
            f"The counting pass over {sizes.rows:,} rows of Parquet, and over the same as CSV",
            f"{seconds(found['parquet'])} (Parquet)",
            f"{seconds(found['csv'])} (CSV)",
            times(found["csv"] / found["parquet"], of="as fast"),
            "none",
            None,
            "Reading label and prediction and counting the cells, by the same expression over both"
            f" files, on the same engine; the median of {REPEATS} runs.",
        )
    ]


def main(path: Path) -> None:
    """Time the pass over the Parquet file and over a CSV file made of it."""
    import ibis

    connection = ibis.duckdb.connect(autoinstall_known_extensions=False)
    table = connection.read_parquet(str(path))
    csv = path.with_suffix(".csv")
    table.to_csv(csv)
    passes = {"parquet": table, "csv": connection.read_csv(str(csv))}
    for rows in passes.values():
        _count(rows)
    taken = {name: timed(partial(_count, rows), repeats=REPEATS) for name, rows in passes.items()}
    children.tell(**taken)


def _count(rows: ir.Table) -> None:
    outcomes = binary_outcomes(
        rows, threshold=THRESHOLD, positive_label=1, label_column="approved", kept=SENSITIVE
    )
    count_cells(outcomes, SENSITIVE)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
