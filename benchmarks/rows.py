"""Makes the rows of the bench: seeded, so that every run times the same ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

SEED = 7
CHUNK = 1_000_000
ROW_GROUP = 122_880
SENSITIVE = {"s0": "sex", "s1": "ethnicity", "s2": "age band"}
GROUPS = {
    "s0": {"female": 0.48, "male": 0.52},
    "s1": {"Asian": 0.1, "Black": 0.15, "Hispanic": 0.18, "other": 0.07, "white": 0.5},
    "s2": {"18-29": 0.25, "30-44": 0.3, "45-64": 0.3, "65 and over": 0.15},
}
"""Forty groups where the three attributes meet."""


def write_scored_rows(path: Path, rows: int) -> None:
    """Write scored rows as a Parquet file: label, score and the three sensitive columns."""
    import numpy as np
    import pyarrow.parquet as pq

    generator = np.random.default_rng(SEED)
    with pq.ParquetWriter(path, _schema()) as writer:
        for start in range(0, rows, CHUNK):
            table = _chunk(generator, min(CHUNK, rows - start))
            writer.write_table(table, row_group_size=ROW_GROUP)


def _chunk(generator: object, rows: int) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    assert isinstance(generator, np.random.Generator)  # noqa: S101
    groups = {
        name: np.array(list(shares))[generator.choice(len(shares), rows, p=list(shares.values()))]
        for name, shares in GROUPS.items()
    }
    label = (generator.random(rows) < 0.4).astype(np.int64)
    score = 0.35 * label + 0.65 * generator.random(rows)
    return pa.table({"label": label, "score": score, **groups}, schema=_schema())


def _schema() -> pa.Schema:
    import pyarrow as pa

    texts = [(name, pa.string()) for name in GROUPS]
    return pa.schema([("label", pa.int64()), ("score", pa.float64()), *texts])
