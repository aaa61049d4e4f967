"""Founding units; granting and ending roles in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.models import Membership, Unit
from registry.rules.roles import Role
from registry.services import rights, units
from tests.cast import Cast, a_person
from tests.traces import journalled, named, only_the_entitled_may, refused, told_in, who


def test_a_unit_is_founded_with_its_administrator(cast: Cast) -> None:
    person = a_person("iris", "Iris Kahn")
    with journalled() as entries:
        unit = units.found(slug="pensions", name="Pensions", administrator=person, by=None)
    assert Membership.objects.roles_of(person, unit) == {"administrator"}
    assert [(entry.action, entry.actor, entry.unit) for entry in entries] == [
        ("unit.founded", "system", "pensions"),
        ("membership.granted", "system", "pensions"),
    ]


@pytest.mark.parametrize(
    ("slug", "name"), [("retail-credit", "Another"), ("another", "Retail credit")]
)
def test_a_unit_is_founded_once(cast: Cast, slug: str, name: str) -> None:
    with refused("unit.exists"):
        units.found(slug=slug, name=name, administrator=cast.admin, by=None)


def test_an_administrator_grants_a_role(cast: Cast) -> None:
    person = a_person("iris", "Iris Kahn")
    with journalled() as entries:
        membership = units.grant(unit=cast.unit, user=person, role=Role.VALIDATOR, by=cast.admin)
    assert Membership.objects.roles_of(person, cast.unit) == {"validator"}
    assert membership.granted_by == cast.admin
    (entry,) = entries
    assert (entry.action, who(entry), entry.role) == (
        "membership.granted",
        "Alma Berg",
        "administrator",
    )
    assert told_in(entry) == {"user": named(person), "role": "validator"}


def test_nobody_else_grants_a_role(cast: Cast) -> None:
    person = a_person("iris", "Iris Kahn")
    only_the_entitled_may(
        cast,
        "membership.grant",
        lambda by: units.grant(unit=cast.unit, user=person, role=Role.AUDITOR, by=by),
    )


def test_the_flag_of_a_superuser_gives_no_right(cast: Cast) -> None:
    cast.outsider.is_superuser = cast.outsider.is_staff = True
    cast.outsider.save()
    person = a_person("iris", "Iris Kahn")
    only_the_entitled_may(
        cast,
        "membership.grant",
        lambda by: units.grant(unit=cast.unit, user=person, role=Role.AUDITOR, by=by),
    )
    assert not Unit.objects.visible_to(cast.outsider).contains(cast.unit)


def test_an_administrator_cannot_grant_themselves_a_role(cast: Cast) -> None:
    with refused("membership.oneself"):
        units.grant(unit=cast.unit, user=cast.admin, role=Role.SERVICE, by=cast.admin)


def test_the_database_too_refuses_a_role_granted_to_oneself(cast: Cast) -> None:
    with (
        pytest.raises(IntegrityError, match="nobody_grants_themselves_a_role"),
        transaction.atomic(),
    ):
        Membership.objects.create(
            unit=cast.unit,
            user=cast.admin,
            role="service",
            granted_at=timezone.now(),
            granted_by=cast.admin,
        )


def test_a_role_is_held_once(cast: Cast) -> None:
    with refused("membership.held"):
        units.grant(unit=cast.unit, user=cast.owner, role=Role.BUSINESS_OWNER, by=cast.admin)


def test_an_auditor_is_given_no_other_work(cast: Cast) -> None:
    with refused("membership.never_together"):
        units.grant(unit=cast.unit, user=cast.auditor, role=Role.VALIDATOR, by=cast.admin)


def test_roles_that_never_meet_in_one_unit_may_be_held_in_two(cast: Cast) -> None:
    granter = a_person("iris", "Iris Kahn")
    third = units.found(slug="pensions", name="Pensions", administrator=granter, by=None)
    units.grant(unit=third, user=cast.auditor, role=Role.VALIDATOR, by=granter)
    assert Membership.objects.roles_of(cast.auditor, third) == {"validator"}
    assert Membership.objects.roles_of(cast.auditor, cast.unit) == {"auditor"}


def test_ending_a_role_takes_its_rights_and_keeps_its_past(cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.manager)
    with journalled() as entries:
        ended = units.end(membership=membership, reason="Moved to Treasury.", by=cast.admin)
    assert ended.ended_at is not None
    assert not rights.may(by=cast.manager, verb="release.sign", unit=cast.unit)
    before, after = ended.ended_at - timedelta(microseconds=1), ended.ended_at
    assert Membership.objects.at(before).filter(user=cast.manager).count() == 1
    assert Membership.objects.at(after).filter(user=cast.manager).count() == 0
    (entry,) = entries
    assert (entry.action, entry.reason) == ("membership.ended", "Moved to Treasury.")


def test_a_role_that_ended_can_be_granted_again(cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.manager)
    units.end(membership=membership, reason="", by=cast.admin)
    units.grant(unit=cast.unit, user=cast.manager, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    assert Membership.objects.filter(user=cast.manager).count() == 2
    assert rights.may(by=cast.manager, verb="release.sign", unit=cast.unit)


def test_a_role_ends_once(cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.manager)
    units.end(membership=membership, reason="", by=cast.admin)
    with refused("membership.ended"):
        units.end(membership=membership, reason="", by=cast.admin)


def test_nobody_else_ends_a_role(cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.manager)
    only_the_entitled_may(
        cast,
        "membership.end",
        lambda by: units.end(membership=membership, reason="", by=by),
    )


def test_an_account_that_was_closed_may_nothing(cast: Cast) -> None:
    cast.admin.is_active = False
    cast.admin.save()
    person = a_person("iris", "Iris Kahn")
    only_the_entitled_may(
        cast,
        "membership.grant",
        lambda by: units.grant(unit=cast.unit, user=person, role=Role.AUDITOR, by=by),
    )
    assert rights.roles_for(by=cast.admin, verb="membership.grant", unit=cast.unit)
