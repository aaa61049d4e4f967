"""The pages of the policy: the list, one edition, proposing and approving."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from registry.models import PolicyApproval, PolicyEdition, User
from registry.services import policies
from registry.services.policy_texts import written
from tests.cast import PASSWORD, Cast, an_approved_release
from tests.registry.policies_at_work import adopted, changed, proposed
from tests.registry.test_pages_markup import faults_of

LIST = "/settings/policies/"
PROPOSE = f"{LIST}propose/"


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sent(person: User, button: str, text: str, **said: Any) -> HttpResponse:
    given = {"text": text, "note": "Asked for.", "based_on": 1, button: "1"}
    return as_(person).post(PROPOSE, given | said)


def sign(person: User, edition: PolicyEdition, **said: Any) -> HttpResponse:
    given = {"reason": "Read.", "password": PASSWORD, "digest": edition.digest}
    return as_(person).post(f"{LIST}{edition.edition}/", given | said)


def test_the_list_tells_where_each_edition_stands(cast: Cast) -> None:
    adopted(cast)
    proposed(cast, approval_days=60)
    answer = as_(cast.auditor).get(LIST)
    for word in ("Superseded", "In force", "Proposed", "Mara Roth", "Milan Novak", "Alma Berg"):
        assert word in answer.text
    assert "Propose a change" not in answer.text
    assert "Propose a change" in as_(cast.manager).get(LIST).text
    assert faults_of(answer) == []


def test_the_list_takes_a_fixed_number_of_queries(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_(cast.manager)
    client.get(LIST)
    with django_assert_max_num_queries(30) as few:
        client.get(LIST)
    adopted(cast)
    proposed(cast, approval_days=60)
    with django_assert_max_num_queries(30) as many:
        client.get(LIST)
    # Approvals and their signers are fetched where there are any.
    assert len(many) <= len(few) + 1


def test_an_edition_is_told_in_words(cast: Cast) -> None:
    answer = as_(cast.auditor).get(f"{LIST}1/")
    assert faults_of(answer) == []
    text = " ".join(answer.text.split())
    assert "2 of 3 × Model risk manager" in text
    assert "at the same time as the stage before" in text
    assert "Different in staging" in text
    assert "at most 180 days old" in text
    assert "who wrote the model card" in text
    assert "# Severe: people can lose a home" in text


def test_who_may_approve_is_shown_what_changes_and_what_would_fail(cast: Cast) -> None:
    an_approved_release(cast)
    edition = proposed(cast, deputy_named=True, data_roles=["train", "test"])
    answer = as_(cast.manager).get(f"{LIST}{edition.edition}/")
    assert faults_of(answer) == []
    assert "Tier 3: Data to attach" in answer.text
    assert "No data in the role “Training” is attached" in answer.text
    # Tier 4 is like tier 3, and changes with it.
    assert "Tier 4: Data to attach" in answer.text


def test_the_second_signature_on_the_page_adopts(cast: Cast) -> None:
    edition = proposed(cast)
    assert sign(cast.manager, edition).status_code == 302
    assert sign(cast.manager2, edition).status_code == 302
    assert policies.in_force() == edition
    page = as_(cast.auditor).get(f"{LIST}{edition.edition}/").text
    assert "I read this edition of the policy" in page
    assert "Milan Novak" in page


def test_a_wrong_password_is_said_at_its_field(cast: Cast) -> None:
    answer = sign(cast.manager, proposed(cast), password="a guess")
    assert answer.status_code == 403
    assert "The password is not right" in answer.text
    assert not PolicyApproval.objects.exists()


def test_who_wrote_it_is_told_why_they_do_not_sign(cast: Cast) -> None:
    edition = proposed(cast, by=cast.manager)
    page = as_(cast.manager).get(f"{LIST}{edition.edition}/").text
    assert "You wrote this edition; two others have to approve it." in page
    answer = sign(cast.manager, edition)
    assert answer.status_code == 409
    assert not PolicyApproval.objects.exists()


@pytest.mark.parametrize("who", ["scientist", "validator", "owner", "auditor", "admin"])
def test_nobody_else_signs(cast: Cast, who: str) -> None:
    edition = proposed(cast, by=cast.manager)
    person = getattr(cast, who)
    assert "Approve</h2>" not in as_(person).get(f"{LIST}{edition.edition}/").text
    assert sign(person, edition).status_code == 403


@pytest.mark.parametrize("who", ["scientist", "auditor", "outsider"])
def test_nobody_else_proposes(cast: Cast, who: str) -> None:
    assert as_(getattr(cast, who)).get(PROPOSE).status_code == 403
    assert sent(getattr(cast, who), "propose", written(changed())).status_code == 403


def test_an_edition_there_is_not_is_not_found(cast: Cast) -> None:
    assert as_(cast.manager).get(f"{LIST}9/").status_code == 404
    assert as_(cast.manager).get(f"{LIST}{10**30}/").status_code == 404


def test_who_is_not_signed_in_is_sent_to_the_sign_in(cast: Cast) -> None:
    for address in (LIST, PROPOSE, f"{LIST}1/"):
        assert Client().get(address).status_code == 302


def test_a_draft_begins_as_the_text_in_force(cast: Cast) -> None:
    answer = as_(cast.manager).get(PROPOSE)
    assert "# Severe: people can lose a home" in answer.text
    assert faults_of(answer) == []


def test_a_preview_keeps_nothing_and_shows_what_would_be(cast: Cast) -> None:
    an_approved_release(cast)
    text = written(changed(data_roles=["train", "test"]))
    answer = sent(cast.admin, "preview", text)
    assert (answer.status_code, PolicyEdition.objects.count()) == (200, 1)
    assert "Tier 3: Data to attach" in answer.text
    assert "No data in the role “Training” is attached" in answer.text
    assert "As it would read" in answer.text
    assert faults_of(answer) == []


def test_a_preview_of_what_is_no_policy_says_every_reason_and_keeps_the_text(cast: Cast) -> None:
    text = written(changed(approval_days=0, override_days=99))
    answer = sent(cast.admin, "preview", text)
    assert answer.status_code == 409
    assert "approval_days is a whole number of days" in answer.text
    assert "override_days is a whole number of days" in answer.text
    assert "override_days: 99" in answer.text


def test_a_text_that_no_file_could_hold_is_refused_at_its_field(cast: Cast) -> None:
    assert sent(cast.admin, "preview", "a: \x00").status_code == 422


def test_a_proposal_leads_to_its_page(cast: Cast) -> None:
    text = policies.in_force().text.replace("approval_days: 365", "approval_days: 180", 1)
    answer = sent(cast.admin, "propose", text.replace("\n", "\r\n"))
    assert answer.headers["location"] == f"{LIST}2/"
    assert PolicyEdition.objects.get(edition=2).text.strip() == text.strip()


def test_a_proposal_without_a_reason_is_refused(cast: Cast) -> None:
    answer = sent(cast.admin, "propose", written(changed(approval_days=9)), note="")
    assert answer.status_code == 409
    assert "Give the reason" in answer.text
