"""Another tier than the scored one: proposed by one person, signed for by a second."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.models import Entry, Notice, RegisteredModel, Review, TierOverride
from registry.services import (
    registered_models,
    scorecards,
    signatures,
    stages,
    tier_overrides,
    tiers,
)
from tests.cast import Cast, a_model, a_statement, a_version
from tests.registry.scoring import confirmed, filled, proposed, tier_now
from tests.traces import denied, journalled, named, only_the_entitled_may, refused, told_in


@pytest.fixture
def model(cast: Cast) -> RegisteredModel:
    """A model whose card the scientist filled: tier 2."""
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    return model


def test_a_proposal_alone_changes_nothing(cast: Cast, model: RegisteredModel) -> None:
    with journalled() as entries:
        override = proposed(cast, model)
    assert (override.standing, override.proposer_name) == ("open", "Olga Winter")
    assert tier_now(model) == 2
    (entry,) = entries
    assert (entry.action, entry.reason) == ("tier.override_proposed", override.reason)
    told = Notice.objects.filter(code="tier.proposed")
    assert {one.person for one in told} == {cast.manager, cast.manager2, cast.manager3}
    assert json.loads(entry.changes) == {"tier": [2, 4]}


def test_the_second_person_signs_and_both_are_printed(cast: Cast, model: RegisteredModel) -> None:
    override = proposed(cast, model)
    digest = tier_overrides.digest_of(override)
    with journalled() as entries:
        confirmed(override, cast.manager)
    override.refresh_from_db()
    assert (override.standing, override.confirmer_name) == ("in_force", "Mara Roth")
    assert (override.confirmer_role, override.method) == ("model_risk_manager", "password")
    assert (override.signed_digest, bool(override.meaning)) == (digest, True)
    assert tier_now(model) == 4
    assert tiers.basis_of(model).kind == "override"
    revision = model.revisions.get(number=model.revisions.count())
    # Whoever proposed the lighter tier has a hand in it; the second person is named beside.
    assert (revision.revised_by, revision.confirmed_by) == (cast.owner, cast.manager)
    assert [entry.action for entry in entries] == ["tier.override_confirmed", "model.revised"]
    assert told_in(entries[0])["proposed_by"] == named(cast.owner)


def test_who_lightened_the_tier_has_a_hand_in_the_release(
    cast: Cast, model: RegisteredModel
) -> None:
    version = a_version(cast, model)
    confirmed(proposed(cast, model), cast.manager)
    hands = stages._who_chose_the_tier(version.model)
    assert cast.owner.pk in hands


def test_another_tier_opens_a_review(cast: Cast, model: RegisteredModel) -> None:
    a_version(cast, model)
    confirmed(proposed(cast, model, 1), cast.manager)
    assert Review.objects.get(cause="tier_changed").details["tier"] == [2, 1]


def test_one_person_is_not_two(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.manager2, purpose=4)
    own = tier_overrides.propose(model=model, tier=4, reason="Few cases.", by=cast.manager)
    with refused("override.own_proposal"):
        confirmed(own, cast.manager)
    with refused("override.own_scorecard"):
        confirmed(own, cast.manager2)
    confirmed(own, cast.manager3)


def test_only_a_model_risk_manager_confirms(cast: Cast, model: RegisteredModel) -> None:
    override = proposed(cast, model)
    only_the_entitled_may(cast, "tier.confirm", lambda by: confirmed(override, by))


def test_a_wrong_password_signs_nothing_and_is_remembered(
    cast: Cast, model: RegisteredModel
) -> None:
    override = proposed(cast, model)
    with pytest.raises(signatures.SignatureFailed):
        confirmed(override, cast.manager, password="a guess")
    assert Entry.objects.filter(action="signature.failed", actor_id=cast.manager.pk).count() == 1
    assert tier_now(model) == 2


def test_a_card_filled_meanwhile_asks_for_a_new_reading(cast: Cast, model: RegisteredModel) -> None:
    override = proposed(cast, model)
    read = tier_overrides.digest_of(override)
    filled(model, cast.scientist, purpose=3)
    with refused("override.changed"):
        tier_overrides.confirm(
            override=override,
            digest=read,
            proof=signatures.Proof(password="a pass phrase of the cast"),
            by=cast.manager,
        )


def test_it_is_confirmed_once(cast: Cast, model: RegisteredModel) -> None:
    override = proposed(cast, model)
    confirmed(override, cast.manager)
    with refused("override.not_open"):
        confirmed(override, cast.manager2)


def test_what_a_proposal_needs(cast: Cast, model: RegisteredModel) -> None:
    unscored = a_model(cast, "Unscored")
    with refused("override.not_scored", "override.same_tier", "override.no_reason"):
        tier_overrides.propose(model=unscored, tier=3, reason=" ", by=cast.scientist)
    proposed(cast, model)
    with refused("override.waiting"):
        proposed(cast, model, 3)


def test_nobody_else_proposes(cast: Cast, model: RegisteredModel) -> None:
    only_the_entitled_may(
        cast,
        "tier.override",
        lambda by: tier_overrides.propose(model=model, tier=4, reason="Few cases.", by=by),
    )


def test_a_new_card_does_not_move_an_overridden_tier(cast: Cast, model: RegisteredModel) -> None:
    confirmed(proposed(cast, model), cast.manager)
    filled(model, cast.scientist, purpose=4, exposure=4)
    assert tier_now(model) == 4
    # Nor does a new statement; a class that allows no such tier is refused while it is in force.
    _classed(cast, model, "limited", tier=4)
    with refused("model.tier_too_light"):
        _classed(cast, model, "high_risk_annex_i", tier=4)
    assert tier_now(model) == 4


def _classed(cast: Cast, model: RegisteredModel, ai_act_class: str, tier: int) -> None:
    registered_models.revise(
        model=model,
        statement=a_statement(
            cast, tier=tier, ai_act_class=ai_act_class, ai_act_ground="A lift's controller."
        ),
        reason="Classed.",
        by=cast.scientist,
    )


def test_two_people_override_no_floor_of_the_class(cast: Cast, model: RegisteredModel) -> None:
    earlier = proposed(cast, model)
    _classed(cast, model, "high_risk_annex_i", tier=2)
    with refused("model.tier_too_light"):
        confirmed(earlier, cast.manager)
    tier_overrides.withdraw(override=earlier, reason="Classed since.", by=cast.manager)
    with refused("model.tier_too_light"):
        proposed(cast, model, 3)
    confirmed(proposed(cast, model, 1), cast.manager)
    assert tier_now(model) == 1


def test_two_people_have_a_listed_use_in_a_lighter_tier(cast: Cast) -> None:
    model = a_model(cast, use_case="hiring", ai_act_class="minimal", ai_act_ground="Art. 6(3).")
    filled(model, cast.scientist, purpose=3)
    codes = [one.code for one in scorecards.objections_to_submitting(model)]
    assert codes == ["model.listed_use_too_light"]
    # The tier in force may be proposed: what it lacks is the second person.
    override = proposed(cast, model, 3)
    assert scorecards.objections_to_submitting(model)
    confirmed(override, cast.manager)
    assert (scorecards.objections_to_submitting(model), tier_now(model)) == ([], 3)
    with refused("override.same_tier"):
        proposed(cast, model, 3)
    tier_overrides.withdraw(override=override, reason="Asked again.", by=cast.manager)
    assert scorecards.objections_to_submitting(model)


def test_the_next_confirmed_one_ends_it(cast: Cast, model: RegisteredModel) -> None:
    first = confirmed(proposed(cast, model), cast.manager)
    second = confirmed(proposed(cast, model, 3), cast.manager2)
    first.refresh_from_db()
    assert (first.standing, second.standing) == ("ended", "in_force")
    assert tier_now(model) == 3


def test_withdrawn_the_tier_is_the_scored_one_again(cast: Cast, model: RegisteredModel) -> None:
    override = confirmed(proposed(cast, model), cast.manager)
    filled(model, cast.scientist, purpose=3)
    with denied():
        tier_overrides.withdraw(override=override, reason="Over.", by=cast.owner)
    with refused("override.no_end_reason"):
        tier_overrides.withdraw(override=override, reason=" ", by=cast.manager)
    tier_overrides.withdraw(override=override, reason="More clerks use it.", by=cast.manager2)
    assert tier_now(model) == 3
    revision = model.revisions.get(number=model.revisions.count())
    assert (revision.revised_by, revision.confirmed_by) == (cast.manager2, None)


def test_who_proposed_it_takes_it_back_while_it_waits(cast: Cast, model: RegisteredModel) -> None:
    override = proposed(cast, model)
    with denied():
        tier_overrides.withdraw(override=override, reason="Not mine.", by=cast.validator)
    tier_overrides.withdraw(override=override, reason="Mistaken.", by=cast.owner)
    override.refresh_from_db()
    assert (override.standing, tier_now(model)) == ("withdrawn", 2)
    with refused("override.over"):
        tier_overrides.withdraw(override=override, reason="Again.", by=cast.owner)


def test_the_database_holds_two_people_too(cast: Cast, model: RegisteredModel) -> None:
    override = proposed(cast, model)
    with pytest.raises(IntegrityError, match="an_override_takes_two_people"), transaction.atomic():
        TierOverride.objects.filter(pk=override.pk).update(
            confirmed_at=timezone.now(), confirmed_by=cast.owner, method="x", signed_digest="y"
        )
