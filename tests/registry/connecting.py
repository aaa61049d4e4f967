"""A DuckDB file of the cast's rows behind a named connection, and queries over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_django import Settings

from registry.models import DataQuery, Dataset, DatasetVersion
from registry.rules.data_queries import Columns
from registry.services import data_queries
from tests.cast import Cast, a_dataset, a_table

COLUMNS = Columns(label="approve", score="p", sensitive=("sex", "race"), others=("income",))
SECRET = "nobody-may-read-this"


def connect(settings: Settings, folder: Path, table: str | None = None) -> Path:
    """Configure the connection "warehouse" to a file with the table "applications"."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    rows, path = folder / "rows.csv", folder / f"{SECRET}.duckdb"
    rows.write_text(table or a_table(), encoding="utf-8")
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as file:
        file.execute(f"CREATE TABLE plain AS FROM '{rows}'")
        file.execute(
            "CREATE TABLE applications AS"
            " SELECT *, least(income / 100, 1.0)::DOUBLE AS p FROM plain"
        )
    about = {"kind": "duckdb", "description": "Loans of all years.", "path": str(path)}
    settings.DATA_CONNECTIONS = {"warehouse": about}
    return path


def proposed(cast: Cast, dataset: Dataset | None = None, **changed: Any) -> DataQuery:
    """Have the scientist propose the table of applications."""
    given: dict[str, Any] = {
        "dataset": dataset or Dataset.objects.first() or a_dataset(cast),
        "connection": "warehouse",
        "query": "applications",
        "columns": COLUMNS,
        "role": "test",
        "provenance": " The warehouse, filled every night. ",
        "by": cast.scientist,
    }
    return data_queries.propose(**given | changed)


def reviewed(cast: Cast, **changed: Any) -> DatasetVersion:
    """Have the administrator review it."""
    return data_queries.review(query=proposed(cast, **changed), by=cast.admin)
