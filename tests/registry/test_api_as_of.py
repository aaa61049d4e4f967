"""The same parameter at the doors of the API: a model, a version, a release, a portfolio."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from registry.api.as_of_shapes import (
    ModelAsOfSerializer,
    PortfolioAsOfSerializer,
    ReleaseAsOfSerializer,
    VersionAsOfSerializer,
)
from registry.models import Membership, Release
from registry.rules.roles import Role
from registry.services import as_of, releases, units
from registry.services.case_files import instant
from tests.cast import Cast, an_approved_release, api
from tests.registry.flow import PROOF

DOOR = "/api/v1"


def doors_of(release: Release) -> dict[str, Any]:
    """Return the address of each door with the shape that it answers in."""
    version = release.version
    return {
        f"{DOOR}/models/{version.model.slug}/": ModelAsOfSerializer,
        f"{DOOR}/versions/{version.pk}/": VersionAsOfSerializer,
        f"{DOOR}/releases/{release.pk}/": ReleaseAsOfSerializer,
        f"{DOOR}/portfolio/": PortfolioAsOfSerializer,
    }


def test_each_door_tells_what_stood_then_in_its_documented_shape(cast: Cast) -> None:
    release = an_approved_release(cast)
    at = timezone.now()
    then = as_of.release_as_of(release, at)
    releases.revoke(
        release=Release.objects.get(pk=release.pk), reason="Fails.", proof=PROOF, by=cast.manager
    )
    client = api(cast.auditor)
    for door, shape in doors_of(release).items():
        told = client.get(door, {"as_of": instant(at)})
        assert told.status_code == 200, door
        assert set(told.json()) == set(shape().fields), door
        assert told.json()["as_of"] == instant(at)
    assert client.get(f"{DOOR}/releases/{release.pk}/", {"as_of": instant(at)}).json() == then
    assert client.get(f"{DOOR}/releases/{release.pk}/").json()["state"] == "revoked"
    counts = client.get(f"{DOOR}/portfolio/").json()["counts"]
    assert (counts["models"], counts["approved"]) == (1, 0)
    assert api(cast.outsider).get(f"{DOOR}/portfolio/").json()["models"] == []


def test_each_door_tells_who_held_which_role_then_and_what_had_been_signed(cast: Cast) -> None:
    release = an_approved_release(cast)
    at = timezone.now()
    treasury = units.grant(
        unit=cast.other_unit, user=cast.auditor, role=Role.AUDITOR, by=None
    ).granted_at
    for membership in Membership.objects.current().filter(user=cast.manager):
        units.end(membership=membership, reason="Left.", by=cast.admin)
    client, doors = api(cast.auditor), list(doors_of(release))
    model, version, one, portfolio = (client.get(x, {"as_of": instant(at)}).json() for x in doors)
    held = {(role["role"], role["person"]) for role in version["roles"]}
    assert {("model_risk_manager", "Mara Roth"), ("auditor", "Aron Fuchs")} < held
    assert model["roles"] == version["roles"] == one["roles"]
    by_unit = {unit["slug"]: unit["roles"] for unit in portfolio["units"]}
    assert by_unit["retail-credit"] == version["roles"]
    # In a unit that they only came to see afterwards they are not yet among those of then.
    assert "Aron Fuchs" not in {role["person"] for role in by_unit["treasury"]}
    signed = {"release": release.pk, "version": "1.0", "environment": "production"}
    assert version["decisions"] == model["decisions"] == [{**signed, **one["decisions"][0]}]
    now = client.get(doors[1], {"as_of": instant(timezone.now())}).json()
    assert "Mara Roth" not in {role["person"] for role in now["roles"]}
    units_now = client.get(doors[3]).json()["units"]
    in_treasury = {"role": "auditor", "person": "Aron Fuchs", "granted_at": instant(treasury)}
    assert in_treasury in next(x["roles"] for x in units_now if x["slug"] == "treasury")
    # Whoever sees one unit is told of the roles in that one alone.
    (theirs,) = api(cast.outsider).get(doors[3]).json()["units"]
    assert theirs["slug"] == "treasury"


def test_what_cannot_be_told_is_said_in_a_sentence(cast: Cast) -> None:
    release = an_approved_release(cast)
    early = instant(cast.unit.founded_at - timedelta(minutes=1))
    late = instant(timezone.now() + timedelta(hours=1))
    client, stranger = api(cast.auditor), api(cast.outsider)
    for door in doors_of(release):
        none = client.get(door, {"as_of": early})
        assert (none.status_code, set(none.json())) == (404, {"detail"})
        assert "choose a later instant" in none.json()["detail"]
        future = client.get(door, {"as_of": late})
        assert future.status_code == 400
        assert future.json() == {
            "as_of": ["Nobody knows yet how it will stand then; choose an instant that is past."]
        }
        for wrong in ("yesterday", "2026-02-30T00:00", ""):
            assert client.get(door, {"as_of": wrong}).status_code == 400
        assert client.get(door, {"as_off": early}).status_code == 400
        if "portfolio" not in door:
            theirs = stranger.get(door, {"as_of": instant(timezone.now())})
            assert (theirs.status_code, "Mortgage" in theirs.content.decode()) == (404, False)
    assert api(cast.auditor).get(f"{DOOR}/portfolio/").status_code == 200


@pytest.mark.parametrize("zone", ["", "Z", "+00:00"])
def test_an_instant_is_taken_with_and_without_a_zone(cast: Cast, zone: str) -> None:
    release = an_approved_release(cast)
    at = timezone.localtime(timezone.now()) if zone == "" else timezone.now()
    said = at.strftime("%Y-%m-%dT%H:%M:%S.%f") + zone
    told = api(cast.auditor).get(f"{DOOR}/releases/{release.pk}/", {"as_of": said})
    assert told.json()["as_of"] == instant(at)
