"""Events: written once, read in order by those who may, and sent until they have arrived."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from pytest_django import Settings

from registry.models import Delivery, Entry, Event
from registry.models.append_only import WrittenOnce
from registry.services import deliveries, events
from tests.cast import Cast, a_version, api
from tests.traces import time_passes


class Listener(HTTPServer):
    """A real server that keeps what it is sent, and answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 204

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks?from=here"


class Handler(BaseHTTPRequestHandler):
    """Takes what is posted."""

    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        self.send_response(self.server.status)
        if 300 <= self.server.status < 400:
            self.send_header("Location", self.server.address)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def listener(settings: Settings) -> Iterator[Listener]:
    with Listener() as server:
        settings.EVENT_LISTENERS = {"registry": server.address}
        settings.EVENT_SECRET = "a secret of the test"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


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


def test_a_listener_gets_the_event_signed(cast: Cast, listener: Listener) -> None:
    event = announced(cast)
    deliveries.deliver(delivery_id=Delivery.objects.get().pk)
    [(headers, body)] = listener.heard
    told = json.loads(body)
    assert told["id"] == event.pk and told["name"] == "model.review_due"
    assert (told["model"], told["version"]) == ("mortgage-approval", "1.0")
    proof = hmac.new(b"a secret of the test", body, hashlib.sha256).hexdigest()
    assert headers["X-Signature-SHA256"] == proof
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
    settings.EVENT_LISTENERS = {"gone": "http://127.0.0.1:9/"}
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
