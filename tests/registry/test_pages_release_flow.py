"""The pages of a release on its way: every act, every refusal, and who reads what."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from registry.models import Decision, Release
from registry.rules.roles import Role
from registry.services import cards, releases, units
from tests.cast import (
    Cast,
    a_card,
    a_complete_version,
    a_release,
    a_version,
    an_approved_release,
    an_exhibit,
)
from tests.registry.doors import REASON, nothing_decided, page_of, sign, state_of
from tests.registry.flow import in_four_stages, through
from tests.registry.pages import signed_in


def submit(cast: Cast, version: Any, **said: str) -> Any:
    address = reverse("submit", args=[version.model.slug, version.number])
    return signed_in(cast.scientist).post(address, {"environment": "production"} | said)


def test_a_version_is_drafted_completed_and_submitted(cast: Cast) -> None:
    version = a_version(cast)
    assert submit(cast, version, draft="").status_code == 302
    draft = Release.objects.get()
    text = page_of(draft, cast.scientist)
    assert "Before it can be submitted" in text
    assert "The model card lacks" in text
    assert submit(cast, version).status_code == 409
    assert state_of(draft) == "draft"
    again = submit(cast, version, draft="")
    assert (again.status_code, Release.objects.count()) == (409, 1)
    assert "is drafted already" in again.text


def test_a_complete_draft_is_submitted_from_its_page(cast: Cast) -> None:
    version = a_complete_version(cast)
    draft = releases.draft(version=version, environment="production", by=cast.scientist)
    assert "Nothing is missing" in page_of(draft, cast.scientist)
    for reader in (cast.manager, cast.auditor):
        text = page_of(draft, reader)
        assert "Submit for release" not in text
        assert "Give the draft up" not in text
    assert submit(cast, version).status_code == 302
    assert state_of(draft) == "submitted"


def test_a_draft_is_given_up_with_a_reason(cast: Cast) -> None:
    draft = releases.draft(version=a_version(cast), environment="production", by=cast.scientist)
    address = reverse("discard_release", args=[draft.pk])
    with nothing_decided():
        told = signed_in(cast.scientist).post(address, {"reason": " "}, follow=True)
        assert "Give the reason; it is kept." in told.text
    assert signed_in(cast.outsider).post(address, {"reason": "x"}).status_code == 404
    assert signed_in(cast.manager).post(address, {"reason": "x"}).status_code == 403
    assert signed_in(cast.scientist).post(address, {"reason": "Not now."}).status_code == 302
    assert state_of(draft) == "withdrawn"
    text = page_of(draft, cast.scientist)
    assert "This draft was given up" in text
    assert "Submit for release" not in text
    again = signed_in(cast.scientist).post(address, {"reason": "Again."}, follow=True)
    assert "This release is no draft any more" in again.text


def test_what_was_never_submitted_cannot_be_signed(cast: Cast) -> None:
    draft = releases.draft(version=a_version(cast), environment="production", by=cast.scientist)
    with nothing_decided():
        answer = sign(draft, cast.manager)
    assert answer.status_code == 409
    assert "there is nothing to sign yet" in answer.text
    assert signed_in(cast.manager).get(reverse("case_file", args=[draft.pk])).status_code == 404


def test_the_first_vote_begins_the_review_and_parallel_stages_are_open_at_once(cast: Cast) -> None:
    release = in_four_stages(cast)
    assert state_of(release) == "submitted"
    assert sign(release, cast.ethics).status_code == 302
    assert state_of(release) == "in_review"
    text = page_of(release, cast.auditor)
    assert "beside the stage before" in text
    assert "1 of 1 signed" in text
    early = sign(release, cast.manager)
    assert early.status_code == 403
    assert "Validation" in early.text
    assert sign(release, cast.validator).status_code == 302


def test_six_people_sign_four_stages_on_the_page(cast: Cast) -> None:
    release = in_four_stages(cast)
    for signer in (
        cast.validator,
        cast.ethics,
        cast.manager,
        cast.owner,
        cast.manager2,
        cast.manager3,
    ):
        assert sign(release, signer).status_code == 302
    text = page_of(release, cast.auditor)
    assert state_of(release) == "approved"
    assert "Gate open" in text
    assert "by itself" in text
    for name in ("Elena Sommer", "Viktor Lang", "Mara Roth", "Olga Winter", "Moritz Adler"):
        assert name in text


def test_a_member_of_the_panel_votes_against_and_the_page_counts_it(cast: Cast) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator, cast.ethics, cast.manager)
    assert sign(release, cast.manager3, "reject").status_code == 302
    assert state_of(release) == "in_review"
    assert "1 vote against" in page_of(release, cast.auditor)
    assert sign(release, cast.manager2, "reject").status_code == 302
    assert state_of(release) == "rejected"


def test_it_is_sent_back_to_a_stage_that_is_chosen_by_name(cast: Cast) -> None:
    release = in_four_stages(cast)
    assert 'value="send_back"' not in page_of(release, cast.validator)
    through(cast, release, cast.validator, cast.ethics)
    text = page_of(release, cast.manager)
    assert 'value="send_back"' in text
    assert '<option value="1">Ethics review</option>' in text
    assert "only where you send it back" in text
    with nothing_decided():
        assert sign(release, cast.manager, "send_back").status_code == 409
        assert sign(release, cast.manager, "send_back", stage="2").status_code == 422
    assert sign(release, cast.manager, "send_back", stage="1").status_code == 302
    assert page_of(release, cast.auditor).count("0 of 1 signed") >= 3


def test_a_returned_release_is_a_draft_page_with_the_reason_and_is_submitted_again(
    cast: Cast,
) -> None:
    release = in_four_stages(cast)
    assert sign(release, cast.ethics, "return", reason="Say who may appeal.").status_code == 302
    text = page_of(release, cast.scientist)
    for said in ("Returned to its author", "Say who may appeal.", "Nothing is missing"):
        assert said in text
    with nothing_decided():
        late = sign(release, cast.validator)
    assert late.status_code == 409
    assert "This release stands at “Draft”; it can no longer take the act “Approve”." in late.text
    assert submit(cast, release.version).status_code == 302
    assert state_of(release) == "submitted"
    assert "on an earlier case file; counts no more" in page_of(release, cast.auditor)


def test_what_was_withdrawn_is_not_approved(cast: Cast) -> None:
    release = a_release(cast)
    assert sign(release, cast.scientist, "withdraw").status_code == 302
    with nothing_decided():
        answer = sign(release, cast.manager)
    assert answer.status_code == 409
    assert "This release stands at “Withdrawn”" in answer.text


@pytest.mark.parametrize(("verb", "person"), [("revoke", "manager2"), ("retire", "owner")])
def test_an_approval_ends_by_a_signature(cast: Cast, verb: str, person: str) -> None:
    release = an_approved_release(cast)
    with nothing_decided():
        assert sign(release, cast.scientist, verb).status_code == 403
        assert sign(release, cast.outsider, verb).status_code == 404
    assert sign(release, getattr(cast, person), verb).status_code == 302
    assert state_of(release) == f"{verb}d"
    assert "Gate closed" in page_of(release, cast.auditor)


@pytest.mark.parametrize(
    ("person", "verb", "status"),
    [
        ("auditor", "approve", 403),
        ("admin", "approve_with_conditions", 403),
        ("manager", "reject", 403),
        ("deployer", "send_back", 403),
        ("auditor", "return", 403),
        ("manager", "withdraw", 403),
        ("validator", "revoke", 409),
        ("outsider", "approve", 404),
        ("outsider", "withdraw", 404),
    ],
)
def test_the_wrong_person_signs_nothing(cast: Cast, person: str, verb: str, status: int) -> None:
    release = in_four_stages(cast)
    if verb == "revoke":
        units.grant(
            unit=cast.unit, user=cast.validator, role=Role.MODEL_RISK_MANAGER, by=cast.admin
        )
    with nothing_decided():
        assert sign(release, getattr(cast, person), verb).status_code == status


def test_nobody_signs_twice_and_a_validator_never_approves(cast: Cast) -> None:
    release = in_four_stages(cast)
    units.grant(unit=cast.unit, user=cast.validator, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    through(cast, release, cast.validator, cast.ethics)
    with nothing_decided():
        answer = sign(release, cast.validator)
    assert answer.status_code == 409
    assert "You validated this version; its approval is signed by somebody who did" in answer.text
    through(cast, release, cast.manager, cast.manager)
    with nothing_decided():
        answer = sign(release, cast.manager)
    assert answer.status_code == 409
    assert "You signed this case file already" in answer.text
    text = page_of(release, cast.manager)
    assert "You cannot decide on this release" in text
    assert 'value="approve"' not in text


@pytest.mark.parametrize(("password", "status"), [("", 422), ("not it", 403)])
@pytest.mark.parametrize("verb", ["approve", "reject", "return"])
def test_without_the_password_nothing_is_signed(
    cast: Cast, verb: str, password: str, status: int
) -> None:
    release = in_four_stages(cast)
    answer = sign(release, cast.validator, verb, password=password)
    assert answer.status_code == status
    assert REASON in answer.text
    assert not Decision.objects.exists()


def test_a_page_that_was_opened_before_the_content_changed_is_refused_and_shows_what_changed(
    cast: Cast,
) -> None:
    release = in_four_stages(cast)
    shown = release.case_file.digest
    an_exhibit(cast, release.version, "drift")
    for verb in ("approve", "reject", "return"):
        with nothing_decided():
            answer = sign(release, cast.validator, verb, digest=shown)
        assert answer.status_code == 409
        assert "Read what changed, then sign again." in answer.text
        assert "Drift, measurement" in answer.text
    revision = a_card(cast, release.version, factors="Changed under review.")
    cards.make_effective(revision=revision, by=cast.scientist)
    answer = sign(release, cast.validator)
    assert answer.status_code == 409
    assert "Model card: Factors" in answer.text
    assert "card.sections.factors" not in answer.text
    assert sign(release, cast.validator, "return").status_code == 302
