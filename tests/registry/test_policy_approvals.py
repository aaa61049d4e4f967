"""Approving an edition of the policy: two model risk managers who did not write it."""

from __future__ import annotations

from typing import Any

import pytest

from registry.models import (
    Entry,
    Event,
    Notice,
    PolicyAdoption,
    PolicyApproval,
    PolicyEdition,
    Review,
)
from registry.rules.policy_editions import Standing
from registry.rules.roles import Role
from registry.services import policies, policy_approvals, policy_proposals, units
from registry.services.signatures import Proof, SignatureFailed
from tests.cast import Cast, a_person, a_release, an_approved_release, gather
from tests.registry.policies_at_work import adopted, approve, changed, proposed
from tests.registry.test_at_once import at_once
from tests.traces import denied, journalled, only_the_entitled_may, refused, who


def test_the_second_signature_adopts(cast: Cast) -> None:
    edition = proposed(cast)
    approve(edition, cast.manager)
    assert policies.in_force().edition == 1
    with journalled() as entries:
        approve(edition, cast.manager2)
    assert policies.in_force() == edition
    assert [(entry.action, who(entry)) for entry in entries] == [
        ("policy.approved", "Milan Novak"),
        ("policy.adopted", "system"),
        ("event.announced", "system"),
    ]


def test_a_signature_says_who_signed_what_in_which_meaning(cast: Cast) -> None:
    edition = proposed(cast)
    signed = approve(edition, cast.manager, reason=" Read with counsel. ")
    assert (signed.printed_name, signed.role, signed.method, signed.reason, signed.digest) == (
        "Mara Roth",
        "model_risk_manager",
        "password",
        "Read with counsel.",
        edition.digest,
    )
    assert "approve" in signed.meaning


def test_listeners_are_told_what_is_in_force(cast: Cast) -> None:
    edition = adopted(cast)
    event = Event.objects.get(name="policy.adopted")
    assert (event.version, event.model) == (None, None)
    assert event.details == {"edition": 2, "digest": edition.digest}


def test_who_wrote_it_does_not_approve_it(cast: Cast) -> None:
    edition = proposed(cast, by=cast.manager)
    with refused("policy.own_work"):
        approve(edition, cast.manager)
    approve(edition, cast.manager2)
    assert policies.in_force().edition == 1
    approve(edition, cast.manager3)
    assert policies.in_force() == edition


def test_one_person_signs_once(cast: Cast) -> None:
    edition = proposed(cast)
    approve(edition, cast.manager)
    with refused("policy.signed_already"):
        approve(edition, cast.manager)


def test_only_model_risk_managers_approve(cast: Cast) -> None:
    edition = proposed(cast)
    only_the_entitled_may(cast, "policy.approve", lambda person: approve(edition, person))


def test_a_manager_of_any_unit_approves(cast: Cast) -> None:
    other = a_person("other_manager", "Oda Frei")
    units.grant(unit=cast.other_unit, user=other, role=Role.MODEL_RISK_MANAGER, by=None)
    approve(proposed(cast), other)


def test_who_was_a_manager_until_yesterday_does_not_approve(cast: Cast) -> None:
    edition = proposed(cast)
    held = cast.manager.memberships.get()
    units.end(membership=held, reason="Moved on.", by=cast.admin)
    with denied():
        approve(edition, cast.manager)


def test_a_wrong_password_signs_nothing_and_is_remembered(cast: Cast) -> None:
    edition = proposed(cast)
    with pytest.raises(SignatureFailed):
        approve(edition, cast.manager, proof=Proof(password="a guess"))
    assert not PolicyApproval.objects.exists()
    assert Entry.objects.filter(action="signature.failed", actor_id=cast.manager.pk).exists()


def test_a_second_factor_is_asked_for_where_the_policy_asks_for_one_anywhere(cast: Cast) -> None:
    """Or a password alone could take the second factor out of the policy."""
    assert policy_approvals.strength_asked() == "password"
    strict = {"production": {"reauthentication": "second_factor"}}
    policies.load(definition=changed(environments=strict), by=None)
    assert policy_approvals.strength_asked() == "second_factor"
    edition = proposed(cast)
    with pytest.raises(SignatureFailed):
        approve(edition, cast.manager)


def test_what_was_adopted_already_takes_no_more_signatures(cast: Cast) -> None:
    edition = adopted(cast)
    with refused("policy.adopted_already"):
        approve(edition, cast.manager3)


