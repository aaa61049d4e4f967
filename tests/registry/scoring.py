"""Scorecards as the tests fill them."""

from __future__ import annotations

from registry.models import ModelRelation, RegisteredModel, ScorecardFilling, TierOverride, User
from registry.rules.scorecards import CODES
from registry.services import relations, scorecards, tier_overrides
from registry.services.signatures import Proof
from tests.cast import PASSWORD, Cast, a_model

# Tier 4 by the matrix, and no points; with purpose at 3 it is tier 3, at 4 tier 2.
LIGHT = dict.fromkeys(CODES, 1)


def filled(
    model: RegisteredModel, by: User, *, based_on: int | None = None, **answers: int
) -> ScorecardFilling:
    """Fill the card, all answers at 1 unless told."""
    return scorecards.fill(model=model, answers=LIGHT | answers, based_on=based_on, by=by)


def proposed(cast: Cast, model: RegisteredModel, tier: int = 4) -> TierOverride:
    """Have the owner propose another tier."""
    return tier_overrides.propose(
        model=model, tier=tier, reason="Two clerks use it, for two months.", by=cast.owner
    )


def confirmed(override: TierOverride, by: User, *, password: str = PASSWORD) -> TierOverride:
    """Sign for an override as it stands now."""
    return tier_overrides.confirm(
        override=override,
        digest=tier_overrides.digest_of(override),
        proof=Proof(password=password),
        by=by,
    )


def tier_now(model: RegisteredModel) -> int:
    """Return the tier in force, as the database has it."""
    tier = RegisteredModel.objects.values_list("revision__tier", flat=True).get(pk=model.pk)
    assert tier is not None
    return tier


def a_related_model(cast: Cast, model: RegisteredModel) -> ModelRelation:
    """Score the model, propose another tier for it, and let another one feed it."""
    filled(model, cast.scientist, purpose=3)
    tier_overrides.propose(model=model, tier=2, reason="Homes.", by=cast.scientist)
    return relations.relate(
        upstream=a_model(cast, "Incomes"),
        downstream=model,
        what="Its estimate is the column income.",
        by=cast.scientist,
    )
