"""Signing on a release's page: whose work it is, the password, and the content that was shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from registry.models import Decision, Entry, Release, User
from registry.rules.releases import State
from registry.rules.risk import HazardFacts
from registry.services import risk, versions
from registry.services.signatures import MOST_WRONG_TRIES
from tests.cast import (
    PASSWORD,
    Cast,
    a_complete_version,
    a_dataset,
    a_dataset_version,
    a_model,
    a_release,
    a_version,
    an_approved_release,
    an_exhibit,
    attached,
)
from tests.registry.pages import signed_in
from tests.traces import who

REASON = "Read in full; I agree with the assessment."


def page_of(release: Release, person: User) -> str:
    return signed_in(person).get(reverse("release", args=[release.pk])).text


def sign(release: Release, person: User, act: str = "approve", **said: Any) -> HttpResponse:
    """Send the form as the page shows it now, unless told otherwise."""
    form = {
        "act": act,
        "reason": REASON,
        "password": PASSWORD,
        "digest": release.case_file.digest,
    }
    return signed_in(person).post(reverse("release", args=[release.pk]), form | said)


def state_of(release: Release) -> str:
    return Release.objects.get(pk=release.pk).state


def test_a_manager_signs_and_the_page_says_who_signed_what(cast: Cast) -> None:
    release = a_release(cast)
    assert 'value="approve"' in page_of(release, cast.manager)
    answer = sign(release, cast.manager)
    assert answer.status_code == 302
    assert state_of(release) == State.APPROVED
    text = page_of(release, cast.auditor)
    for said in ("Gate open", "Mara Roth", "I reviewed this case file and approve", REASON):
        assert said in text


def test_rejecting_withdrawing_and_revoking_each_leave_a_decision(cast: Cast) -> None:
    rejected = a_release(cast, a_complete_version(cast, a_model(cast, "First")))
    withdrawn = a_release(cast, a_complete_version(cast, a_model(cast, "Second")))
    revoked = an_approved_release(cast, a_complete_version(cast, a_model(cast, "Third")))
    assert sign(rejected, cast.manager, "reject").status_code == 302
    assert sign(withdrawn, cast.scientist, "withdraw").status_code == 302
    assert sign(revoked, cast.manager2, "revoke").status_code == 302
    states = [state_of(release) for release in (rejected, withdrawn, revoked)]
    assert states == [State.REJECTED, State.WITHDRAWN, State.REVOKED]


@pytest.mark.parametrize("name", ["validator", "owner", "auditor", "admin"])
def test_who_cannot_sign_at_this_stage_is_shown_no_form(cast: Cast, name: str) -> None:
    text = page_of(a_release(cast), getattr(cast, name))
    assert 'name="password"' not in text


def test_the_submitter_is_told_why_they_cannot_decide_and_may_only_withdraw(cast: Cast) -> None:
    text = page_of(a_release(cast), cast.scientist)
    assert "You cannot decide on this release" in text
    assert "You submitted this release; somebody else has to decide on it." in text
    assert 'value="approve"' not in text
    assert 'value="reject"' not in text
    assert 'value="withdraw"' in text


def test_a_forged_approval_by_the_submitter_is_refused_with_the_roles_it_takes(cast: Cast) -> None:
    release = a_release(cast)
    answer = sign(release, cast.scientist)
    assert answer.status_code == 403
    assert "This takes one of these roles" in answer.text
    assert state_of(release) == State.SUBMITTED
    assert not Decision.objects.exists()


def test_a_manager_whose_own_work_it_is_sees_no_approval_and_a_forged_one_is_refused(
    cast: Cast,
) -> None:
    version = a_complete_version(cast)
    hazard = HazardFacts("It predicts wrongly for a case", 2, 2, "A clerk looks.", 1, 2)
    risk.assess(version=version, hazards=[hazard], by=cast.manager)
    release = a_release(cast, version)
    assert 'value="approve"' not in page_of(release, cast.manager)
    answer = sign(release, cast.manager)
    assert answer.status_code == 409
    assert "This was refused; nothing was saved" in answer.text
    assert "You assessed the risk of this version; somebody else has to decide." in answer.text
    assert not Decision.objects.exists()


def test_an_approval_by_a_role_that_never_signs_is_refused(cast: Cast) -> None:
    release = a_release(cast)
    for person in (cast.auditor, cast.admin):
        answer = sign(release, person)
        assert answer.status_code == 403
        assert "Model risk manager" in answer.text
    assert not Decision.objects.exists()


def test_a_signer_of_another_stage_is_refused_with_the_role_of_this_one(cast: Cast) -> None:
    release = a_release(cast)
    answer = sign(release, cast.validator)
    assert answer.status_code == 403
    assert "is signed by a model risk manager" in answer.text
    assert not Decision.objects.exists()


def test_a_wrong_password_signs_nothing_and_is_journalled(cast: Cast) -> None:
    release = a_release(cast)
    answer = sign(release, cast.manager, password="not it")
    assert answer.status_code == 403
    assert "The password is not right, so nothing was signed." in answer.text
    assert REASON in answer.text
    assert "not it" not in answer.text
    assert state_of(release) == State.SUBMITTED
    assert not Decision.objects.exists()
    entry = Entry.objects.get(action="release.signature_failed")
    assert (who(entry), entry.subject_id) == ("Mara Roth", release.pk)


def test_signing_is_locked_after_several_wrong_passwords(cast: Cast) -> None:
    release = a_release(cast)
    for _try in range(MOST_WRONG_TRIES):
        sign(release, cast.manager, password="not it")
    answer = sign(release, cast.manager)
    assert answer.status_code == 403
    assert "Signing is locked after 3 wrong tries" in answer.text
    assert not Decision.objects.exists()


@pytest.mark.parametrize("left_out", ["act", "reason", "password", "digest"])
def test_an_incomplete_signature_is_not_one(cast: Cast, left_out: str) -> None:
    release = a_release(cast)
    answer = sign(release, cast.manager, **{left_out: ""})
    assert answer.status_code == 422
    assert "This field is required." in answer.text
    assert not Decision.objects.exists()


def test_an_act_that_there_is_none_of_is_refused(cast: Cast) -> None:
    answer = sign(a_release(cast), cast.manager, "bless")
    assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_a_page_opened_before_new_evidence_cannot_be_signed(cast: Cast) -> None:
    version = a_complete_version(cast)
    release = a_release(cast, version)
    shown = release.case_file.digest
    an_exhibit(cast, version, "fairness", verdict="fail")
    answer = sign(release, cast.manager, digest=shown)
    assert answer.status_code == 409
    assert "Read what changed, then sign again." in answer.text
    assert REASON in answer.text
    release.refresh_from_db()
    assert release.case_file.digest != shown
    assert not Decision.objects.exists()


def test_the_form_shown_again_carries_the_newer_digest(cast: Cast) -> None:
    version = a_complete_version(cast)
    release = a_release(cast, version)
    shown = release.case_file.digest
    an_exhibit(cast, version, "fairness")
    again = sign(release, cast.manager, digest=shown).text
    newer = Release.objects.get(pk=release.pk).case_file.digest
    assert f'name="digest" value="{newer}"' in again


def test_a_version_that_changed_after_its_submission_cannot_be_signed(cast: Cast) -> None:
    version = a_complete_version(cast)
    release = a_release(cast, version)
    attached(cast, version, a_dataset_version(cast, a_dataset(cast, "More"), role="train"))
    answer = sign(release, cast.manager)
    assert answer.status_code == 409
    assert "It has to be withdrawn and submitted again." in answer.text
    assert "Changed since it was frozen" in answer.text
    assert not Decision.objects.exists()


def test_a_decided_release_takes_no_second_decision(cast: Cast) -> None:
    release = an_approved_release(cast)
    answer = sign(release, cast.manager2, "reject")
    assert answer.status_code == 409
    assert "This release stands at “Approved”" in answer.text
    assert Decision.objects.count() == 1


def test_detaching_data_closes_the_gate_and_the_page_says_why(cast: Cast) -> None:
    release = an_approved_release(cast)
    link = release.version.data_links.get()
    address = reverse("detach_data", args=[release.version.model.slug, 1, link.pk])
    assert signed_in(cast.scientist).post(address).status_code == 302
    text = page_of(release, cast.manager)
    assert "Gate closed" in text
    assert "The approval is void: its content changed after signing" in text


def test_a_refused_detachment_is_told_on_the_page_of_the_data(cast: Cast) -> None:
    version = a_version(cast)
    link = attached(cast, version)
    versions.detach_data(link=link, reason="", by=cast.scientist)
    address = reverse("detach_data", args=[version.model.slug, 1, link.pk])
    answer = signed_in(cast.scientist).post(address, follow=True)
    assert "This data is detached already." in answer.text
