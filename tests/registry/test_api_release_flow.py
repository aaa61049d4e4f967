"""A release on its way through the API: every act, every refusal, and drafts in every list."""

from __future__ import annotations

from typing import Any

import pytest

from registry.models import Decision, Release
from registry.rules.roles import Role
from registry.services import releases, units
from tests.cast import (
    Cast,
    a_complete_version,
    a_release,
    a_version,
    an_approved_release,
    an_exhibit,
    api,
)
from tests.registry.doors import RELEASES, call, codes, door, nothing_decided, state_of
from tests.registry.flow import in_four_stages, through

DRAFT = f"{RELEASES}draft/"


def asked(version: Any, environment: str = "production") -> dict[str, Any]:
    return {"version": version.pk, "environment": environment}


def test_a_version_is_drafted_and_the_draft_is_what_is_submitted(cast: Cast) -> None:
    version = a_complete_version(cast)
    made = api(cast.scientist).post(DRAFT, asked(version))
    assert made.status_code == 201
    told = made.json()
    assert (told["state"], told["case_file_digest"], told["decisions"]) == ("draft", None, [])
    assert (told["gate"]["allowed"], any(one["open"] for one in told["stages"])) == (False, False)
    again = api(cast.scientist).post(DRAFT, asked(version))
    assert codes(again) == ["release.drafted_already"]
    sent = api(cast.scientist).post(RELEASES, asked(version)).json()
    assert (sent["id"], sent["state"]) == (told["id"], "submitted")


def test_a_draft_is_refused_to_the_wrong_person_and_place(cast: Cast) -> None:
    version = a_version(cast)
    with nothing_decided():
        assert api(cast.manager).post(DRAFT, asked(version)).status_code == 403
        assert api(cast.outsider).post(DRAFT, asked(version)).status_code == 404
        moon = api(cast.scientist).post(DRAFT, asked(version, "moon"))
        assert codes(moon) == ["submit.environment"]
        assert api(cast.scientist).post(DRAFT, {"version": version.pk}).status_code == 400


def test_a_draft_is_given_up(cast: Cast) -> None:
    draft = releases.draft(version=a_version(cast), environment="production", by=cast.scientist)
    discard = door(draft, "discard")
    with nothing_decided():
        bare = api(cast.scientist).post(discard, {"reason": " "})
        assert codes(bare) == ["release.no_reason"]
        assert api(cast.manager).post(discard, {"reason": "x"}).status_code == 403
        assert api(cast.outsider).post(discard, {"reason": "x"}).status_code == 404
    gone = api(cast.scientist).post(discard, {"reason": "Not now."})
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    again = api(cast.scientist).post(discard, {"reason": "Again."})
    assert codes(again) == ["release.no_draft"]


def test_a_draft_breaks_no_list_and_no_gate(cast: Cast) -> None:
    version = a_version(cast)
    draft = releases.draft(version=version, environment="production", by=cast.scientist)
    client = api(cast.auditor)
    assert client.get(f"{RELEASES}?state=draft").json()["results"][0]["id"] == draft.pk
    assert client.get(door(draft)).status_code == 200
    assert client.get(door(draft, "case-file")).status_code == 404
    for path in ("models", "versions", "reports", "live", "journal", "findings", "reviews"):
        assert client.get(f"/api/v1/{path}/").status_code == 200, path
    question = {"model": "mortgage-approval", "version": "1.0", "environment": "production"}
    gate = client.get("/api/v1/gate", question)
    assert (gate.status_code, gate.json()["allowed"]) == (200, False)
    report = {"version": version.pk, "profile": "internal", "language": "en"}
    assert client.post("/api/v1/reports/", report).status_code < 500


@pytest.mark.parametrize("act", ["approve", "reject", "send-back", "return", "withdraw", "revoke"])
def test_there_is_nothing_to_sign_on_a_draft(cast: Cast, act: str) -> None:
    draft = releases.draft(version=a_version(cast), environment="production", by=cast.scientist)
    more = {"stage": 0} if act == "send-back" else {}
    with nothing_decided():
        assert call(draft, cast.manager, act, **more).status_code == 404


def test_the_first_vote_begins_the_review_and_parallel_stages_are_open_at_once(cast: Cast) -> None:
    release = in_four_stages(cast)
    told = call(release, cast.ethics).json()
    assert told["state"] == "in_review"
    assert [(one["name"], one["open"], one["signed"]) for one in told["stages"]] == [
        ("Validation", True, 0),
        ("Ethics review", False, 1),
        ("Risk sign-off", False, 0),
        ("Committee", False, 0),
    ]
    assert told["stages"][3]["asks"][0] == {"role": "model_risk_manager", "needed": 2, "of": 3}
    assert call(release, cast.manager).status_code == 403
    assert call(release, cast.validator).json()["current_stage"] == "Risk sign-off"


