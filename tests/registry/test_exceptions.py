"""What is released by exception only: under conditions, or, where none are allowed, not at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from registry.models import ModelVersion, Release, RiskFile
from registry.rules.matrices import DEFAULT_MATRIX
from registry.rules.risk import HazardFacts
from registry.services import matrices, releases, risk
from tests.cast import Cast, a_complete_version, a_release, api
from tests.registry.doors import RELEASES, call, codes, lines, nothing_decided, sign, state_of
from tests.registry.flow import a_condition, act, days_ahead, policy_with
from tests.registry.pages import signed_in
from tests.registry.signing import fresh, reject
from tests.traces import refused

HIGH = HazardFacts("Fire", 5, 5, "Sprinklers", 3, 5)
LOW = HazardFacts("Fire", 5, 5, "Sprinklers, and a fire brigade", 1, 3)
TWO_SIGN = [{"name": "Risk sign-off", "role": "model_risk_manager", "needed": 2}]
NONE_THERE = {"production": {"conditions_allowed": False}}


def at_risk(cast: Cast, version: ModelVersion, hazard: HazardFacts = HIGH) -> ModelVersion:
    """Have an assessment with this hazard alone in effect."""
    kept = risk.assess(version=version, hazards=[hazard], by=cast.scientist)
    if not RiskFile.objects.filter(effective=kept).exists():
        risk.make_effective(assessment=kept, by=cast.scientist)
    return version


def by_exception(cast: Cast) -> Release:
    """Submit what stays at a high risk after every control."""
    return a_release(cast, at_risk(cast, a_complete_version(cast)))


def said(**changed: Any) -> dict[str, Any]:
    typed = {"text": "Train", "owner": "owner", "due": days_ahead(30).isoformat()}
    return typed | changed


@pytest.mark.parametrize("first", ["plain", "with conditions"])
def test_one_of_the_approvals_has_to_name_conditions(cast: Cast, first: str) -> None:
    policy_with(stages=TWO_SIGN)
    release = by_exception(cast)
    named = [a_condition(cast)]
    if first == "plain":
        act(releases.approve, release, cast.manager)
        with refused("release.needs_exception") as told:
            act(releases.approve, release, cast.manager2)
        assert "released by exception only" in str(told.value)
        act(releases.approve_with_conditions, release, cast.manager2, conditions=named)
    else:
        act(releases.approve_with_conditions, release, cast.manager, conditions=named)
        act(releases.approve, release, cast.manager2)
    assert state_of(release) == "approved_with_conditions"
    assert fresh(release).conditions.count() == 1


def test_a_program_that_approves_plainly_is_told_to_name_conditions(cast: Cast) -> None:
    release = by_exception(cast)
    with nothing_decided():
        assert codes(call(release, cast.manager)) == ["release.needs_exception"]
    answer = call(release, cast.manager, conditions=[said()])
    assert (answer.status_code, answer.json()["state"]) == (200, "approved_with_conditions")


def test_the_page_refuses_the_last_plain_approval_and_takes_the_one_with_conditions(
    cast: Cast,
) -> None:
    release = by_exception(cast)
    with nothing_decided():
        answer = sign(release, cast.manager, **lines())
    assert answer.status_code == 409
    assert "one of the approvals has to name conditions" in answer.text
    condition = said(evidence_kind="")
    answer = sign(release, cast.manager, "approve_with_conditions", **lines(condition))
    assert (answer.status_code, state_of(release)) == (302, "approved_with_conditions")


def test_an_exception_that_nobody_could_sign_is_refused_at_submission_by_every_door(
    cast: Cast,
) -> None:
    policy_with(environments=NONE_THERE)
    version = at_risk(cast, a_complete_version(cast))
    with refused("release.exception_not_allowed"):
        a_release(cast, version)
    address = reverse("submit", args=[version.model.slug, version.number])
    asked = {"version": version.pk, "environment": "production"}
    with nothing_decided():
        answer = api(cast.scientist).post(RELEASES, asked)
        assert codes(answer) == ["release.exception_not_allowed"]
        page = signed_in(cast.scientist).post(address, {"environment": "production"})
    assert page.status_code == 409
    assert "the policy allows none for tier 3 in production" in page.text
    assert "or have the policy allow conditions" in page.text
    # The policy says so for one place alone, and only of a risk that needs the exception.
    assert a_release(cast, version, "staging").state == "submitted"
    assert a_release(cast, at_risk(cast, version, LOW)).state == "submitted"


def test_what_came_to_need_an_exception_in_review_is_refused_at_every_signature(
    cast: Cast,
) -> None:
    bare = {name: part for name, part in DEFAULT_MATRIX.items() if name != "appetite"}
    matrices.load(definition=bare, by=None)
    policy_with(stages=TWO_SIGN, conditions_allowed=False)
    release = by_exception(cast)
    matrices.load(definition=DEFAULT_MATRIX, by=None)
    with refused("release.exception_not_allowed"):
        act(releases.approve, release, cast.manager)
    with refused("condition.not_allowed", "release.exception_not_allowed"):
        named = [a_condition(cast)]
        act(releases.approve_with_conditions, release, cast.manager, conditions=named)
    reject(release, cast.manager)
    assert state_of(release) == "rejected"
