"""Which instants the pages and the API take, and what they answer for those that they cannot tell.

Whatever is asked for, the answer is a sentence: 422 on a page and 400 at the API for what is no
past instant, 404 at both for what was not there yet.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.utils.timezone import now
from pytest_django import Settings

from registry.models import Entry, RegisteredModel, Release, User
from registry.services.case_files import instant
from tests.cast import Cast, a_complete_version, a_model, a_person, an_approved_release, api
from tests.registry.pages import signed_in
from tests.registry.test_api_as_of import doors_of
from tests.registry.test_pages_as_of import pages_of

NO_INSTANTS = {
    "a word": "yesterday",
    "a day that no month has": "2026-02-30T12:00:00Z",
    "an hour that no day has": "2026-11-20T25:00:00Z",
    "a zone that is none": "2026-11-20T16:00:00+99:00",
    "a plus that the address made a blank": "2026-11-20T16:00:00 02:00",
    "before the first day of the calendar": "0001-01-01T00:00:00+14:00",
    "after its last": "9999-12-31T23:59:59-14:00",
    "to come": "2999-01-01T00:00:00Z",
    "to come in another zone": "2999-01-01T00:00:00+05:30",
}


def test_what_is_no_past_instant_is_refused_at_every_door(cast: Cast) -> None:
    release = an_approved_release(cast)
    browser, client = signed_in(cast.auditor), api(cast.auditor)
    for name, said in NO_INSTANTS.items():
        for page in pages_of(release).values():
            shown = browser.get(page, {"as_of": said})
            assert (shown.status_code, "nothing can be told" in shown.text) == (422, True), name
            # A field to ask again, and no half of a page.
            assert 'name="as_of"' in shown.text, name
            assert "Rules in force" not in shown.text, name
        for door in doors_of(release):
            answer = client.get(door, {"as_of": said})
            assert (answer.status_code, set(answer.json())) == (400, {"as_of"}), name
            assert answer.json()["as_of"][0].endswith("."), name


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_without_a_zone_it_is_in_the_servers_up_to_the_ends_of_the_calendar(
    cast: Cast, settings: Settings, zone: str
) -> None:
    settings.TIME_ZONE = zone
    release = an_approved_release(cast)
    page, door = pages_of(release)["release"], list(doors_of(release))[2]
    browser, client = signed_in(cast.auditor), api(cast.auditor)
    ends = ("0001-01-01T00:00:00", "9999-12-31T23:59:59")
    for said in (*ends, *(f"{one}Z" for one in ends)):
        assert browser.get(page, {"as_of": said}).status_code in (404, 422), said
        assert client.get(door, {"as_of": said}).status_code in (400, 404), said


def test_an_instant_in_any_zone_is_the_same_instant(cast: Cast) -> None:
    release = an_approved_release(cast)
    at = release.decisions.get().signed_at
    browser, client = signed_in(cast.auditor), api(cast.auditor)
    for hours in (-8, 5.5, 14):
        said = at.astimezone(timezone(timedelta(hours=hours))).isoformat()
        for door in doors_of(release):
            assert client.get(door, {"as_of": said}).json()["as_of"] == instant(at), said
        for page in pages_of(release).values():
            assert instant(at) in browser.get(page, {"as_of": said}).text, said
    day = f"{at:%Y-%m-%d}"
    door, page = list(doors_of(release))[3], pages_of(release)["portfolio"]
    midnight = instant(datetime.fromisoformat(f"{day}T00:00:00Z"))
    for answer in (client.get(door, {"as_of": day}), browser.get(page, {"as_of": day})):
        assert answer.status_code == 404
        assert midnight in answer.content.decode()


def test_what_was_made_later_was_not_there_yet(cast: Cast) -> None:
    first = an_approved_release(cast)
    then = instant(now())
    later = an_approved_release(cast, a_complete_version(cast, a_model(cast, "Car loans")))
    for name, told in answers(cast.auditor, later, then).items():
        if not name.startswith("portfolio"):
            assert told.status_code == 404, name
            assert "Car loans" in told.content.decode(), name
            assert f"on {then} yet; choose a later instant." in told.content.decode(), name
    slugs = api(cast.auditor).get("/api/v1/portfolio/", {"as_of": then}).json()["models"]
    assert [one["slug"] for one in slugs] == [first.version.model.slug]
    shown = signed_in(cast.auditor).get(pages_of(first)["portfolio"], {"as_of": then}).text
    assert "Car loans" not in shown
    assert RegisteredModel.objects.filter(name="Car loans").exists()
    # Whoever may not see it learns nothing of when it was made.
    for name, told in answers(cast.outsider, later, then).items():
        if not name.startswith("portfolio"):
            assert (told.status_code, "Car loans" in told.content.decode()) == (404, False), name


def test_before_the_first_entry_there_was_nothing(cast: Cast) -> None:
    release = an_approved_release(cast)
    first = Entry.objects.order_by("number").values_list("at", flat=True).first()
    assert first
    before = instant(datetime.fromisoformat(first) - timedelta(microseconds=1))
    for name, told in answers(cast.auditor, release, before).items():
        assert told.status_code == 404, name
        assert "choose a later instant." in told.content.decode(), name


def test_who_is_in_no_unit_is_told_so_whatever_the_instant(cast: Cast) -> None:
    release = an_approved_release(cast)
    nobody = a_person("newcomer", "Nora Keller")
    for name, told in answers(nobody, release, instant(now())).items():
        assert told.status_code == 404, name
        if name.startswith("portfolio"):
            assert "You hold no role" in told.content.decode()


def answers(person: User, release: Release, at: str) -> dict[str, Any]:
    """Return what each page and each door answers for an instant."""
    browser, client = signed_in(person), api(person)
    return {
        **{name: browser.get(page, {"as_of": at}) for name, page in pages_of(release).items()},
        **{
            "portfolio at the API" if "portfolio" in door else door: client.get(door, {"as_of": at})
            for door in doors_of(release)
        },
    }
