"""Registering datasets and their versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from registry.models import Dataset, DatasetVersion, StoredFile, Unit
from registry.rules import row_digests
from registry.services import datasets
from tests.cast import Cast, a_dataset, a_table
from tests.traces import journalled, only_the_entitled_may, refused

SMALL = "age,sex,approve\n31,f,1\n,m,0\n45,f,0\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text(SMALL, encoding="utf-8")
    return path


def taken(
    cast: Cast, table: Path, sensitive_columns: Sequence[str] = ("sex",), **changed: Any
) -> DatasetVersion:
    dataset = changed.pop("dataset", None) or Dataset.objects.first() or a_dataset(cast)
    given: dict[str, Any] = {
        "dataset": dataset,
        "table": table,
        "role": "test",
        "sensitive_columns": sensitive_columns,
        "provenance": " Drawn by hand. ",
        "by": cast.scientist,
    }
    return datasets.register_version(**given | changed)


def registered(cast: Cast, unit: Unit, name: str, by: Any) -> Dataset:
    return datasets.register(unit=unit, name=name, description="", by=by)


def test_a_dataset_is_registered(cast: Cast) -> None:
    with journalled() as entries:
        dataset = registered(cast, cast.unit, " Loans 2026 ", cast.scientist)
    assert (dataset.name, dataset.slug) == ("Loans 2026", "loans-2026")
    (entry,) = entries
    assert (entry.action, entry.role, entry.unit) == (
        "dataset.registered",
        "data_scientist",
        "retail-credit",
    )


def test_a_dataset_is_registered_once(cast: Cast) -> None:
    a_dataset(cast, "Loans")
    with refused("dataset.exists"):
        registered(cast, cast.unit, "loans", cast.scientist)


def test_a_dataset_needs_a_name(cast: Cast) -> None:
    with refused("dataset.name"):
        registered(cast, cast.unit, "...", cast.scientist)


def test_nobody_else_registers_a_dataset(cast: Cast) -> None:
    only_the_entitled_may(
        cast, "dataset.register", lambda by: registered(cast, cast.unit, "Loans", by)
    )


def test_a_version_is_fingerprinted(cast: Cast, table: Path) -> None:
    with journalled() as entries:
        version = taken(cast, table)
    assert version.file.sha256 == hashlib.sha256(SMALL.encode()).hexdigest()
    assert (version.number, version.rows, version.format) == (1, 3, "csv")
    assert [(column["name"], column["missing"]) for column in version.columns] == [
        ("age", 1),
        ("sex", 0),
        ("approve", 0),
    ]
    assert version.provenance == "Drawn by hand."
    entry = entries[-1]
    assert (entry.action, entry.role) == ("dataset_version.registered", "data_scientist")
    assert json.loads(entry.changes) == {
        "sha256": version.file.sha256,
        "rows": 3,
        "columns": 3,
        "role": "test",
        "sensitive_columns": ["sex"],
        "keep_until": str(timezone.localdate() + timedelta(days=730)),
        "facts": row_digests.digest_of(version, row_digests.DATA),
    }


def test_versions_are_numbered_one_after_another(cast: Cast, table: Path) -> None:
    assert [taken(cast, table).number for _ in range(3)] == [1, 2, 3]


def test_the_same_rows_are_kept_once(cast: Cast, table: Path) -> None:
    assert taken(cast, table).file == taken(cast, table, role="train").file
    assert StoredFile.objects.count() == 1


def test_nobody_else_hands_in_rows(cast: Cast, table: Path) -> None:
    dataset = a_dataset(cast)
    only_the_entitled_may(
        cast, "dataset.register", lambda by: taken(cast, table, dataset=dataset, by=by)
    )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"role": "holdout"}, "dataset.role"),
        ({"provenance": "  "}, "dataset.provenance"),
        ({"sensitive_columns": ["race"]}, "dataset.no_such_column"),
    ],
)
def test_what_is_not_said_right_is_refused(
    cast: Cast, table: Path, changed: dict[str, Any], code: str
) -> None:
    dataset = a_dataset(cast)
    with refused(code):
        taken(cast, table, dataset=dataset, **changed)


def test_every_column_that_is_not_there_is_named(cast: Cast, table: Path) -> None:
    dataset = a_dataset(cast)
    with refused("dataset.no_such_column", "dataset.no_such_column") as caught:
        taken(cast, table, ("race", "religion"), dataset=dataset)
    assert "age, sex, approve" in str(caught.value)


def test_a_sensitive_column_with_too_many_values_is_refused(cast: Cast, tmp_path: Path) -> None:
    table = tmp_path / "many.csv"
    table.write_text("postcode\n" + "".join(f"{row}\n" for row in range(101)), encoding="utf-8")
    dataset = a_dataset(cast)
    with refused("dataset.too_many_groups") as caught:
        taken(cast, table, ["postcode"], dataset=dataset)
    assert "101" in str(caught.value)


def test_a_sensitive_column_may_have_just_as_many_values_as_the_limit(
    cast: Cast, tmp_path: Path
) -> None:
    table = tmp_path / "many.csv"
    table.write_text("postcode\n" + "".join(f"{row}\n" for row in range(100)), encoding="utf-8")
    assert taken(cast, table, ["postcode"]).sensitive_columns == ["postcode"]


def test_a_table_over_the_limit_is_refused(cast: Cast, table: Path, settings: Settings) -> None:
    dataset = a_dataset(cast)
    settings.TABLE_LIMIT = len(SMALL) - 1
    with refused("table.too_large"):
        taken(cast, table, dataset=dataset)


def test_ragged_rows_leave_nothing_behind(cast: Cast, tmp_path: Path) -> None:
    table = tmp_path / "ragged.csv"
    table.write_text(a_table() + "1,2,3\n", encoding="utf-8")
    dataset = a_dataset(cast)
    with refused("table.ragged"):
        taken(cast, table, dataset=dataset)


def test_a_stranger_sees_no_data(cast: Cast, table: Path) -> None:
    version = taken(cast, table)
    assert DatasetVersion.objects.visible_to(cast.auditor).contains(version)
    assert not DatasetVersion.objects.visible_to(cast.outsider).exists()
    assert not Dataset.objects.visible_to(cast.outsider).exists()
