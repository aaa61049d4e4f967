"""Signing for a release through its page and through the API, as a person or a program sends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from registry.models import Condition, Decision, Entry, Release, ReleaseMove, User
from tests.cast import PASSWORD, api
from tests.registry.pages import signed_in

REASON = "Read in full; I agree with the assessment."
RELEASES = "/api/v1/releases/"


def page_of(release: Release, person: User) -> str:
    """Return the release's page as this person sees it."""
    answer = signed_in(person).get(reverse("release", args=[release.pk]))
    assert answer.status_code == 200
    return answer.text


def sign(release: Release, person: User, act: str = "approve", **said: Any) -> HttpResponse:
    """Send the form as the page shows it now, unless told otherwise."""
    now = Release.objects.select_related("case_file").get(pk=release.pk)
    form = {
        "act": act,
        "reason": REASON,
        "password": PASSWORD,
        "digest": now.case_file.digest if now.case_file else "",
    }
    return signed_in(person).post(reverse("release", args=[release.pk]), form | said)


def lines(*conditions: dict[str, Any]) -> dict[str, Any]:
    """Return conditions as the formset of the page sends them, and one line left empty."""
    sent: dict[str, Any] = {
        "conditions-TOTAL_FORMS": len(conditions) + 1,
        "conditions-INITIAL_FORMS": 0,
    }
    empty = {"text": "", "owner": "", "due": "", "evidence_kind": ""}
    for number, condition in enumerate((*conditions, empty)):
        sent |= {f"conditions-{number}-{name}": value for name, value in condition.items()}
    return sent


def door(release: Release, act: str = "") -> str:
    """Return the address of a release in the API, or of an act on it."""
    return f"{RELEASES}{release.pk}/{act}/" if act else f"{RELEASES}{release.pk}/"


def call(release: Release, person: User, act: str = "approve", **said: Any) -> Any:
    """Sign through the API over the case file as it is now, unless told otherwise."""
    now = Release.objects.select_related("case_file").get(pk=release.pk)
    body = {
        "digest": now.case_file.digest if now.case_file else "",
        "reason": REASON,
        "password": PASSWORD,
    }
    return api(person).post(door(release, act), body | said)


def codes(answer: Any) -> Sequence[str]:
    """Return the codes of a refusal."""
    assert answer.status_code == 409, answer.content
    return [one["code"] for one in answer.json()["objections"]]


def state_of(release: Release) -> str:
    """Return the state in the database."""
    return Release.objects.get(pk=release.pk).state


def _said() -> list[Any]:
    tables = (Release, Decision, ReleaseMove, Condition, Entry)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


@contextmanager
def nothing_decided() -> Iterator[None]:
    """Assert that what happens inside moves, signs and journals nothing.

    Signing in writes its time beside the person, so not every row can be compared.
    """
    before = _said()
    yield
    assert _said() == before
