"""Events: written once, read in order by those who may, and sent until they have arrived."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from pytest_django import Settings

from registry.models import Delivery, Entry, Event
from registry.models.append_only import WrittenOnce
from registry.services import deliveries, events
from tests.cast import Cast, a_model, a_version, api
from tests.registry.listening import Listener, serving
from tests.traces import time_passes


@pytest.fixture
def listener(settings: Settings) -> Iterator[Listener]:
    with serving(Listener()) as server:
        settings.EVENT_LISTENERS = {"registry": f"private+{server.address}"}
        settings.EVENT_SECRET = "a secret of the test"
        settings.BASE_URL = "https://gov.bank.example"
        yield server


def announced(cast: Cast) -> Event:
    return events.announce(
        name="model.review_due", version=a_version(cast), details={"verdict": "fail"}, by=None
    )


def test_an_event_is_journalled_and_kept(cast: Cast) -> None:
    event = announced(cast)
    entry = Entry.objects.order_by("-number")[0]
    assert (entry.action, entry.role) == ("event.announced", "system")
    assert json.loads(entry.changes) == {"name": "model.review_due", "verdict": "fail"}
    assert not Delivery.objects.exists()
    assert Event.objects.visible_to(cast.auditor).get() == event
    assert not Event.objects.visible_to(cast.outsider)


def test_an_event_is_written_once(cast: Cast) -> None:
    announced(cast)
    with pytest.raises(WrittenOnce):
        Event.objects.update(name="model.retraining_due")
    for statement in ("UPDATE registry_event SET details = '{}'", "DELETE FROM registry_event"):
        with (
            pytest.raises((InternalError, IntegrityError), match="is written once"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_an_event_of_no_known_name_is_refused_by_the_database(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        events.announce(name="model.is_fine", version=a_version(cast), details={}, by=None)


def test_a_listener_gets_a_cloud_event_signed_with_its_time(cast: Cast, listener: Listener) -> None:
    event = announced(cast)
    deliveries.deliver(delivery_id=Delivery.objects.get().pk)
    [(headers, body)] = listener.heard
    assert headers["Content-Type"] == "application/cloudevents+json"
    assert json.loads(body) == {
        "specversion": "1.0",
        "id": str(event.pk),
        "source": "https://gov.bank.example/",
        "type": "mlops-gov.model.review_due",
        "subject": "mortgage-approval/1.0",
        "time": event.at.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "name": "model.review_due",
            "model": "mortgage-approval",
            "version": "1.0",
            "details": {"verdict": "fail"},
        },
    }
    said_at = headers["X-Event-Timestamp"]
    assert abs(int(said_at) - event.at.timestamp()) < 60
    proof = hmac.new(b"a secret of the test", digestmod=hashlib.sha256)
    proof.update(said_at.encode("ascii"))
    proof.update(b".")
    proof.update(body)
    assert headers["X-Signature-SHA256"] == proof.hexdigest()
    assert headers["Host"] == f"127.0.0.1:{listener.server_port}"
    delivery = Delivery.objects.get()
    assert delivery.arrived_at and delivery.last_answer.startswith("204")


def test_what_has_arrived_is_not_sent_again(cast: Cast, listener: Listener) -> None:
    announced(cast)
    for _ in range(2):
        deliveries.deliver(delivery_id=Delivery.objects.get().pk)
    assert len(listener.heard) == 1
    assert deliveries.deliver_waiting() == 0


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_was_not_taken_is_sent_again_later(
    cast: Cast, listener: Listener, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced(cast)
    listener.status = status
    number = Delivery.objects.get().pk
    deliveries.deliver(delivery_id=number)
    assert deliveries.deliver_waiting() == 0
    listener.status = 200
    time_passes(monkeypatch, minutes=2)
    assert deliveries.deliver_waiting() == 1
    deliveries.deliver(delivery_id=number)
    assert Delivery.objects.get().arrived_at
    assert len(listener.heard) == 2


def test_a_worker_killed_while_sending_loses_nothing(
    cast: Cast, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced(cast)
    number = Delivery.objects.get().pk

    def killed(delivery: Delivery) -> tuple[int, str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as within:
        within.setattr(deliveries, "_send", killed)
        with pytest.raises(KeyboardInterrupt):
            deliveries.deliver(delivery_id=number)
    time_passes(monkeypatch, minutes=2)
    deliveries.deliver(delivery_id=number)
    assert Delivery.objects.get().arrived_at


def test_a_listener_that_never_answers_is_given_up_at_last(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVENT_LISTENERS = {"gone": "private+http://127.0.0.1:9/"}
    announced(cast)
    number = Delivery.objects.get().pk
    for attempt in range(len(deliveries.WAITS) + 1):
        assert deliveries.deliver_waiting() == 1, attempt
        deliveries.deliver(delivery_id=number)
        time_passes(monkeypatch, days=2)
    delivery = Delivery.objects.get()
    assert delivery.given_up_at and delivery.last_answer == "0 ConnectionRefusedError"
    assert deliveries.deliver_waiting() == 0


def test_a_listener_that_was_taken_off_the_settings_gets_nothing(
    cast: Cast, listener: Listener, settings: Settings
) -> None:
    announced(cast)
    settings.EVENT_LISTENERS = {}
    deliveries.deliver(delivery_id=Delivery.objects.get().pk)
    assert listener.heard == []
    assert "no such listener" in Delivery.objects.get().last_answer


def test_the_feed_is_read_from_the_last_one_on(cast: Cast) -> None:
    first = announced(cast)
    second = events.announce(
        name="model.retraining_due", version=first.version, details={}, by=None
    )
    feed = api(cast.auditor).get("/api/v1/events/").json()["results"]
    assert [one["id"] for one in feed] == [first.pk, second.pk]
    later = api(cast.auditor).get("/api/v1/events/", {"after": first.pk}).json()["results"]
    assert [(one["id"], one["name"]) for one in later] == [(second.pk, "model.retraining_due")]
    assert api(cast.outsider).get("/api/v1/events/").json()["results"] == []
    assert api(cast.auditor).get("/api/v1/events/", {"since": 1}).status_code == 400


def test_an_event_may_be_about_a_model_or_about_the_installation(cast: Cast) -> None:
    of_model = events.announce(
        name="incident.reported", version=None, model=a_model(cast), details={}, by=cast.manager
    )
    of_none = events.announce(name="policy.adopted", version=None, details={"edition": 2}, by=None)
    assert deliveries.body_of(of_model)["subject"] == "mortgage-approval"
    assert "subject" not in deliveries.body_of(of_none)
    feed = api(cast.auditor).get("/api/v1/events/").json()["results"]
    assert [(one["model"], one["version"]) for one in feed] == [
        ("mortgage-approval", None),
        (None, None),
    ]
    narrowed = api(cast.auditor).get("/api/v1/events/", {"model": "mortgage-approval"}).json()
    assert [one["id"] for one in narrowed["results"]] == [of_model.pk]
    assert list(Event.objects.visible_to(cast.outsider)) == [of_none]


def test_what_a_listener_says_is_kept_as_one_line(cast: Cast, listener: Listener) -> None:
    announced(cast)
    listener.status, listener.words = 500, "No\x00 and\tno"
    deliveries.deliver(delivery_id=Delivery.objects.get().pk)
    assert Delivery.objects.get().last_answer == "500 No and no"
