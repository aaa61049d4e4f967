"""Releases and the signed acts on them through the API."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from registry.models import Decision, Entry, Release
from registry.rules.roles import Role
from registry.services import units
from tests.cast import (
    PASSWORD,
    Cast,
    a_complete_version,
    a_dataset_version,
    a_model,
    a_release,
    a_version,
    an_approved_release,
    api,
    attached,
)

RELEASES = "/api/v1/releases/"
ACTS = ("approve", "reject", "withdraw", "revoke")


def door(release: Release, act: str = "") -> str:
    return f"{RELEASES}{release.pk}/{act}/" if act else f"{RELEASES}{release.pk}/"


def signature(release: Release, **changed: Any) -> dict[str, Any]:
    said = {
        "digest": release.case_file.digest,
        "reason": "Read in full.",
        "password": PASSWORD,
    }
    return said | changed


def codes(answer: Any) -> set[str]:
    return {one["code"] for one in answer.json()["objections"]}


def test_a_complete_version_is_submitted(cast: Cast) -> None:
    version = a_complete_version(cast)
    answer = api(cast.scientist).post(
        RELEASES, {"version": version.pk, "environment": "production"}
    )
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["current_stage"]) == ("submitted", "Risk sign-off")
    assert told["stages"] == [
        {
            "name": "Risk sign-off",
            "asks": [{"role": "model_risk_manager", "needed": 1, "of": None}],
            "rule": "all",
            "beside": False,
            "needed": 1,
            "open": True,
            "signed": 0,
        }
    ]
    assert told["gate"]["allowed"] is False
    assert told["gate"]["reasons"][0]["code"] == "gate.not_approved"


def test_a_refused_submission_lists_everything_that_is_missing_at_once(cast: Cast) -> None:
    asked = {"version": a_version(cast).pk, "environment": "moon"}
    answer = api(cast.scientist).post(RELEASES, asked)
    assert answer.status_code == 409
    assert codes(answer) == {
        "submit.card_incomplete",
        "submit.data_missing",
        "submit.risk_missing",
        "submit.scorecard_missing",
        "submit.evidence_missing",
        "submit.environment",
    }
    assert not Release.objects.exists()


def test_the_case_file_comes_byte_for_byte_as_it_was_frozen(cast: Cast) -> None:
    release = a_release(cast)
    answer = api(cast.auditor).get(door(release, "case-file"))
    assert answer["Content-Type"] == "application/json"
    told = api(cast.auditor).get(door(release)).json()
    assert hashlib.sha256(answer.content).hexdigest() == told["case_file_digest"]
    assert json.loads(answer.content)["release"]["environment"] == "production"


def test_a_manager_approves_and_the_gate_opens(cast: Cast) -> None:
    release = a_release(cast)
    answer = api(cast.manager).post(door(release, "approve"), signature(release))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["state"], told["gate"]) == ("approved", {"allowed": True, "reasons": []})
    signed = told["decisions"][0]
    assert (signed["printed_name"], signed["act"], signed["method"]) == (
        "Mara Roth",
        "approve",
        "password",
    )
    assert signed["case_file_digest"] == told["case_file_digest"]


def test_nobody_approves_their_own_submission(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.scientist, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    release = a_release(cast)
    answer = api(cast.scientist).post(door(release, "approve"), signature(release))
    assert answer.status_code == 409
    assert codes(answer) == {
        "release.own_work.submitted",
        "release.own_work.registered",
        "release.own_work.purpose",
        "release.own_work.card",
        "release.own_work.data",
        "release.own_work.run",
        "release.own_work.tier",
        "release.own_work.risk",
    }
    assert not Decision.objects.exists()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("password", [None, "", "wrong"])
def test_a_token_alone_signs_nothing(cast: Cast, act: str, password: str | None) -> None:
    release = an_approved_release(cast) if act == "revoke" else a_release(cast)
    signer = cast.scientist if act == "withdraw" else cast.manager
    body = {} if password is None else signature(release, password=password)
    answer = api(signer).post(door(release, act), body)
    assert answer.status_code == 403
    assert "password" in answer.json()["detail"]
    release.refresh_from_db()
    assert release.state == ("approved" if act == "revoke" else "submitted")


def test_a_wrong_password_is_remembered_and_the_third_locks(cast: Cast) -> None:
    release = a_release(cast)
    for _ in range(3):
        api(cast.manager).post(door(release, "approve"), signature(release, password="no"))
    assert Entry.objects.filter(action="release.signature_failed").count() == 3
    answer = api(cast.manager).post(door(release, "approve"), signature(release))
    assert answer.status_code == 403
    assert "locked" in answer.json()["detail"]


def test_a_password_with_spaces_around_it_is_taken_as_it_is(cast: Cast) -> None:
    cast.manager.set_password("  spaced  ")
    cast.manager.save()
    release = a_release(cast)
    body = signature(release, password="  spaced  ")
    assert api(cast.manager).post(door(release, "approve"), body).status_code == 200


def test_another_case_file_than_the_one_that_was_read_is_not_signed(cast: Cast) -> None:
    release = a_release(cast)
    body = signature(release, digest="0" * 64)
    answer = api(cast.manager).post(door(release, "approve"), body)
    assert codes(answer) == {"release.other_case_file"}


def test_a_signature_without_a_reason_is_refused(cast: Cast) -> None:
    release = a_release(cast)
    answer = api(cast.manager).post(door(release, "approve"), signature(release, reason=" "))
    assert codes(answer) == {"release.no_reason"}


def test_a_release_is_rejected(cast: Cast) -> None:
    release = a_release(cast)
    answer = api(cast.manager).post(door(release, "reject"), signature(release))
    assert answer.json()["state"] == "rejected"
    again = api(cast.manager).post(door(release, "approve"), signature(release))
    assert codes(again) == {"release.wrong_state"}


def test_a_release_is_withdrawn(cast: Cast) -> None:
    release = a_release(cast)
    answer = api(cast.scientist).post(door(release, "withdraw"), signature(release))
    assert answer.json()["state"] == "withdrawn"


def test_an_approval_is_revoked_and_the_gate_closes(cast: Cast) -> None:
    release = an_approved_release(cast)
    body = {"reason": "Complaints from customers.", "password": PASSWORD}
    answer = api(cast.manager2).post(door(release, "revoke"), body)
    assert answer.json()["state"] == "revoked"
    assert answer.json()["gate"]["allowed"] is False


def test_a_changed_fact_closes_the_gate_by_itself(cast: Cast) -> None:
    release = an_approved_release(cast)
    data = release.version.data_links.get().data
    gone = api(cast.scientist).delete(f"/api/v1/versions/{release.version_id}/data/{data.pk}/")
    assert gone.status_code == 204
    gate = api(cast.auditor).get(door(release)).json()["gate"]
    assert gate["allowed"] is False
    assert [reason["code"] for reason in gate["reasons"]] == ["gate.void"]
    assert data.dataset.name in gate["reasons"][0]["message"]


def test_stages_are_signed_one_after_the_other(cast: Cast) -> None:
    version = a_complete_version(cast, a_model(cast, tier=2))
    attached(cast, version, a_dataset_version(cast, role="train"))
    release = a_release(cast, version)
    early = api(cast.manager).post(door(release, "approve"), signature(release))
    assert early.status_code == 403
    assert "Validation" in early.json()["detail"]
    told = []
    for signer in (cast.validator, cast.manager, cast.owner):
        answer = api(signer).post(door(release, "approve"), signature(release)).json()
        told.append((answer["state"], answer["current_stage"]))
    assert told == [
        ("in_review", "Risk sign-off"),
        ("in_review", "Business acceptance"),
        ("approved", None),
    ]


@pytest.mark.parametrize("act", ACTS)
def test_the_wrong_role_signs_nothing(cast: Cast, act: str) -> None:
    release = a_release(cast)
    answer = api(cast.auditor).post(door(release, act), signature(release))
    assert answer.status_code == 403


def test_the_wrong_role_submits_nothing(cast: Cast) -> None:
    asked = {"version": a_complete_version(cast).pk, "environment": "production"}
    assert api(cast.manager).post(RELEASES, asked).status_code == 403


@pytest.mark.parametrize("act", ACTS)
def test_a_stranger_finds_nothing_to_sign(cast: Cast, act: str) -> None:
    release = a_release(cast)
    answer = api(cast.outsider).post(door(release, act), signature(release))
    assert answer.status_code == 404


def test_a_stranger_finds_neither_release_nor_version(cast: Cast) -> None:
    release = a_release(cast)
    stranger = api(cast.outsider)
    assert stranger.get(RELEASES).json()["results"] == []
    assert stranger.get(door(release)).status_code == 404
    assert stranger.get(door(release, "case-file")).status_code == 404
    asked = {"version": release.version_id, "environment": "staging"}
    assert stranger.post(RELEASES, asked).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"signature": "me"}, {"digest": 7}, {"reason": ["x"]}, {"password": {}}]
)
def test_a_malformed_signature_is_told(cast: Cast, wrong: dict[str, Any]) -> None:
    release = a_release(cast)
    answer = api(cast.manager).post(door(release, "approve"), signature(release, **wrong))
    assert answer.status_code == 400
    assert set(answer.json()) == set(wrong)


def test_releases_are_narrowed(cast: Cast) -> None:
    release = a_release(cast)
    asked = f"?version={release.version_id}&environment=production&state=submitted"
    assert api(cast.auditor).get(RELEASES + asked).json()["count"] == 1
    assert api(cast.auditor).get(RELEASES, {"model": "other"}).json()["count"] == 0
