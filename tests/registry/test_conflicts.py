"""The conflict report of a unit: gathered from what happened, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Membership, User
from registry.rules.roles import Role
from registry.services import cards, conflicts, units
from tests.cast import Cast, a_complete_version, a_model, a_release, an_approved_release
from tests.registry.lending import lend, let_through
from tests.registry.signing import approve
from tests.traces import denied, time_passes


def found(cast: Cast, by: User | None = None) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.kind, one.people) for one in conflicts.report(by=by or cast.auditor)]


def test_a_clean_unit_has_no_conflict(cast: Cast) -> None:
    an_approved_release(cast)
    assert found(cast) == []


def test_work_done_after_signing_counts_as_well(cast: Cast) -> None:
    release = an_approved_release(cast)
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    assert found(cast) == []
    cards.save(version=release.version, sections={"caveats": "Mine."}, by=cast.manager)
    assert found(cast) == [("own_work", (cast.manager.printed_name,))]
    (line,) = conflicts.report(by=cast.auditor)
    assert line.link == f"/releases/{release.pk}/"
    assert "wrote the model card" in line.ground.message


def test_who_was_an_author_when_signing_is_named_though_no_longer_one(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    an_approved_release(cast)
    membership = Membership.objects.get(user=cast.manager, role=Role.DATA_SCIENTIST)
    units.end(membership=membership, reason="Done.", by=cast.admin)
    assert found(cast) == [("author", (cast.manager.printed_name,))]


def test_people_who_approve_each_others_models_are_named(cast: Cast) -> None:
    an_approved_release(cast)
    for person, role in (
        (cast.manager, Role.DATA_SCIENTIST),
        (cast.scientist, Role.MODEL_RISK_MANAGER),
    ):
        units.grant(unit=cast.unit, user=person, role=role, by=cast.admin)
    turned = replace(cast, scientist=cast.manager, manager=cast.scientist)
    an_approved_release(turned, a_complete_version(turned, a_model(turned, "Car loans")))
    lines = found(cast)
    assert ("mutual", (cast.scientist.printed_name, cast.manager.printed_name)) in lines
    assert [kind for kind, _ in lines].count("mutual") == 1


def test_delegations_and_emergencies_of_the_window_are_named(cast: Cast, tmp_path: Path) -> None:
    lend(cast, cast.manager, cast.owner)
    approve(a_release(cast), cast.owner)
    let_through(cast, tmp_path, a_complete_version(cast, a_model(cast, "Car loans")))
    names = (cast.manager.printed_name, cast.owner.printed_name)
    assert found(cast) == [("override", names), ("delegated", names[::-1])]


def test_what_is_older_than_twelve_months_is_left_out(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    an_approved_release(cast)
    let_through(cast, tmp_path, a_complete_version(cast, a_model(cast, "Car loans")))
    assert len(found(cast)) == 2
    time_passes(monkeypatch, days=366)
    assert found(cast) == []


def test_those_without_the_right_read_no_report_and_others_none_but_their_units(
    cast: Cast,
) -> None:
    lend(cast, cast.manager, cast.owner)
    approve(a_release(cast), cast.owner)
    for person in (cast.scientist, cast.admin, cast.deployer, cast.outsider):
        with denied():
            conflicts.report(by=person)
    admin = User.objects.get(username="other_admin")
    units.grant(unit=cast.other_unit, user=cast.outsider, role=Role.VALIDATOR, by=admin)
    assert found(cast, cast.outsider) == []
    assert len(found(cast, cast.validator)) == 1
    assert conflicts.report(by=cast.validator, unit=cast.other_unit) == []


def test_the_report_takes_as_many_queries_for_many_decisions(cast: Cast, tmp_path: Path) -> None:
    lend(cast, cast.manager, cast.owner)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            conflicts.report(by=cast.auditor)
        return len(queries)

    approve(a_release(cast), cast.owner)
    let_through(cast, tmp_path, a_complete_version(cast, a_model(cast, "Model")))
    few = asked()
    for number in range(3):
        version = a_complete_version(cast, a_model(cast, f"Model {number}"))
        approve(a_release(cast, version), cast.owner)
        let_through(cast, tmp_path, a_complete_version(cast, a_model(cast, f"Other {number}")))
    assert asked() == few
    assert few < 30
