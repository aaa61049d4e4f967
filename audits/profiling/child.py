"""The sandboxed program of this room: ``python -m audits.profiling.child``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audits.profiling.balances import label_balance
from audits.profiling.columns import column_facts
from audits.profiling.duplicates import duplicate_rows, overlap
from audits.profiling.tables import loaded
from registry.inspection import engines
from registry.inspection.serving import Tell, serve


def answer(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Find all that a data record tells."""
    path = Path(request["data"])
    others = [(name, Path(other), format) for name, other, format in request["others"]]
    with engines.connect(path, *(other for _, other, _ in others)) as connection:
        table = loaded(connection, path, request["data_format"])
        tell(20)
        columns = column_facts(table)
        tell(60)
        labels = label_balance(
            table, request["label"], task=request["task"], sensitive=request["sensitive"]
        )
        duplicates = duplicate_rows(table)
        tell(70)
        overlaps = []
        for place, (name, other, format) in enumerate(others, start=1):
            overlaps.append(overlap(table, name, loaded(connection, other, format, f"o{place}")))
            tell(70 + 30 * place // len(others))
    return {
        "rows": table.rows,
        "columns": columns,
        "labels": labels,
        "duplicates": duplicates,
        "overlaps": overlaps,
    }


if __name__ == "__main__":
    serve(answer)
