"""What is kept or was deleted of several units is told to who may see it in all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from audits.models import Report
from audits.services import reports
from audits.services.retention import FORESEEN
from registry.models import DataLink, RegisteredModel, RetentionHold, Tombstone, User
from registry.rules.roles import Role
from registry.services import (
    as_of,
    keeping,
    registered_models,
    relations,
    retention,
    retention_holds,
    units,
)
from tests.cast import Cast, a_dataset_version, a_model, a_statement, a_version, api
from tests.registry.keeping import YEAR, foreseen, keep_house, lifted
from tests.registry.pages import signed_in
from tests.registry.rows_at_rest import fresh
from tests.registry.test_pages_markup import faults_of
from tests.traces import time_passes


def in_treasury(cast: Cast, user: User, role: Role) -> None:
    units.grant(unit=cast.other_unit, user=user, role=role, by=other_admin())


def other_admin() -> User:
    return User.objects.get(username="other_admin")


def rates(cast: Cast) -> RegisteredModel:
    """Register a model in the other unit."""
    said = a_statement(cast, owner=cast.outsider, deputy=None, maintainers=(cast.outsider,))
    return registered_models.register(
        unit=cast.other_unit, name="Rates", task="regression", statement=said, by=cast.outsider
    )


def a_hold_on(model: RegisteredModel) -> RetentionHold:
    return retention_holds.place(
        scope="model", model=model, reason="A secret law suit.", by=other_admin()
    )


def test_a_portfolio_is_held_by_its_models_and_told_to_who_sees_all_its_units(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, ours = rates(cast), a_model(cast)
    in_treasury(cast, cast.auditor, Role.AUDITOR)
    report = reports.request(
        portfolio=[cast.unit, cast.other_unit],
        profile="regulator",
        language="en",
        by=cast.auditor,
    )
    Report.objects.filter(pk=report.pk).update(state="failed")
    hold = a_hold_on(theirs)
    time_passes(monkeypatch, days=11 * YEAR)
    # What was registered later is none of what it states.
    a_model(cast, "Later")
    (going,) = foreseen().going
    assert (going.thing.model_ids, going.goes) == ({theirs.pk, ours.pk}, False)
    assert [one.pk for one in going.holds] == [hold.pk]
    keep_house()
    assert not fresh(report.dossier).erased_at
    both, one = (keeping.preview(sources=FORESEEN, by=by) for by in (cast.auditor, cast.manager))
    assert ([each.thing.record for each in both.going], one.going) == ([report], [])
    lifted(hold, other_admin())
    keep_house()
    assert fresh(report.dossier).erased_at
    stone = Tombstone.objects.get(kind="report")
    assert (stone.unit, stone.unit_ids) == (None, sorted([cast.unit.pk, cast.other_unit.pk]))
    for person, seen in ((cast.auditor, True), (cast.manager, False), (cast.outsider, False)):
        assert Tombstone.objects.visible_to(person).filter(kind="report").exists() is seen
        listed = api(person).get("/api/v1/retention/tombstones/").json()["results"]
        assert (stone.pk in [each["id"] for each in listed]) is seen
        page = signed_in(person).get(reverse("retention"))
        assert (report.serial in page.text) is seen


def test_a_hold_of_another_unit_is_counted_and_its_reason_not_told(cast: Cast) -> None:
    in_treasury(cast, cast.scientist, Role.DATA_SCIENTIST)
    theirs, data = rates(cast), a_dataset_version(cast)
    # The services keep data within its unit: this is a row that came in past them.
    DataLink.objects.create(
        version=a_version(cast, theirs),
        data=data,
        attached_by=cast.scientist,
        attached_at=timezone.now(),
    )
    a_hold_on(theirs)
    later = str(timezone.localdate() + timedelta(days=3 * YEAR))
    door, address = "/api/v1/retention/preview/", reverse("retention_preview")

    def told(person: User) -> tuple[Any, ...]:
        (one,) = api(person).get(door, {"on": later}).json()["going"]
        page = signed_in(person).get(address, {"on": later})
        assert faults_of(page) == []
        return one["goes"], len(one["holds"]), one["unseen_holds"], "secret" in page.text

    assert told(cast.auditor) == (False, 0, 1, False)
    page = signed_in(cast.auditor).get(address, {"on": later}).text
    assert ("1 hold of another unit" in page, data.file.sha256 in page) == (True, True)
    in_treasury(cast, cast.auditor, Role.AUDITOR)
    assert told(cast.auditor) == (False, 1, 0, True)
    assert retention.delete_overdue() == 0


def test_a_model_of_another_unit_is_counted_where_it_stood_beside_one_s_own(cast: Cast) -> None:
    in_treasury(cast, cast.scientist, Role.DATA_SCIENTIST)
    theirs, version = rates(cast), a_version(cast)
    relations.relate(
        upstream=theirs, downstream=version.model, what="The rate is a column.", by=cast.scientist
    )
    at = timezone.now()
    doors = (f"models/{version.model.slug}", f"versions/{version.pk}")
    pages = (
        reverse("model", args=[version.model.slug]),
        reverse("version", args=[version.model.slug, version.number]),
    )
    for person, seen in ((cast.auditor, False), (cast.scientist, True)):
        told = as_of.model_as_of(version.model, at, reader=person)
        beside = as_of.version_as_of(version, at, reader=person)["context"]
        for one in (told, beside):
            assert [each["model"] for each in one["fed_by"]] == (["Rates"] if seen else [])
            others = one["feeds_of_other_units"], one["fed_by_of_other_units"]
            assert others == (0, 0 if seen else 1)
        for door in doors:
            answer = api(person).get(f"/api/v1/{door}/", {"as_of": at.isoformat()})
            assert answer.status_code == 200
            assert ("Rates" in answer.content.decode()) is seen
        for address in pages:
            page = signed_in(person).get(address, {"as_of": at.isoformat()})
            assert page.status_code == 200
            assert seen or "Rates" not in page.text
