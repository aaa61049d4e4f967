"""What a dossier gathers of a severe release and of its use, from the registry as it is."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation

from audits.rendering import completeness
from audits.rendering.document import html, readme
from audits.rendering.redaction import published
from audits.rules.reports import RENDERER, key
from audits.services.dossiers_of_versions import in_force, submitted
from registry.models import ModelVersion, Release, Review, User
from registry.services import conditions, delegations, findings, overrides, releases
from tests.audits.reporting import read
from tests.cast import Cast, a_release, an_approved_release, an_exhibit
from tests.registry.flow import FOUR_STAGES, PROOF, a_condition, act, days_ahead, policy_with
from tests.registry.live import OTHER, a_deployment, with_artefact
from tests.registry.reviewing import a_round, confirmed, put_off
from tests.traces import time_passes


def told(version: ModelVersion, profile: str = "regulator") -> dict[str, Any]:
    """Return what a report on the version would state, as its worker reads it."""
    return read(version=version, profile=profile)


def a_delegation(cast: Cast, giver: User, delegate: User, role: str) -> None:
    now = timezone.now()
    delegations.give(
        unit=cast.unit,
        delegate=delegate,
        role=role,
        starts_at=now,
        ends_at=now + timedelta(days=5),
        reason="On leave until Monday, ask Roth.",
        by=giver,
    )


def an_override(cast: Cast, version: ModelVersion) -> None:
    given: dict[str, Any] = {"reason": "The old model is down, says Winter.", "proof": PROOF}
    asked = overrides.request(
        version=version, environment="production", days=2, by=cast.manager3, **given
    )
    overrides.sign(override=asked, digest=asked.digest, by=cast.owner, **given)


def decided_by_four_stages(cast: Cast, version: ModelVersion) -> Release:
    """Approve under a condition by way of every stage; one is signed in somebody's place."""
    policy_with(stages=FOUR_STAGES)
    release = a_release(cast, version)
    a_delegation(cast, cast.ethics, cast.manager2, "ethics_reviewer")
    act(releases.approve, release, cast.validator)
    act(releases.approve, release, cast.manager2, reason="Signed for Elena Sommer.")
    for signer in (cast.manager, cast.manager, cast.manager3):
        act(releases.approve, release, signer)
    asked = [a_condition(cast, text="Olga Winter trains the officers", evidence_kind="other")]
    act(releases.approve_with_conditions, release, cast.owner, conditions=asked)
    return Release.objects.get(pk=release.pk)


def in_use(cast: Cast, folder: Path) -> ModelVersion:
    """Take one version through all that can happen to a release, and use it."""
    version = with_artefact(cast, folder)
    an_override(cast, version)
    put_off(Review.objects.get(cause="override"), cast)
    release = decided_by_four_stages(cast, version)
    (condition,) = release.conditions.all()
    list_of_names = an_exhibit(cast, version, "other")
    conditions.offer(
        condition=condition, text="All were there.", evidence=list_of_names, by=cast.owner
    )
    conditions.accept(condition=condition, reason="Winter's list is whole.", by=cast.manager)
    a_deployment(cast, version)
    a_deployment(cast, version, artefact_sha256=OTHER, endpoint="https://other.example")
    findings.open_finding(
        version=version,
        severity="low",
        title="A title by Viktor Lang",
        text="Brandt knows.",
        owner=cast.owner,
        due=days_ahead(20),
        by=cast.validator,
    )
    confirmed(a_round(cast), cast.owner)
    return version


def texts_of(dossier: dict[str, Any]) -> str:
    with translation.override("en"):
        stated = published(dossier)
        return html(stated) + readme(stated) + json.dumps(stated)


@pytest.fixture
def version(cast: Cast, tmp_path: Path) -> ModelVersion:
    return in_use(cast, tmp_path)


