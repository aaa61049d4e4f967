"""Pages and API of delegations and of the conflict report."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry.models import Delegation, Membership
from registry.rules.roles import Role
from registry.services import units
from registry.web.conflicts import harmless
from tests.cast import Cast, a_complete_version, a_model, a_release, api
from tests.registry.doors import call, nothing_decided, page_of, sign
from tests.registry.lending import lend, let_through
from tests.registry.pages import signed_in
from tests.registry.signing import approve


def said(cast: Cast, **changed: object) -> dict[str, object]:
    return {
        "unit": cast.unit.slug,
        "role": "model_risk_manager",
        "delegate": "owner",
        "ends_at": (timezone.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M"),
        "reason": "On leave.",
    } | changed


def test_a_seat_is_lent_and_taken_back_on_the_page(cast: Cast) -> None:
    client, address = signed_in(cast.manager), reverse("give_delegation")
    assert address in client.get(reverse("delegations")).text
    assert cast.owner.printed_name in client.get(address).text
    page = client.post(address, said(cast), follow=True).text
    assert "On leave." in page
    given = Delegation.objects.get()
    end = reverse("end_delegation", args=[given.pk])
    assert end in page
    assert end in signed_in(cast.admin).get(reverse("delegations")).text
    assert end not in signed_in(cast.manager2).get(reverse("delegations")).text
    assert cast.owner.printed_name in client.get(reverse("delegations"), {"mine": "1"}).text
    other = signed_in(cast.manager2).get(reverse("delegations"), {"mine": "1"}).text
    assert "Nobody has delegated a seat." in other
    page = client.post(end, {"reason": " "}, follow=True).text
    assert "Give the reason" in page
    assert signed_in(cast.manager2).post(end, {"reason": "No."}).status_code == 403
    page = client.post(end, {"reason": "Back early."}, follow=True).text
    assert "Back early." in page
    assert end not in page


def test_what_cannot_be_lent_is_said_on_the_form(cast: Cast) -> None:
    client, address = signed_in(cast.manager), reverse("give_delegation")
    answer = client.post(address, said(cast, starts_at="2020-01-01T10:00"))
    assert answer.status_code == 409
    assert "begins now or later" in answer.text
    assert "ends after it begins" in answer.text
    for changed in ({"delegate": "auditor"}, {"role": "validator"}, {"unit": "treasury"}):
        assert client.post(address, said(cast, **changed)).status_code == 422
    assert signed_in(cast.scientist).get(address).status_code == 403
    assert signed_in(cast.outsider).post(address, said(cast)).status_code == 403
    given = lend(cast, cast.manager, cast.owner)
    end = reverse("end_delegation", args=[given.pk])
    assert signed_in(cast.outsider).post(end, {"reason": "No."}).status_code == 404
    assert "Retail" not in signed_in(cast.outsider).get(reverse("delegations")).text


def test_scripts_lend_and_take_back(cast: Cast) -> None:
    client, model = api(cast.manager), a_model(cast)
    asked = said(cast, model=model.slug)
    answer = client.post("/api/v1/delegations/", asked)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["model"], told["delegate"]["username"]) == (model.slug, "owner")
    assert client.get("/api/v1/delegations/?mine=true&unit=retail-credit").json()["count"] == 1
    answer = client.post("/api/v1/delegations/", asked | {"role": "validator"})
    assert (answer.status_code, answer.json()["objections"][0]["code"]) == (409, "delegation.role")
    assert client.post("/api/v1/delegations/", asked | {"delegate": "x"}).status_code == 404
    assert api(cast.scientist).post("/api/v1/delegations/", asked).status_code == 403
    stranger, end = api(cast.outsider), f"/api/v1/delegations/{told['id']}/end/"
    assert stranger.post("/api/v1/delegations/", asked).status_code == 404
    assert stranger.get("/api/v1/delegations/").json()["count"] == 0
    assert stranger.post(end, {"reason": "No."}).status_code == 404
    assert client.post(end, {"reason": "Back."}).json()["end_reason"] == "Back."
    assert client.post(end, {"reason": "Again."}).status_code == 409


@pytest.mark.parametrize(
    ("lost", "kept", "status"),
    [("manager", None, 403), ("owner", Role.AUDITOR, 403), ("owner", None, 404)],
    ids=["giver", "delegate who still reads", "delegate who left"],
)
def test_who_lost_the_role_since_signs_nothing_by_page_or_script(
    cast: Cast, lost: str, kept: Role | None, status: int
) -> None:
    lend(cast, cast.manager, cast.owner)
    release = a_release(cast)
    person = getattr(cast, lost)
    membership = Membership.objects.current().get(user=person, unit=cast.unit)
    units.end(membership=membership, reason="Left.", by=cast.admin)
    if kept:
        units.grant(unit=cast.unit, user=person, role=kept, by=cast.admin)
    with nothing_decided():
        assert call(release, cast.owner).status_code == status
        assert sign(release, cast.owner).status_code == status
    if status == 403:
        assert 'name="password"' not in page_of(release, cast.owner)


def test_the_lists_take_as_many_queries_for_many_rows(cast: Cast) -> None:
    client, scripts = signed_in(cast.manager), api(cast.manager)

    def counted() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as page:
            client.get(reverse("delegations"))
        with CaptureQueriesContext(connection) as listed:
            scripts.get("/api/v1/delegations/")
        return len(page), len(listed)

    lend(cast, cast.manager, cast.owner)
    few = counted()
    for giver in (cast.manager, cast.manager2, cast.manager3):
        lend(cast, giver, cast.ethics, model=a_model(cast, f"Model {giver.username}"))
    assert counted() == few


def test_the_conflict_report_is_read_and_taken_along(cast: Cast) -> None:
    lend(cast, cast.manager, cast.owner)
    release = a_release(cast)
    approve(release, cast.owner)
    other = a_complete_version(cast, a_model(cast, "Car loans"))
    let_through(cast, Path(), other)
    address = reverse("conflicts")
    client = signed_in(cast.auditor)
    page = client.get(address).text
    assert "by delegation" in page
    assert reverse("release", args=[release.pk]) in page
    only = client.get(address, {"kind": "override", "unit": "retail-credit"}).text
    assert "by delegation" not in only
    answer = client.get(address, {"format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(answer.text.splitlines()))
    assert len(rows) == 3
    assert harmless("=1+1") == "'=1+1"
    assert client.get(address, {"unit": "treasury"}).status_code == 404
    told = api(cast.auditor).get("/api/v1/conflicts/").json()
    assert [one["kind"] for one in told["results"]] == ["override", "delegated"]
    assert "in the place of" in told["results"][1]["ground"]["message"]
    for person in (cast.scientist, cast.admin, cast.outsider):
        assert signed_in(person).get(address).status_code == 403
        assert api(person).get("/api/v1/conflicts/").status_code == 403
    assert api(cast.auditor).get("/api/v1/conflicts/?unit=treasury").status_code == 404
    assert address in client.get(reverse("releases")).text
    assert address not in signed_in(cast.scientist).get(reverse("releases")).text
