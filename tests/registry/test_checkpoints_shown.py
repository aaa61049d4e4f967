"""Checkpoints at the doors: the journal's page, and the API."""

from __future__ import annotations

import base64

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from registry.models import CheckpointStamp, Entry, User
from registry.rules.checkpoints import fingerprint
from registry.services import checkpoint_sinks, checkpoints, kept_checks
from tests.cast import Cast, a_person, an_approved_release, api
from tests.registry.bending import bend, tell
from tests.registry.pages import signed_in

CHECKPOINTS = "/api/v1/journal/checkpoints/"


def text_of(person: User, address: str = "/journal/") -> str:
    answer = signed_in(person).get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_says_how_far_the_journal_is_signed_for(cast: Cast) -> None:
    said = text_of(cast.auditor)
    assert "None yet" in said
    assert "The first one comes at night." in said
    an_approved_release(cast)
    signed = checkpoints.latest()
    assert signed is not None
    said = text_of(cast.auditor)
    assert f"Entry {signed.size}" in said
    assert signed.key.fingerprint in said
    assert "Every entry is signed for." in said
    assert "1 to come" in said
    tell(cast.unit, 2)
    checkpoint_sinks.deliver()
    kept_checks.keep(kind="nightly")
    said = text_of(cast.auditor)
    assert f"{signed.size + 1} to {signed.size + 2}" in said
    assert "If these entries were cut off, no check could show it." in said
    assert "to come" not in said
    assert "checkpoints.jsonl" in said
    assert "Whole" in said
    bend("UPDATE registry_entry SET reason = 'Other.' WHERE number = 7")
    kept_checks.keep(kind="nightly")
    said = text_of(cast.auditor)
    assert "Entry 7: its content does not match its seal" in said


def test_who_has_no_role_is_told_nothing_of_the_journal(cast: Cast) -> None:
    an_approved_release(cast)
    nobody = a_person("iris", "Iris Kahn")
    assert "Last checkpoint" not in text_of(nobody)
    assert api(nobody).get(CHECKPOINTS).json()["count"] == 0
    assert api(nobody).get(f"{CHECKPOINTS}{Entry.objects.count()}/").status_code == 404


def test_the_api_hands_out_what_a_checkpoint_is_checked_with(cast: Cast) -> None:
    an_approved_release(cast)
    first = checkpoints.latest()
    assert first is not None
    tell(cast.unit)
    checkpoints.make()
    CheckpointStamp.objects.create(
        checkpoint=first, authority="https://tsa.example.org", token=b"token", at=timezone.now()
    )
    # Of another unit, and yet a member.
    told = api(cast.outsider).get(CHECKPOINTS).json()
    assert [one["size"] for one in told["results"]] == [first.size + 1, first.size]
    one = api(cast.outsider).get(f"{CHECKPOINTS}{first.size}/").json()
    assert one == told["results"][1]
    assert (one["statement"], one["signature"]) == (first.statement, first.signature)
    assert one["key"] == fingerprint(bytes.fromhex(one["public_key"]))
    (stamp,) = one["stamps"]
    assert base64.b64decode(stamp["token"]) == b"token"
    assert api(cast.outsider).get(f"{CHECKPOINTS}{first.size + 7}/").status_code == 404


@pytest.mark.django_db
def test_a_stranger_is_not_let_in() -> None:
    assert APIClient().get(CHECKPOINTS).status_code == 401
