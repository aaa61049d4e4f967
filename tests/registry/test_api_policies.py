"""The doors to the policy for scripts: reading, a look ahead, proposing and approving."""

from __future__ import annotations

from typing import Any

import pytest

from registry.models import PolicyEdition
from registry.services import policies
from registry.services.policy_texts import parse, written
from tests.cast import PASSWORD, Cast, an_approved_release, api
from tests.registry.policies_at_work import adopted, changed, proposed
from tests.traces import nothing_written

POLICIES = "/api/v1/policies/"


def draft(**parts: Any) -> dict[str, Any]:
    return {"text": written(changed(**parts)), "note": "Asked for.", "based_on": 1}


def signature(edition: PolicyEdition, **said: Any) -> dict[str, Any]:
    return {"digest": edition.digest, "reason": "Read.", "password": PASSWORD, **said}


def test_every_edition_is_listed_with_where_it_stands(cast: Cast) -> None:
    adopted(cast)
    proposed(cast, approval_days=60)
    told = api(cast.auditor).get(POLICIES).json()
    assert [(one["edition"], one["standing"]) for one in told] == [
        (3, "proposed"),
        (2, "in_force"),
        (1, "superseded"),
    ]
    assert [approval["name"] for approval in told[1]["approvals"]] == ["Mara Roth", "Milan Novak"]
    assert (told[0]["proposed_by"]["username"], told[0]["base"]) == ("admin", 2)
    assert "definition" not in told[0]


def test_one_edition_is_told_as_data_and_as_text(cast: Cast) -> None:
    told = api(cast.auditor).get(f"{POLICIES}1/").json()
    assert told["definition"] == policies.in_force().definition == parse(told["text"])
    assert api(cast.auditor).get(f"{POLICIES}9/").status_code == 404


def test_an_edition_is_proposed_and_approved(cast: Cast) -> None:
    answer = api(cast.admin).post(POLICIES, draft(approval_days=30))
    assert (answer.status_code, answer.json()["standing"]) == (201, "proposed")
    edition = PolicyEdition.objects.get(edition=2)
    for person, standing in ((cast.manager, "proposed"), (cast.manager2, "in_force")):
        answer = api(person).post(f"{POLICIES}2/approve/", signature(edition))
        assert (answer.status_code, answer.json()["standing"]) == (200, standing)
    assert policies.in_force() == edition


def test_a_wrong_policy_is_refused_with_every_reason(cast: Cast) -> None:
    with nothing_written():
        answer = api(cast.admin).post(POLICIES, draft(approval_days=0, override_days=15))
    assert answer.status_code == 409
    assert [one["code"] for one in answer.json()["objections"]] == [
        "policy.approval_days",
        "policy.override_days",
    ]


def test_an_approval_of_ones_own_is_refused(cast: Cast) -> None:
    edition = proposed(cast, by=cast.manager)
    answer = api(cast.manager).post(f"{POLICIES}2/approve/", signature(edition))
    assert answer.status_code == 409
    assert [one["code"] for one in answer.json()["objections"]] == ["policy.own_work"]


def test_a_token_alone_is_no_signature(cast: Cast) -> None:
    edition = proposed(cast)
    said = signature(edition)
    del said["password"]
    assert api(cast.manager).post(f"{POLICIES}2/approve/", said).status_code == 403


@pytest.mark.parametrize("who", ["scientist", "auditor", "outsider"])
def test_others_neither_propose_nor_approve_nor_simulate(cast: Cast, who: str) -> None:
    edition = proposed(cast)
    client = api(getattr(cast, who))
    assert client.post(POLICIES, draft(approval_days=31)).status_code == 403
    assert client.post(f"{POLICIES}2/approve/", signature(edition)).status_code == 403
    text = {"text": written(changed())}
    assert client.post(f"{POLICIES}simulate/", text).status_code == 403


def test_a_misspelt_field_is_refused_by_name(cast: Cast) -> None:
    answer = api(cast.admin).post(POLICIES, {**draft(), "reson": "x"})
    assert answer.status_code == 400
    assert "reson" in answer.json()


def test_a_draft_is_held_against_what_is_in_force(cast: Cast) -> None:
    release = an_approved_release(cast)
    text = written(changed(data_roles=["train", "test"]))
    with nothing_written():
        told = api(cast.manager).post(f"{POLICIES}simulate/", {"text": text}).json()
    (failing,) = told["failing"]
    assert (failing["release"], failing["state"], failing["tier"]) == (release.pk, "approved", 3)
    assert [one["code"] for one in failing["objections"]] == ["submit.data_missing"]
    assert (told["looked_at"], told["failing_elsewhere"]) == (1, 0)


@pytest.mark.parametrize("text", ["tiers: [", "a: &x 1", "- 1"])
def test_a_draft_that_is_no_policy_is_refused(cast: Cast, text: str) -> None:
    answer = api(cast.manager).post(f"{POLICIES}simulate/", {"text": text})
    assert answer.status_code == 409
    assert [one["code"] for one in answer.json()["objections"]] == ["policy.unreadable"]
