"""What stands against opening a finding and each step of one, through all three doors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from registry.models import Finding, RegisteredModel, User
from registry.rules.roles import Role
from registry.services import finding_moves, findings
from tests.cast import Cast, a_model, a_version, api
from tests.registry.pages import signed_in
from tests.registry.test_adversary_separation import also
from tests.registry.three_doors import Attempt, Row, Table, as_sent, refused_at_every_door
from tests.registry.trouble import (
    a_finding,
    an_answered_finding,
    an_incident,
    in_days,
)

TABLE = Table()
MISSING = "This field is required."
NO_CHOICE = "Select a valid choice."
VERBS: dict[str, Callable[..., object]] = {
    "answer": finding_moves.answer,
    "challenge": finding_moves.challenge,
    "close": finding_moves.close,
    "accept_risk": finding_moves.accept_risk,
    "rate": finding_moves.rate,
}


def moving(finding: Finding, act: str, by: User, **said: Any) -> Attempt:
    """Take a step on a finding, as one who saw its last step unless told otherwise."""
    given = {"text": "Read.", "seen": finding.moves.count()} | said
    sent = {name: as_sent(value) for name, value in given.items()}
    door = f"/api/v1/findings/{finding.pk}/{act.replace('_', '-')}/"
    return Attempt(
        service=lambda: VERBS[act](finding=finding, by=by, **given),
        api=lambda: api(by).post(door, sent),
        page=lambda: signed_in(by).post(reverse("move_finding", args=[finding.pk, act]), sent),
    )


def opening(cast: Cast, by: User, owner: User, **said: Any) -> Attempt:
    """Open a finding on a version."""
    version = a_version(cast)
    given: dict[str, Any] = {
        "severity": "high",
        "title": "Scores are too high",
        "text": "The calibration curve lies above the diagonal.",
        "due": in_days(20),
        **said,
    }
    sent = {name: getattr(as_sent(value), "pk", as_sent(value)) for name, value in given.items()}
    place = [version.model.slug, version.number]
    return Attempt(
        service=lambda: findings.open_finding(version=version, owner=owner, by=by, **given),
        api=lambda: api(by).post(
            f"/api/v1/versions/{version.pk}/findings/", sent | {"owner": owner.username}
        ),
        page=lambda: signed_in(by).post(
            reverse("open_finding", args=place), sent | {"owner": owner.pk}
        ),
    )


@TABLE.row("finding.challenge_without_ground", "finding.due_past")
def a_question_without_a_ground_was_due_yesterday(cast: Cast) -> Attempt:
    return opening(cast, cast.validator, cast.owner, question="Why?", due=in_days(-1))


@TABLE.row("finding.due_too_late")
def it_is_due_later_than_its_severity_allows(cast: Cast) -> Attempt:
    return opening(cast, cast.validator, cast.owner, due=in_days(400))


@TABLE.row("finding.owner_is_opener", page_says=NO_CHOICE)
def who_opens_it_would_answer_it(cast: Cast) -> Attempt:
    return opening(cast, cast.validator, cast.validator)


@TABLE.row("finding.owner_cannot_answer", "finding.unknown_severity", page_says=NO_CHOICE)
def nobody_answers_for_it(cast: Cast) -> Attempt:
    return opening(cast, cast.validator, cast.auditor, severity="dire")


# The field of the page is no longer than that, and takes no empty one.
@TABLE.row("finding.title_too_long", page_says="Ensure this value has at most 200 characters")
def its_title_is_a_chapter(cast: Cast) -> Attempt:
    return opening(cast, cast.validator, cast.owner, title="A" * 201)


@TABLE.row("finding.says_nothing", api_field="text", page_says=MISSING)
def it_does_not_say_what_was_found(cast: Cast) -> Attempt:
    return opening(cast, cast.validator, cast.owner, text=" ")


@TABLE.row("finding.other_model", page_says=NO_CHOICE)
def its_incident_is_another_models(cast: Cast) -> Attempt:
    other = an_incident(cast, a_model(cast, "Car loans"))
    attempt = opening(cast, cast.validator, cast.owner, incident=other)
    an_incident(cast, RegisteredModel.objects.get(name="Mortgage approval"))
    return attempt


@TABLE.row("finding.own_question")
def who_asked_does_not_answer(cast: Cast) -> Attempt:
    return moving(a_finding(cast), "answer", cast.validator)


@TABLE.row("finding.own_answer", "finding.own_work", "finding.moved_meanwhile")
def who_answers_and_worked_on_it_does_not_judge(cast: Cast) -> Attempt:
    author = also(cast, cast.scientist, Role.MODEL_RISK_MANAGER)
    finding = a_finding(cast, owner=author)
    finding_moves.answer(finding=finding, text="It was.", by=author)
    return moving(finding, "close", author, seen=1, outcome="accepted")


@TABLE.row("finding.own_severity")
def who_opened_it_does_not_lower_it(cast: Cast) -> Attempt:
    return moving(an_answered_finding(cast), "rate", cast.validator, severity="low")


@TABLE.row("finding.severity_stays", page_says=NO_CHOICE)
def the_severity_is_the_same(cast: Cast) -> Attempt:
    return moving(an_answered_finding(cast), "rate", cast.manager, severity="high")


@TABLE.row("finding.wrong_state", "finding.until_past")
def a_closed_finding_takes_no_risk(cast: Cast) -> Attempt:
    finding = an_answered_finding(cast)
    finding_moves.close(finding=finding, text="It does.", by=cast.manager2)
    return moving(finding, "accept_risk", cast.manager, until=in_days(-1))


@TABLE.row("finding.until_too_late")
def a_risk_is_accepted_for_longer_than_its_severity_allows(cast: Cast) -> Attempt:
    return moving(an_answered_finding(cast), "accept_risk", cast.manager, until=in_days(400))


@TABLE.row("finding.unknown_outcome", page_says=NO_CHOICE)
def a_challenge_says_that_the_answer_convinced(cast: Cast) -> Attempt:
    return moving(an_answered_finding(cast), "challenge", cast.manager, outcome="accepted")


@TABLE.row("finding.no_reason", page_says=MISSING)
def an_answer_says_nothing(cast: Cast) -> Attempt:
    return moving(a_finding(cast), "answer", cast.owner, text=" ")


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.name)
def test_every_door_refuses_a_finding_alike(
    cast: Cast, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_at_every_door(row, cast, monkeypatch)
