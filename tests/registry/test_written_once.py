"""Tables that the database itself refuses to rewrite."""

from __future__ import annotations

import importlib

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from registry.models import (
    AttestationRound,
    CardRevision,
    CaseFile,
    Checkpoint,
    CheckpointDelivery,
    CheckpointKey,
    CheckpointStamp,
    Confirmation,
    DatasetVersion,
    Decision,
    Entry,
    EvaluationPlan,
    Evidence,
    Hazard,
    Installation,
    JournalCheck,
    JournalTile,
    ModelRevision,
    ModelVersion,
    PolicyAdoption,
    PolicyApproval,
    PolicyEdition,
    ReviewEvent,
    RiskAssessment,
    RiskMatrix,
    RowsDeletion,
    ScorecardFilling,
    StoreCheck,
    Tombstone,
)
from registry.models.append_only import WrittenOnce
from registry.services import kept_checks, plans, retention, store
from tests.cast import (
    Cast,
    an_approved_release,
)
from tests.registry.policies_at_work import adopted
from tests.registry.reviewing import a_review, a_round, confirmed
from tests.registry.scoring import filled

NAMED = [
    table
    for migration in (
        "0002_written_once",
        "0004_rows_at_rest",
        "0006_evaluation_plans",
        "0008_policies_in_force",
        "0010_scorecards",
        "0014_reviews_and_attestations",
        "0019_checkpoints",
        "0020_keeping",
    )
    for table in importlib.import_module(f"registry.migrations.{migration}").WRITTEN_ONCE
]
TABLES = (
    AttestationRound,
    CardRevision,
    CaseFile,
    Checkpoint,
    CheckpointDelivery,
    CheckpointKey,
    CheckpointStamp,
    Confirmation,
    DatasetVersion,
    Decision,
    Entry,
    EvaluationPlan,
    Evidence,
    Hazard,
    Installation,
    JournalCheck,
    JournalTile,
    ModelRevision,
    ModelVersion,
    PolicyAdoption,
    PolicyApproval,
    PolicyEdition,
    ReviewEvent,
    RiskAssessment,
    RiskMatrix,
    RowsDeletion,
    ScorecardFilling,
    StoreCheck,
    Tombstone,
)


def test_every_table_that_is_written_once_has_its_triggers() -> None:
    assert {table._meta.db_table for table in TABLES} == set(NAMED)


def refused_by_the_database(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="is written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.fixture
def full(cast: Cast) -> Cast:
    """Every table that is written once has a row."""
    release = an_approved_release(cast)
    auc = {"measure": "roc_auc", "attribute": "", "limit": 0.7, "direction": "at_least"}
    plans.revise(
        version=release.version,
        content={"performance": {"checks": [auc]}},
        reason="It decides on homes.",
        by=cast.scientist,
    )
    filled(release.version.model, cast.scientist)
    adopted(cast)
    confirmed(a_round(cast), cast.owner)
    a_review(release.version.model)
    a_review(release.version.model)
    retention.delete_rows(data=DatasetVersion.objects.get(), reason="Asked for.", by=cast.admin)
    store.check()
    signed = Checkpoint.objects.latest("size")
    now = timezone.now()
    CheckpointDelivery.objects.create(checkpoint=signed, sink="file:///lines", at=now)
    CheckpointStamp.objects.create(checkpoint=signed, authority="a", token=b"t", at=now)
    JournalTile.objects.create(index=0, root="a" * 64)
    kept_checks.keep(kind="nightly")
    with connection.cursor() as cursor:
        # Checks put off to the commit would keep TRUNCATE out before the trigger can.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return cast


def test_raw_sql_changes_and_removes_nothing(full: Cast) -> None:
    for table in TABLES:
        name, key = table._meta.db_table, table._meta.pk.column
        assert table._default_manager.exists(), name
        refused_by_the_database(f"UPDATE {name} SET {key} = {key}")  # noqa: S608
        refused_by_the_database(f"DELETE FROM {name}")  # noqa: S608
        refused_by_the_database(f"TRUNCATE {name} CASCADE")


def test_truncating_a_table_below_reaches_none_that_is_written_once(full: Cast) -> None:
    refused_by_the_database("TRUNCATE registry_unit CASCADE")


def test_the_querysets_refuse_too(full: Cast) -> None:
    for table in TABLES:
        rows = table._default_manager.all()
        key = table._meta.pk.name
        with pytest.raises(WrittenOnce):
            rows.update(**{key: 1})
        with pytest.raises(WrittenOnce):
            rows.delete()
        with pytest.raises(WrittenOnce):
            rows.bulk_update(list(rows), [key])


def test_saving_or_deleting_one_row_is_refused_as_well(full: Cast) -> None:
    decision = Decision.objects.get()
    decision.reason = "I never said that."
    with pytest.raises(DatabaseError, match="is written once"), transaction.atomic():
        decision.save()
    with pytest.raises(DatabaseError, match="is written once"), transaction.atomic():
        decision.delete()
