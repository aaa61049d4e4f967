"""What stands against submitting a version and against signing for it, through all three doors."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from registry.models import ModelVersion, RegisteredModel, Release, User
from registry.rules.releases import HANDS
from registry.rules.risk import HazardFacts
from registry.rules.roles import Role
from registry.services import (
    cards,
    plans,
    policies,
    registered_models,
    releases,
    risk,
)
from tests.cast import (
    Cast,
    a_card,
    a_complete_version,
    a_model,
    a_release,
    a_statement,
    a_version,
    an_approved_release,
    an_exhibit,
    api,
)
from tests.registry.doors import RELEASES, call, door, sign
from tests.registry.flow import act, in_four_stages, policy_with, through
from tests.registry.lending import lend
from tests.registry.pages import signed_in
from tests.registry.scoring import filled
from tests.registry.signing import withdraw
from tests.registry.test_adversary_separation import also
from tests.registry.three_doors import Attempt, Row, Table, refused_at_every_door
from tests.registry.trouble import a_finding

TABLE = Table()
SEVERE = HazardFacts("Fire", 5, 5, "", 5, 5)
BY_EXCEPTION = HazardFacts("Fire", 5, 5, "Sprinklers", 3, 5)


def signing(release: Release, by: User, how: str = "approve", **said: Any) -> Attempt:
    """Sign over the case file as it is now, unless told otherwise."""
    verb = {"send_back": releases.send_back}.get(how, releases.approve)
    return Attempt(
        service=lambda: act(verb, release, by, **said),
        api=lambda: call(release, by, how.replace("_", "-"), **said),
        page=lambda: sign(release, by, how, **said),
    )


def submitting(
    version: ModelVersion, by: User, environment: str = "production", *, draft: bool = False
) -> Attempt:
    """Submit a version, or draft a release of it."""
    verb = releases.draft if draft else releases.submit
    body = {"version": version.pk, "environment": environment}
    form = {"environment": environment} | ({"draft": ""} if draft else {})
    address = reverse("submit", args=[version.model.slug, version.number])
    return Attempt(
        service=lambda: verb(version=version, environment=environment, by=by),
        api=lambda: api(by).post(f"{RELEASES}draft/" if draft else RELEASES, body),
        page=lambda: signed_in(by).post(address, form),
    )


def discarding(release: Release, by: User, reason: str) -> Attempt:
    """Give a draft up."""
    said = {"reason": reason}
    address = reverse("discard_release", args=[release.pk])
    return Attempt(
        service=lambda: releases.discard(release=release, by=by, **said),
        api=lambda: api(by).post(door(release, "discard"), said),
        page=lambda: signed_in(by).post(address, said, follow=True),
    )


def revised(cast: Cast, model: RegisteredModel, by: User, **statement: Any) -> None:
    """Say anew what a model is."""
    said = a_statement(cast, **statement)
    registered_models.revise(model=model, statement=said, reason="Looked at anew.", by=by)


@TABLE.row(
    "submit.card_incomplete",
    "submit.data_missing",
    "submit.data_missing",
    "submit.risk_missing",
    "submit.deputy_missing",
    "submit.evidence_missing",
    "submit.evidence_missing",
    "submit.environment",
    "submit.scorecard_missing",
)
def nothing_is_there_yet(cast: Cast) -> Attempt:
    version = a_version(cast, a_model(cast, deputy=None, tier=2))
    return submitting(version, cast.scientist, "moon")


@TABLE.row(
    "submit.evidence_failing",
    "submit.findings_open",
    "submit.panel_too_small",
    "risk.above_appetite",
    "ai_act.prohibited",
)
def everything_stands_against_it(cast: Cast) -> Attempt:
    panel = [{"role": "model_risk_manager", "needed": 2, "of": 4}]
    policy_with(stages=[{"name": "Committee", "asks": panel}])
    version = a_complete_version(cast)
    an_exhibit(cast, version, "fairness", verdict="fail")
    a_finding(cast, version)
    risk.assess(version=version, hazards=[SEVERE], by=cast.scientist)
    banned = {"ai_act_class": "prohibited", "ai_act_ground": "Read by counsel."}
    revised(cast, version.model, cast.scientist, **banned)
    return submitting(version, cast.scientist)


@TABLE.row("model.listed_use_too_light")
def a_use_that_annex_iii_lists_is_classed_as_less(cast: Cast) -> Attempt:
    return submitting(a_complete_version(cast, a_model(cast, use_case="credit")), cast.scientist)


@TABLE.row("submit.evidence_expired", "submit.evidence_not_independent", days=366)
def evidence_is_too_old_or_the_authors_own(cast: Cast) -> Attempt:
    asked = policies.in_force().definition["tiers"]["3"]["evidence"]
    policy_with(evidence={**asked, "fairness": {**asked["fairness"], "independent": True}})
    return submitting(a_complete_version(cast), cast.scientist)


@TABLE.row("submit.open_already")
def it_is_in_review_there_already(cast: Cast) -> Attempt:
    return submitting(a_release(cast).version, cast.scientist)


@TABLE.row("release.drafted_already")
def it_is_drafted_there_already(cast: Cast) -> Attempt:
    version = a_version(cast)
    releases.draft(version=version, environment="production", by=cast.scientist)
    return submitting(version, cast.scientist, draft=True)


@TABLE.row("release.no_draft", "release.no_reason")
def what_was_submitted_is_no_draft(cast: Cast) -> Attempt:
    return discarding(a_release(cast), cast.scientist, " ")


@TABLE.row(*(f"release.own_work.{part}" for part in HANDS))
def the_work_is_the_signers_own(cast: Cast) -> Attempt:
    author = also(cast, cast.scientist, Role.MODEL_RISK_MANAGER)
    version = a_complete_version(cast)
    an_exhibit(cast, version, "drift", reproduced=False)
    filled(version.model, author)
    loosened(version, author)
    return signing(a_release(cast, version), author)


def loosened(version: ModelVersion, by: User) -> None:
    """Set a limit in the version's plan, and take it back."""
    strict = {"measure": "impact_ratio", "attribute": "*", "limit": 0.9, "direction": "at_least"}
    content = {"fairness": {"checks": [strict]}}
    plans.revise(version=version, content=content, reason="Set.", by=by)
    plans.revise(version=version, content={}, reason="Taken back.", by=by)