def test_a_severe_release_is_told_from_its_stages_to_what_its_owner_confirmed(
    cast: Cast, version: ModelVersion
) -> None:
    stated = told(version)
    assert completeness.objections_to(stated, RENDERER) == []
    assert [stage["name"] for stage in stated["release"]["stages"]] == [
        stage["name"] for stage in FOUR_STAGES
    ]
    assert [stage["beside"] for stage in stated["release"]["stages"]] == [False, True, False, False]
    assert stated["release"]["stages"][3]["asks"][0] == {
        "role": "model_risk_manager", "needed": 2, "of": 3, "signed": 2,
    }  # fmt: skip
    assert [one["counts"] for one in stated["decisions"]] == [True] * 6
    for_elena = stated["decisions"][1]
    (delegation,) = stated["delegations"]
    assert (for_elena["on_behalf_of"], for_elena["delegation"]) == (
        "Elena Sommer",
        delegation["number"],
    )
    assert stated["decisions"][5]["conditions"][0]["owner"] == "Olga Winter"
    (condition,) = stated["conditions"]
    assert (condition["accepted_by"], condition["exhibit"]["title"]) == (
        "Mara Roth",
        stated["evidence"][-1]["title"],
    )
    moves = [(one["act"], one["after"], one["who"] is None) for one in stated["moves"]]
    assert moves[0][0] == "draft"
    assert ("approve_with_conditions", "approved_with_conditions", True) in moves
    assert moves[-1][:2] == ("go_live", "live")
    (override,) = stated["overrides"]
    assert [one["role"] for one in override["signatures"]] == [
        "model_risk_manager",
        "business_owner",
    ]
    assert override["review"]["outcome"] == "not_revalidated"
    assert [one["matches"] for one in stated["deployments"]] == [True, False]
    assert [one["uncovered_since"] is None for one in stated["deployments"]] == [True, False]
    put_aside = next(one for one in stated["reviews"] if one["cause"] == "override")
    assert (put_aside["decided_by"], put_aside["outcome"]) == ("Milan Novak", "not_revalidated")
    (attestation,) = stated["attestations"]
    assert attestation["confirmation"]["printed_name"] == "Olga Winter"
    assert stated["as_of"] == attestation["confirmation"]["at"]
    with translation.override("en"):
        assert "for Elena Sommer" in html(stated).replace("For Elena", "for Elena")


def test_nothing_of_it_moves_with_the_clock(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(version)
    time_passes(monkeypatch, days=40)
    assert key(told(version)) == key(before)


def test_no_name_of_the_cast_is_in_the_public_report(cast: Cast, version: ModelVersion) -> None:
    people = [getattr(cast, field.name) for field in fields(cast)]
    names = {one.last_name for one in people if isinstance(one, User)}
    assert len(names) == 11
    text = texts_of(told(version, "public"))
    assert not [name for name in sorted(names) if re.search(rf"\b{name}\b", text)]
    assert "scores.example" not in text


def test_what_a_sending_back_undid_counts_no_more(cast: Cast, tmp_path: Path) -> None:
    policy_with(stages=FOUR_STAGES)
    release = a_release(cast, with_artefact(cast, tmp_path))
    act(releases.approve, release, cast.validator)
    act(releases.approve, release, cast.ethics)
    act(releases.send_back, release, cast.manager, stage=0)
    act(releases.approve, release, cast.validator)
    stated = told(release.version)
    signed = [(one["act"], one["counts"], one["round"]) for one in stated["decisions"]]
    assert signed == [
        ("approve", False, 1),
        ("approve", False, 1),
        ("send_back", None, 1),
        ("approve", True, 2),
    ]
    assert stated["decisions"][2]["sent_to"] == "Validation"


def test_an_approval_under_conditions_is_one_to_compare_a_later_version_with(
    cast: Cast, tmp_path: Path
) -> None:
    policy_with(stages=[FOUR_STAGES[2]])
    first = a_release(cast, with_artefact(cast, tmp_path))
    act(releases.approve_with_conditions, first, cast.manager, conditions=[a_condition(cast)])
    second = with_artefact(cast, tmp_path, first.version.model, "2.0")
    changed = {one["fact"] for one in told(second)["changes"]}
    assert "version.label" in changed


def test_a_report_is_about_what_stands_rather_than_what_ended_later(cast: Cast) -> None:
    standing = an_approved_release(cast)
    ended = a_release(cast, standing.version, "staging")
    act(releases.approve, ended, cast.manager)
    Release.objects.filter(pk=ended.pk).update(state="expired")
    found = submitted(Release.objects.filter(version=standing.version), None)
    assert in_force(found) == standing
