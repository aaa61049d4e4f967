"""Emergency releases: two people in two roles, for some days, and a review afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.models import GateRow, Notice, Override, OverrideSignature, Review, User
from registry.rules.roles import Role
from registry.services import cards, overrides, registered_models, reviews, units
from registry.services.signatures import Proof, SignatureFailed
from tests.cast import Cast, a_complete_version, a_model, a_person, a_version
from tests.registry.flow import policy_with
from tests.registry.lending import ask_for, let_through, sign
from tests.registry.reviewing import closed
from tests.traces import denied, journalled, nothing_written, only_the_entitled_may, refused


def gate_of(version_id: int) -> GateRow:
    return GateRow.objects.get(version=version_id, environment="production")


def test_two_people_in_two_roles_let_it_through(cast: Cast) -> None:
    version = a_complete_version(cast)
    with journalled() as entries:
        override = ask_for(version, cast.owner)
    assert [one.action for one in entries] == ["override.requested"]
    assert not GateRow.objects.exists()
    urgent = Notice.objects.filter(code="override.asked")
    assert {one.person for one in urgent} == {cast.manager, cast.manager2, cast.manager3}
    override = sign(override, cast.manager)
    assert (override.ends_at - override.starts_at).days == 5
    first, second = OverrideSignature.objects.all()
    assert (first.signer, first.role) == (cast.owner, "business_owner")
    assert (second.signer, second.role) == (cast.manager, "model_risk_manager")
    assert {first.digest, second.digest} == {override.digest}
    assert second.printed_name == cast.manager.printed_name
    assert (second.method, second.reason) == ("password", "Seen, and necessary.")
    assert "emergency" in second.meaning
    row = gate_of(version.pk)
    assert (row.state, row.valid_until, row.reasons) == ("override", override.ends_at, [])


def test_the_review_is_opened_with_the_second_signature(cast: Cast) -> None:
    override = let_through(cast, Path(), a_complete_version(cast))
    review = Review.objects.get()
    assert (review.cause, review.version) == ("override", override.version)
    assert review.details["override"] == override.pk
    assert Notice.objects.filter(code="override.used", person=cast.owner).exists()
    for signer in (cast.manager, cast.owner):
        assert reviews.objections_to_person(review, signer)[0].code == "review.own_work.override"
    assert cast.manager not in reviews.deciders(review)
    assert not reviews.objections_to_person(review, cast.manager2)


def test_one_person_with_both_roles_is_one_signature(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.manager, role=Role.BUSINESS_OWNER, by=cast.admin)
    override = ask_for(a_complete_version(cast), cast.manager)
    with refused("override.signed_already"):
        sign(override, cast.manager)
    assert OverrideSignature.objects.get().role == "model_risk_manager"
    sign(override, cast.owner)


def test_a_second_of_the_same_role_and_a_third_signature_are_refused(cast: Cast) -> None:
    override = ask_for(a_complete_version(cast), cast.manager)
    with refused("override.other_role"):
        sign(override, cast.manager2)
    sign(override, cast.owner)
    with refused("override.decided"):
        sign(override, cast.manager2)


def test_nobody_else_asks_or_signs(cast: Cast) -> None:
    version = a_complete_version(cast)
    only_the_entitled_may(cast, "override.request", lambda person: ask_for(version, person))
    override = ask_for(version, cast.manager)
    only_the_entitled_may(cast, "override.sign", lambda person: sign(override, person))


def test_who_has_a_hand_in_it_neither_asks_nor_signs(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.scientist, role=Role.BUSINESS_OWNER, by=cast.admin)
    version = a_complete_version(cast)
    for act in (
        lambda: ask_for(version, cast.scientist),
        lambda: sign(ask_for(version, cast.manager), cast.scientist),
    ):
        with pytest.raises(Exception, match=r"You registered this version"):
            act()
    assert OverrideSignature.objects.count() == 1


def test_a_wrong_password_and_another_digest_sign_nothing(cast: Cast) -> None:
    version = a_complete_version(cast)
    with pytest.raises(SignatureFailed):
        ask_for(version, cast.manager, proof=Proof(password="a guess"))
    assert not Override.objects.exists()
    override = ask_for(version, cast.manager)
    with refused("override.other_digest"):
        sign(override, cast.owner, digest="0" * 64)
    with refused("override.no_reason"):
        sign(override, cast.owner, reason=" ")


def test_days_environment_and_policy_are_kept_to(cast: Cast) -> None:
    version = a_complete_version(cast)
    with refused("override.days"):
        ask_for(version, cast.manager, days=15)
    with refused("submit.environment"):
        ask_for(version, cast.manager, environment="the moon")
    with refused("override.no_reason"):
        ask_for(version, cast.manager, reason="\n")
    asked = ask_for(version, cast.manager)
    with refused("override.exists"):
        ask_for(version, cast.owner)
    policy_with(override_days=0)
    with refused("override.not_allowed"):
        sign(asked, cast.owner)
    with refused("override.not_allowed"):
        ask_for(version, cast.manager, environment="staging")


def test_a_retired_or_prohibited_model_is_not_let_through(cast: Cast) -> None:
    retired = a_version(cast, a_model(cast, "Old"))
    asked = ask_for(a_version(cast, retired.model, "2.0"), cast.manager)
    registered_models.retire(model=retired.model, reason="Replaced.", by=cast.manager)
    asked.refresh_from_db()
    assert asked.ended_at
    with pytest.raises(Exception, match=r"retired"):
        ask_for(retired, cast.manager)


def test_an_earlier_one_is_reviewed_before_the_next(cast: Cast) -> None:
    first = a_complete_version(cast)
    second = a_version(cast, first.model, "2.0")
    early = ask_for(second, cast.manager)
    override = let_through(cast, Path(), first)
    with refused("override.review_open"):
        sign(early, cast.owner)
    overrides.end(override=override, reason="Mended.", by=cast.owner)
    with refused("override.review_open"):
        ask_for(first, cast.manager)
    closed(Review.objects.get(), cast.manager2)
    sign(early, cast.owner)


@pytest.mark.parametrize("lost", ["role", "account", "distance"])
def test_a_first_signature_that_could_not_be_given_now_counts_no_more(
    cast: Cast, lost: str
) -> None:
    version = a_complete_version(cast)
    override = ask_for(version, cast.manager)
    if lost == "role":
        membership = cast.manager.memberships.get()
        units.end(membership=membership, reason="Left.", by=cast.admin)
    elif lost == "account":
        User.objects.filter(pk=cast.manager.pk).update(is_active=False)
    else:
        units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
        cards.save(version=version, sections={"caveats": "Mine."}, by=cast.manager)
    with refused("override.first_signature"):
        sign(override, cast.owner)


def test_an_asking_is_taken_back_and_a_running_one_ended_early(cast: Cast) -> None:
    version = a_complete_version(cast)
    asked = ask_for(version, cast.manager)
    with refused("override.no_reason"):
        overrides.end(override=asked, reason=" ", by=cast.owner)
    for other in (cast.scientist, cast.validator, cast.admin, cast.outsider):
        with denied():
            overrides.end(override=asked, reason="No.", by=other)
    overrides.end(override=asked, reason="Found another way.", by=cast.manager)
    with refused("override.decided"):
        sign(asked, cast.owner)
    used = let_through(cast, Path(), version)
    with journalled() as entries:
        overrides.end(override=used, reason="Mended.", by=cast.owner)
    assert [one.action for one in entries] == ["override.ended"]
    assert gate_of(version.pk).reasons[0]["code"] == "gate.override_ended"
    with refused("override.ended"):
        overrides.end(override=used, reason="Again.", by=cast.owner)


def test_someone_who_left_the_firm_meanwhile_signs_nothing(cast: Cast) -> None:
    override = ask_for(a_complete_version(cast), cast.manager)
    stale = User.objects.get(pk=cast.owner.pk)
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)
    with denied():
        sign(override, stale)
    newcomer = a_person("newcomer", "Nele Jung")
    with nothing_written(), pytest.raises(Exception, match=r"role"):
        sign(override, newcomer)
