"""Signing for releases as the tests do it, and releases with three stages."""

from __future__ import annotations

from typing import Any

from registry.models import Decision, Release, User
from registry.services import (
    gates,
    policies,
    releases,
)
from registry.services.signatures import Proof
from tests import scenes
from tests.cast import (
    PASSWORD,
    Cast,
    a_release,
)

THREE_STAGES = [
    {"name": "Validation", "role": "validator", "needed": 1},
    {"name": "Risk sign-off", "role": "model_risk_manager", "needed": 2},
    {"name": "Business acceptance", "role": "business_owner", "needed": 1},
]


def approve(release: Release, by: User, **changed: Any) -> Decision:
    given: dict[str, Any] = {
        "digest": release.case_file.digest,
        "reason": "Read in full.",
        "proof": Proof(password=PASSWORD),
    }
    return releases.approve(release=release, by=by, **given | changed)


def reject(release: Release, by: User, **changed: Any) -> Decision:
    given: dict[str, Any] = {
        "digest": release.case_file.digest,
        "reason": "Not convincing.",
        "proof": Proof(password=PASSWORD),
    }
    return releases.reject(release=release, by=by, **given | changed)


def withdraw(release: Release, by: User, reason: str = "Too early.") -> Decision:
    return releases.withdraw(release=release, reason=reason, proof=Proof(password=PASSWORD), by=by)


def revoke(release: Release, by: User, reason: str = "It drifts.") -> Decision:
    return releases.revoke(release=release, reason=reason, proof=Proof(password=PASSWORD), by=by)


def fresh(release: Release) -> Release:
    found: Release = gates.for_gate(Release.objects.filter(pk=release.pk)).get()
    return found


@scenes.kept
def in_three_stages(cast: Cast) -> Release:
    """Submit under a policy by which tier 3 takes a validator, two managers and the owner."""
    definition = policies.in_force().definition
    tiers = {**definition["tiers"]}
    tiers["3"] = {**tiers["3"], "stages": THREE_STAGES}
    policies.load(definition={**definition, "tiers": tiers}, by=None)
    return a_release(cast)


@scenes.kept
def where_two_sign() -> None:
    """Load a policy by which tier 3 takes two managers."""
    definition = policies.in_force().definition
    tiers = {**definition["tiers"]}
    tiers["3"] = {**tiers["3"], "stages": [{**tiers["3"]["stages"][0], "needed": 2}]}
    policies.load(definition={**definition, "tiers": tiers}, by=None)
