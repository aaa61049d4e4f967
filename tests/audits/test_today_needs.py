"""What waits for a person on the first page: shown to the right people, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.rules.today import NEEDS
from audits.services import needs as desks
from audits.services import today
from registry.models import User
from registry.rules.risk import STARTING_HAZARDS, HazardFacts
from registry.services import incident_moves, risk
from tests.audits.waiting import (
    MANAGERS,
    VALIDATING,
    a_binding_condition,
    a_returned_release,
    everybody,
    needs_of,
    offered,
    one_of_everything,
    waits_for,
)
from tests.cast import Cast, a_model, a_version
from tests.registry.lending import ask_for, let_through
from tests.registry.pages import signed_in
from tests.registry.policies_at_work import approve as approve_policy
from tests.registry.policies_at_work import proposed as a_proposed_policy
from tests.registry.reviewing import a_review, a_round, confirmed, in_use
from tests.registry.scoring import filled
from tests.registry.scoring import proposed as a_proposed_tier
from tests.registry.trouble import (
    a_finding,
    a_notified_incident,
    an_answered_finding,
    an_incident,
)
from tests.traces import time_passes


def test_a_condition_waits_for_its_owner_and_then_for_who_may_accept(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    condition = a_binding_condition(cast)
    assert waits_for(cast, "fulfil_condition") == {"owner"}
    assert waits_for(cast, "accept_condition") == set()
    offered(cast, condition)
    assert waits_for(cast, "fulfil_condition") == set()
    assert waits_for(cast, "accept_condition") == VALIDATING
    [need] = needs_of(cast.validator, "accept_condition")
    assert (need.link, need.overdue) == (reverse("condition", args=[condition.pk]), False)
    time_passes(monkeypatch, days=31)
    assert [one.overdue for one in needs_of(cast.validator, "accept_condition")] == [True]


def test_a_finding_waits_for_its_owner_and_then_for_who_may_judge(cast: Cast) -> None:
    version = a_version(cast)
    a_finding(cast, version)
    assert waits_for(cast, "answer_finding") == {"owner"}
    assert waits_for(cast, "judge_finding") == set()
    an_answered_finding(cast, version)
    assert len(needs_of(cast.owner, "answer_finding")) == 1
    assert waits_for(cast, "judge_finding") == VALIDATING


def test_nobody_is_asked_to_judge_or_review_their_own_work(cast: Cast) -> None:
    version = a_version(cast)
    an_answered_finding(cast, version)
    a_review(version.model, version)
    a_review(version.model)
    hazards = [HazardFacts(STARTING_HAZARDS[0], 3, 3, "Watched.", 1, 3)]
    risk.assess(version=version, hazards=hazards, by=cast.manager)
    assert waits_for(cast, "judge_finding") == VALIDATING - {"manager"}
    assert waits_for(cast, "close_review") == VALIDATING - {"manager"}


def test_an_emergency_release_is_reviewed_by_who_did_not_sign_it(cast: Cast, tmp_path: Any) -> None:
    let_through(cast, tmp_path)
    assert waits_for(cast, "close_review") == VALIDATING - {"manager"}


def test_what_is_overdue_comes_first_and_is_marked(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_review(a_model(cast, "Late"), cause="incident")
    time_passes(monkeypatch, days=200)
    a_review(a_model(cast, "New"))
    an_incident(cast, a_model(cast, "Troubled"))
    told = today.needs(cast.validator)
    assert [(one.kind, one.subject, one.overdue) for one in told] == [
        ("close_review", "Late", True),
        ("incident", "Troubled", False),
        ("close_review", "Troubled", False),
        ("close_review", "New", False),
    ]
    assert signed_in(cast.validator).get(reverse("today")).text.count(">Overdue</span>") == 1


def test_a_policy_waits_for_those_who_did_not_write_or_sign_it(cast: Cast) -> None:
    edition = a_proposed_policy(cast)
    assert waits_for(cast, "policy") == MANAGERS
    approve_policy(edition, cast.manager)
    assert waits_for(cast, "policy") == MANAGERS - {"manager"}
    a_proposed_policy(cast, cast.manager2, approval_days=20)
    assert len(needs_of(cast.manager2, "policy")) == 1
    approve_policy(edition, cast.manager3)
    assert waits_for(cast, "policy") == set(), "the other one is outdated"


def test_a_tier_waits_for_a_manager_who_did_not_fill_the_scorecard(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.manager, purpose=3)
    a_proposed_tier(cast, model, 4)
    assert waits_for(cast, "tier") == MANAGERS - {"manager"}


def test_an_emergency_release_waits_for_the_role_that_is_missing(cast: Cast) -> None:
    ask_for(a_version(cast, a_model(cast, "One")), cast.manager)
    assert waits_for(cast, "override") == {"owner"}
    ask_for(a_version(cast, a_model(cast, "Two")), cast.owner)
    assert waits_for(cast, "override") == MANAGERS | {"owner"}


def test_an_inventory_waits_for_each_owner_until_they_confirm(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_use(cast)
    attestation = a_round(cast)
    assert waits_for(cast, "attestation") == {"owner"}
    time_passes(monkeypatch, days=31)
    assert [one.overdue for one in needs_of(cast.owner, "attestation")] == [True]
    confirmed(attestation, cast.owner)
    assert waits_for(cast, "attestation") == set()


def test_an_incident_waits_while_its_clock_runs(cast: Cast) -> None:
    an_incident(cast, a_model(cast, "Harmless"), kind="malfunction")
    a_notified_incident(cast, a_model(cast, "Told"))
    assert waits_for(cast, "incident") == set()
    incident = an_incident(cast, a_model(cast, "Troubled"))
    assert waits_for(cast, "incident") == VALIDATING | {"owner", "ethics"}
    incident_moves.assess(
        incident=incident,
        ai_act_class="high_risk_annex_iii",
        reportable=True,
        text="Credit scoring.",
        by=cast.validator,
    )
    [need] = needs_of(cast.ethics, "incident")
    assert need.said == {"state": "Assessed", "days": 15}


def test_a_returned_release_waits_for_its_author_with_the_reason(cast: Cast) -> None:
    release = a_returned_release(cast)
    assert waits_for(cast, "returned") == {"scientist"}
    page = signed_in(cast.scientist).get(reverse("today")).text
    assert "Returned to you: The card says nothing of age." in page
    assert f"Returned by {cast.manager.printed_name}" in page
    assert reverse("release", args=[release.pk]) in page


def test_every_need_is_shown_in_words_with_its_link(cast: Cast) -> None:
    one_of_everything(cast, "First", 20)
    shown = set()
    for person in everybody(cast):
        page = signed_in(person).get(reverse("today")).text
        for need in today.needs(person):
            shown.add(need.kind)
            assert f'href="{need.link}"' in page
            assert need.words.words % need.said in page
        assert "%(" not in page
    assert set(NEEDS) - shown <= {"grant", "query"}, "which have tests of their own"


def test_the_needs_cost_as_much_for_many_rows_as_for_few(cast: Cast) -> None:
    people = [cast.scientist, cast.validator, cast.owner, cast.manager2, cast.manager3]

    def cost(person: User) -> int:
        with CaptureQueriesContext(connection) as asked:
            today.needs(person)
        return len(asked)

    one_of_everything(cast, "First", 20)
    few = [cost(person) for person in people]
    one_of_everything(cast, "Second", 21)
    assert [cost(person) for person in people] == few


def test_of_each_kind_only_so_many_are_shown(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audits.services.today.MOST_SHOWN", 2)
    assert desks.MOST_SHOWN == 20
    version = a_version(cast)
    for number in range(3):
        a_finding(cast, version, title=f"Finding {number}")
        a_review(version.model, version, cause=("drift_breach", "schema_change", "finding")[number])
    assert len(needs_of(cast.owner, "answer_finding")) == 2
    assert len(needs_of(cast.validator, "close_review")) == 2
