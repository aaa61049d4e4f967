"""Units and memberships through the API."""

from __future__ import annotations

from registry.models import Membership
from tests.cast import Cast, a_person, api

UNITS, MEMBERSHIPS = "/api/v1/units/", "/api/v1/memberships/"


def test_one_sees_ones_units_and_what_one_is_there(cast: Cast) -> None:
    found = api(cast.manager).get(UNITS).json()["results"]
    assert [(unit["slug"], unit["my_roles"]) for unit in found] == [
        ("retail-credit", ["model_risk_manager"])
    ]


def test_nobody_sees_memberships_of_other_units(cast: Cast) -> None:
    found = api(cast.outsider).get(MEMBERSHIPS).json()["results"]
    assert {membership["unit"] for membership in found} == {"treasury"}


def test_memberships_are_narrowed_by_person(cast: Cast) -> None:
    found = api(cast.auditor).get(MEMBERSHIPS, {"user": "manager", "current": "true"}).json()
    assert [membership["role"] for membership in found["results"]] == ["model_risk_manager"]


def test_an_administrator_grants_a_role_and_ends_it(cast: Cast) -> None:
    a_person("newcomer", "Nora Keller")
    asked = {"unit": "retail-credit", "user": "newcomer", "role": "validator"}
    granted = api(cast.admin).post(MEMBERSHIPS, asked)
    assert granted.status_code == 201
    assert granted.json()["granted_by"]["username"] == "admin"
    ended = api(cast.admin).post(
        f"{MEMBERSHIPS}{granted.json()['id']}/end/", {"reason": "Left the bank."}
    )
    assert ended.status_code == 200
    assert ended.json()["ended_at"] is not None


def test_nobody_grants_themselves_a_role(cast: Cast) -> None:
    asked = {"unit": "retail-credit", "user": "admin", "role": "auditor"}
    answer = api(cast.admin).post(MEMBERSHIPS, asked)
    assert answer.status_code == 409
    assert "membership.oneself" in {one["code"] for one in answer.json()["objections"]}


def test_only_an_administrator_grants_roles(cast: Cast) -> None:
    asked = {"unit": "retail-credit", "user": "validator", "role": "business_owner"}
    answer = api(cast.manager).post(MEMBERSHIPS, asked)
    assert answer.status_code == 403
    assert "Administrator" in answer.json()["detail"]


def test_an_unknown_role_or_account_is_malformed(cast: Cast) -> None:
    asked = {"unit": "retail-credit", "user": "nobody", "role": "validator"}
    answer = api(cast.admin).post(MEMBERSHIPS, asked)
    assert answer.status_code == 400
    assert set(answer.json()) == {"user"}
    answer = api(cast.admin).post(MEMBERSHIPS, asked | {"role": "king"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"role"}


def test_a_stranger_finds_neither_the_unit_nor_the_membership(cast: Cast) -> None:
    asked = {"unit": "retail-credit", "user": "outsider", "role": "auditor"}
    assert api(cast.outsider).post(MEMBERSHIPS, asked).status_code == 404
    membership = Membership.objects.get(user=cast.manager)
    end = f"{MEMBERSHIPS}{membership.pk}/end/"
    assert api(cast.outsider).post(end, {"reason": "x"}).status_code == 404
