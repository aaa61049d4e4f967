"""What the report prints of a release: its stages, signatures, conditions, moves, and its use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.utils import translation

from audits.rendering import oversight, standing
from audits.rendering.document import html
from audits.rendering.redaction import published
from registry.rules.releases import IN_FORCE, State
from tests.audits import dossiers
from tests.audits.sample_findings import finding, incident
from tests.audits.sample_releases import (
    attestation,
    committee,
    condition,
    deployment,
    override,
    review,
    stage,
)

AS_OF = "2026-11-20T16:00:00Z"
TONES = {"plain", "low", "medium", "high", "severe"}
CHAPTERS = ("policy", "decisions", "conditions", "emergencies", "live", "reviews")
PEOPLE = ("Brandt", "Lindt", "Hartmann", "Weber", "Okafor", "Falk", "Vogt", "Klein")


def page(dossier: Mapping[str, Any]) -> str:
    with translation.override("en"):
        return html(dossier)


def chapter(dossier: Mapping[str, Any], name: str) -> str:
    """Return a chapter as one line of text, without its marks."""
    part = page(dossier).split(f'<h2 id="{name}">', 1)[1].split("</section>", 1)[0]
    text = " ".join(re.sub(r"<[^>]+>", " ", part).split())
    return re.sub(r" (?=[:,.])", "", text)


def in_state(state: str, **changed: Any) -> dict[str, Any]:
    dossier = dossiers.full(**changed)
    dossier["release"]["state"] = state
    return dossier


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_sentence_a_tone_and_acts_that_decided_it(state: State) -> None:
    assert state in standing.SENTENCES and state in standing.DECISIVE
    said = standing.standing(in_state(state))
    assert said.tone in TONES
    assert "production" in said.sentence


def test_no_sentence_is_about_a_state_that_is_none() -> None:
    assert set(standing.SENTENCES) == set(standing.DECISIVE) == set(State)


@pytest.mark.parametrize("state", State)
def test_the_cover_names_an_end_for_every_state_in_force_and_for_no_other(state: State) -> None:
    until = standing.valid_until(in_state(state))
    assert (until is not None) == (state in IN_FORCE)


def test_an_approval_that_has_run_out_is_in_force_no_more() -> None:
    dossier = in_state("live")
    dossier["release"]["valid_until"] = AS_OF
    assert standing.valid_until(dossier) is None
    assert "expired on 20 November 2026" in standing.standing(dossier).sentence
    assert "No approval is in force" in page(dossier)


@pytest.mark.parametrize("state", ["approved_with_conditions", "live"])
def test_a_condition_that_waits_is_no_good_news_yet(state: str) -> None:
    waiting = in_state(state, conditions=[condition(accepted_at=None)])
    assert standing.standing(waiting).tone == "medium"
    assert "Offered, to be accepted" in page(waiting)
    assert standing.standing(in_state(state, conditions=[condition()])).tone == "low"


def test_a_closed_gate_goes_before_being_live() -> None:
    dossier = in_state("live")
    dossier["release"]["gate"] = {"allowed": False, "reasons": ["A later exhibit fails."]}
    said = standing.standing(dossier)
    assert said == standing.Standing(
        "severe", "Live in production, but its gate is closed", ("A later exhibit fails.",)
    )


def test_approvals_of_both_kinds_decide_and_those_undone_do_not() -> None:
    decided = standing.deciding(dossiers.conditional())
    assert [one["act"] for one in decided] == ["approve", "approve_with_conditions"]


def test_signatures_are_counted_as_far_as_a_stage_needs_them() -> None:
    dossier = in_state("in_review")
    managers, owner = committee()["asks"]
    asks = [{**managers, "signed": 3}, {**owner, "signed": 0}]
    dossier["release"]["stages"] = [committee(asks=asks, signed=3)]
    assert "2 of 3 signatures" in standing.standing(dossier).sentence
    asks[0]["signed"] = 1
    dossier["release"]["stages"] = [committee(asks=asks, rule="any", needed=1, signed=1)]
    assert "0 of 1 signatures" in standing.standing(dossier).sentence
    asks[1]["signed"] = 1
    assert "1 of 1 signatures" in standing.standing(dossier).sentence


def test_a_panel_and_what_stands_beside_another_are_printed_plainly() -> None:
    text = chapter(dossiers.conditional(), "policy")
    assert "Risk sign-off beside the stage before Model risk manager 1 1" in text
    assert "Committee Model risk manager 2 of 3 2 and business owner 1 1" in text
    dossier = dossiers.full()
    dossier["release"]["stages"] = [stage("Validation", "validator"), committee(rule="any")]
    assert "or business owner" in chapter(dossier, "policy")


def test_a_signature_is_printed_with_all_that_it_has_to_show() -> None:
    text = chapter(dossiers.conditional(), "decisions")
    for words in (
        "Approved under conditions: Grace Hartmann",
        "Model risk manager, stage Risk sign-off, round 2",
        "For Ines Vogt, by delegation 12, from 19 November 2026, 00:00 UTC to"
        " 30 November 2026, 00:00 UTC: Vogt is on leave.",
        "I reviewed this case file and approve the release under the conditions I name",
        "Train the credit officers, Weber. (Jonas Weber, 20 December 2026, other)",
        "20 November 2026, 15:12 UTC",
        "Password and one-time code",
        dossiers.conditional()["case_file_digest"],
        "Sent back to stage Validation",
        "the release was sent back since: the decision no longer binds",
    ):
        assert words in text


def test_a_signature_on_an_earlier_case_file_says_which() -> None:
    dossier = dossiers.full()
    dossier["decisions"][0] |= {"bound": False, "counts": False, "case_file_digest": "0" * 64}
    text = chapter(dossier, "decisions")
    assert "An earlier case file, revision 1: the decision does not bind this one." in text


def test_moves_and_delegations_are_printed() -> None:
    text = chapter(dossiers.conditional(), "decisions")
    assert "2026-11-18 12:00 Drafted Draft Ada Brandt" in text
    assert "2026-11-20 15:12 Approved Approved by itself" in text
    assert "Ended early by Ines Vogt, 20 November 2026, 15:50 UTC: Back early." in text
    assert "Everybody signed in their own place." in chapter(dossiers.full(), "decisions")


def test_a_condition_is_printed_from_its_naming_to_its_acceptance() -> None:
    text = chapter(dossiers.conditional(), "conditions")
    for words in (
        "Train the credit officers, Weber.",
        "Fulfilled",
        "Jonas Weber, 20 December 2026",
        "Exhibit 12, Performance on loanapp 2",
        "Hedda Falk, 20 November 2026, 15:45 UTC",
    ):
        assert words in text


def test_an_emergency_release_is_printed_with_both_signatures_and_its_review() -> None:
    text = chapter(dossiers.full(), "emergencies")
    for words in (
        "Ended by itself, 14 November 2026, 07:00 UTC",
        "Hedda Falk, Model risk manager, 12 November 2026, 06:00 UTC, password and one-time code",
        "Jonas Weber, Business owner",
        "I let this version run without a full approval",
        "Review 8: not revalidated, for a reason",
    ):
        assert words in text


def test_the_cover_tells_an_emergency_release_that_is_in_force() -> None:
    running = dossiers.full(overrides=[override(ends_at="2026-11-21T07:00:00Z")])
    cover = page(running).split('<nav class="contents">')[0]
    assert "production: in force until 21 November 2026, 07:00 UTC" in cover
    assert "Emergency release" not in page(dossiers.full()).split('<nav class="contents">')[0]


def test_a_deployment_says_what_ran_where_and_whether_it_is_what_was_approved() -> None:
    other = deployment(number=6, matches=False, live_until=None, uncovered_since=AS_OF)
    unknown = deployment(number=7, of_this_version=False, label="9.9", matches=None)
    text = chapter(dossiers.full(deployments=[deployment(), other, unknown]), "live")
    for words in (
        "5 production 2026-11-12 07:10 2026-11-13 07:10 matches yes",
        "6 production 2026-11-12 07:10 – does not match no",
        "eu-1 / scores / https://scores.example.org/v1",
        "No valid approval has covered it since 20 November 2026, 16:00 UTC.",
        "Deployment 7: production, reported as 9.9",
        "None is registered to compare it with",
    ):
        assert words in text


def test_a_review_says_why_nothing_was_revalidated_and_the_owner_what_they_confirm() -> None:
    text = chapter(dossiers.full(), "reviews")
    for words in (
        "Why it was not revalidated The version was in full review already",
        "Decided by Hedda Falk, good until 1 February 2027",
        "the same cause came in once more",
        "2026-Q3, 1 July 2026 to 30 September 2026; to be confirmed by 30 November 2026",
        "Confirmed with exceptions: Jonas Weber, Business owner",
        "Exception: The deputy is Okafor by now.",
    ):
        assert words in text
    waiting = chapter(dossiers.full(attestations=[attestation(confirmation=None)]), "reviews")
    assert "Not yet; it waits for Jonas Weber." in waiting


def test_where_there_is_nothing_it_is_said() -> None:
    said = page(dossiers.bare())
    for gap in (
        "No condition binds this release.",
        "This version was never let through without an approval.",
        "Nobody has reported this version live.",
        "Nothing has asked for a review of this model yet.",
        "No inventory of the unit has been attested with this model in it.",
    ):
        assert gap in said


def test_the_public_report_names_nobody_and_no_target() -> None:
    told = published(dossiers.conditional(profile="public"))
    text = " ".join(chapter(told, name) for name in CHAPTERS)
    assert not [name for name in PEOPLE if name in text]
    assert "scores.example.org" not in text
    assert "Owner of a condition" not in text  # who has a role is called by it
    for kept in ("Train the credit officers", "Back early.", "The old model crashes"):
        assert kept in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Fulfilled"),
        ({"accepted_at": None}, "Offered, to be accepted"),
        ({"accepted_at": None, "offered_at": None}, "Open"),
        ({"accepted_at": None, "due": AS_OF}, "Missed"),
    ],
)
def test_a_condition_stands_as_of_the_report(changed: dict[str, Any], said: str) -> None:
    with translation.override("en"):
        assert oversight.condition_standing(condition(**changed), AS_OF) == said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Ended by itself"),
        ({"ends_at": "2026-11-20T16:00:01Z"}, "In force until"),
        ({"ended_at": "2026-11-13T07:00:00Z"}, "Ended early"),
        ({"starts_at": None, "ends_at": None}, "the second signature is missing"),
        ({"starts_at": None, "ended_at": "2026-11-13T07:00:00Z"}, "Taken back"),
    ],
)
def test_an_emergency_release_stands_as_of_the_report(changed: dict[str, Any], said: str) -> None:
    with translation.override("en"):
        assert said in oversight.override_standing(override(**changed), AS_OF)


@pytest.mark.parametrize(("due", "said"), [(AS_OF, "Open, overdue"), ("2026-11-21", "Open")])
def test_an_open_review_stands_as_of_the_report(due: str, said: str) -> None:
    waiting = review(outcome="", due=due if "T" in due else f"{due}T00:00:00Z")
    with translation.override("en"):
        assert oversight.review_standing(waiting, AS_OF) == said


def test_the_cover_tells_what_is_open_against_the_version() -> None:
    open_ones = [finding(state="open", severity=one) for one in ("low", "critical", "critical")]
    found = dossiers.full(
        findings=[*open_ones, finding()],
        incidents=[incident(state="open"), incident(state="closed")],
        deployments=[deployment(live_until=None, uncovered_since=AS_OF), deployment()],
    )
    assert oversight.open_against(found) == [
        ("severe", "1 deployment without a valid approval"),
        ("high", "1 incident"),
        ("high", "2 findings, critical"),
        ("medium", "1 finding, low"),
    ]
    assert "2 findings, critical" in page(found).split('<nav class="contents">')[0]
    assert "nothing running without approval" in page(dossiers.full(findings=[], incidents=[]))


def test_what_led_to_a_review_is_told_by_names() -> None:
    told = {"path": "a, b", "monitor": "3", "verdict": "fail", "evidence": "12", "odd_one": "x"}
    found = oversight.led_to(review(led_to=told))
    assert found == [
        ("By way of", "a, b"),
        ("Verdict", "Fail"),
        ("Number of the exhibit", "12"),
        ("Number of the monitor", "3"),
        ("Odd one", "x"),
    ]
    told = {"appetite": "within → blocks", "shortcomings": "deployment.not_approved, odd"}
    assert oversight.led_to(review(led_to=told)) == [
        ("What was wrong", "No valid approval covers what runs, odd"),
        ("How the appetite takes it, before and now", "Within the appetite → Blocked"),
    ]
    text = chapter(dossiers.full(), "reviews")
    assert "Number of the emergency release 3" in text
