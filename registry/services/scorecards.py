"""Fill the scorecard of a model; its tier follows in the same verb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils import timezone

from registry.models import RegisteredModel, ScorecardFilling, User
from registry.rules import scorecards as rules
from registry.rules.eu_ai_act import objections_to_submitting as objections_to_the_class
from registry.rules.refusals import Objection, Refused
from registry.rules.tier_floors import objections_to_tier
from registry.rules.wording import gettext_noop
from registry.services import journal, registered_models, rights, tiers
from registry.services.statements import statement_of


@journal.verb
def fill(
    *,
    model: RegisteredModel,
    answers: Mapping[str, int],
    grounds: Mapping[str, str] | None = None,
    based_on: int | None = None,
    by: User,
) -> ScorecardFilling:
    """Fill the card anew; the tier it leads to holds at once unless an override is in force.

    ``answers`` and ``grounds`` go by the codes of the questions. ``based_on`` is the number of the
    filling the person saw (0 for none); filling over a newer one is refused.
    """
    model = registered_models.locked(model)
    role = rights.require(by=by, verb="scorecard.fill", unit=model.unit)
    grounds = {code: ground.strip() for code, ground in (grounds or {}).items() if ground.strip()}
    last = model.scorecards.first()
    objections = rules.objections_to(answers) + _objections_to_grounds(grounds)
    number = last.number if last else 0
    if based_on is not None and based_on != number:
        objections.append(
            Objection(
                "scorecard.filled_meanwhile",
                gettext_noop(
                    "Somebody filled revision %(number)s meanwhile; read it, then fill yours."
                ),
                {"number": number},
            )
        )
    if objections:
        raise Refused(*objections)
    assert model.revision is not None  # noqa: S101
    before = tiers.basis_of(model)
    scored = rules.tier_of(answers, ai_act_class=model.revision.ai_act_class)
    filling = ScorecardFilling.objects.create(
        model=model,
        number=number + 1,
        edition=rules.LAST.number,
        answers={code: answers[code] for code in rules.CODES},
        grounds=grounds,
        ai_act_class=model.revision.ai_act_class,
        tier=scored.tier,
        points=scored.points,
        why=[
            {"code": step.code, "message": step.message, "params": dict(step.params)}
            for step in scored.why
        ],
        filled_at=timezone.now(),
        filled_by=by,
    )
    journal.record(
        "scorecard.filled",
        by=by,
        subject=filling,
        role=role,
        model=model,
        changes={
            "tier": [before.scored.tier if before.scored else None, scored.tier],
            "points": scored.points,
            "answers": {
                code: [last.answers.get(code) if last else None, level]
                for code, level in filling.answers.items()
                if not last or last.answers.get(code) != level
            },
        },
    )
    if not before.override and model.revision.tier != scored.tier:
        registered_models.write_revision(
            model=model,
            statement=replace(statement_of(model.revision), tier=scored.tier),
            reason=f"Scorecard, revision {filling.number}",
            role=role,
            by=by,
        )
    return filling


def _objections_to_grounds(grounds: Mapping[str, str]) -> list[Objection]:
    unknown = sorted(set(grounds) - set(rules.CODES))
    if not unknown:
        return []
    return [
        Objection(
            "scorecard.unknown_ground",
            gettext_noop("The scorecard does not ask for %(unknown)s; leave its ground out."),
            {"unknown": ", ".join(unknown)},
        )
    ]


def objections_to_submitting(model: RegisteredModel) -> list[Objection]:
    """Say what the model itself has against a release: its end, its class, or its tier."""
    if model.revision is None:
        return []
    return [
        *registered_models.objections_to_retired(model),
        *objections_to_the_class(model.revision.ai_act_class),
        *objections_to_tier(model.revision.tier, model.revision.ai_act_class),
        *tiers.objections_to_listed_use(model),
    ]
