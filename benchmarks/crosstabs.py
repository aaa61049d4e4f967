"""Line (f): a fairness measurement beside aequitas, where a Python that has it is named.

aequitas 1.1 needs pandas 2 and cannot be installed beside ours, so AEQUITAS_PYTHON names the
interpreter of an environment of its own (``pip install aequitas==1.1.0 pyarrow``).
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from benchmarks import children
from benchmarks.children import ROOT
from benchmarks.lines import Line, seconds, times
from benchmarks.rows import SENSITIVE, write_scored_rows
from benchmarks.sizes import Sizes

VARIABLE = "AEQUITAS_PYTHON"
TARGET = "no slower"
SCRIPT = """
import json, sys, time
import pandas as pd
from aequitas.group import Group

def crosstabs(path):
    rows = pd.read_parquet(path)
    names = json.loads(sys.argv[3])
    columns = {name: rows[column] for column, name in names.items()}
    together = pd.concat(columns.values(), axis=1).agg(", ".join, axis=1)
    frame = pd.DataFrame({
        "score": (rows["score"] >= 0.5).astype(int), "label_value": rows["label"],
        **columns, "together": together,
    })
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        Group().get_crosstabs(frame, attr_cols=[*columns, "together"])
        taken.append(time.perf_counter() - started)
    return sorted(taken)[1]

crosstabs(sys.argv[1])
print(json.dumps(crosstabs(sys.argv[2])))
"""


def lines(sizes: Sizes, folder: Path) -> list[Line]:
    """Take the same groups by both; without aequitas, say that it was not there."""
    name = (
        f"Fairness, {sizes.rows:,} rows, 3 attributes and where they meet: ours with every"
        " interval, the crosstabs of aequitas 1.1 without"
    )
    python = os.environ.get(VARIABLE)
    if not python:
        return [Line("f", name, "–", "not installed", "–", TARGET, None, NOT_INSTALLED)]
    warm, path = folder / "warm.parquet", folder / "crossed.parquet"
    write_scored_rows(warm, 500)
    write_scored_rows(path, sizes.rows)
    ours = children.run("benchmarks.fairness", "ours", warm, path, path)["small"]
    command: list[str | Path] = [
        python,
        "-W",
        "ignore",
        "-c",
        SCRIPT,
        warm,
        path,
        json.dumps(SENSITIVE),
    ]
    done = subprocess.run(  # noqa: S603 - the interpreter that whoever runs the bench named
        command, cwd=ROOT, capture_output=True, text=True, check=True
    )
    peer = float(json.loads(done.stdout.splitlines()[-1]))
    ratio = peer / ours
    times_faster = times(ratio, of="as fast")
    note = (
        "aequitas is given the same rows in memory, the threshold applied and the column where the"
        " attributes meet already made; both the median of 3 runs. It gives no intervals."
    )
    return [Line("f", name, seconds(ours), seconds(peer), times_faster, TARGET, ratio >= 1, note)]


NOT_INSTALLED = (
    f"aequitas 1.1 needs pandas 2 and cannot be installed beside ours; {VARIABLE} did not name a"
    " Python that has it, so this line was not measured."
)
