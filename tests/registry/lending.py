"""Seats lent and emergency releases signed, as the tests do it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from registry.models import Delegation, ModelVersion, Override, User
from registry.services import delegations, overrides
from registry.services.signatures import Proof
from tests.cast import PASSWORD, Cast
from tests.registry.live import with_artefact

PROOF = Proof(password=PASSWORD)


def lend(cast: Cast, giver: User, delegate: User, **changed: Any) -> Delegation:
    """Delegate the seat of a model risk manager for a week, from now on."""
    now = timezone.now()
    given: dict[str, Any] = {
        "unit": cast.unit,
        "role": "model_risk_manager",
        "starts_at": now,
        "ends_at": now + timedelta(days=7),
        "reason": "On leave.",
    }
    return delegations.give(delegate=delegate, by=giver, **given | changed)


def ask_for(version: ModelVersion, by: User, **changed: Any) -> Override:
    """Ask for an emergency release to production for five days."""
    given: dict[str, Any] = {
        "environment": "production",
        "days": 5,
        "reason": "The old model grants everything since noon.",
        "proof": PROOF,
    }
    return overrides.request(version=version, by=by, **given | changed)


def sign(override: Override, by: User, **changed: Any) -> Override:
    """Give the second signature, on what the page showed."""
    given: dict[str, Any] = {
        "digest": override.digest,
        "reason": "Seen, and necessary.",
        "proof": PROOF,
    }
    return overrides.sign(override=override, by=by, **given | changed)


def let_through(
    cast: Cast, folder: Path, version: ModelVersion | None = None, **changed: Any
) -> Override:
    """Let a version through, signed by the manager and the owner."""
    version = version or with_artefact(cast, folder)
    return sign(ask_for(version, cast.manager, **changed), cast.owner)
