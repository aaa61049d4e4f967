"""Submitting, signing, rejecting, withdrawing and revoking."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.models import DataLink, Release
from registry.rules import row_digests
from registry.rules.cards import SECTION_CODES
from registry.rules.releases import HANDS, MEANINGS, Act
from registry.rules.risk import HazardFacts
from registry.rules.roles import Role
from registry.services import (
    cards,
    registered_models,
    releases,
    risk,
    units,
    versions,
)
from tests.cast import (
    Cast,
    a_card,
    a_complete_version,
    a_dataset,
    a_dataset_version,
    a_model,
    a_release,
    a_statement,
    a_version,
    an_approved_release,
    an_exhibit,
    assessed_risk,
    attached,
)
from tests.registry.signing import approve, fresh, in_three_stages, reject, revoke, withdraw
from tests.traces import denied, journalled, only_the_entitled_may, refused, time_passes, who


def test_a_complete_version_is_submitted_and_frozen(cast: Cast) -> None:
    version = a_complete_version(cast)
    with journalled() as entries:
        release = a_release(cast, version)
    assert (release.state, release.tier, release.submitted_by) == ("submitted", 3, cast.scientist)
    assert release.case_file.number == 1
    entry, told = entries
    assert told.action == "event.announced"
    assert (entry.action, entry.role, entry.model) == (
        "release.submitted",
        "data_scientist",
        "mortgage-approval",
    )
    assert json.loads(entry.changes) == {
        "environment": "production",
        "case_file": release.case_file.digest,
        "policy": 1,
        "facts": row_digests.digest_of(release.case_file, row_digests.CASE_FILE),
    }


def test_everything_missing_is_said_at_once(cast: Cast) -> None:
    version = a_version(cast)
    with refused(
        "submit.card_incomplete",
        "submit.data_missing",
        "submit.risk_missing",
        "submit.evidence_missing",
        "submit.evidence_missing",
        "submit.environment",
    ):
        a_release(cast, version, "moon")


def test_the_strictest_tier_asks_for_more(cast: Cast) -> None:
    model = a_model(cast, tier=1, deputy=None)
    version = a_complete_version(cast, model)
    with refused("submit.data_missing", "submit.deputy_missing"):
        a_release(cast, version)


def test_evidence_handed_in_does_not_count_for_the_strictest_tier(cast: Cast) -> None:
    model = a_model(cast, tier=1)
    version = a_version(cast, model)
    for role in ("train", "test"):
        attached(cast, version, a_dataset_version(cast, a_dataset(cast, role), role=role))
    a_card(cast, version, **dict.fromkeys(SECTION_CODES, "Said."))
    assessed_risk(cast, version)
    an_exhibit(cast, version, "performance")
    an_exhibit(cast, version, "fairness", reproduced=False)
    with refused("submit.evidence_missing"):
        a_release(cast, version)
    an_exhibit(cast, version, "fairness")
    assert a_release(cast, version).tier == 1


def test_evidence_on_data_no_longer_attached_does_not_count(cast: Cast) -> None:
    version = a_complete_version(cast)
    link = DataLink.objects.get(version=version)
    versions.detach_data(link=link, reason="Wrong year.", by=cast.scientist)
    table = "income,debt,approve,sex,race\n1,2,1,f,a\n"
    attached(cast, version, a_dataset_version(cast, a_dataset(cast, "New"), table=table))
    with refused("submit.evidence_missing", "submit.evidence_missing"):
        a_release(cast, version)


def test_a_failing_exhibit_stops_the_submission_and_a_newer_one_lets_it_pass(cast: Cast) -> None:
    version = a_complete_version(cast)
    an_exhibit(cast, version, "fairness", verdict="fail")
    with refused("submit.evidence_failing"):
        a_release(cast, version)
    an_exhibit(cast, version, "fairness", verdict="warn")
    assert a_release(cast, version).state == "submitted"


def test_evidence_a_year_old_has_expired(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    version = a_complete_version(cast)
    time_passes(monkeypatch, days=366)
    with refused("submit.evidence_expired", "submit.evidence_expired"):
        a_release(cast, version)


def test_a_version_is_in_review_once_for_an_environment(cast: Cast) -> None:
    release = a_release(cast)
    with refused("submit.open_already"):
        a_release(cast, release.version)
    assert a_release(cast, release.version, "staging").environment == "staging"


def test_a_version_may_be_submitted_again_once_it_was_decided_on(cast: Cast) -> None:
    release = a_release(cast)
    reject(release, cast.manager)
    again = a_release(cast, release.version)
    assert again != release
    assert again.state == "submitted"


def test_nobody_else_submits(cast: Cast) -> None:
    version = a_complete_version(cast)
    only_the_entitled_may(
        cast,
        "release.submit",
        lambda by: releases.submit(version=version, environment="production", by=by),
    )


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
    assert json.loads(entries[0].changes) == {
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


def test_nobody_approves_their_own_submission(cast: Cast) -> None:
    """Also not who holds the right role, calling the service itself."""
    units.grant(unit=cast.unit, user=cast.scientist, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    release = a_release(cast)
    with refused(
        "release.own_work.submitted",
        "release.own_work.registered",
        "release.own_work.purpose",
        "release.own_work.card",
        "release.own_work.data",
        "release.own_work.run",
        "release.own_work.risk",
    ):
        approve(release, cast.scientist)


def test_nobody_rejects_their_own_submission_either(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.scientist, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    release = a_release(cast)
    theirs = [part for part in HANDS if part not in ("evidence", "tier", "plan")]
    with refused(*(f"release.own_work.{part}" for part in theirs)):
        reject(release, cast.scientist)


def test_who_handed_in_evidence_does_not_sign(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    version = a_complete_version(cast)
    an_exhibit(cast, version, "performance", reproduced=False, by=cast.manager)
    release = a_release(cast, version)
    with refused("release.own_work.evidence"):
        approve(release, cast.manager)


def test_who_submitted_the_same_version_elsewhere_does_not_sign(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    version = a_complete_version(cast)
    releases.submit(version=version, environment="staging", by=cast.manager)
    release = a_release(cast, version)
    with refused("release.own_work.submitted"):
        approve(release, cast.manager)


def test_who_put_the_model_into_a_lighter_tier_does_not_sign(cast: Cast) -> None:
    version = a_complete_version(cast)
    statement = a_statement(cast, tier=4)
    registered_models.revise(
        model=version.model, statement=statement, reason="Lighter", by=cast.manager
    )
    release = a_release(cast, version)
    with refused("release.own_work.tier"):
        approve(release, cast.manager)
    approve(release, cast.manager2)


def test_what_fails_while_in_review_is_asked_for_again_at_signing(cast: Cast) -> None:
    version = a_complete_version(cast)
    release = a_release(cast, version)
    an_exhibit(cast, version, "performance", verdict="fail")
    with refused("submit.evidence_failing"):
        approve(fresh(release), cast.manager)
    reject(fresh(release), cast.manager)


def test_a_few_rows_beside_the_test_data_do_not_hide_what_fails_there(cast: Cast) -> None:
    version = a_complete_version(cast)
    an_exhibit(cast, version, "fairness", verdict="fail")
    table = "income,debt,approve,sex,race\n1,2,1,f,a\n"
    few = attached(cast, version, a_dataset_version(cast, a_dataset(cast, "Few"), table=table))
    an_exhibit(cast, version, "fairness", verdict="undecided", data=few.data)
    an_exhibit(cast, version, "performance", data=few.data)
    with refused("submit.evidence_failing"):
        a_release(cast, version)


def test_who_assessed_the_risk_does_not_sign(cast: Cast) -> None:
    version = a_complete_version(cast)
    hazards = [HazardFacts("Fire", 2, 2, "", 2, 2)]
    risk.assess(version=version, hazards=hazards, by=cast.manager)
    release = a_release(cast, version)
    with refused("release.own_work.risk"):
        approve(release, cast.manager)
    approve(release, cast.manager2)


def test_who_wrote_the_purpose_does_not_sign_but_who_set_the_tier_does(cast: Cast) -> None:
    version = a_complete_version(cast)
    for person, reason in ((cast.manager, "New purpose"), (cast.manager2, "Checked the tier")):
        registered_models.revise(
            model=version.model,
            statement=a_statement(cast, purpose="Something else."),
            reason=reason,
            by=person,
        )
    release = a_release(cast, version)
    with refused("release.own_work.purpose"):
        approve(release, cast.manager)
    approve(release, cast.manager2)


def test_who_ever_wrote_on_the_card_does_not_sign(cast: Cast) -> None:
    """Also when somebody else wrote the revision in effect."""
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    version = a_complete_version(cast)
    cards.save(version=version, sections={"factors": "Mine."}, by=cast.manager)
    a_card(cast, version, factors="Ours.")
    release = a_release(cast, version)
    with refused("release.own_work.card"):
        approve(release, cast.manager)


def test_who_supplied_data_does_not_sign(cast: Cast) -> None:
    """Also when the data is detached again."""
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    version = a_complete_version(cast)
    data = a_dataset_version(cast, a_dataset(cast, "More"))
    link = versions.attach_data(version=version, data=data, by=cast.manager)
    versions.detach_data(link=link, reason="No.", by=cast.scientist)
    release = a_release(cast, version)
    with refused("release.own_work.data"):
        approve(release, cast.manager)


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
    assert "card.sections.factors" in str(caught.value)
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
