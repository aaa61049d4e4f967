"""Events as CloudEvents, and the signature that proves where they come from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from registry.rules.events import EVENT_NAMES, cloud_event, signature

AT = datetime(2026, 3, 10, 9, 14, 7, tzinfo=UTC)


def made(**data: Any) -> dict[str, Any]:
    return cloud_event(
        number=7, name="gate.closed", at=AT, source="https://gov.example/", data=data
    )


def test_an_event_has_what_cloud_events_ask_for() -> None:
    event = made(model="mortgage", version="2.0", details={"why": "expired"})
    assert event == {
        "specversion": "1.0",
        "id": "7",
        "source": "https://gov.example/",
        "type": "mlops-gov.gate.closed",
        "subject": "mortgage/2.0",
        "time": "2026-03-10T09:14:07+00:00",
        "datacontenttype": "application/json",
        "data": {"model": "mortgage", "version": "2.0", "details": {"why": "expired"}},
    }


def test_the_subject_is_as_much_as_there_is() -> None:
    assert made(model="mortgage", version=None)["subject"] == "mortgage"
    assert "subject" not in made(model=None, version=None)


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_every_event_says_what_happened_to_what(name: str) -> None:
    noun, _, happened = name.partition(".")
    assert noun and happened and len(name) <= 40


def test_the_signature_is_an_hmac_over_time_and_body() -> None:
    # printf '1700000000.{}' | openssl dgst -sha256 -hmac key
    assert signature("key", 1700000000, b"{}") == (
        "9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
    )
    assert signature("key", 1700000001, b"{}") != signature("key", 1700000000, b"{}")
    assert signature("other", 1700000000, b"{}") != signature("key", 1700000000, b"{}")
