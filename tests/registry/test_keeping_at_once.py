"""Deleting, holding, submitting and checking at the same instant."""

from __future__ import annotations

import pytest

from registry.models import RetentionHold, RowsDeletion, StoreCheck, Tombstone
from registry.rules.refusals import Refused
from registry.services import keeping, kept_files, retention, retention_holds, store
from tests.cast import a_dataset, a_dataset_version, a_version, an_exhibit, gather
from tests.registry.chains import is_whole
from tests.registry.keeping import YEAR
from tests.registry.rows_at_rest import in_the_store
from tests.registry.test_at_once import at_once
from tests.traces import time_passes


def test_a_hold_and_a_deletion_at_once_end_in_one_of_the_two(
    committed_db: str, quick_passwords: None
) -> None:
    cast = gather()
    for number in range(4):
        data = a_dataset_version(cast, a_dataset(cast, f"Applications {number}"))
        deleted, held = at_once(
            lambda data=data: retention.delete_rows(  # type: ignore[misc]
                data=data, reason="Asked for.", by=cast.admin
            ),
            lambda data=data: retention_holds.place(  # type: ignore[misc]
                scope="dataset", dataset=data.dataset, reason="A law suit.", by=cast.manager
            ),
        )
        assert isinstance(held, RetentionHold)
        if isinstance(deleted, Refused):
            assert [one.code for one in deleted.objections] == ["retention.held"]
            assert not RowsDeletion.objects.filter(data=data).exists()
        else:
            # It was deleted first: the hold waited for that.
            assert held.placed_at > RowsDeletion.objects.get(data=data).deleted_at
        retention_holds.release(hold=held, reason="Settled.", by=cast.manager)
    assert is_whole()


def test_two_passes_and_two_checks_at_once_do_each_thing_once(
    committed_db: str, quick_passwords: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = gather()
    version = a_version(cast)
    exhibits = {an_exhibit(cast, version).pk for _ in range(4)}
    time_passes(monkeypatch, days=11 * YEAR)
    done = at_once(
        lambda: keeping.delete_due(sources=kept_files.SOURCES),
        lambda: keeping.delete_due(sources=kept_files.SOURCES),
        store.check,
        store.check,
    )
    assert sum(int(str(one)) for one in done[:2]) == 4
    assert [one.record_id for one in Tombstone.objects.order_by("record_id")] == sorted(exhibits)
    assert (in_the_store(), StoreCheck.objects.count()) == ([], 2)
    assert list(store.broken()) == []
    assert is_whole()
