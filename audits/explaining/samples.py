"""Chooses rows: seeded, and stratified by the label so that a sample looks like the data."""

from __future__ import annotations

from typing import Any

from registry.inspection import cells
from registry.inspection.opened_tables import OpenTable

DECILES = 10
# More labels than this are not told apart; the rarest share one stratum.
MOST_STRATA = 100
_ROWS = 200_000


def strata_of(table: OpenTable, label: str, task: str) -> Any:
    """Return the stratum of each row: by its label, by deciles of it for regression.

    Rows without a label are a stratum of their own. Of ten million rows this takes twenty
    megabytes, besides eighty for the labels of a regression.
    """
    place = table.place(label)
    type = cells.examine(table, [place])[place].type
    if task == "regression" and type in (*cells.NUMERIC, "empty"):
        return _deciles(table, cells.number(place, type))
    return _labels(table, cells.text(place, type))


def stratified(strata: Any, size: int, random: Any) -> Any:
    """Choose so many places, each stratum in proportion to its rows, in ascending order.

    What does not divide evenly goes to the largest remainders. All places where there are no more.
    """
    import numpy as np

    if size >= len(strata):
        return np.arange(len(strata))
    members, counts = np.unique(strata, return_counts=True)
    exact = counts * (size / len(strata))
    taken = np.floor(exact).astype(int)
    for place in np.argsort(taken - exact, kind="stable")[: size - int(taken.sum())]:
        taken[place] += 1
    chosen = [
        random.choice(np.flatnonzero(strata == member), number, replace=False)
        for member, number in zip(members, taken, strict=True)
        if number
    ]
    return np.sort(np.concatenate(chosen))


def _labels(table: OpenTable, sql: str) -> Any:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    found = table.select(
        [f"{sql} AS v"],
        f"WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT {MOST_STRATA}",
    )
    known = pa.array([value for (value,) in found], pa.string())
    parts = [
        pc.index_in(batch.column(0).cast(pa.string()), value_set=known)
        .fill_null(-1)
        .to_numpy(zero_copy_only=False)
        .astype("int16")
        for batch in table.batches([sql], rows=_ROWS)
    ]
    return np.concatenate(parts)


def _deciles(table: OpenTable, sql: str) -> Any:
    import numpy as np

    parts = [
        batch.column(0).to_numpy(zero_copy_only=False).astype("float64")
        for batch in table.batches([sql], rows=_ROWS)
    ]
    labels = np.concatenate(parts)
    known = labels[np.isfinite(labels)]
    if not known.size:
        return np.zeros(len(labels), "int16")
    edges = np.quantile(known, np.arange(1, DECILES) / DECILES)
    strata = np.searchsorted(edges, labels, side="right").astype("int16")
    strata[~np.isfinite(labels)] = -1
    return strata
