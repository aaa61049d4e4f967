"""What a case file states of a model beside its subject: aims, class, tier and relations.

It stands there as it was; changing it later voids nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from registry.models import ModelRelation, RegisteredModel, TierOverride, User
from registry.models.relations import ModelRelationQuerySet
from registry.rules.scorecards import EDITIONS
from registry.services import tiers
from registry.services.tiers import Basis


def said_of(model: RegisteredModel, at: datetime | None = None) -> dict[str, Any]:
    """Return what is said of a model, what its tier rests on, and which models it is related to.

    With ``at`` it is what held at that instant, of a model whose revision was set back to it.
    """
    revision, basis = model.revision, tiers.basis_of(model, at=at)
    return {
        "maintainer_deputies": sorted(
            person.printed_name for person in revision.maintainer_deputies.all()
        ),
        "business": {
            "goal": revision.business_goal,
            "kpi": revision.goal_kpi,
            "benefit": revision.expected_benefit,
            "cost": revision.running_cost,
        },
        "use_case": revision.use_case,
        "ai_act": {
            "class": revision.ai_act_class,
            "role": revision.operator_role,
            "ground": revision.ai_act_ground,
        },
        "tier_basis": basis.kind,
        "scorecard": _scorecard(basis),
        "tier_override": _override(basis.override),
        "feeds": _feeds(_in_force(at, upstream=model)),
        "fed_by": _fed_by(_in_force(at, downstream=model)),
    }


def relations_seen_by(reader: User, model: RegisteredModel, at: datetime) -> dict[str, Any]:
    """Return which model fed which, as the reader may know it; models they do not see are counted.

    For pages and doors: what a case file froze or a report states names them all.
    """
    seen = RegisteredModel.objects.visible_to(reader)
    down, up = _in_force(at, upstream=model), _in_force(at, downstream=model)
    return {
        "feeds": _feeds(down.filter(downstream__in=seen)),
        "feeds_of_other_units": down.exclude(downstream__in=seen).count(),
        "fed_by": _fed_by(up.filter(upstream__in=seen)),
        "fed_by_of_other_units": up.exclude(upstream__in=seen).count(),
    }


def _feeds(relations: ModelRelationQuerySet) -> list[dict[str, str]]:
    return [
        {"model": relation.downstream.name, "what": relation.what}
        for relation in relations.select_related("downstream")
    ]


def _fed_by(relations: ModelRelationQuerySet) -> list[dict[str, str]]:
    return [
        {"model": relation.upstream.name, "what": relation.what}
        for relation in relations.select_related("upstream")
    ]


def _scorecard(basis: Basis) -> dict[str, Any] | None:
    """Return the newest card with its questions in words, and its tier under the class of today."""
    filling, scored = basis.filling, basis.scored
    if filling is None or scored is None:
        return None
    return {
        "revision": filling.number,
        "edition": filling.edition,
        "answers": [
            {
                "question": question.name,
                "level": filling.answers[question.code],
                "means": question.levels[filling.answers[question.code] - 1],
                "ground": filling.grounds.get(question.code, ""),
            }
            for question in EDITIONS[filling.edition].questions
        ],
        "points": scored.points,
        "tier": scored.tier,
        "why": [{"message": step.message, "params": dict(step.params)} for step in scored.why],
        "filled_by": filling.filled_by.printed_name,
        "filled_at": _instant(filling.filled_at),
    }


def _override(override: TierOverride | None) -> dict[str, Any] | None:
    if override is None or override.confirmed_at is None:
        return None
    return {
        "number": override.number,
        "tier": override.tier,
        "reason": override.reason,
        "proposed_by": override.proposer_name,
        "proposer_role": override.proposer_role,
        "proposed_at": _instant(override.proposed_at),
        "confirmed_by": override.confirmer_name,
        "confirmer_role": override.confirmer_role,
        "confirmed_at": _instant(override.confirmed_at),
        "meaning": override.meaning,
        "method": override.method,
        "digest": override.signed_digest,
    }


def _in_force(at: datetime | None, **ends: RegisteredModel) -> ModelRelationQuerySet:
    relations = ModelRelation.objects.in_force() if at is None else ModelRelation.objects.at(at)
    return relations.filter(**ends).order_by("pk")


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