@TABLE.row("release.own_work.validated", "release.signed_already")
def who_validated_does_not_approve(cast: Cast) -> Attempt:
    release = in_four_stages(cast)
    also(cast, cast.validator, Role.MODEL_RISK_MANAGER)
    through(cast, release, cast.validator, cast.ethics)
    return signing(release, cast.validator)


@TABLE.row("release.giver_excluded")
def who_submitted_lends_no_seat_for_it(cast: Cast) -> Attempt:
    also(cast, cast.manager, Role.DATA_SCIENTIST)
    version = a_complete_version(cast)
    release = releases.submit(version=version, environment="production", by=cast.manager)
    lend(cast, cast.manager, cast.owner)
    return signing(release, cast.owner)


@TABLE.row("release.seats_taken")
def enough_of_the_role_have_signed(cast: Cast) -> Attempt:
    asks = [
        {"role": "model_risk_manager", "needed": 1},
        {"role": "business_owner", "needed": 1},
    ]
    policy_with(stages=[{"name": "Together", "asks": asks, "rule": "all"}])
    release = a_release(cast)
    through(cast, release, cast.manager)
    return signing(release, cast.manager2)


@TABLE.row("release.other_case_file", "release.content_changed", "submit.evidence_failing")
def it_is_not_what_was_read_nor_what_was_submitted(cast: Cast) -> Attempt:
    release = a_release(cast)
    revision = a_card(cast, release.version, factors="Changed under review.")
    cards.make_effective(revision=revision, by=cast.scientist)
    an_exhibit(cast, release.version, "performance", verdict="fail")
    return signing(release, cast.manager, digest="0" * 64)


@TABLE.row("release.no_reason", page_says="This field is required.")
def nobody_signs_without_a_reason(cast: Cast) -> Attempt:
    return signing(a_release(cast), cast.manager, reason=" ")


@TABLE.row("release.sent_where")
def there_is_no_stage_before_the_first(cast: Cast) -> Attempt:
    return signing(in_four_stages(cast), cast.validator, "send_back", stage=0)


@TABLE.row("release.tier_is_stricter")
def the_tier_is_stricter_by_now(cast: Cast) -> Attempt:
    release = a_release(cast)
    filled(release.version.model, cast.manager2, purpose=4)
    return signing(release, cast.manager)


@TABLE.row("release.needs_exception")
def the_risk_is_released_by_exception_only(cast: Cast) -> Attempt:
    version = a_complete_version(cast)
    risk.assess(version=version, hazards=[BY_EXCEPTION], by=cast.scientist)
    return signing(a_release(cast, version), cast.manager)


@TABLE.row("release.wrong_state")
def what_was_withdrawn_is_over(cast: Cast) -> Attempt:
    release = a_release(cast)
    withdraw(release, cast.scientist)
    return signing(release, cast.manager)


@TABLE.row("release.wrong_state")
def what_is_approved_is_not_approved_again(cast: Cast) -> Attempt:
    return signing(an_approved_release(cast), cast.manager2)


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.name)
def test_every_door_refuses_a_release_alike(
    cast: Cast, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_at_every_door(row, cast, monkeypatch)
