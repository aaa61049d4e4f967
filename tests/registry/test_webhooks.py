"""Webhooks go to addresses that were looked at, and to no others."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from registry.models import Delivery, Entry
from registry.services import deliveries, events, webhooks
from tests.cast import Cast, a_version
from tests.registry.listening import Listener, serving
from tests.traces import denied, journalled, refused

BODY = b"{}"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with serving(Listener()) as server:
        yield server


@pytest.mark.parametrize(
    ("host", "leads_to"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
        ("169.254.169.254", "169.254.169.254"),
        ("10.1.2.3", "10.1.2.3"),
        ("192.168.0.1", "192.168.0.1"),
        ("100.64.0.1", "100.64.0.1"),
        ("0.0.0.0", "0.0.0.0"),  # noqa: S104
        ("[fd00::1]", "fd00::1"),
    ],
)
def test_an_address_inside_is_refused_before_anything_is_sent(host: str, leads_to: str) -> None:
    status, words = webhooks.post(f"http://{host}:8080/", BODY, {}, private=False)
    assert status == 0
    assert words.startswith("NotOpen: ") and leads_to in words


def test_metadata_of_a_cloud_is_refused_even_where_private_is_allowed() -> None:
    address = "private+http://169.254.169.254/latest/meta-data/"
    assert webhooks.post(address, BODY, {}, private=True)[1].startswith("NotOpen: ")


@pytest.mark.parametrize("port", [22, 25, 53])
def test_ports_of_other_services_are_refused(port: int) -> None:
    status, words = webhooks.post(f"http://1.1.1.1:{port}/", BODY, {}, private=False)
    assert (status, words) == (0, f"NotOpen: port {port} is none of the web's")


def test_a_listener_inside_is_let_through_by_its_name_or_by_the_setting(
    listener: Listener,
) -> None:
    assert webhooks.post(f"private+{listener.address}", BODY, {}, private=False)[0] == 204
    assert webhooks.post(listener.address, BODY, {}, private=True)[0] == 204
    assert webhooks.post(listener.address, BODY, {}, private=False)[0] == 0
    assert len(listener.heard) == 2


def test_a_name_is_resolved_once_and_asked_for_by_its_own_name(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def changing(host: str, port: int, *args: int, **kwargs: int) -> object:
        """Lead to this machine the first time, and to a cloud's metadata ever after."""
        if host != "hooks.example":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        leads_to = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return real(leads_to, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    address = f"http://hooks.example:{listener.server_port}/"
    assert webhooks.post(address, BODY, {}, private=True)[0] == 204
    assert asked == ["hooks.example"]
    assert listener.heard[0][0]["Host"] == f"hooks.example:{listener.server_port}"


def test_a_name_that_leads_outside_and_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        for address in ("1.1.1.1", "10.0.0.5")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: places)
    status, words = webhooks.post("https://both.example/", BODY, {}, private=False)
    assert (status, words) == (0, "NotOpen: both.example leads to 1.1.1.1, 10.0.0.5")


def test_no_redirect_is_followed(listener: Listener) -> None:
    listener.status = 307
    assert webhooks.post(listener.address, BODY, {}, private=True)[0] == 307
    assert len(listener.heard) == 1


def test_a_listener_without_tls_is_not_spoken_to_in_the_clear(listener: Listener) -> None:
    address = listener.address.replace("http://", "https://")
    assert webhooks.post(address, BODY, {}, private=True) == (0, "SSLError")
    assert listener.heard == []


@pytest.fixture
def given_up(cast: Cast, listener: Listener, settings: Settings) -> Delivery:
    """A delivery to a listener that was given up."""
    settings.EVENT_LISTENERS = {"registry": f"private+{listener.address}"}
    events.announce(name="model.review_due", version=a_version(cast), details={}, by=None)
    delivery = Delivery.objects.get()
    delivery.attempts, delivery.given_up_at, delivery.last_answer = 7, delivery.due_at, "0 no"
    delivery.save()
    return delivery


def test_an_administrator_has_it_sent_again(
    cast: Cast, given_up: Delivery, listener: Listener
) -> None:
    with journalled() as entries:
        deliveries.send_again(delivery=given_up, by=cast.admin)
    assert [(one.action, one.role) for one in entries] == [("delivery.sent_again", "administrator")]
    deliveries.deliver(delivery_id=given_up.pk)
    delivery = Delivery.objects.get()
    assert delivery.arrived_at and delivery.attempts == 1
    deliveries.send_again(delivery=delivery, by=cast.admin)
    deliveries.deliver(delivery_id=given_up.pk)
    assert len(listener.heard) == 2


def test_nobody_else_has_it_sent_again(cast: Cast, given_up: Delivery) -> None:
    for person in (cast.scientist, cast.manager, cast.auditor, cast.outsider):
        with denied():
            deliveries.send_again(delivery=given_up, by=person)


def test_a_listener_that_is_gone_is_not_sent_to_again(
    cast: Cast, given_up: Delivery, settings: Settings
) -> None:
    settings.EVENT_LISTENERS = {}
    with refused("delivery.no_listener"):
        deliveries.send_again(delivery=given_up, by=cast.admin)


def test_an_event_of_the_installation_is_any_administrators(
    cast: Cast, listener: Listener, settings: Settings
) -> None:
    settings.EVENT_LISTENERS = {"registry": listener.address}
    events.announce(name="policy.adopted", version=None, details={}, by=None)
    delivery = Delivery.objects.get()
    with denied():
        deliveries.send_again(delivery=delivery, by=cast.outsider)
    deliveries.send_again(delivery=delivery, by=cast.admin)
    assert Entry.objects.order_by("-number")[0].action == "delivery.sent_again"
