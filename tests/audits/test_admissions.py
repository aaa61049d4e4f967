"""What stands against a run, kind by kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audits.models import Run
from audits.rules.options import Options
from audits.services import runs
from registry.models import DatasetVersion, ModelVersion
from tests.cast import (
    ROWS,
    Cast,
    a_dataset,
    a_dataset_version,
    a_table,
    a_trained_artefact,
    a_version,
    attached,
)
from tests.traces import refused


@pytest.fixture
def version(cast: Cast, tmp_path: Path) -> ModelVersion:
    """A version with an artefact and its test data."""
    version = a_version(cast, artefact=a_trained_artefact(tmp_path / "model.json"))
    attached(cast, version)
    return version


def test_data_of(version: ModelVersion) -> DatasetVersion:
    return version.data_links.attached().get().data


test_data_of.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def batch(cast: Cast) -> DatasetVersion:
    """Later rows, attached to nothing."""
    return a_dataset_version(
        cast, a_dataset(cast, "Batches"), role="production", table=a_table(ROWS // 2)
    )


def ask(cast: Cast, version: ModelVersion, data: DatasetVersion, kind: str, **said: Any) -> Run:
    return runs.request(version=version, data=data, kind=kind, by=cast.scientist, **said)


def test_every_kind_is_taken(cast: Cast, version: ModelVersion, batch: DatasetVersion) -> None:
    data = test_data_of(version)
    for kind in ("performance", "fairness", "explanation", "data"):
        assert ask(cast, version, data, kind).kind == kind
    drift = ask(cast, version, batch, "drift", reference=data)
    assert (drift.data, drift.reference, drift.truth) == (batch, data, None)


def test_a_batch_needs_a_reference(
    cast: Cast, version: ModelVersion, batch: DatasetVersion
) -> None:
    with refused("run.no_reference"):
        ask(cast, version, batch, "drift")


def test_a_batch_is_not_its_own_reference(cast: Cast, version: ModelVersion) -> None:
    data = test_data_of(version)
    with refused("run.same_data"):
        ask(cast, version, data, "drift", reference=data)


def test_only_a_batch_is_looked_at_unattached(
    cast: Cast, version: ModelVersion, batch: DatasetVersion
) -> None:
    with refused("run.data_not_attached"):
        ask(cast, version, batch, "performance")
    loose = a_dataset_version(cast, a_dataset(cast, "Loose"), table=a_table(90))
    with refused("run.data_not_attached"):
        ask(cast, version, loose, "drift", reference=test_data_of(version))
    with refused("run.reference_not_attached"):
        ask(cast, version, batch, "drift", reference=loose)


def test_a_reference_belongs_to_drift_alone(cast: Cast, version: ModelVersion) -> None:
    data = test_data_of(version)
    with refused("run.nothing_to_compare"):
        ask(cast, version, data, "performance", reference=data)


def test_later_labels_need_their_key_and_the_key_its_labels(
    cast: Cast, version: ModelVersion, batch: DatasetVersion
) -> None:
    data = test_data_of(version)
    labels = a_dataset_version(cast, a_dataset(cast, "Outcomes"), table=a_table(80))
    with refused("run.truth_key"):
        ask(cast, version, batch, "drift", reference=data, truth=labels)
    with refused("run.truth_key"):
        ask(cast, version, batch, "drift", reference=data, options=Options(truth_key="income"))
    keyed = ask(
        cast,
        version,
        batch,
        "drift",
        reference=data,
        truth=labels,
        options=Options(truth_key="income"),
    )
    assert keyed.options == {"truth_key": "income"}


def test_labels_without_the_key_are_named(
    cast: Cast, version: ModelVersion, batch: DatasetVersion
) -> None:
    labels = a_dataset_version(
        cast, a_dataset(cast, "Outcomes"), sensitive_columns=(), table="number,approve\n1,0\n2,1\n"
    )
    with refused("run.columns_missing") as caught:
        ask(
            cast,
            version,
            batch,
            "drift",
            reference=test_data_of(version),
            truth=labels,
            options=Options(truth_key="income"),
        )
    assert "Outcomes 1 lacks the columns income" in str(caught.value)


def test_a_vendor_model_is_neither_explained_nor_watched(cast: Cast, batch: DatasetVersion) -> None:
    version = a_version(cast)
    attached(cast, version)
    data = test_data_of(version)
    with refused("run.nothing_to_explain"):
        ask(cast, version, data, "explanation")
    with refused("run.drift_of_a_vendor_model"):
        ask(cast, version, batch, "drift", reference=data)
    assert ask(cast, version, data, "data").state == "queued"


def test_training_rows_may_be_described_and_explained_but_not_judged(
    cast: Cast, version: ModelVersion
) -> None:
    train = a_dataset_version(cast, a_dataset(cast, "Training"), role="train")
    attached(cast, version, train)
    for kind in ("performance", "fairness"):
        with refused("run.training_data"):
            ask(cast, version, train, kind)
    assert ask(cast, version, train, "data").state == "queued"
    assert ask(cast, version, train, "explanation").state == "queued"


def test_a_run_again_asks_for_the_same(
    cast: Cast, version: ModelVersion, batch: DatasetVersion
) -> None:
    labels = a_dataset_version(cast, a_dataset(cast, "Outcomes"), table=a_table(80))
    first = ask(
        cast,
        version,
        batch,
        "drift",
        reference=test_data_of(version),
        truth=labels,
        options=Options(truth_key="income"),
    )
    Run.objects.filter(pk=first.pk).update(state="failed")
    first.refresh_from_db()
    second = runs.again(run=first, by=cast.scientist)
    for name in ("kind", "data", "reference", "truth", "options"):
        assert getattr(second, name) == getattr(first, name)
    assert second.ordinal == first.ordinal + 1
