"""What stands against another tier and against an emergency release, through all three doors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from registry.models import ModelVersion, Override, RegisteredModel, TierOverride, User
from registry.services import overrides, registered_models, tier_overrides, units
from registry.services.signatures import Proof
from tests.cast import PASSWORD, Cast, a_complete_version, a_model, a_version, api
from tests.registry.flow import policy_with
from tests.registry.lending import ask_for, let_through
from tests.registry.lending import sign as second
from tests.registry.pages import signed_in
from tests.registry.scoring import confirmed, filled, proposed
from tests.registry.three_doors import Attempt, Row, Table, refused_at_every_door

TABLE = Table()
MISSING = "This field is required."
PROOF = Proof(password=PASSWORD)


def proposing(model: RegisteredModel, by: User, tier: int, reason: str = "Homes.") -> Attempt:
    """Propose another tier."""
    said = {"tier": tier, "reason": reason}
    form = {f"propose-{name}": value for name, value in said.items()}
    address = reverse("propose_tier", args=[model.slug])
    return Attempt(
        service=lambda: tier_overrides.propose(model=model, by=by, tier=tier, reason=reason),
        api=lambda: api(by).post(f"/api/v1/models/{model.slug}/tier-overrides/", said),
        page=lambda: signed_in(by).post(address, form),
    )


def confirming(override: TierOverride, by: User, digest: str = "") -> Attempt:
    """Sign as the second person, over the proposal as it stands now unless told."""
    said = {"digest": digest or tier_overrides.digest_of(override)}
    place = [override.model.slug, override.number]
    door = "/api/v1/models/{}/tier-overrides/{}/confirm/".format(*place)
    return Attempt(
        service=lambda: tier_overrides.confirm(override=override, proof=PROOF, by=by, **said),
        api=lambda: api(by).post(door, said | {"password": PASSWORD}),
        page=lambda: signed_in(by).post(
            reverse("confirm_tier", args=place), said | {"password": PASSWORD}
        ),
    )


def withdrawing(override: TierOverride, by: User, reason: str = "Mended.") -> Attempt:
    """End another tier."""
    said = {"reason": reason}
    place = [override.model.slug, override.number]
    door = "/api/v1/models/{}/tier-overrides/{}/withdraw/".format(*place)
    return Attempt(
        service=lambda: tier_overrides.withdraw(override=override, by=by, reason=reason),
        api=lambda: api(by).post(door, said),
        page=lambda: signed_in(by).post(reverse("withdraw_tier", args=place), said, follow=True),
    )


def scored(cast: Cast, by: User | None = None) -> RegisteredModel:
    """Register a model whose card leads to tier 2."""
    model = a_model(cast)
    filled(model, by or cast.scientist, purpose=4)
    return model


@TABLE.row("override.not_scored", "override.same_tier")
def there_is_no_scorecard_and_the_tier_is_the_same(cast: Cast) -> Attempt:
    return proposing(a_model(cast), cast.owner, 3)


@TABLE.row("override.waiting")
def another_proposal_waits(cast: Cast) -> Attempt:
    model = scored(cast)
    proposed(cast, model)
    return proposing(model, cast.manager, 1)


@TABLE.row("override.no_reason", api_field="reason", page_says=MISSING)
def no_reason_is_given_for_another_tier(cast: Cast) -> Attempt:
    return proposing(scored(cast), cast.owner, 4, " ")


@TABLE.row("override.own_proposal", "override.own_scorecard", "override.changed")
def it_is_ones_own_and_not_what_was_read(cast: Cast) -> Attempt:
    model = scored(cast, cast.manager)
    own = tier_overrides.propose(model=model, tier=4, reason="Few cases.", by=cast.manager)
    return confirming(own, cast.manager, "0" * 64)


@TABLE.row("override.not_open")
def it_was_confirmed_already(cast: Cast) -> Attempt:
    override = proposed(cast, scored(cast))
    confirmed(override, cast.manager)
    return confirming(override, cast.manager2)


@TABLE.row("override.over")
def it_is_over_already(cast: Cast) -> Attempt:
    override = proposed(cast, scored(cast))
    tier_overrides.withdraw(override=override, reason="Mended.", by=cast.manager)
    return withdrawing(override, cast.manager)


@TABLE.row("override.no_end_reason", api_field="reason")
def another_tier_ends_for_no_reason(cast: Cast) -> Attempt:
    return withdrawing(proposed(cast, scored(cast)), cast.manager, " ")


def asking(version: ModelVersion, by: User, **changed: Any) -> Attempt:
    """Ask for an emergency release to production for five days, unless told otherwise."""
    said = {"environment": "production", "days": 5, "reason": "It grants everything."} | changed
    place = [version.model.slug, version.number]
    signed = said | {"password": PASSWORD}
    return Attempt(
        service=lambda: overrides.request(version=version, proof=PROOF, by=by, **said),
        api=lambda: api(by).post("/api/v1/overrides/", signed | {"version": version.pk}),
        page=lambda: signed_in(by).post(reverse("request_override", args=place), signed),
    )


def countersigning(override: Override, by: User, **changed: Any) -> Attempt:
    """Give the second signature on what is asked for, unless told otherwise."""
    said = {"digest": override.digest, "reason": "Seen, and necessary."} | changed
    signed = said | {"password": PASSWORD}
    return Attempt(
        service=lambda: overrides.sign(override=override, proof=PROOF, by=by, **said),
        api=lambda: api(by).post(f"/api/v1/overrides/{override.pk}/sign/", signed),
        page=lambda: signed_in(by).post(reverse("override", args=[override.pk]), signed),
    )


def ending(override: Override, by: User) -> Attempt:
    """End an emergency release."""
    said = {"reason": "Mended."}
    address = reverse("end_override", args=[override.pk])
    return Attempt(
        service=lambda: overrides.end(override=override, by=by, **said),
        api=lambda: api(by).post(f"/api/v1/overrides/{override.pk}/end/", said),
        page=lambda: signed_in(by).post(address, said, follow=True),
    )


@TABLE.row("override.days", "override.exists")
def it_is_asked_for_already_and_for_too_long(cast: Cast) -> Attempt:
    policy_with(override_days=2)
    version = a_complete_version(cast)
    ask_for(version, cast.manager, days=1)
    return asking(version, cast.owner)


@TABLE.row("override.not_allowed", "override.review_open")
def no_policy_allows_it_and_the_last_is_not_reviewed(cast: Cast) -> Attempt:
    version = a_complete_version(cast)
    override = let_through(cast, Path(), version)
    overrides.end(override=override, reason="Mended.", by=cast.owner)
    policy_with(override_days=0)
    return asking(version, cast.manager)


@TABLE.row("override.no_reason", api_field="reason", page_says=MISSING)
def no_emergency_is_told(cast: Cast) -> Attempt:
    return asking(a_complete_version(cast), cast.manager, reason=" ")


@TABLE.row("override.other_role", "override.other_digest")
def the_role_has_signed_and_it_is_not_what_was_read(cast: Cast) -> Attempt:
    override = ask_for(a_complete_version(cast), cast.manager)
    return countersigning(override, cast.manager2, digest="0" * 64)


@TABLE.row("override.signed_already")
def one_person_is_not_two(cast: Cast) -> Attempt:
    return countersigning(ask_for(a_complete_version(cast), cast.manager), cast.manager)


@TABLE.row("override.first_signature")
def who_asked_has_left(cast: Cast) -> Attempt:
    override = ask_for(a_complete_version(cast), cast.manager)
    units.end(membership=cast.manager.memberships.get(), reason="Left.", by=cast.admin)
    return countersigning(override, cast.owner)


@TABLE.row("override.decided")
def it_is_in_force_already(cast: Cast) -> Attempt:
    override = ask_for(a_complete_version(cast), cast.manager)
    second(override, cast.owner)
    return countersigning(override, cast.manager2)


@TABLE.row("override.ended")
def what_was_taken_back_is_not_ended_again(cast: Cast) -> Attempt:
    override = ask_for(a_complete_version(cast), cast.manager)
    overrides.end(override=override, reason="Mended.", by=cast.owner)
    return ending(override, cast.manager)


@TABLE.row("override.ended")
def what_is_retired_takes_its_emergency_releases_along(cast: Cast) -> Attempt:
    override = ask_for(a_version(cast), cast.manager)
    registered_models.retire(model=override.version.model, reason="Replaced.", by=cast.manager)
    return ending(override, cast.manager)


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.name)
def test_every_door_refuses_overrides_alike(
    cast: Cast, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_at_every_door(row, cast, monkeypatch)
