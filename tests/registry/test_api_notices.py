"""The API's doors to notices, to what comes by mail, and to deliveries."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from registry.models import Delivery, Notice, RegisteredModel
from registry.services import events
from tests.cast import Cast, a_version, api
from tests.registry.test_notices import model, tell

__all__ = ["model"]

CHOICE = {"address": "olga@bank.example", "acts": "digest", "reminders": "none", "time_zone": ""}


@pytest.fixture
def delivery(cast: Cast, settings: Settings) -> Delivery:
    settings.EVENT_LISTENERS = {"warehouse": "https://hooks.example/"}
    events.announce(name="model.review_due", version=a_version(cast), details={}, by=None)
    return Delivery.objects.get()


def test_a_person_reads_and_marks_their_notices(cast: Cast, model: RegisteredModel) -> None:
    tell(cast.owner, cast.manager, model=model, link="/releases/7/")
    tell(cast.owner, model=model, code="condition.breached")
    client = api(cast.owner)
    newest, first = client.get("/api/v1/notices/").json()["results"]
    assert (newest["code"], newest["critical"]) == ("condition.breached", True)
    assert first == {
        "id": first["id"],
        "code": "release.approved",
        "sentence": "Mortgage approval is approved.",
        "model": "mortgage-approval",
        "link": "/releases/7/",
        "critical": False,
        "reminder": False,
        "created_at": first["created_at"],
        "read_at": None,
        "mailed_at": None,
    }
    told = client.post("/api/v1/notices/read/", {"ids": [first["id"]]})
    assert (told.status_code, told.json()) == (200, {"read": 1})
    unread = client.get("/api/v1/notices/", {"unread": "true"}).json()["results"]
    assert [one["id"] for one in unread] == [newest["id"]]
    assert client.post("/api/v1/notices/read/", {"all": True}).json() == {"read": 1}
    assert Notice.objects.get(person=cast.manager).read_at is None


@pytest.mark.parametrize("said", [{}, {"all": False}, {"ids": [1], "all": True}, {"id": 1}])
def test_a_request_that_says_nothing_clear_marks_nothing(
    cast: Cast, model: RegisteredModel, said: dict[str, object]
) -> None:
    tell(cast.owner, model=model)
    assert api(cast.owner).post("/api/v1/notices/read/", said).status_code == 400
    assert Notice.objects.get().read_at is None


def test_a_stranger_has_no_notices(cast: Cast, model: RegisteredModel) -> None:
    tell(cast.owner, cast.outsider, model=model)
    numbers = list(Notice.objects.values_list("pk", flat=True))
    client = api(cast.outsider)
    assert client.get("/api/v1/notices/").json()["results"] == []
    assert client.post("/api/v1/notices/read/", {"ids": numbers}).json() == {"read": 0}
    assert client.post("/api/v1/notices/read/", {"ids": [10**30]}).json() == {"read": 0}
    assert APIClient().get("/api/v1/notices/").status_code == 401


def test_the_list_takes_the_same_queries_however_long_it_is(
    cast: Cast, model: RegisteredModel, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = api(cast.owner)
    for rows in (1, 5):
        for _ in range(rows):
            tell(cast.owner, model=model)
        with django_assert_num_queries(4):
            assert client.get("/api/v1/notices/").status_code == 200


def test_a_person_chooses_what_comes_by_mail(cast: Cast) -> None:
    client = api(cast.owner)
    usual = {"address": "", "acts": "at_once", "reminders": "digest", "time_zone": ""}
    assert client.get("/api/v1/notices/mail/").json() == usual
    assert client.put("/api/v1/notices/mail/", CHOICE).json() == CHOICE
    assert api(cast.owner).get("/api/v1/notices/mail/").json() == CHOICE
    refused = client.put("/api/v1/notices/mail/", {**CHOICE, "acts": "never", "time_zone": "Mars"})
    assert refused.status_code == 409
    codes = [one["code"] for one in refused.json()["objections"]]
    assert codes == ["mail.acts", "mail.time_zone"]
    assert client.put("/api/v1/notices/mail/", {"acts": "digest"}).status_code == 400


def test_an_administrator_sends_again(cast: Cast, delivery: Delivery, settings: Settings) -> None:
    Delivery.objects.update(given_up_at=delivery.due_at)
    client = api(cast.admin)
    [told] = client.get("/api/v1/deliveries/").json()["results"]
    assert (told["event"], told["listener"]) == (delivery.event_id, "warehouse")
    again = client.post(f"/api/v1/deliveries/{delivery.pk}/send-again/")
    assert (again.status_code, again.json()["given_up_at"]) == (200, None)
    settings.EVENT_LISTENERS = {}
    refused = client.post(f"/api/v1/deliveries/{delivery.pk}/send-again/")
    assert refused.status_code == 409
    assert refused.json()["objections"][0]["code"] == "delivery.no_listener"


def test_deliveries_are_an_administrators(cast: Cast, delivery: Delivery) -> None:
    again = f"/api/v1/deliveries/{delivery.pk}/send-again/"
    assert api(cast.manager).post(again).status_code == 403
    assert api(cast.outsider).post(again).status_code == 404
    assert api(cast.manager).get("/api/v1/deliveries/").json()["results"] == []
