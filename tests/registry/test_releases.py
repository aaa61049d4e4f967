"""Submitting, signing, rejecting, withdrawing and revoking; and the gate that nobody closes by hand."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.models import DataLink, Decision, Entry, ModelVersion, PolicyEdition, Release, User
from registry.rules.cards import SECTION_CODES
from registry.rules.releases import HANDS, MEANINGS, Act
from registry.rules.risk import HazardFacts
from registry.rules.roles import Role
from registry.services import (
    cards,
    gates,
    policies,
    registered_models,
    releases,
    risk,
    stages,
    units,
    versions,
)
from tests.cast import (
    PASSWORD,
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
from tests.traces import denied, journalled, only_the_entitled_may, refused, time_passes


def approve(release: Release, by: User, **changed: Any) -> Decision:
    given: dict[str, Any] = {
        "digest": release.case_file.digest,
        "reason": "Read in full.",
        "password": PASSWORD,
    }
    return releases.approve(release=release, by=by, **given | changed)


def reject(release: Release, by: User, **changed: Any) -> Decision:
    given: dict[str, Any] = {
        "digest": release.case_file.digest,
        "reason": "Not convincing.",
        "password": PASSWORD,
    }
    return releases.reject(release=release, by=by, **given | changed)


def withdraw(release: Release, by: User, reason: str = "Too early.") -> Decision:
    return releases.withdraw(release=release, reason=reason, password=PASSWORD, by=by)


def revoke(release: Release, by: User, reason: str = "It drifts.") -> Decision:
    return releases.revoke(release=release, reason=reason, password=PASSWORD, by=by)


def fresh(release: Release) -> Release:
    found: Release = gates.for_gate(Release.objects.filter(pk=release.pk)).get()
    return found


def closed_by(release: Release) -> list[str]:
    gate = gates.gate(fresh(release))
    assert gate.allowed == (not gate.reasons)
    return [reason.code for reason in gate.reasons]


def in_three_stages(cast: Cast) -> Release:
    """Submit under a policy by which tier 3 takes a validator, two managers and the owner."""
    definition = policies.in_force().definition
    tiers = {**definition["tiers"]}
    tiers["3"] = {**tiers["3"], "stages": tiers["1"]["stages"]}
    policies.load(definition={**definition, "tiers": tiers}, by=None)
    return a_release(cast)


# --- Submitting -----------------------------------------------------------------------------------


def test_a_complete_version_is_submitted_and_frozen(cast: Cast) -> None:
    version = a_complete_version(cast)
    with journalled() as entries:
        release = a_release(cast, version)
    assert (release.state, release.tier, release.submitted_by) == ("in_review", 3, cast.scientist)
    assert release.case_file.number == 1
    (entry,) = entries
    assert (entry.action, entry.role, entry.model) == (
        "release.submitted",
        "data_scientist",
        "mortgage-approval",
    )
    assert json.loads(entry.changes) == {
        "environment": "production",
        "case_file": release.case_file.digest,
        "policy": 1,
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
    assert a_release(cast, version).state == "in_review"


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
    assert again.state == "in_review"


def test_nobody_else_submits(cast: Cast) -> None:
    version = a_complete_version(cast)
    only_the_entitled_may(
        cast,
        "release.submit",
        lambda by: releases.submit(version=version, environment="production", by=by),
    )


# --- Approving ------------------------------------------------------------------------------------


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
    assert [(entry.action, entry.actor, entry.role) for entry in entries] == [
        ("release.signed", "Mara Roth", "model_risk_manager"),
        ("release.approved", "system", "system"),
    ]
    assert json.loads(entries[0].changes) == {
        "case_file": release.case_file.digest,
        "stage": "Risk sign-off",
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
    units.grant(
        unit=cast.unit, user=cast.scientist, role=Role.MODEL_RISK_MANAGER, by=cast.admin
    )
    release = a_release(cast)
    with refused(
        "release.own_work.submitted",
        "release.own_work.registered",
        "release.own_work.card",
        "release.own_work.data",
        "release.own_work.risk",
    ):
        approve(release, cast.scientist)


def test_nobody_rejects_their_own_submission_either(cast: Cast) -> None:
    units.grant(
        unit=cast.unit, user=cast.scientist, role=Role.MODEL_RISK_MANAGER, by=cast.admin
    )
    release = a_release(cast)
    with refused(*(f"release.own_work.{part}" for part in HANDS)):
        reject(release, cast.scientist)


def test_who_assessed_the_risk_does_not_sign(cast: Cast) -> None:
    version = a_complete_version(cast)
    hazards = [HazardFacts("Fire", 2, 2, "", 2, 2)]
    risk.assess(version=version, hazards=hazards, by=cast.manager)
    release = a_release(cast, version)
    with refused("release.own_work.risk"):
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


# --- Stages ---------------------------------------------------------------------------------------


def test_a_release_passes_its_stages_one_after_another(cast: Cast) -> None:
    release = in_three_stages(cast)
    told = []
    for signer in (cast.validator, cast.manager, cast.manager2, cast.owner):
        progress = stages.progress_of(fresh(release))
        told.append((progress.stage, [progress.signed_at(place) for place in range(3)]))
        assert fresh(release).state == "in_review"
        approve(release, signer)
    assert told == [(0, [0, 0, 0]), (1, [1, 0, 0]), (1, [1, 1, 0]), (2, [1, 2, 0])]
    assert stages.progress_of(fresh(release)).stage is None
    assert fresh(release).state == "approved"
    assert Entry.objects.filter(action="release.approved").count() == 1
    assert list(release.decisions.order_by("pk").values_list("stage_name", flat=True)) == [
        "Validation",
        "Risk sign-off",
        "Risk sign-off",
        "Business acceptance",
    ]


def test_a_later_stage_waits_for_the_earlier_one(cast: Cast) -> None:
    release = in_three_stages(cast)
    with denied():
        approve(release, cast.manager)


def test_two_managers_are_two_people(cast: Cast) -> None:
    release = in_three_stages(cast)
    approve(release, cast.validator)
    approve(release, cast.manager)
    with refused("release.signed_already"):
        approve(release, cast.manager)
    assert fresh(release).state == "in_review"


def test_one_person_with_two_roles_signs_at_one_stage_only(cast: Cast) -> None:
    units.grant(
        unit=cast.unit, user=cast.validator, role=Role.MODEL_RISK_MANAGER, by=cast.admin
    )
    release = in_three_stages(cast)
    approve(release, cast.validator)
    with refused("release.signed_already"):
        approve(release, cast.validator)


def test_evidence_added_in_review_makes_earlier_signatures_fall(cast: Cast) -> None:
    release = in_three_stages(cast)
    approve(release, cast.validator)
    approve(release, cast.manager)
    an_exhibit(cast, release.version, "performance")
    release = fresh(release)
    assert stages.progress_of(release).stage == 0
    with denied():
        approve(release, cast.manager2)
    approve(release, cast.validator)
    assert stages.progress_of(fresh(release)).stage == 1
    assert Decision.objects.filter(release=release).count() == 3


def test_a_new_policy_changes_nothing_for_a_release_under_way(cast: Cast) -> None:
    release = a_release(cast)
    in_three_stages_later = policies.in_force().definition
    tiers = {**in_three_stages_later["tiers"]}
    tiers["3"] = {**tiers["3"], "stages": tiers["1"]["stages"]}
    policies.load(definition={**in_three_stages_later, "tiers": tiers}, by=None)
    assert PolicyEdition.objects.count() == 2
    approve(release, cast.manager)
    assert fresh(release).state == "approved"


def test_a_new_tier_changes_nothing_for_a_release_under_way(cast: Cast) -> None:
    release = a_release(cast)
    registered_models.revise(
        model=release.version.model,
        statement=a_statement(cast, tier=1),
        reason="Larger loans.",
        by=cast.manager2,
    )
    assert len(stages.progress_of(fresh(release)).stages) == 1


# --- The other acts -------------------------------------------------------------------------------


def test_a_release_is_rejected_at_its_stage(cast: Cast) -> None:
    release = a_release(cast)
    with journalled() as entries:
        decision = reject(release, cast.manager)
    release.refresh_from_db()
    assert (release.state, release.valid_until) == ("rejected", None)
    assert (decision.stage, decision.stage_name) == (0, "Risk sign-off")
    (entry,) = entries
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
    assert [entry.action for entry in entries] == ["release.withdrawn"]


def test_what_was_withdrawn_cannot_be_approved(cast: Cast) -> None:
    release = a_release(cast)
    withdraw(release, cast.scientist)
    with refused("release.wrong_state"):
        approve(release, cast.manager)


def test_nobody_else_withdraws(cast: Cast) -> None:
    release = a_release(cast)
    only_the_entitled_may(cast, "release.withdraw", lambda by: withdraw(release, by))


def test_a_manager_revokes_and_the_gate_closes_at_once(cast: Cast) -> None:
    release = an_approved_release(cast)
    assert closed_by(release) == []
    with journalled() as entries:
        revoke(release, cast.manager2)
    assert fresh(release).state == "revoked"
    assert closed_by(release) == ["gate.not_approved"]
    (entry,) = entries
    assert (entry.action, entry.actor, entry.reason) == (
        "release.revoked",
        "Milan Novak",
        "It drifts.",
    )


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


# --- The gate -------------------------------------------------------------------------------------


def test_the_gate_is_closed_until_the_approval(cast: Cast) -> None:
    release = a_release(cast)
    assert closed_by(release) == ["gate.not_approved"]
    approve(release, cast.manager)
    assert closed_by(release) == []


def card_in_effect(cast: Cast, version: ModelVersion) -> None:
    draft = a_card(cast, version, factors="Also age.")
    cards.make_effective(revision=draft, by=cast.scientist)


def data_detached(cast: Cast, version: ModelVersion) -> None:
    link = DataLink.objects.get(version=version)
    versions.detach_data(link=link, reason="Wrong year.", by=cast.scientist)


def purpose_revised(cast: Cast, version: ModelVersion) -> None:
    registered_models.revise(
        model=version.model,
        statement=a_statement(cast, purpose="Decide alone."),
        reason="Cheaper.",
        by=cast.scientist,
    )


def risk_in_effect(cast: Cast, version: ModelVersion) -> None:
    risk.make_effective(assessment=assessed_risk(cast, version), by=cast.scientist)


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        (card_in_effect, "card.sections.factors"),
        (data_detached, "data.Applications"),
        (purpose_revised, "model.purpose"),
        (risk_in_effect, "risk.revision"),
    ],
)
def test_a_changed_fact_closes_the_gate_by_itself_and_is_named(
    cast: Cast, change: Any, fact: str
) -> None:
    release = an_approved_release(cast)
    change(cast, release.version)
    assert closed_by(release) == ["gate.void"]
    assert fact in str(gates.gate(fresh(release)).reasons[0])
    assert fresh(release).state == "approved"


def test_a_draft_closes_nothing(cast: Cast) -> None:
    release = an_approved_release(cast)
    a_card(cast, release.version, factors="Also age.")
    assessed_risk(cast, release.version)
    assert closed_by(release) == []


def test_an_approval_expires(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    release = an_approved_release(cast)
    time_passes(monkeypatch, days=729, hours=23)
    assert closed_by(release) == []
    time_passes(monkeypatch, hours=2)
    assert closed_by(release) == ["gate.expired"]


def where_fairness_closes(cast: Cast) -> None:
    definition = policies.in_force().definition
    tiers = {**definition["tiers"]}
    asked = tiers["3"]["evidence"]
    fairness = {**asked["fairness"], "closes_gate": True}
    tiers["3"] = {**tiers["3"], "evidence": {**asked, "fairness": fairness}}
    policies.load(definition={**definition, "tiers": tiers}, by=None)


def test_a_later_failing_exhibit_closes_the_gate_where_the_policy_says_so(cast: Cast) -> None:
    where_fairness_closes(cast)
    release = an_approved_release(cast)
    an_exhibit(cast, release.version, "performance", verdict="fail")
    assert closed_by(release) == []
    failing = an_exhibit(cast, release.version, "fairness", verdict="fail")
    assert closed_by(release) == ["gate.failing_exhibit"]
    assert failing.title in str(gates.gate(fresh(release)).reasons[0])


def test_a_later_failing_exhibit_leaves_the_gate_open_where_the_policy_does_not(
    cast: Cast,
) -> None:
    release = an_approved_release(cast)
    an_exhibit(cast, release.version, "fairness", verdict="fail")
    assert closed_by(release) == []


def test_a_newer_passing_exhibit_opens_the_gate_again(cast: Cast) -> None:
    where_fairness_closes(cast)
    release = an_approved_release(cast)
    an_exhibit(cast, release.version, "fairness", verdict="fail")
    an_exhibit(cast, release.version, "fairness", verdict="pass")
    assert closed_by(release) == []


def test_a_stranger_sees_no_release(cast: Cast, tmp_path: Path) -> None:
    release = a_release(cast)
    assert Release.objects.visible_to(cast.auditor).contains(release)
    assert not Release.objects.visible_to(cast.outsider).exists()
