"""Conditions through the API: naming them with an approval, listing, offering, accepting."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from registry.models import Condition, User
from registry.services import releases
from tests.cast import Cast, a_complete_version, a_model, a_release, an_exhibit, api
from tests.registry.doors import call, codes, nothing_decided, state_of
from tests.registry.flow import a_condition, act, days_ahead, policy_with

CONDITIONS = "/api/v1/conditions/"


def said(**changed: Any) -> dict[str, Any]:
    """Return a condition as a program sends it."""
    sent = {"text": "Train", "owner": "owner", "due": days_ahead(30).isoformat()}
    return {name: value for name, value in (sent | changed).items() if value is not None}


def a_bound(cast: Cast, name: str = "Mortgage approval", **changed: Any) -> Condition:
    """Have a release approved under one condition."""
    release = a_release(cast, a_complete_version(cast, a_model(cast, name)))
    asked = [a_condition(cast, **changed)]
    act(releases.approve_with_conditions, release, cast.manager, conditions=asked)
    return Condition.objects.get(release=release)


def post(condition: Condition, person: User, verb: str, **body: Any) -> Any:
    return api(person).post(f"{CONDITIONS}{condition.pk}/{verb}/", body)


def test_an_approval_with_conditions_names_them_in_its_decision_and_in_the_list(
    cast: Cast,
) -> None:
    release = a_release(cast)
    answer = call(release, cast.manager, conditions=[said(), said(evidence_kind="drift")])
    assert answer.status_code == 200
    told = answer.json()
    assert (told["state"], told["gate"]["allowed"]) == ("approved_with_conditions", True)
    assert told["decisions"][0]["act"] == "approve_with_conditions"
    (first, second) = api(cast.auditor).get(f"{CONDITIONS}?release={release.pk}").json()["results"]
    assert (first["text"], first["owner"]["username"]) == ("Train", "owner")
    assert first["due_at"].startswith(days_ahead(30).isoformat())
    assert (second["evidence_kind"], second["accepted_at"]) == ("drift", None)


@pytest.mark.parametrize("changed", [{"due": None}, {"due": "soon"}, {"text": None}, {"who": "x"}])
def test_a_malformed_condition_is_told(cast: Cast, changed: dict[str, Any]) -> None:
    release = a_release(cast)
    with nothing_decided():
        answer = call(release, cast.manager, conditions=[said(**changed)])
    assert answer.status_code == 400
    (mistake,) = answer.json()["conditions"].values()
    assert list(mistake) == list(changed)
    assert all(sentences[0].endswith(".") for sentences in mistake.values())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"due": days_ahead(-1).isoformat()}, "condition.due"),
        ({"due": days_ahead(0).isoformat()}, "condition.due"),
        ({"due": days_ahead(9999).isoformat()}, "condition.due"),
        ({"owner": "outsider"}, "condition.owner"),
        ({"owner": "nobody"}, "condition.owner"),
        ({"evidence_kind": "rumour"}, "condition.evidence_kind"),
    ],
)
def test_a_condition_that_binds_nobody_is_refused(
    cast: Cast, changed: dict[str, Any], code: str
) -> None:
    release = a_release(cast)
    with nothing_decided():
        answer = call(release, cast.manager, conditions=[said(**changed)])
        assert codes(answer) == [code]


def test_a_policy_without_conditions_takes_none(cast: Cast) -> None:
    policy_with(conditions_allowed=False)
    answer = call(a_release(cast), cast.manager, conditions=[said()])
    assert codes(answer) == ["condition.not_allowed"]


def test_the_owner_offers_and_a_validator_accepts(cast: Cast) -> None:
    condition = a_bound(cast)
    with nothing_decided():
        assert post(condition, cast.manager2, "offer", text="Done.").status_code == 403
        assert codes(post(condition, cast.owner, "offer", text=" ")) == ["condition.no_offer"]
        early = post(condition, cast.validator, "accept", reason="Good.")
        assert codes(early) == ["condition.not_offered"]
    offered = post(condition, cast.owner, "offer", text="All on 3 June.")
    assert (offered.status_code, offered.json()["offer"]) == (200, "All on 3 June.")
    with nothing_decided():
        assert post(condition, cast.owner, "accept", reason="Mine.").status_code == 403
        assert post(condition, cast.auditor, "accept", reason="Fine.").status_code == 403
        bare = post(condition, cast.validator, "accept")
        assert codes(bare) == ["condition.no_reason"]
    accepted = post(condition, cast.validator, "accept", reason="Seen the list.")
    assert accepted.json()["accepted_by"]["username"] == "validator"
    assert state_of(condition.release) == "approved"
    with nothing_decided():
        again = post(condition, cast.manager2, "accept", reason="Again.")
        assert codes(again) == ["condition.accepted"]


def test_nobody_accepts_what_is_theirs_to_fulfil(cast: Cast) -> None:
    condition = a_bound(cast, owner=cast.manager2.username)
    assert post(condition, cast.manager2, "offer", text="Done.").status_code == 200
    with nothing_decided():
        own = post(condition, cast.manager2, "accept", reason="Fine by me.")
        assert codes(own) == ["condition.own"]


def test_the_exhibit_is_a_new_one_of_this_version(cast: Cast) -> None:
    condition = a_bound(cast, evidence_kind="drift")
    old = condition.release.version.evidence.first()
    elsewhere = an_exhibit(cast, a_complete_version(cast, a_model(cast, "Other")), "drift")
    with nothing_decided():
        for exhibit in (None, old.pk, elsewhere.pk):
            answer = post(condition, cast.owner, "offer", text="See.", evidence=exhibit)
            assert codes(answer) == ["condition.evidence_missing"]
        unknown = post(condition, cast.owner, "offer", text="See.", evidence=10**6)
        assert unknown.status_code == 404
    drift = an_exhibit(cast, condition.release.version, "drift")
    answer = post(condition, cast.owner, "offer", text="See.", evidence=drift.pk)
    assert answer.json()["evidence"] == drift.pk


def test_a_stranger_finds_no_condition(cast: Cast) -> None:
    condition = a_bound(cast)
    assert api(cast.outsider).get(CONDITIONS).json()["results"] == []
    assert post(condition, cast.outsider, "offer", text="Mine.").status_code == 404
    assert post(condition, cast.outsider, "accept", reason="Mine.").status_code == 404


def test_the_list_takes_as_many_queries_for_three_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = api(cast.auditor)
    a_bound(cast)
    with django_assert_num_queries(4):
        client.get(CONDITIONS)
    for name in ("Second", "Third"):
        a_bound(cast, name)
    with django_assert_num_queries(4):
        assert client.get(CONDITIONS).json()["count"] == 3
