"""Conditions of an approval: named with a signature, bound at the last one, breached by time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from registry.models import Condition, Entry, Release
from registry.rules.conditions import Asked, objections_to
from registry.services import conditions, gates, releases, settling
from tests.cast import Cast, a_release, an_exhibit
from tests.registry.flow import (
    PROOF,
    a_condition,
    act,
    days_ahead,
    in_four_stages,
    policy_with,
    through,
)
from tests.registry.signing import fresh
from tests.traces import denied, refused, time_passes

MEMBERS = ["owner"]
TODAY = days_ahead(0)


def codes(*asked: Asked, **changed: Any) -> list[str]:
    given: dict[str, Any] = {
        "members": MEMBERS,
        "today": TODAY,
        "approval_days": 100,
        "allowed": True,
        "named": True,
    }
    return [one.code for one in objections_to(asked, **given | changed)]


def one(**changed: Any) -> Asked:
    said: dict[str, Any] = {"text": "Train", "owner": "owner", "due": TODAY + timedelta(days=9)}
    return Asked(**said | changed)


def test_a_sound_condition_meets_no_objection() -> None:
    assert codes(one()) == []
    assert codes(one(evidence_kind="fairness")) == []
    assert codes(one(due=TODAY + timedelta(days=100))) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"text": " "}, "condition.text"),
        ({"owner": "stranger"}, "condition.owner"),
        ({"due": TODAY}, "condition.due"),
        ({"due": TODAY - timedelta(days=1)}, "condition.due"),
        ({"due": TODAY + timedelta(days=101)}, "condition.due"),
        ({"evidence_kind": "rumour"}, "condition.evidence_kind"),
    ],
)
def test_what_is_wrong_with_a_condition_is_said(changed: dict[str, Any], code: str) -> None:
    assert codes(one(**changed)) == [code]


def test_conditions_and_the_act_belong_together() -> None:
    assert codes() == ["condition.none"]
    assert codes(one(), named=False) == ["condition.not_with_this_act"]
    assert codes(named=False) == []
    assert codes(one(), allowed=False) == ["condition.not_allowed"]


def approved_under(cast: Cast, *asked: Asked) -> Release:
    release = a_release(cast)
    act(releases.approve_with_conditions, release, cast.manager, conditions=asked)
    return fresh(release)


def test_a_condition_binds_from_the_last_signature_on(cast: Cast) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator, cast.ethics)
    act(releases.approve_with_conditions, release, cast.manager, conditions=[a_condition(cast)])
    assert not Condition.objects.exists()
    through(cast, release, cast.manager2, cast.owner, cast.manager3)
    release = fresh(release)
    assert release.state == "approved_with_conditions"
    (condition,) = release.conditions.all()
    assert (condition.text, condition.owner) == ("Train the credit officers", cast.owner)
    assert condition.decision.signer == cast.manager
    assert gates.gate(release).allowed


def test_what_was_undone_by_sending_back_binds_nobody(cast: Cast) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator, cast.ethics)
    act(releases.approve_with_conditions, release, cast.manager, conditions=[a_condition(cast)])
    act(releases.send_back, release, cast.owner, stage=2)
    through(cast, release, cast.manager, cast.manager2, cast.owner, cast.manager3)
    assert fresh(release).state == "approved"
    assert not Condition.objects.exists()


def test_a_policy_may_allow_no_conditions(cast: Cast) -> None:
    policy_with(conditions_allowed=False)
    release = a_release(cast)
    with refused("condition.not_allowed"):
        act(releases.approve_with_conditions, release, cast.manager, conditions=[a_condition(cast)])


def test_conditions_go_with_their_act_alone(cast: Cast) -> None:
    release = a_release(cast)
    with refused("condition.none"):
        act(releases.approve_with_conditions, release, cast.manager, conditions=[])


def test_the_owner_offers_and_somebody_else_accepts(cast: Cast) -> None:
    release = approved_under(cast, a_condition(cast))
    condition = release.conditions.get()
    with refused("condition.not_offered"):
        conditions.accept(condition=condition, reason="Seen.", by=cast.manager2)
    with denied():
        conditions.offer(condition=condition, text="Done.", evidence=None, by=cast.manager)
    with refused("condition.no_offer"):
        conditions.offer(condition=condition, text=" ", evidence=None, by=cast.owner)
    conditions.offer(condition=condition, text="All 40 are trained.", evidence=None, by=cast.owner)
    with denied():
        conditions.accept(condition=condition, reason="Seen.", by=cast.owner)
    with refused("condition.no_reason"):
        conditions.accept(condition=condition, reason="", by=cast.manager2)
    conditions.accept(condition=condition, reason="Read the list.", by=cast.manager2)
    # The last condition accepted clears the approval of them.
    assert fresh(release).state == "approved"
    with refused("condition.accepted"):
        conditions.offer(condition=condition, text="More.", evidence=None, by=cast.owner)


def test_nobody_accepts_what_they_owe(cast: Cast) -> None:
    release = approved_under(cast, a_condition(cast, owner=cast.manager2.username))
    condition = release.conditions.get()
    conditions.offer(condition=condition, text="Done.", evidence=None, by=cast.manager2)
    with refused("condition.own"):
        conditions.accept(condition=condition, reason="Done indeed.", by=cast.manager2)


def test_an_exhibit_that_is_asked_for_has_to_be_of_that_kind_and_newer(cast: Cast) -> None:
    release = approved_under(cast, a_condition(cast, evidence_kind="drift"))
    condition = release.conditions.get()
    older = release.version.evidence.filter(kind="fairness").first()
    for exhibit in (None, older):
        with refused("condition.evidence_missing"):
            conditions.offer(
                condition=condition, text="See there.", evidence=exhibit, by=cast.owner
            )
    drift = an_exhibit(cast, release.version, "drift")
    conditions.offer(condition=condition, text="See there.", evidence=drift, by=cast.owner)
    assert Condition.objects.get().evidence == drift


def test_a_missed_condition_closes_the_gate_before_anybody_looks(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = approved_under(cast, a_condition(cast))
    time_passes(monkeypatch, days=32)
    found = gates.gate(fresh(release))
    assert [reason.code for reason in found.reasons] == ["gate.condition_breached"]
    assert fresh(release).state == "approved_with_conditions"
    assert settling.settle_due() == 1
    assert fresh(release).state == "condition_breached"
    assert settling.settle_due() == 0
    assert Entry.objects.filter(action="release.condition_breached").count() == 1


def test_a_breached_approval_is_mended_by_accepting_what_was_late(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = approved_under(cast, a_condition(cast), a_condition(cast, text="Write the manual"))
    first, second = release.conditions.order_by("number")
    time_passes(monkeypatch, days=32)
    settling.settle_due()
    for condition in (first, second):
        assert not gates.gate(fresh(release)).allowed
        conditions.offer(condition=condition, text="Late.", evidence=None, by=cast.owner)
        conditions.accept(condition=condition, reason="Late, but done.", by=cast.manager2)
    assert fresh(release).state == "approved"
    assert gates.gate(fresh(release)).allowed


def test_conditions_of_an_approval_that_ended_bind_nobody(cast: Cast) -> None:
    release = approved_under(cast, a_condition(cast))
    releases.revoke(release=release, reason="It drifts.", proof=PROOF, by=cast.manager2)
    with refused("condition.release_ended"):
        conditions.offer(
            condition=release.conditions.get(), text="Done.", evidence=None, by=cast.owner
        )
