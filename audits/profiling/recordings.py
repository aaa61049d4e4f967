"""Has a data set recorded in the sandbox, and makes a measurement of it; the caller's side."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from audits.measures.envelopes import FORMAT, judged, scored_facts
from audits.measures.plans import read_plan
from audits.profiling import record_figures
from registry.inspection import sandbox
from registry.inspection.sandbox import Limits

LIMITS = Limits(cpu_seconds=1800, wall_seconds=3600.0)


def record_data(
    *,
    data: Path,
    data_format: str,
    label: str | None,
    positive_label: object,
    task: str,
    sensitive: Sequence[str],
    others: Sequence[tuple[str, Path, str]],
    plan: Mapping[str, Any],
    limits: Limits = LIMITS,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Record a data set: its columns, labels, duplicates and overlaps, judged by the plan.

    ``others`` are the version's other data, each with a name, a path and a format; the overlap is
    the share of this data's rows that the other one has too. ``sensitive`` names columns of the
    data; ``on_progress`` gets whole percents. A file that cannot be read is `Refused`.
    """
    started = time.perf_counter()
    read = read_plan(plan, "data")
    request = {
        "data": str(data.resolve()),
        "data_format": data_format,
        "label": label,
        "task": task,
        "sensitive": list(dict.fromkeys(sensitive)),
        "others": [(name, str(path.resolve()), format) for name, path, format in others],
    }

    def on_line(percent: Any) -> None:
        if on_progress is not None:
            on_progress(max(0, min(100, int(percent))))

    found = sandbox.run(
        "audits.profiling.child",
        request,
        limits=limits,
        reads=[data, *(path for _, path, _ in others)],
        on_line=on_line,
    )
    columns = [record_figures.column(one, found["rows"]) for one in found["columns"]]
    positive = None if positive_label is None else str(positive_label)
    groups = record_figures.groups(found["labels"], task, positive, read.smallest_group)
    measurement = {
        "format": FORMAT,
        "kind": "data",
        "task": task,
        "scored": scored_facts(True, None, positive, label or ""),
        "rows": found["rows"],
        "columns": columns,
        "labels": record_figures.labels(found["labels"]),
        "duplicates": found["duplicates"],
        "overlaps": found["overlaps"],
        "measures": record_figures.measures(found, task, positive, read.smallest_group),
        "groups": groups,
        "comparisons": record_figures.comparisons(found),
    }
    missing = {one["name"]: one["missing"] for one in columns if one["name"] in sensitive}
    counted = record_figures.Counted(found["rows"], groups)
    whole = judged(measurement, read, counted, missing, None, started)
    whole.pop("cells")
    return whole
