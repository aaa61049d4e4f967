"""Demo accounts, whose password everybody knows, stay on the machine the server runs on."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from registry.models import User
from registry.services import units
from tests.cast import PASSWORD, Cast

WARNING = "Demo accounts with public passwords are open to everyone"


@pytest.fixture
def demo(db: None) -> User:
    """One account of the demo, and one of somebody real."""
    for username, public in (("scientist", True), ("real", False)):
        person = User(username=username, first_name="Ada", last_name="Brandt", demo=public)
        person.set_password("demo" if public else PASSWORD)
        person.save()
    return User.objects.get(username="scientist")


def sign_in(client: Client, username: str = "scientist", **environ: Any) -> HttpResponse:
    password = "demo" if username == "scientist" else PASSWORD
    who = {"username": username, "password": password}
    return client.post(reverse("sign_in"), who, **environ)


def is_in(client: Client, **environ: Any) -> bool:
    return client.get(reverse("models"), **environ).status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_a_demo_account_signs_in_from_this_machine(demo: User, address: str) -> None:
    client = Client(REMOTE_ADDR=address)
    answer = sign_in(client)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("today")
    assert is_in(client)


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "2001:db8::7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
    ids=lambda environ: " ".join(f"{name} {value}" for name, value in environ.items()),
)
def test_a_demo_account_is_refused_from_elsewhere_and_through_a_proxy(
    demo: User, environ: dict[str, str]
) -> None:
    client = Client()
    answer = sign_in(client, **environ)
    assert answer.status_code == 200
    assert "Please enter a correct username and password" in answer.text
    assert not is_in(client)


def test_a_real_account_signs_in_from_anywhere(demo: User) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="198.51.100.9")
    assert sign_in(client, "real").status_code == 302
    assert is_in(client)


def test_a_demo_session_carried_elsewhere_ends_there(demo: User) -> None:
    client = Client()
    sign_in(client)
    assert is_in(client)
    assert not is_in(client, REMOTE_ADDR="192.0.2.7")
    assert not is_in(client), "the session was ended, not only hidden"


def test_a_demo_account_is_refused_when_the_server_listens_to_the_world(
    demo: User, settings: Settings
) -> None:
    settings.DEMO_SIGN_INS = False
    client = Client()
    assert sign_in(client).status_code == 200
    assert not is_in(client)


def test_the_switch_lets_the_demo_in_from_anywhere_and_warns_on_every_page(
    demo: User, settings: Settings
) -> None:
    settings.DEMO_REACHABLE = True
    client = Client(REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="198.51.100.9")
    assert WARNING in client.get(reverse("sign_in")).text
    assert sign_in(client).status_code == 302
    for page in ("today", "models", "releases", "journal", "settings"):
        assert WARNING in client.get(reverse(page)).text, page
    assert WARNING in client.get("/nowhere/").text
    assert WARNING in client.get(reverse("register_model")).text


def test_nobody_is_warned_while_the_demo_stays_at_home(demo: User) -> None:
    client = Client()
    assert WARNING not in client.get(reverse("sign_in")).text
    sign_in(client)
    assert WARNING not in client.get(reverse("models")).text


def test_signing_out_ends_the_session(demo: User) -> None:
    client = Client()
    sign_in(client)
    answer = client.post(reverse("sign_out"))
    assert answer["Location"] == reverse("sign_in")
    assert not is_in(client)


def test_the_sign_in_leads_nowhere_outside(demo: User) -> None:
    client = Client()
    who = {"username": "scientist", "password": "demo", "next": "https://example.org/"}
    assert client.post(reverse("sign_in"), who)["Location"] == reverse("today")


def test_whoever_is_granted_a_role_sees_it_in_the_frame(cast: Cast) -> None:
    held = cast.unit.memberships.get(user=cast.scientist)
    client = Client()
    client.force_login(cast.scientist)
    assert "Data scientist, Retail credit" in client.get(reverse("today")).text
    units.end(membership=held, reason="Moved on.", by=cast.admin)
    assert "No role yet; ask an administrator" in client.get(reverse("today")).text
