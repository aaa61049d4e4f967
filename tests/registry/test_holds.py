"""A legal hold beats every period, and everybody's hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audits import tasks as audit_tasks
from registry import tasks
from registry.models import Evidence, Notice, RetentionHold, Tombstone, User
from registry.rules.holds import objections_to_placing
from registry.services import retention, retention_holds
from tests.cast import (
    Cast,
    a_dataset,
    a_dataset_version,
    a_model,
    a_version,
    an_exhibit,
    attached,
)
from tests.registry.keeping import YEAR, a_hold, foreseen, lifted
from tests.registry.rows_at_rest import fresh
from tests.traces import journalled, nothing_written, only_the_entitled_may, refused, time_passes


@pytest.mark.parametrize(
    ("scope", "named", "codes"),
    [
        ("model", ["model"], []),
        ("installation", [], []),
        ("model", [], ["hold.subject"]),
        ("model", ["dataset"], ["hold.subject"]),
        ("unit", ["unit", "model"], ["hold.subject"]),
        ("installation", ["unit"], ["hold.subject"]),
        ("everything", [], ["hold.scope"]),
    ],
)
def test_a_hold_names_what_it_is_on(scope: str, named: list[str], codes: list[str]) -> None:
    found = objections_to_placing(scope, "A law suit.", named=named)
    assert [one.code for one in found] == codes
    without = objections_to_placing(scope, " ", named=named)
    assert [one.code for one in without] == [*codes, "hold.no_reason"]


def test_a_hold_is_placed_and_released_with_reasons_by_those_who_may(cast: Cast) -> None:
    model = a_model(cast)

    def place(by: User) -> RetentionHold:
        return retention_holds.place(scope="model", model=model, reason="A law suit.", by=by)

    only_the_entitled_may(cast, "retention_hold.place", place)
    with refused("hold.subject", "hold.no_reason"):
        retention_holds.place(scope="unit", model=model, reason="", by=cast.admin)
    with journalled() as entries:
        hold = place(cast.manager)
    (entry,) = entries
    assert (entry.action, entry.model, entry.unit, entry.reason) == (
        "retention_hold.placed",
        model.slug,
        cast.unit.slug,
        "A law suit.",
    )
    assert json.loads(entry.changes) == {"scope": "model", "held": model.name}
    only_the_entitled_may(
        cast,
        "retention_hold.release",
        lambda by: retention_holds.release(hold=hold, reason="Settled.", by=by),
    )
    with refused("hold.no_reason"):
        retention_holds.release(hold=hold, reason="", by=cast.manager)
    with journalled() as entries:
        lifted(hold, cast.admin)
    assert [one.action for one in entries] == ["retention_hold.released"]
    with refused("hold.released_already"):
        lifted(hold, cast.admin)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        RetentionHold.objects.filter(pk=hold.pk).update(released_at=None)
    with (
        pytest.raises(DatabaseError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM registry_retentionhold")


def test_a_hold_of_another_unit_is_not_seen(cast: Cast) -> None:
    hold = a_hold(cast, model=a_model(cast))
    everywhere = a_hold(cast)
    assert list(RetentionHold.objects.visible_to(cast.outsider)) == [everywhere]
    assert set(RetentionHold.objects.visible_to(cast.auditor)) == {hold, everywhere}


@pytest.mark.parametrize("scope", ["model", "dataset", "unit", "installation"])
def test_rows_under_a_hold_are_deleted_neither_by_hand_nor_when_due(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    link = attached(cast, a_version(cast))
    data, other = link.data, a_dataset_version(cast, a_dataset(cast, "Other"), role="train")
    on: dict[str, dict[str, Any]] = {
        "model": {"model": link.version.model},
        "dataset": {"dataset": data.dataset},
        "unit": {"unit": cast.unit},
        "installation": {},
    }
    hold = a_hold(cast, **on[scope])
    with refused("retention.held") as caught:
        retention.delete_rows(data=data, reason="Asked for.", by=cast.admin)
    assert "A law suit." in str(caught.value)
    time_passes(monkeypatch, days=800)
    held = {one.thing.record: one.hold_numbers for one in foreseen().going}
    of_all = [hold.pk] if scope in {"unit", "installation"} else []
    assert held == {data: [hold.pk], other: of_all}
    tasks.keep_house()
    assert not hasattr(data.__class__.objects.get(pk=data.pk), "rows_deletion")
    assert hasattr(other.__class__.objects.get(pk=other.pk), "rows_deletion") is not bool(of_all)
    lifted(hold, cast.manager)
    tasks.keep_house()
    assert hasattr(data.__class__.objects.get(pk=data.pk), "rows_deletion")


def test_files_and_notices_past_their_time_stay_while_they_are_held(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, free = a_version(cast), a_version(cast, a_model(cast, "Free"))
    kept, gone = an_exhibit(cast, held), an_exhibit(cast, free)
    hold = a_hold(cast, model=held.model)
    Notice.objects.all().delete()
    now = timezone.now()
    for number, model in enumerate((held.model, free.model)):
        Notice.objects.create(
            person=cast.owner,
            code="release.approved",
            model=model.slug,
            unit=cast.unit.slug,
            about_kind="release",
            about_id=number,
            created_at=now,
            day=now.date(),
            reminder=False,
            critical=False,
        )
    time_passes(monkeypatch, days=11 * YEAR)
    states = {one.thing.record: (one.goes, one.hold_numbers) for one in foreseen().going}
    assert states == {kept: (False, [hold.pk]), gone: (True, [])}
    tasks.keep_house()
    audit_tasks.keep_house()
    assert [bool(fresh(one.file).erased_at) for one in (kept, gone)] == [False, True]
    assert list(Notice.objects.filter(created_at=now).values_list("model", flat=True)) == [
        held.model.slug
    ]
    with nothing_written():
        tasks.keep_house()
    lifted(hold, cast.manager)
    tasks.keep_house()
    assert Tombstone.objects.filter(kind="evidence").count() == Evidence.objects.count() == 2


def test_one_held_record_keeps_the_bytes_for_all_who_share_them(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, free = a_version(cast), a_version(cast, a_model(cast, "Free"))
    first = an_exhibit(cast, held)
    second = Evidence.objects.get(pk=first.pk)
    second.pk, second.version, second.origin = None, free, "the same elsewhere"
    second.save(force_insert=True)
    a_hold(cast, model=held.model)
    time_passes(monkeypatch, days=11 * YEAR)
    assert {one.thing.record: one.needed_by for one in foreseen().going} == {first: 0, second: 1}
    tasks.keep_house()
    assert fresh(first.file).erased_at is None
    assert not Tombstone.objects.filter(kind="evidence").exists()
