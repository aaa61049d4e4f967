"""Signing, rejecting, withdrawing and revoking."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.models import Release
from registry.rules import row_digests
from registry.rules.releases import MEANINGS, Act
from registry.services import cards
from tests.cast import Cast, a_card, a_complete_version, a_release, an_approved_release, an_exhibit
from tests.registry.signing import approve, fresh, in_three_stages, reject, revoke, withdraw
from tests.traces import denied, journalled, only_the_entitled_may, refused, told_in, who


def test_the_last_signature_approves(cast: Cast) -> None:
    release = a_release(cast)
    with journalled() as entries:
        decision = approve(release, cast.manager, reason=" Read in full. ")
    release.refresh_from_db()
    assert release.state == "approved"
    assert release.decided_at == decision.signed_at
    assert release.valid_until == decision.signed_at + timedelta(days=730)
    assert (decision.printed_name, decision.role, decision.stage_name, decision.reason) == (
        "Mara Roth",
        "model_risk_manager",
        "Risk sign-off",
        "Read in full.",
    )
    assert decision.meaning == MEANINGS[Act.APPROVE]
    assert decision.case_file_digest == release.case_file.digest
    assert [(entry.action, who(entry), entry.role) for entry in entries] == [
        ("release.signed", "Mara Roth", "model_risk_manager"),
        ("release.approved", "system", "system"),
        ("event.announced", "system", "system"),
    ]
    assert told_in(entries[0]) == {
        "case_file": release.case_file.digest,
        "stage": "Risk sign-off",
        "method": "password",
        "decision": decision.pk,
        "facts": row_digests.digest_of(decision, row_digests.DECISION),
    }


def test_nobody_else_signs(cast: Cast) -> None:
    release = a_release(cast)
    only_the_entitled_may(cast, "release.sign", lambda by: approve(release, by))


@pytest.mark.parametrize("who", ["validator", "owner"])
def test_a_stage_is_signed_in_its_own_role(cast: Cast, who: str) -> None:
    release = a_release(cast)
    with denied():
        approve(release, getattr(cast, who))


def test_what_fails_while_in_review_is_asked_for_again_at_signing(cast: Cast) -> None:
    version = a_complete_version(cast)
    release = a_release(cast, version)
    an_exhibit(cast, version, "performance", verdict="fail")
    with refused("submit.evidence_failing"):
        approve(fresh(release), cast.manager)
    reject(fresh(release), cast.manager)


def test_a_signature_needs_a_reason(cast: Cast) -> None:
    release = a_release(cast)
    with refused("release.no_reason"):
        approve(release, cast.manager, reason=" ")


def test_a_digest_that_is_no_longer_the_newest_is_refused(cast: Cast) -> None:
    release = a_release(cast)
    seen = release.case_file.digest
    an_exhibit(cast, release.version)
    with refused("release.other_case_file"):
        approve(release, cast.manager, digest=seen)


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_a_digest_of_something_else_is_refused(cast: Cast, digest: str) -> None:
    release = a_release(cast)
    with refused("release.other_case_file"):
        approve(release, cast.manager, digest=digest)


def test_a_version_changed_in_review_cannot_be_signed_for(cast: Cast) -> None:
    release = a_release(cast)
    draft = a_card(cast, release.version, factors="Also age.")
    cards.make_effective(revision=draft, by=cast.scientist)
    with refused("release.content_changed") as caught:
        approve(release, cast.manager)
    assert "(Model card: Revision; Model card: Factors)" in str(caught.value)
    (objection,) = caught.value.objections
    assert objection.about == ("card.revision", "card.sections.factors")
    withdraw(release, cast.scientist)
    assert approve(a_release(cast, release.version), cast.manager2).act == "approve"


def test_a_stale_object_in_hand_changes_nothing(cast: Cast) -> None:
    """A page that was opened before somebody else decided."""
    release = a_release(cast)
    stale = Release.objects.get(pk=release.pk)
    reject(release, cast.manager)
    with refused("release.wrong_state"):
        approve(stale, cast.manager2)


def test_a_release_is_rejected_at_its_stage(cast: Cast) -> None:
    release = a_release(cast)
    with journalled() as entries:
        decision = reject(release, cast.manager)
    release.refresh_from_db()
    assert (release.state, release.valid_until) == ("rejected", None)
    assert (decision.stage, decision.stage_name) == (0, "Risk sign-off")
    entry, told = entries
    assert told.action == "event.announced"
    assert (entry.action, entry.role, entry.reason) == (
        "release.rejected",
        "model_risk_manager",
        "Not convincing.",
    )


def test_only_the_stage_in_turn_rejects(cast: Cast) -> None:
    release = in_three_stages(cast)
    with denied():
        reject(release, cast.owner)
    reject(release, cast.validator)
    assert fresh(release).state == "rejected"


def test_an_author_withdraws(cast: Cast) -> None:
    release = a_release(cast)
    with journalled() as entries:
        decision = withdraw(release, cast.scientist)
    release.refresh_from_db()
    assert release.state == "withdrawn"
    assert (decision.role, decision.stage) == ("data_scientist", None)
    assert [entry.action for entry in entries] == ["release.withdrawn", "event.announced"]


def test_what_was_withdrawn_cannot_be_approved(cast: Cast) -> None:
    release = a_release(cast)
    withdraw(release, cast.scientist)
    with refused("release.wrong_state"):
        approve(release, cast.manager)


def test_nobody_else_withdraws(cast: Cast) -> None:
    release = a_release(cast)
    only_the_entitled_may(cast, "release.withdraw", lambda by: withdraw(release, by))


def test_nobody_else_revokes(cast: Cast) -> None:
    release = an_approved_release(cast)
    only_the_entitled_may(cast, "release.revoke", lambda by: revoke(release, by))


@pytest.mark.parametrize("act", [withdraw, revoke])
def test_an_act_without_a_reason_is_refused(cast: Cast, act: Any) -> None:
    release = a_release(cast) if act is withdraw else an_approved_release(cast)
    by = cast.scientist if act is withdraw else cast.manager
    with refused("release.no_reason"):
        act(release, by, reason="")


def test_what_is_in_review_cannot_be_revoked(cast: Cast) -> None:
    release = a_release(cast)
    with refused("release.wrong_state"):
        revoke(release, cast.manager)


def test_what_is_approved_cannot_be_withdrawn_or_signed_again(cast: Cast) -> None:
    release = an_approved_release(cast)
    with refused("release.wrong_state"):
        withdraw(release, cast.scientist)
    with refused("release.wrong_state"):
        approve(release, cast.manager2)


def test_a_stranger_sees_no_release(cast: Cast, tmp_path: Path) -> None:
    release = a_release(cast)
    assert Release.objects.visible_to(cast.auditor).contains(release)
    assert not Release.objects.visible_to(cast.outsider).exists()
