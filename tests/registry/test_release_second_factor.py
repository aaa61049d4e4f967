"""A release whose policy asks for a second factor, signed through service, page and API."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.urls import reverse

from registry.models import Decision, Release, User
from registry.services import policies, releases
from registry.services.signatures import Proof, SignatureFailed
from tests.cast import PASSWORD, Cast, a_release, api
from tests.registry.factors import code_now, with_codes
from tests.registry.pages import signed_in
from tests.traces import nothing_written

pytestmark = pytest.mark.usefixtures("still_clock")
MISSING = "This signature takes a second factor beside the password"
NONE_YET = "you have none yet"
REASON = "Read in full."


@pytest.fixture
def release(cast: Cast) -> Release:
    """A release of tier 3 under a policy that asks for second factors there."""
    definition = deepcopy(policies.in_force().definition)
    definition["tiers"]["3"]["reauthentication"] = "second_factor"
    policies.load(definition=definition, by=None)
    return a_release(cast)


def approve(release: Release, by: User, proof: Proof) -> Decision:
    digest = release.case_file.digest
    return releases.approve(release=release, digest=digest, reason=REASON, proof=proof, by=by)


def test_a_password_and_a_code_sign_and_the_decision_says_so(cast: Cast, release: Release) -> None:
    secret, _ = with_codes(cast.manager)
    decision = approve(release, cast.manager, Proof(PASSWORD, code_now(secret)))
    assert decision.method == "password and one-time code"


def test_a_password_alone_signs_nothing(cast: Cast, release: Release) -> None:
    with nothing_written(), pytest.raises(SignatureFailed, match=NONE_YET):
        approve(release, cast.manager, Proof(PASSWORD))
    with_codes(cast.manager)
    with nothing_written(), pytest.raises(SignatureFailed, match=MISSING):
        approve(release, cast.manager, Proof(PASSWORD))


def test_the_page_takes_the_code(cast: Cast, release: Release) -> None:
    secret, _ = with_codes(cast.manager)
    browser, address = signed_in(cast.manager), reverse("release", args=[release.pk])
    assert 'name="code"' in browser.get(address).text
    said = {
        "act": "approve",
        "reason": REASON,
        "digest": release.case_file.digest,
        "password": PASSWORD,
    }
    answer = browser.post(address, said)
    assert answer.status_code == 403
    assert MISSING in answer.text
    assert browser.post(address, said | {"code": code_now(secret)}).status_code == 302
    assert Decision.objects.get().method == "password and one-time code"


def test_the_api_takes_the_code(cast: Cast, release: Release) -> None:
    secret, _ = with_codes(cast.manager)
    door = f"/api/v1/releases/{release.pk}/approve/"
    said = {"digest": release.case_file.digest, "reason": REASON, "password": PASSWORD}
    answer = api(cast.manager).post(door, said)
    assert answer.status_code == 403
    assert MISSING in answer.json()["detail"]
    assert api(cast.manager).post(door, said | {"code": "no code"}).status_code == 403
    assert api(cast.manager).post(door, said | {"code": code_now(secret)}).status_code == 200
    assert Decision.objects.get().method == "password and one-time code"