def test_six_people_walk_it_through_and_one_against_does_not_stop_them(cast: Cast) -> None:
    release = in_four_stages(cast)
    for signer in (cast.validator, cast.ethics, cast.manager):
        assert call(release, signer).status_code == 200
    assert call(release, cast.manager3, "reject").json()["state"] == "in_review"
    for signer in (cast.manager, cast.owner):
        assert call(release, signer).json()["state"] == "in_review"
    told = call(release, cast.manager2).json()
    assert (told["state"], told["gate"]["allowed"]) == ("approved", True)


def test_two_against_it_end_it_and_nothing_more_is_signed(cast: Cast) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator, cast.ethics, cast.manager)
    call(release, cast.manager3, "reject")
    assert call(release, cast.manager2, "reject").json()["state"] == "rejected"
    with nothing_decided():
        assert codes(call(release, cast.owner)) == ["release.wrong_state"]


def test_it_is_sent_back_to_an_earlier_stage(cast: Cast) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator, cast.ethics)
    with nothing_decided():
        for stage in (2, 3, 99):
            where = call(release, cast.manager, "send-back", stage=stage)
            assert codes(where) == ["release.sent_where"]
        assert call(release, cast.manager, "send-back").status_code == 400
        assert call(release, cast.manager, "send-back", stage=-1).status_code == 400
        assert call(release, cast.auditor, "send-back", stage=1).status_code == 403
        assert call(release, cast.outsider, "send-back", stage=1).status_code == 404
    told = call(release, cast.manager, "send-back", stage=1).json()
    assert [one["signed"] for one in told["stages"]] == [0, 0, 0, 0]
    assert told["decisions"][-1]["sent_to"] == 1


def test_it_is_returned_to_its_author_and_submitted_again(cast: Cast) -> None:
    release = in_four_stages(cast)
    with nothing_decided():
        assert call(release, cast.scientist, "return").status_code == 403
        assert call(release, cast.outsider, "return").status_code == 404
    assert call(release, cast.validator, "return").json()["state"] == "draft"
    with nothing_decided():
        assert codes(call(release, cast.ethics)) == ["release.wrong_state"]
    again = api(cast.scientist).post(RELEASES, asked(release.version)).json()
    assert (again["id"], again["state"]) == (release.pk, "submitted")


def test_what_was_withdrawn_is_not_approved(cast: Cast) -> None:
    release = a_release(cast)
    assert call(release, cast.scientist, "withdraw").json()["state"] == "withdrawn"
    with nothing_decided():
        assert codes(call(release, cast.manager)) == ["release.wrong_state"]


def test_an_approval_is_retired(cast: Cast) -> None:
    release = an_approved_release(cast)
    with nothing_decided():
        assert call(release, cast.scientist, "retire").status_code == 403
        assert call(release, cast.outsider, "retire").status_code == 404
        assert codes(call(release, cast.owner, "retire", reason=" ")) == ["release.no_reason"]
    told = call(release, cast.owner, "retire").json()
    assert (told["state"], told["gate"]["allowed"]) == ("retired", False)
    with nothing_decided():
        assert codes(call(release, cast.manager, "revoke")) == ["release.wrong_state"]


def test_nobody_signs_twice_and_a_validator_never_approves(cast: Cast) -> None:
    release = in_four_stages(cast)
    units.grant(unit=cast.unit, user=cast.validator, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    through(cast, release, cast.validator, cast.ethics)
    with nothing_decided():
        twice = call(release, cast.validator)
        assert codes(twice) == ["release.own_work.validated", "release.signed_already"]
    through(cast, release, cast.manager, cast.manager)
    with nothing_decided():
        assert codes(call(release, cast.manager)) == ["release.signed_already"]


@pytest.mark.parametrize("act", ["approve", "reject", "send-back", "return", "retire"])
@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_token_alone_signs_nothing(cast: Cast, act: str, password: str) -> None:
    release = an_approved_release(cast) if act == "retire" else a_release(cast)
    before = Decision.objects.count()
    more = {"stage": 0} if act == "send-back" else {}
    answer = call(release, cast.manager, act, password=password, **more)
    assert answer.status_code == 403
    assert "password" in answer.json()["detail"]
    assert Decision.objects.count() == before


@pytest.mark.parametrize("act", ["approve", "reject", "return"])
def test_what_was_read_before_new_evidence_is_not_what_is_signed(cast: Cast, act: str) -> None:
    release = in_four_stages(cast)
    shown = release.case_file.digest
    an_exhibit(cast, release.version, "drift")
    with nothing_decided():
        late = call(release, cast.validator, act, digest=shown)
        assert codes(late) == ["release.other_case_file"]
    newest = Release.objects.get(pk=release.pk).case_file.digest[:12]
    assert newest in late.json()["objections"][0]["message"]
    assert call(release, cast.validator, act).status_code == 200
    assert state_of(release) in ("in_review", "rejected", "draft")
