"""Pages that tell how things stood: read-only, with the instant, and a way to another and back."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from registry.models import Membership, Release
from registry.services import releases, units
from registry.services.case_files import instant
from tests.cast import Cast, a_card, an_approved_release
from tests.registry.flow import PROOF
from tests.registry.pages import signed_in
from tests.registry.test_pages_markup import faults_of
from tests.registry.trouble import a_finding, an_incident
from tests.traces import time_passes


def pages_of(release: Release) -> dict[str, str]:
    """Return the address of each page that tells how things stood."""
    slug, number = release.version.model.slug, release.version.number
    return {
        "model": reverse("model", args=[slug]),
        "version": reverse("version", args=[slug, number]),
        "release": reverse("release", args=[release.pk]),
        "portfolio": reverse("today"),
    }


def test_each_page_shows_what_stood_then_and_changes_nothing(cast: Cast) -> None:
    release = an_approved_release(cast)
    version = release.version
    a_finding(cast, version)
    an_incident(cast, version.model, version=version)
    before = instant(timezone.now())
    (held,) = Membership.objects.current().filter(user=cast.manager2)
    units.end(membership=held, reason="Left.", by=cast.admin)
    releases.revoke(
        release=Release.objects.get(pk=release.pk), reason="Fails.", proof=PROOF, by=cast.manager
    )
    a_card(cast, version, intended_use="Said only afterwards.")
    client = signed_in(cast.auditor)
    for name, address in pages_of(release).items():
        then = client.get(address, {"as_of": before})
        assert then.status_code == 200, name
        assert "As it stood on" in then.text, name
        assert faults_of(then) == [], name
        assert "Gate open" in then.text, name
        assert "Said only afterwards." not in then.text, name
        assert "Revoked" not in then.text, name
        assert "Milan Novak <span" in then.text, name
        assert ("Read in full; the residual" in then.text) == (name != "portfolio"), name
        # The choice of another instant is its only form, but for those of the frame.
        main = then.text.split("<main", 1)[1]
        assert 'method="post"' not in main, name
        assert f'href="{address}">Back to now' in main, name
        now = client.get(address, {"as_of": ""})
        assert now.status_code == 200, name
        assert "Gate open" not in now.text, name
        assert "Milan Novak <span" not in now.text, name
        live = client.get(address).text
        assert "As of a date" in live, name
        assert "As it stood on" not in live, name


@pytest.mark.parametrize("wrong", ["yesterday", "2999-01-01T00:00", "2026-02-30", "\0"])
def test_an_instant_that_cannot_be_told_of_says_so_on_the_page(cast: Cast, wrong: str) -> None:
    release = an_approved_release(cast)
    client = signed_in(cast.auditor)
    for address in pages_of(release).values():
        answer = client.get(address, {"as_of": wrong})
        assert answer.status_code == 422
        assert "nothing can be told" in answer.text
        assert faults_of(answer) == []
        assert 'name="as_of"' in answer.text


def test_what_was_not_there_yet_and_what_is_not_theirs_is_not_found(cast: Cast) -> None:
    release = an_approved_release(cast)
    early = instant(cast.unit.founded_at - timedelta(minutes=1))
    for name, address in pages_of(release).items():
        answer = signed_in(cast.auditor).get(address, {"as_of": early})
        assert answer.status_code == 404
        expected = "None of your units" if name == "portfolio" else "There was no"
        assert expected in answer.text
        if name != "portfolio":
            stranger = signed_in(cast.outsider).get(address, {"as_of": instant(timezone.now())})
            assert stranger.status_code == 404
            assert "Mortgage" not in stranger.text


def test_an_instant_without_a_zone_is_in_that_of_the_page(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = an_approved_release(cast)
    (decision,) = release.decisions.all()
    client, address = signed_in(cast.auditor), pages_of(release)["release"]
    after = decision.signed_at + timedelta(seconds=1)
    time_passes(monkeypatch, minutes=1)
    said: list[str] = [
        timezone.localtime(after).strftime("%Y-%m-%dT%H:%M:%S"),
        timezone.localtime(after).isoformat(timespec="seconds"),
        instant(after),
    ]
    for one in said:
        assert "Gate open" in client.get(f"{address}?as_of={quote(one)}").text, one
    before = timezone.localtime(decision.signed_at - timedelta(microseconds=1))
    assert "Gate closed" in client.get(address, {"as_of": before.isoformat()}).text
