"""A severe release under four stages, and signing for it in every way, as the tests do it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from registry.models import Decision, Release, User
from registry.rules.conditions import Asked
from registry.services import policies, releases
from registry.services.signatures import Proof
from tests import scenes
from tests.cast import PASSWORD, Cast, a_release

FOUR_STAGES = [
    {"name": "Validation", "role": "validator", "needed": 1},
    {"name": "Ethics review", "role": "ethics_reviewer", "needed": 1, "beside": True},
    {"name": "Risk sign-off", "role": "model_risk_manager", "needed": 1},
    {
        "name": "Committee",
        "asks": [
            {"role": "model_risk_manager", "needed": 2, "of": 3},
            {"role": "business_owner", "needed": 1},
        ],
        "rule": "all",
        "again": True,
    },
]
PROOF = Proof(password=PASSWORD)


@scenes.kept
def policy_with(**changed: Any) -> None:
    """Load a policy by which tier 3 says this."""
    definition = policies.in_force().definition
    tiers = {**definition["tiers"]}
    tiers["3"] = {**tiers["3"], **changed}
    policies.load(definition={**definition, "tiers": tiers}, by=None)


@scenes.kept
def in_four_stages(cast: Cast) -> Release:
    """Submit under a policy by which tier 3 is decided as a severe model is."""
    policy_with(stages=FOUR_STAGES)
    return a_release(cast)


def through(cast: Cast, release: Release, *signers: User) -> Release:
    """Have these people approve, one after another, and return the release as it is then."""
    for signer in signers:
        act(releases.approve, release, signer)
    return Release.objects.get(pk=release.pk)


def act(verb: Any, release: Release, by: User, **more: Any) -> Decision:
    """Sign over the case file as it is now."""
    release = Release.objects.select_related("case_file").get(pk=release.pk)
    given: dict[str, Any] = {
        "digest": release.case_file.digest,
        "reason": "Read in full.",
        "proof": PROOF,
    }
    decision: Decision = verb(release=release, by=by, **given | more)
    return decision


def days_ahead(days: int) -> date:
    """Return the day so many days from today."""
    return timezone.localdate() + timedelta(days=days)


def a_condition(cast: Cast, **changed: Any) -> Asked:
    """Name a condition that the business owner fulfils within thirty days."""
    said: dict[str, Any] = {
        "text": "Train the credit officers",
        "owner": cast.owner.username,
        "due": days_ahead(30),
    }
    return Asked(**said | changed)