def test_a_proposal_that_another_overtook_is_outdated(cast: Cast) -> None:
    slow = proposed(cast, approval_days=60)
    approve(slow, cast.manager)
    adopted(cast, approval_days=30)
    assert policy_proposals.standing_of(slow) is Standing.OUTDATED
    with refused("policy.outdated"):
        approve(slow, cast.manager2)


def test_an_earlier_edition_is_superseded(cast: Cast) -> None:
    first = policies.in_force()
    adopted(cast)
    assert policy_proposals.standing_of(first) is Standing.SUPERSEDED
    with refused("policy.adopted_already"):
        approve(first, cast.manager)


@pytest.mark.parametrize(
    ("said", "code"),
    [({"reason": " "}, "policy.no_reason"), ({"digest": "0" * 64}, "policy.other_digest")],
)
def test_a_signature_is_on_what_was_read_and_has_a_reason(
    cast: Cast, said: dict[str, Any], code: str
) -> None:
    edition = proposed(cast)
    with refused(code):
        approve(edition, cast.manager, **said)


def test_the_rules_of_today_are_asked_once_more(cast: Cast) -> None:
    """An edition may have been proposed before a rule was known."""
    definition = changed(approval_days=100_000)
    edition = policies.add(
        definition=definition, text="", base=policies.in_force(), note="Early.", by=cast.admin
    )
    with refused("policy.approval_days"):
        approve(edition, cast.manager)


def test_a_release_for_which_another_rule_holds_now_is_reviewed(cast: Cast) -> None:
    release = an_approved_release(cast)
    adopted(cast, approval_days=30, override_days=7)
    review = Review.objects.get(cause="policy_changed")
    assert (review.model, review.version) == (release.version.model, release.version)
    assert review.details == {
        "edition": 2,
        "environment": "production",
        "parts": ["approval_days", "override_days"],
    }


def test_a_release_for_which_nothing_changes_is_left_alone(cast: Cast) -> None:
    an_approved_release(cast)
    adopted(cast, environments={"staging": {"approval_days": 30}})
    assert not Review.objects.filter(cause="policy_changed").exists()


def test_a_release_in_review_is_left_alone_too(cast: Cast) -> None:
    a_release(cast)
    adopted(cast)
    assert not Review.objects.filter(cause="policy_changed").exists()


def test_the_managers_are_told_what_is_in_force(cast: Cast) -> None:
    adopted(cast)
    told = {notice.person for notice in Notice.objects.filter(code="policy.adopted")}
    assert told == {cast.manager, cast.manager2, cast.manager3}


def test_many_signing_at_once_adopt_once(committed_db: str) -> None:
    cast = gather()
    edition = proposed(cast)
    managers = [cast.manager, cast.manager2, cast.manager3]
    for number in range(5):
        person = a_person(f"manager_{number}", f"Manager {number}")
        units.grant(unit=cast.unit, user=person, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
        managers.append(person)
    ended = at_once(
        *(
            lambda person=person: approve(PolicyEdition.objects.get(pk=edition.pk), person)
            for person in managers
        )
    )
    assert sum(isinstance(one, PolicyApproval) for one in ended) == 2
    assert PolicyAdoption.objects.filter(edition=edition).count() == 1
    assert PolicyApproval.objects.count() == 2
    assert Entry.objects.filter(action="policy.adopted").count() == 1


def test_of_two_proposals_that_are_signed_at_once_one_is_adopted(committed_db: str) -> None:
    cast = gather()
    one, other = proposed(cast, approval_days=30), proposed(cast, approval_days=60)
    approve(one, cast.manager)
    approve(other, cast.manager)
    ended = at_once(lambda: approve(one, cast.manager2), lambda: approve(other, cast.manager3))
    assert sum(isinstance(one, PolicyApproval) for one in ended) == 1
    assert PolicyAdoption.objects.filter(edition__in=[one, other]).count() == 1


def test_two_starts_at_once_have_one_policy(committed_db: str) -> None:
    text = policies.text_of(policies.FOLDER / "default.yaml").replace("name: default", "name: new")
    ended = at_once(*[lambda: policy_proposals.bring_in(text=text, source="new.yaml", by=None)] * 4)
    assert {str(one) for one in ended} == {"new, edition 1"}
    assert PolicyAdoption.objects.filter(edition__name="new").count() == 1


def test_two_who_propose_at_once_have_two_editions(committed_db: str) -> None:
    cast = gather()
    at_once(lambda: proposed(cast, approval_days=30), lambda: proposed(cast, approval_days=60))
    assert sorted(PolicyEdition.objects.values_list("edition", flat=True)) == [1, 2, 3]
