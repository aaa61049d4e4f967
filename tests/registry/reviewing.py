"""Builders for the tests of reviews and attestations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from registry.models import (
    AttestationRound,
    Confirmation,
    ModelVersion,
    RegisteredModel,
    Release,
    Review,
    User,
)
from registry.rules.outcomes import Ending
from registry.services import attestations, reviews
from registry.services.signatures import Proof
from tests import scenes
from tests.cast import PASSWORD, Cast, a_complete_version, a_model, an_approved_release

LOOKED_AT = "Looked at the figures of the last quarter; nothing has moved."


@scenes.kept
def in_use(cast: Cast, name: str = "Mortgage approval", **statement: Any) -> Release:
    """Register a model with a version that is approved."""
    version = a_complete_version(cast, a_model(cast, name, **statement))
    return an_approved_release(cast, version)


def a_review(
    model: RegisteredModel, version: ModelVersion | None = None, cause: str = "drift_breach"
) -> Review:
    """Open a review that nobody asked for."""
    return reviews.open_for(
        model=model, version=version, cause=cause, details={"summary": "It moved."}, by=None
    )


def closed(review: Review, by: User, outcome: str = "no_change_needed", **said: Any) -> Review:
    """Close a review."""
    ending = Ending(outcome, **({"reason": LOOKED_AT} | said))
    return reviews.close(review=review, ending=ending, by=by)


def put_off(review: Review, cast: Cast, days: int = 100) -> Review:
    """Close a review by saying why nothing is revalidated; the second manager decided it."""
    until = timezone.localdate() + timedelta(days=days)
    return closed(
        review,
        cast.validator,
        "not_revalidated",
        decided_by=cast.manager2.pk,
        good_until=until,
    )


def a_round(cast: Cast, period: str = "2026-Q4", **changed: Any) -> AttestationRound:
    """Freeze the inventory of the cast's unit, to be confirmed within thirty days."""
    today = timezone.localdate()
    said: dict[str, Any] = {
        "unit": cast.unit,
        "period": period,
        "starts_on": date(2026, 10, 1),
        "ends_on": date(2026, 12, 31),
        "due_on": today + timedelta(days=30),
        "by": cast.manager,
    }
    return attestations.open_round(**said | changed)


def confirmed(attestation: AttestationRound, by: User, **changed: Any) -> Confirmation:
    """Confirm one's own models with the password."""
    said: dict[str, Any] = {
        "says": "confirmed",
        "exceptions": {},
        "digest": attestation.digest,
        "proof": Proof(password=PASSWORD),
    }
    return attestations.confirm(attestation=attestation, by=by, **said | changed)
