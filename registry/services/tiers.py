"""What the tier of a model rests on: stated, scored, or overridden by two people; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from registry.models import RegisteredModel, ScorecardFilling, TierOverride
from registry.rules import tier_floors
from registry.rules.refusals import Objection
from registry.rules.scorecards import EDITIONS, Tiering, tier_of


@dataclass(frozen=True)
class Basis:
    """The newest scorecard, the override in force, and what the answers lead to today.

    ``kind`` is a key of ``registry.rules.tier_overrides.BASES``. ``scored`` goes by the model's
    AI Act class of today, which may have been revised since the card was filled.
    """

    kind: str
    filling: ScorecardFilling | None = None
    override: TierOverride | None = None
    scored: Tiering | None = None


def basis_of(
    model: RegisteredModel, *, ai_act_class: str | None = None, at: datetime | None = None
) -> Basis:
    """Return what the tier rests on, under the AI Act class in force unless another is given.

    With ``at`` it is what it rested on at that instant.
    """
    fillings, overrides = model.scorecards.all(), model.tier_overrides.in_force()
    if at is not None:
        fillings, overrides = fillings.filter(filled_at__lte=at), model.tier_overrides.at(at)
    filling = fillings.select_related("filled_by").first()
    if filling is None:
        return Basis("stated")
    if ai_act_class is None:
        ai_act_class = model.revision.ai_act_class if model.revision else ""
    override = overrides.first()
    scored = tier_of(filling.answers, ai_act_class=ai_act_class, edition=EDITIONS[filling.edition])
    return Basis("override" if override else "scorecard", filling, override, scored)


def with_basis(models: QuerySet[RegisteredModel]) -> QuerySet[RegisteredModel]:
    """Add ``tier_basis``, the kind of basis, to each row in the same query."""
    overrides = TierOverride.objects.in_force().filter(model=OuterRef("pk"))
    fillings = ScorecardFilling.objects.filter(model=OuterRef("pk"))
    return models.annotate(
        tier_basis=Case(
            When(Exists(overrides), then=Value("override")),
            When(Exists(fillings), then=Value("scorecard")),
            default=Value("stated"),
        )
    )


def tier_under(basis: Basis, stated: int) -> int:
    """Return the tier a model is in on this basis; the stated one where nothing was scored."""
    if basis.override:
        return basis.override.tier
    return basis.scored.tier if basis.scored else stated


def objections_to_listed_use(model: RegisteredModel) -> list[Objection]:
    """Say that one person alone has a use that Annex III lists in a lighter tier.

    Nothing is said where two people stand for the tier: an override is in force.
    """
    said = model.revision
    if said is None:
        return []
    found = tier_floors.objections_to_listed_use(said.tier, said.use_case, said.ai_act_class)
    return [] if found and model.tier_overrides.in_force().exists() else found
