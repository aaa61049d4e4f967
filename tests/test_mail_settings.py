"""Settings of mail and listeners: what is wrong stops the start with a sentence."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from mlops_gov.environment import as_base_url, as_listeners
from mlops_gov.mail import MailServer, as_hour, as_mail_server, as_sender


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", MailServer("filebased")),
        ("smtp://127.0.0.1", MailServer("smtp", "127.0.0.1", 25)),
        (
            "smtp+tls://ada%40bank:p%2Fw@mail.bank",
            MailServer("smtp", "mail.bank", 587, "ada@bank", "p/w", starttls=True),
        ),
        ("smtps://mail.bank:4465", MailServer("smtp", "mail.bank", 4465, tls=True)),
    ],
)
def test_a_mail_server_is_read_from_its_address(text: str, expected: MailServer) -> None:
    assert as_mail_server("EMAIL_URL", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "mail.bank",
        "http://mail.bank",
        "smtp://",
        "smtp://ada:secret@mail.bank:port",
        "smtp://ada:secret@mail.bank",
    ],
)
def test_what_is_no_mail_server_stops_the_start_without_its_password(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        as_mail_server("EMAIL_URL", text)
    assert "EMAIL_URL" in str(caught.value) and "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["nobody", "Gov <gov@bank>\nBcc: all@bank", ""])
def test_who_mail_comes_from_is_an_address(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MAIL_FROM"):
        as_sender("MAIL_FROM", text)
    assert as_sender("MAIL_FROM", "Governance <gov@bank.example>")


@pytest.mark.parametrize("hour", [-1, 24])
def test_an_hour_is_one_of_the_day(hour: int) -> None:
    with pytest.raises(ImproperlyConfigured, match="DIGEST_HOUR"):
        as_hour("DIGEST_HOUR", hour)


@pytest.mark.parametrize(
    "text", ["gov.bank", "ftp://gov.bank", "https://", "https://gov.bank/app", "https://[gov"]
)
def test_where_people_reach_the_server_is_a_web_address(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BASE_URL"):
        as_base_url("BASE_URL", text)
    assert as_base_url("BASE_URL", "https://gov.bank:8443/") == "https://gov.bank:8443"


def test_a_listener_may_be_in_ones_own_network() -> None:
    parts = ["lake=https://hooks.example/a", "local=private+http://10.0.0.5:8080/b"]
    assert as_listeners("EVENT_LISTENERS", parts) == {
        "lake": "https://hooks.example/a",
        "local": "private+http://10.0.0.5:8080/b",
    }


@pytest.mark.parametrize(
    "part", ["https://a.example", "a=", "a=ftp://b.example", "a=https://b.example:0/", "=https://b"]
)
def test_what_is_no_listener_stops_the_start(part: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EVENT_LISTENERS"):
        as_listeners("EVENT_LISTENERS", [part])
