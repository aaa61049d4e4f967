"""Delegations: a seat lent for a time, signed from, and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audits.services import today
from registry.models import Decision, Delegation, Membership, Notice, Release, User
from registry.rules.roles import Role
from registry.services import delegations, releases, seats, units
from tests.cast import Cast, a_complete_version, a_model, a_person, a_release
from tests.registry.flow import act, policy_with, through
from tests.registry.lending import lend
from tests.registry.signing import approve, fresh, reject
from tests.traces import denied, journalled, named, refused, time_passes, told_in


def ended(cast: Cast, person: User, role: Role) -> None:
    membership = Membership.objects.current().get(user=person, unit=cast.unit, role=role)
    units.end(membership=membership, reason="Left.", by=cast.admin)


def test_a_seat_is_lent_and_the_delegate_is_told(cast: Cast) -> None:
    with journalled() as entries:
        given = lend(cast, cast.manager, cast.owner, reason=" On leave. ")
    assert given.reason == "On leave."
    assert [one.action for one in entries] == ["delegation.given"]
    assert told_in(entries[0])["delegate"] == named(cast.owner)
    told = Notice.objects.get(person=cast.owner, code="delegation.given")
    assert told.link == "/delegations/"


def test_what_cannot_be_lent_is_refused(cast: Cast) -> None:
    now = timezone.now()
    with refused("delegation.oneself"):
        lend(cast, cast.manager, cast.manager)
    with refused("delegation.role"):
        lend(cast, cast.manager, cast.owner, role="validator")
    for stranger in (cast.outsider, cast.auditor, cast.admin):
        with pytest.raises(Exception, match=r"delegate has to work in the unit"):
            lend(cast, cast.manager, stranger)
    with refused("delegation.start"):
        lend(cast, cast.manager, cast.owner, starts_at=now - timedelta(days=1))
    with refused("delegation.end"):
        lend(cast, cast.manager, cast.owner, ends_at=now + timedelta(days=200))
    with refused("delegation.no_reason"):
        lend(cast, cast.manager, cast.owner, reason=" ")
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)
    cast.owner.refresh_from_db()
    with refused("delegation.stranger"):
        lend(cast, cast.manager, cast.owner)


def test_only_who_signs_lends(cast: Cast) -> None:
    for person in (cast.scientist, cast.auditor, cast.admin, cast.deployer, cast.outsider):
        with denied():
            lend(cast, person, cast.owner)


def test_a_model_of_another_unit_is_no_scope(cast: Cast) -> None:
    model = a_model(cast)
    units.grant(
        unit=cast.other_unit,
        user=cast.manager,
        role=Role.MODEL_RISK_MANAGER,
        by=User.objects.get(username="other_admin"),
    )
    with refused("delegation.stranger", "delegation.model"):
        lend(cast, cast.manager, cast.owner, unit=cast.other_unit, model=model)


def test_a_role_held_by_delegation_alone_is_not_given_on(cast: Cast) -> None:
    lend(cast, cast.manager, cast.owner)
    with refused("delegation.role"):
        lend(cast, cast.owner, cast.ethics)


def test_signing_by_delegation_is_printed_with_the_decision(cast: Cast) -> None:
    given, release = lend(cast, cast.manager, cast.owner), a_release(cast)
    with journalled() as entries:
        approve(release, cast.owner)
    decision = Decision.objects.get()
    assert decision.signer == cast.owner
    assert decision.role == "model_risk_manager"
    assert decision.on_behalf_of == cast.manager
    assert decision.delegation_number == given.pk
    assert fresh(release).state == "approved"
    signed = next(one for one in entries if one.action == "release.signed")
    assert told_in(signed)["on_behalf_of"] == named(cast.manager)


def test_without_or_after_a_delegation_nobody_signs_in_anothers_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, now = a_release(cast), timezone.now()
    with denied():
        approve(release, cast.owner)
    soon = now + timedelta(hours=1)
    lend(cast, cast.manager, cast.owner, starts_at=soon, ends_at=soon + timedelta(hours=2))
    with denied():
        approve(release, cast.owner)
    with monkeypatch.context() as later:
        time_passes(later, hours=3, minutes=1)
        with denied():
            approve(release, cast.owner)
    time_passes(monkeypatch, hours=2)
    approve(release, cast.owner)


def test_an_ended_delegation_stays_ended_when_the_clock_is_set_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, release = lend(cast, cast.manager, cast.owner), a_release(cast)
    with monkeypatch.context() as later:
        time_passes(later, days=1)
        delegations.end(delegation=given, reason="Back early.", by=cast.manager)
    with denied():
        approve(release, cast.owner)
    with monkeypatch.context() as earlier:
        time_passes(earlier, days=-1)
        with denied():
            approve(release, cast.owner)


@pytest.mark.parametrize("who", ["giver", "delegate"])
def test_who_lost_the_role_since_lends_and_borrows_nothing(cast: Cast, who: str) -> None:
    lend(cast, cast.manager, cast.owner)
    release = a_release(cast)
    if who == "giver":
        ended(cast, cast.manager, Role.MODEL_RISK_MANAGER)
    else:
        ended(cast, cast.owner, Role.BUSINESS_OWNER)
    with denied():
        approve(release, cast.owner)


@pytest.mark.parametrize("who", ["manager", "owner"])
def test_of_an_inactive_account_nothing_is_borrowed(cast: Cast, who: str) -> None:
    lend(cast, cast.manager, cast.owner)
    release = a_release(cast)
    User.objects.filter(username=who).update(is_active=False)
    with denied():
        approve(release, cast.owner)


def test_a_delegate_who_deploys_since_signs_nothing(cast: Cast) -> None:
    helper = a_person("helper", "Hedda Lind")
    units.grant(unit=cast.unit, user=helper, role=Role.DATA_SCIENTIST, by=cast.admin)
    lend(cast, cast.manager, helper)
    release = a_release(cast)
    units.grant(unit=cast.unit, user=helper, role=Role.DEPLOYER, by=cast.admin)
    with denied():
        approve(release, helper)


def test_a_delegate_with_a_hand_in_it_is_excluded(cast: Cast) -> None:
    lend(cast, cast.manager, cast.scientist)
    release = a_release(cast)
    with pytest.raises(Exception, match=r"You submitted this release"):
        approve(release, cast.scientist)
    assert not Decision.objects.exists()


def test_who_may_not_sign_has_nobody_sign_for_them(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    version = a_complete_version(cast)
    release = releases.submit(version=version, environment="production", by=cast.manager)
    lend(cast, cast.manager, cast.owner)
    with refused("release.giver_excluded"):
        approve(release, cast.owner)
    approve(release, cast.manager2)


def test_giver_and_delegate_are_one_vote(cast: Cast) -> None:
    policy_with(stages=[{"name": "Risk sign-off", "role": "model_risk_manager", "needed": 2}])
    release = a_release(cast)
    lend(cast, cast.manager, cast.owner)
    approve(release, cast.manager)
    with refused("release.giver_excluded"):
        approve(release, cast.owner)
    approve(release, cast.manager2)
    assert fresh(release).state == "approved"


def test_a_giver_signs_no_more_once_the_delegate_has(cast: Cast) -> None:
    policy_with(stages=[{"name": "Risk sign-off", "role": "model_risk_manager", "needed": 2}])
    release = a_release(cast)
    lend(cast, cast.manager, cast.owner)
    approve(release, cast.owner)
    with refused("release.signed_already"):
        approve(release, cast.manager)
    lend(cast, cast.manager2, cast.owner)
    with refused("release.signed_already", "release.giver_excluded"):
        approve(release, cast.owner)


def test_an_own_seat_comes_before_a_borrowed_one(cast: Cast) -> None:
    stages = [
        {"name": "Risk sign-off", "role": "model_risk_manager", "needed": 1},
        {"name": "Business acceptance", "role": "business_owner", "needed": 1, "beside": True},
    ]
    policy_with(stages=stages)
    release = a_release(cast)
    lend(cast, cast.owner, cast.manager, role="business_owner")
    release = through(cast, release, cast.manager)
    assert Decision.objects.get().on_behalf_of is None
    with refused("release.signed_already"):
        approve(release, cast.manager)


def test_a_delegate_rejects_and_sends_back_as_the_giver_would(cast: Cast) -> None:
    lend(cast, cast.manager, cast.owner)
    release = a_release(cast)
    reject(release, cast.owner)
    assert Decision.objects.get().on_behalf_of == cast.manager
    again = a_release(cast, release.version)
    act(releases.return_to_author, again, cast.owner)
    assert Release.objects.get(pk=again.pk).state == "draft"


def test_the_scope_of_one_model_holds_for_it_alone(cast: Cast) -> None:
    within = a_release(cast)
    outside = a_release(cast, a_complete_version(cast, a_model(cast, "Car loans")))
    lend(cast, cast.manager, cast.owner, model=within.version.model)
    with denied():
        approve(outside, cast.owner)
    approve(within, cast.owner)


def test_giver_delegate_and_administrator_end_it_and_nobody_else(cast: Cast) -> None:
    given = lend(cast, cast.manager, cast.owner)
    for other in (cast.manager2, cast.scientist, cast.auditor, cast.outsider):
        with denied():
            delegations.end(delegation=given, reason="No.", by=other)
    with refused("delegation.no_reason"):
        delegations.end(delegation=given, reason=" ", by=cast.owner)
    delegations.end(delegation=given, reason="Not mine.", by=cast.owner)
    with refused("delegation.ended"):
        delegations.end(delegation=given, reason="Again.", by=cast.manager)
    other = lend(cast, cast.manager, cast.owner)
    with journalled() as entries:
        delegations.end(delegation=other, reason="Left the firm.", by=cast.admin)
    assert [one.action for one in entries] == ["delegation.ended"]
    assert Delegation.objects.get(pk=other.pk).ended_by == cast.admin


def test_today_asks_for_what_is_lent_once(cast: Cast) -> None:
    """However many releases wait, and however many seats are lent."""

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            found = [need for need in today.needs(cast.owner) if need.kind == "sign"]
        assert len(found) == Release.objects.open().count()
        return len(queries)

    lend(cast, cast.manager, cast.owner)
    a_release(cast)
    few = asked()
    lend(cast, cast.manager2, cast.owner)
    for number in range(3):
        a_release(cast, a_complete_version(cast, a_model(cast, f"Model {number}")))
    assert asked() == few
    assert len(seats.lent_to(cast.owner)) == 2
