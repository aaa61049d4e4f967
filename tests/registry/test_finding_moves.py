"""Moving findings: answer and judgement, accepted risks, severities, and who may not."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from registry.models import Event, Finding, Notice, Review
from registry.rules.risk import HazardFacts
from registry.services import finding_moves, risk
from tests.cast import Cast, a_card, a_model, a_version, an_approved_release
from tests.registry.trouble import a_finding, an_answered_finding, in_days
from tests.traces import denied, journalled, only_the_entitled_may, refused, time_passes


def trail(finding: Finding) -> list[tuple[str, str, str]]:
    return list(finding.moves.values_list("act", "before", "after"))


def test_a_finding_is_answered_challenged_answered_and_closed(cast: Cast) -> None:
    finding = an_answered_finding(cast)
    finding_moves.challenge(finding=finding, text="No figure is given.", by=cast.validator)
    finding_moves.answer(finding=finding, text="Now 0.01.", plan="Done.", by=cast.scientist)
    with journalled() as entries:
        closed = finding_moves.close(
            finding=finding, text="Measured again.", outcome="model_changed", by=cast.manager
        )
    assert closed.stands == "closed"
    assert trail(finding) == [
        ("open", "", "open"),
        ("answer", "open", "answered"),
        ("challenge", "answered", "open"),
        ("answer", "open", "answered"),
        ("close", "answered", "closed"),
    ]
    assert list(finding.moves.values_list("outcome", flat=True))[2::2] == [
        "rejected",
        "model_changed",
    ]
    assert (entries[0].action, entries[0].role, entries[0].reason) == (
        "finding.closed",
        "model_risk_manager",
        "Measured again.",
    )
    assert Event.objects.filter(name="finding.closed", version=finding.version).count() == 1


def test_people_are_told_of_an_answer_and_of_what_it_lacks(cast: Cast) -> None:
    finding = an_answered_finding(cast)
    finding_moves.challenge(finding=finding, text="No figure.", by=cast.validator)
    told = Notice.objects.filter(about_kind="finding").exclude(code="finding.opened")
    assert [(one.code, one.person, one.link) for one in told.order_by("pk")] == [
        ("finding.answered", cast.validator, f"/findings/{finding.pk}/"),
        ("finding.challenged", cast.owner, f"/findings/{finding.pk}/"),
    ]


def test_a_step_that_the_state_does_not_have_is_refused_with_all_other_reasons(
    cast: Cast,
) -> None:
    finding = a_finding(cast)
    with refused("finding.wrong_state", "finding.no_reason", "finding.unknown_outcome"):
        finding_moves.close(finding=finding, text=" ", outcome="rejected", by=cast.manager)


def test_the_opener_does_not_answer(cast: Cast) -> None:
    finding = a_finding(cast, by=cast.manager)
    with refused("finding.own_question"):
        finding_moves.answer(finding=finding, text="It is fine.", by=cast.manager)


def test_who_opened_on_the_validators_side_may_close(cast: Cast) -> None:
    finding = an_answered_finding(cast)
    assert finding_moves.close(finding=finding, text="Seen.", by=cast.validator).state == "closed"


JUDGEMENTS: dict[str, Callable[..., Finding]] = {
    "close": finding_moves.close,
    "challenge": finding_moves.challenge,
    "accept": lambda **said: finding_moves.accept_risk(until=in_days(3), **said),
    "rate": lambda **said: finding_moves.rate(severity="critical", **said),
}


@pytest.mark.parametrize("judge", JUDGEMENTS)
def test_who_answers_for_a_finding_never_judges_it(cast: Cast, judge: str) -> None:
    finding = a_finding(cast, owner=cast.manager)
    finding_moves.answer(finding=finding, text="It is fine.", by=cast.manager)
    with refused("finding.own_answer"):
        JUDGEMENTS[judge](finding=finding, text="It is fine.", by=cast.manager)


@pytest.mark.parametrize("judge", JUDGEMENTS)
def test_who_answered_in_the_owners_place_never_judges_it(cast: Cast, judge: str) -> None:
    finding = a_finding(cast)
    finding_moves.answer(finding=finding, text="It is fine.", by=cast.manager)
    with refused("finding.own_answer"):
        JUDGEMENTS[judge](finding=finding, text="It is fine.", by=cast.manager)


@pytest.mark.parametrize("judge", JUDGEMENTS)
def test_whose_work_is_part_of_the_version_never_judges_it(cast: Cast, judge: str) -> None:
    version = a_version(cast)
    finding = an_answered_finding(cast, version)
    said = HazardFacts("Fire", 3, 4, "Sprinklers", 2, 4)
    risk.assess(version=version, hazards=[said], by=cast.manager)
    with refused("finding.own_work"):
        JUDGEMENTS[judge](finding=finding, text="It is fine.", by=cast.manager)


def test_a_risk_is_accepted_for_a_time_and_then_open_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = a_finding(cast)
    accepted = finding_moves.accept_risk(
        finding=finding, text="Few people.", until=in_days(10), by=cast.manager
    )
    assert accepted.stands == "accepted_risk"
    assert list(Finding.objects.standing("accepted_risk")) == [finding]
    time_passes(monkeypatch, days=11)
    finding.refresh_from_db()
    assert finding.stands == "open"
    assert list(Finding.objects.standing("open")) == [finding]
    assert list(Finding.objects.standing("accepted_risk")) == []
    finding_moves.answer(finding=finding, text="Mended.", by=cast.owner)
    assert trail(finding)[-1] == ("answer", "open", "answered")
    finding.refresh_from_db()
    assert finding.accepted_until is None


def test_only_a_model_risk_manager_accepts_a_risk(cast: Cast) -> None:
    finding = a_finding(cast)
    for person in (cast.validator, cast.owner, cast.ethics, cast.admin):
        with denied():
            finding_moves.accept_risk(
                finding=finding, text="Few people.", until=in_days(10), by=person
            )


def test_a_risk_is_accepted_neither_into_the_past_nor_for_ever(cast: Cast) -> None:
    finding = a_finding(cast)
    for days, code in ((-1, "finding.until_past"), (91, "finding.until_too_late")):
        with refused(code):
            finding_moves.accept_risk(
                finding=finding, text="Few people.", until=in_days(days), by=cast.manager
            )


def test_the_opener_raises_the_severity_and_another_lowers_it(cast: Cast) -> None:
    version = an_approved_release(cast).version
    finding = a_finding(cast, version, severity="medium")
    assert not Review.objects.filter(cause="finding").exists()
    finding_moves.rate(finding=finding, severity="critical", text="Worse.", by=cast.validator)
    assert Review.objects.filter(cause="finding").count() == 1
    with refused("finding.own_severity"):
        finding_moves.rate(finding=finding, severity="low", text="Better.", by=cast.validator)
    with refused("finding.severity_stays"):
        finding_moves.rate(finding=finding, severity="critical", text="So.", by=cast.manager2)
    with refused("finding.severity_stays"):
        finding_moves.rate(finding=finding, severity="dire", text="So.", by=cast.manager2)
    with journalled() as entries:
        finding_moves.rate(finding=finding, severity="low", text="Few.", by=cast.manager2)
    finding.refresh_from_db()
    assert finding.severity == "low"
    assert '"severity":["critical","low"]' in entries[0].changes
    assert list(finding.moves.values_list("severity", flat=True)) == ["medium", "critical", "low"]


def test_a_decision_on_an_answer_that_was_not_seen_is_refused(cast: Cast) -> None:
    finding = an_answered_finding(cast)
    finding_moves.challenge(finding=finding, text="No figure.", by=cast.validator)
    finding_moves.answer(finding=finding, text="Another answer.", by=cast.owner)
    with refused("finding.moved_meanwhile"):
        finding_moves.close(finding=finding, text="Seen.", seen=2, by=cast.manager)
    finding_moves.close(finding=finding, text="Seen.", seen=4, by=cast.manager)


def test_nobody_else_answers_or_judges(cast: Cast) -> None:
    open_one, answered = (
        a_finding(cast),
        an_answered_finding(cast, a_version(cast, a_model(cast, "Another"))),
    )
    only_the_entitled_may(
        cast,
        "finding.answer",
        lambda by: finding_moves.answer(finding=open_one, text="So.", by=by),
    )
    for judge in JUDGEMENTS.values():
        act = functools.partial(judge, finding=answered, text="So.")
        only_the_entitled_may(cast, "finding.close", lambda by, act=act: act(by=by))  # type: ignore[misc]


def test_a_person_is_offered_what_they_may_do_and_no_more(cast: Cast) -> None:
    version = a_version(cast)
    a_card(cast, version, factors="Sex.")
    finding = an_answered_finding(cast, version)
    offered = {
        person.username: finding_moves.acts_for(finding, person)
        for person in (cast.validator, cast.manager, cast.owner, cast.scientist, cast.auditor)
    }
    assert offered == {
        "validator": ["close", "challenge", "rate"],
        "manager": ["close", "challenge", "accept_risk", "rate"],
        "owner": [],
        "scientist": [],
        "auditor": [],
    }
