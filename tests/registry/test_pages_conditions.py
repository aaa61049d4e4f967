"""The pages of conditions: naming them with a signature, offering, and accepting."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from registry.models import Condition, Release, User
from registry.services import conditions, releases
from tests.cast import Cast, a_release, an_exhibit
from tests.registry.doors import lines, nothing_decided, page_of, sign, state_of
from tests.registry.flow import PROOF, a_condition, act, days_ahead
from tests.registry.pages import signed_in


def said(**changed: Any) -> dict[str, Any]:
    """Return a condition as somebody types it."""
    typed = {
        "text": "Train the credit officers",
        "owner": "owner",
        "due": days_ahead(30).isoformat(),
        "evidence_kind": "",
    }
    return typed | changed


def under(cast: Cast, *asked: dict[str, Any], verb: str = "approve_with_conditions") -> Any:
    release = a_release(cast)
    return release, sign(release, cast.manager, verb, **lines(*asked))


def a_bound(cast: Cast, **changed: Any) -> Condition:
    """Have a release approved under one condition."""
    release = a_release(cast)
    asked = [a_condition(cast, **changed)]
    act(releases.approve_with_conditions, release, cast.manager, conditions=asked)
    return Condition.objects.get()


def post(condition: Condition, person: User, **sent: Any) -> HttpResponse:
    return signed_in(person).post(reverse("condition", args=[condition.pk]), sent)


def test_conditions_are_named_with_the_signature(cast: Cast) -> None:
    release, answer = under(cast, said(), said(text="Write the manual", owner="scientist"))
    assert answer.status_code == 302
    assert state_of(release) == "approved_with_conditions"
    text = page_of(release, cast.auditor)
    for shown in ("Approved with conditions", "Train the credit officers", "Write the manual"):
        assert shown in text
    assert text.count('class="chip wait">Waits') == 2
    assert list(Condition.objects.values_list("number", "owner__username")) == [
        (1, "owner"),
        (2, "scientist"),
    ]


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"due": ""}, 422, "Give the day by which this has to be done."),
        ({"due": "soon"}, 422, "Enter a valid date."),
        ({"due": days_ahead(-1).isoformat()}, 409, "the day it is due lies from tomorrow"),
        ({"owner": "outsider"}, 422, "Select a valid choice."),
        ({"owner": ""}, 409, "its owner has to hold a role in the unit"),
        ({"evidence_kind": "rumour"}, 422, "Select a valid choice."),
        ({"text": " "}, 409, "Name at least one condition"),
    ],
)
def test_what_is_wrong_with_a_condition_is_said(
    cast: Cast, changed: dict[str, Any], status: int, sentence: str
) -> None:
    with_mistake = said(**changed)
    release = a_release(cast)
    with nothing_decided():
        answer = sign(release, cast.manager, "approve_with_conditions", **lines(with_mistake))
    assert answer.status_code == status
    assert sentence in answer.text


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_condition_written_with_another_act_is_not_left_out_in_silence(
    cast: Cast, verb: str
) -> None:
    release, answer = under(cast, said(), verb=verb)
    assert answer.status_code == 422
    assert "Conditions go with an approval under conditions only" in answer.text
    assert state_of(release) == "submitted"
    assert sign(release, cast.manager, verb, **lines()).status_code == 302


def test_the_panel_says_what_the_conditions_are_for(cast: Cast) -> None:
    text = page_of(a_release(cast), cast.manager)
    assert 'data-for-act="approve_with_conditions"' in text
    assert "Conditions, only where you approve under some" in text
    assert "Otto Stein" not in text


def test_the_owner_offers_and_a_manager_accepts(cast: Cast) -> None:
    condition = a_bound(cast)
    address = reverse("condition", args=[condition.pk])
    assert "Say what fulfils it" in signed_in(cast.owner).get(address).text
    waiting = signed_in(cast.manager2).get(address).text
    assert "Olga Winter says what fulfils it" in waiting
    with nothing_decided():
        assert post(condition, cast.owner, text="").status_code == 422
        early = post(condition, cast.manager2, reason="Good.")
        assert early.status_code == 409
        assert "Nothing was offered yet" in early.text
    assert post(condition, cast.owner, text="All of them, on 3 June.").status_code == 302
    text = signed_in(cast.manager2).get(address).text
    assert "All of them, on 3 June." in text
    assert "Accept what was offered" in text
    with nothing_decided():
        assert post(condition, cast.manager2, reason="").status_code == 422
        assert post(condition, cast.scientist, reason="Fine.").status_code == 403
        assert post(condition, cast.auditor, reason="Fine.").status_code == 403
    assert post(condition, cast.manager2, reason="Seen the list.").status_code == 302
    assert state_of(condition.release) == "approved"
    after = signed_in(cast.owner).get(address).text
    assert "Seen the list." in after
    assert "<form" not in after.split("<main")[1]
    with nothing_decided():
        again = post(condition, cast.manager2, reason="Once more.")
    assert again.status_code == 409
    assert "accepted already" in again.text


def test_an_exhibit_that_is_asked_for_has_to_be_a_new_one(cast: Cast) -> None:
    condition = a_bound(cast, evidence_kind="drift")
    old = condition.release.version.evidence.first()
    with nothing_decided():
        for sent in ({}, {"evidence": old.pk}):
            answer = post(condition, cast.owner, text="See there.", **sent)
            assert answer.status_code == 409
            assert "asks for an exhibit of the kind" in answer.text
        assert post(condition, cast.owner, text="See.", evidence=10**6).status_code == 422
    drift = an_exhibit(cast, condition.release.version, "drift")
    answer = post(condition, cast.owner, text="See there.", evidence=drift.pk)
    assert answer.status_code == 302


def test_a_stranger_finds_no_condition(cast: Cast) -> None:
    condition = a_bound(cast)
    address = reverse("condition", args=[condition.pk])
    assert signed_in(cast.outsider).get(address).status_code == 404
    assert post(condition, cast.outsider, text="Mine.").status_code == 404


def test_a_condition_ends_with_its_approval_and_the_page_says_so(cast: Cast) -> None:
    condition = a_bound(cast)
    release = Release.objects.select_related("case_file").get(pk=condition.release_id)
    releases.revoke(release=release, reason="It drifts.", proof=PROOF, by=cast.manager2)
    text = signed_in(cast.owner).get(reverse("condition", args=[condition.pk])).text
    assert "It binds nobody now" in text
    with nothing_decided():
        answer = post(condition, cast.owner, text="Done.")
    assert answer.status_code == 409
    assert "its conditions bind nobody now" in answer.text


def test_the_owner_cannot_accept_on_the_page_what_is_theirs(cast: Cast) -> None:
    condition = a_bound(cast, owner=cast.manager2.username)
    conditions.offer(condition=condition, text="Done.", evidence=None, by=cast.manager2)
    text = signed_in(cast.manager2).get(reverse("condition", args=[condition.pk])).text
    assert "Accept what was offered" not in text
    # What they send as an acceptance is read as an offer without words.
    with nothing_decided():
        assert post(condition, cast.manager2, reason="Fine by me.").status_code == 422
