"""Filling a scorecard: the tier follows in the same verb, and is not typed any more."""

from __future__ import annotations

import json

import pytest

from registry.models import ModelRevision, RegisteredModel, Review
from registry.services import registered_models, scorecards, tiers
from tests.cast import Cast, a_model, a_statement, a_version
from tests.registry.scoring import LIGHT, filled, tier_now
from tests.traces import journalled, only_the_entitled_may, refused

HIGH_RISK = {
    "ai_act_class": "high_risk_annex_iii",
    "operator_role": "deployer",
    "ai_act_ground": "Annex III, point 5(b).",
}


def test_a_model_without_a_card_keeps_the_tier_that_was_stated(cast: Cast) -> None:
    model = a_model(cast)
    basis = tiers.basis_of(model)
    assert (basis.kind, basis.filling, basis.scored) == ("stated", None, None)
    assert tiers.tier_under(basis, 3) == 3


def test_filling_sets_the_tier_in_the_same_verb(cast: Cast) -> None:
    model = a_model(cast)
    with journalled() as entries:
        filling = scorecards.fill(
            model=model,
            answers=LIGHT | {"purpose": 4},
            grounds={"purpose": " Who is granted a mortgage. ", "opacity": " "},
            by=cast.scientist,
        )
    assert (filling.number, filling.edition, filling.tier, filling.points) == (1, 1, 2, 0)
    assert filling.grounds == {"purpose": "Who is granted a mortgage."}
    assert filling.why[0]["params"] == {"exposure": 1, "purpose": 4, "tier": 2}
    model.refresh_from_db()
    assert model.revision is not None
    assert (model.revision.tier, model.revision.reason) == (2, "Scorecard, revision 1")
    assert model.revision.revised_by == cast.scientist
    assert model.revision.purpose == model.revisions.get(number=1).purpose
    assert set(model.revision.maintainers.all()) == {cast.scientist, cast.manager2}
    assert [entry.action for entry in entries] == ["scorecard.filled", "model.revised"]
    told = json.loads(entries[0].changes)
    assert told["tier"] == [None, 2]
    assert told["answers"]["purpose"] == [None, 4]
    assert json.loads(entries[1].changes) == {"tier": [3, 2]}


def test_a_card_that_leads_to_the_same_tier_makes_no_new_revision(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist, purpose=3)
    assert ModelRevision.objects.filter(model=model).count() == 1
    assert tiers.basis_of(model).kind == "scorecard"


def test_the_next_filling_leaves_the_earlier_one(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    with journalled() as entries:
        filled(model, cast.validator, purpose=4, opacity=2)
    assert list(model.scorecards.values_list("number", "points")) == [(2, 1), (1, 0)]
    assert json.loads(entries[0].changes)["answers"] == {"opacity": [1, 2]}


def test_another_tier_opens_a_review_once_there_is_a_version(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    assert not Review.objects.filter(cause="tier_changed").exists()
    a_version(cast, model)
    filled(model, cast.scientist)
    review = Review.objects.get(model=model, cause="tier_changed")
    assert review.details["tier"] == [2, 4]


def test_an_incomplete_card_is_refused_with_every_reason(cast: Cast) -> None:
    model = a_model(cast)
    answers = {**LIGHT, "opacity": 9, "colour": 1}
    del answers["purpose"]
    with refused(
        "scorecard.unanswered", "scorecard.level", "scorecard.unknown", "scorecard.unknown_ground"
    ):
        scorecards.fill(model=model, answers=answers, grounds={"colour": "Red."}, by=cast.scientist)


def test_filling_over_a_card_nobody_saw_is_refused(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.validator, based_on=0)
    with refused("scorecard.filled_meanwhile"):
        filled(model, cast.scientist, based_on=0)
    filled(model, cast.scientist, based_on=1)


def test_only_those_at_work_on_models_fill_a_card(cast: Cast) -> None:
    model = a_model(cast)
    only_the_entitled_may(cast, "scorecard.fill", lambda by: filled(model, by))


def test_once_scored_the_tier_is_not_typed_any_more(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    with refused("model.tier_is_scored"):
        registered_models.revise(
            model=model, statement=a_statement(cast, tier=4), reason="Lighter.", by=cast.scientist
        )
    registered_models.revise(
        model=model,
        statement=a_statement(cast, tier=2, business_goal="Faster answers."),
        reason="The goal is set.",
        by=cast.scientist,
    )
    assert tier_now(model) == 2


def test_a_high_risk_class_makes_the_scored_tier_stricter(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist)
    assert tier_now(model) == 4
    registered_models.revise(
        model=model,
        statement=a_statement(cast, tier=4, **HIGH_RISK),
        reason="Classed with counsel.",
        by=cast.manager,
    )
    assert tier_now(model) == 2
    basis = tiers.basis_of(model.__class__.objects.get(pk=model.pk))
    assert basis.filling is not None and basis.filling.tier == 4
    assert basis.scored is not None and basis.scored.why[-1].code == "scorecard.high_risk"
    # And back again it is the reviser's work that the tier is lighter.
    registered_models.revise(
        model=model, statement=a_statement(cast, tier=2), reason="Mistaken.", by=cast.scientist
    )
    model.refresh_from_db()
    assert model.revision is not None
    assert (model.revision.tier, model.revision.revised_by) == (4, cast.scientist)


def test_no_tier_lighter_than_its_class_allows_is_stated(cast: Cast) -> None:
    with refused("model.tier_too_light"):
        a_model(cast, tier=4, **HIGH_RISK)
    model = a_model(cast)
    with refused("model.tier_too_light"):
        registered_models.revise(
            model=model,
            statement=a_statement(cast, tier=3, **HIGH_RISK),
            reason="Classed with counsel.",
            by=cast.scientist,
        )
    registered_models.revise(
        model=model,
        statement=a_statement(cast, tier=2, **HIGH_RISK),
        reason="Classed with counsel.",
        by=cast.scientist,
    )
    assert tier_now(model) == 2


def test_a_lighter_tier_from_before_the_floor_is_not_submitted() -> None:
    said = ModelRevision(tier=4, ai_act_class="high_risk_annex_i")
    codes = [
        one.code for one in scorecards.objections_to_submitting(RegisteredModel(revision=said))
    ]
    assert codes == ["model.tier_too_light"]


@pytest.mark.parametrize("ai_act_class", ["prohibited", "minimal"])
def test_what_is_prohibited_is_not_submitted(cast: Cast, ai_act_class: str) -> None:
    model = a_model(cast, ai_act_class=ai_act_class, ai_act_ground="Read by counsel.")
    codes = [one.code for one in scorecards.objections_to_submitting(model)]
    assert codes == (["ai_act.prohibited"] if ai_act_class == "prohibited" else [])
