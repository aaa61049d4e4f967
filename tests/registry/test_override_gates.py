"""The gate while an emergency release holds, when it ends, and what else is decided meanwhile."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from registry.models import Entry, Finding, GateRow, ModelVersion, Notice, Override, Review
from registry.services import (
    journal,
    overrides,
    registered_models,
    settling,
)
from tests.cast import Cast, a_complete_version, a_release, api
from tests.registry.lending import ask_for, let_through
from tests.registry.live import a_deployment, with_artefact
from tests.registry.reviewing import closed
from tests.registry.signing import approve, reject, revoke
from tests.traces import time_passes


def asked(cast: Cast, version: ModelVersion, **more: str) -> dict[str, Any]:
    """Ask by the API and by the command, which have to agree."""
    where = {"model": version.model.slug, "version": version.label, "environment": "production"}
    answer: dict[str, Any] = api(cast.auditor).get("/api/v1/gate", where | more).json()
    out = io.StringIO()
    options = [f"--{name}={said}" for name, said in (where | more).items()]
    try:
        call_command("gate", *options, "--json", stdout=out)
        code = 0
    except CommandError as error:
        code = error.returncode
    told = json.loads(out.getvalue())
    assert (told["decision"], told["allowed"]) == (answer["decision"], answer["allowed"])
    assert code == (0 if answer["allowed"] else 3 if answer["decision"] == "pending" else 1)
    return answer


def codes(answer: dict[str, Any]) -> list[str]:
    return [one["code"] for one in answer["reasons"]]


def settle(version: ModelVersion) -> None:
    """Let some verb or other touch the model."""

    @journal.verb
    def touch() -> None:
        journal.touch(version.model)

    touch()


def test_every_door_answers_that_it_is_an_emergency_and_until_when(
    cast: Cast, tmp_path: Path
) -> None:
    override = let_through(cast, tmp_path)
    version = override.version
    answer = asked(cast, version, digest=version.artefact.sha256)
    assert (answer["decision"], answer["allowed"]) == ("override", True)
    assert answer["valid_until"].startswith(override.ends_at.isoformat()[:19])
    assert answer["digest_matches"] is True
    assert codes(asked(cast, version, digest="b" * 64)) == ["gate.other_artefact"]
    assert asked(cast, version, environment="staging")["decision"] == "unknown"


def test_a_vendors_version_without_an_artefact_matches_no_digest(cast: Cast) -> None:
    version = let_through(cast, Path(), a_complete_version(cast)).version
    assert asked(cast, version)["allowed"]
    assert codes(asked(cast, version, digest="b" * 64)) == ["gate.other_artefact"]


def test_it_ends_by_itself_before_any_beat_runs(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = let_through(cast, Path(), a_complete_version(cast)).version
    time_passes(monkeypatch, days=5)
    answer = asked(cast, version)
    assert (answer["decision"], answer["allowed"]) == ("expired", False)
    assert codes(answer) == ["gate.override_ended"]
    assert settling.settle_due() == 1
    assert settling.settle_due() == 0
    override = Override.objects.get()
    assert (override.ended_at, override.ended_by) == (override.ends_at, None)
    assert Entry.objects.filter(action="override.ended", actor="system").count() == 1
    assert codes(asked(cast, version)) == ["gate.override_ended"]


def test_once_ended_no_clock_brings_it_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    version = let_through(cast, Path(), a_complete_version(cast)).version
    with monkeypatch.context() as later:
        time_passes(later, days=6)
        settling.settle_due()
    settle(version)
    assert not asked(cast, version)["allowed"]


def test_ended_early_it_closes_at_once(cast: Cast) -> None:
    override = let_through(cast, Path(), a_complete_version(cast))
    overrides.end(override=override, reason="Mended.", by=cast.owner)
    answer = asked(cast, override.version)
    assert (answer["decision"], codes(answer)) == ("expired", ["gate.override_ended"])


def test_a_release_in_review_shows_again_afterwards(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = a_release(cast)
    version = release.version
    let_through(cast, Path(), version)
    assert asked(cast, version)["decision"] == "override"
    settle(version)
    assert asked(cast, version)["decision"] == "override"
    time_passes(monkeypatch, days=5)
    settling.settle_due()
    answer = asked(cast, version)
    assert (answer["decision"], answer["release"]) == ("pending", release.pk)


def test_an_expired_release_shows_again_afterwards(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = a_release(cast)
    approve(release, cast.manager)
    time_passes(monkeypatch, days=800)
    settling.settle_due()
    assert asked(cast, release.version)["decision"] == "expired"
    override = let_through(cast, Path(), release.version)
    assert asked(cast, release.version)["decision"] == "override"
    overrides.end(override=override, reason="Mended.", by=cast.owner)
    answer = asked(cast, release.version)
    assert (answer["decision"], codes(answer)) == ("expired", ["gate.expired"])
    assert answer["release"] == release.pk


def test_an_approval_takes_its_place_and_taken_back_leaves_nothing_open(cast: Cast) -> None:
    release = a_release(cast)
    version = release.version
    let_through(cast, Path(), version)
    approve(release, cast.manager)
    assert asked(cast, version)["decision"] == "approved"
    revoke(release, cast.manager)
    answer = asked(cast, version)
    assert (answer["decision"], answer["allowed"]) == ("revoked", False)
    override = Override.objects.get()
    assert override.ended_at
    assert "decided otherwise" in override.end_reason


def test_a_rejection_ends_it_and_what_was_only_asked_for(cast: Cast) -> None:
    release = a_release(cast)
    override = ask_for(release.version, cast.manager)
    reject(release, cast.manager2)
    override.refresh_from_db()
    assert override.ended_at
    assert asked(cast, release.version)["decision"] == "rejected"
    # What is asked for after the rejection is another matter.
    let_through(cast, Path(), release.version)
    assert asked(cast, release.version)["decision"] == "override"


def test_a_retired_model_runs_no_longer(cast: Cast) -> None:
    override = let_through(cast, Path(), a_complete_version(cast))
    registered_models.retire(model=override.version.model, reason="Over.", by=cast.manager)
    assert not asked(cast, override.version)["allowed"]


@pytest.mark.parametrize("change", ["days", "digest", "environment", "ends_at", "signature"])
def test_what_was_changed_past_the_services_opens_nothing(cast: Cast, change: str) -> None:
    override = let_through(cast, Path(), a_complete_version(cast))
    if change == "signature":
        Override.objects.filter(pk=override.pk).update(reason="Another one.")
    elif change == "environment":
        Override.objects.filter(pk=override.pk).update(environment="staging")
    else:
        changed = {"days": 14, "digest": "0" * 64, "ends_at": override.ends_at + timedelta(days=9)}
        Override.objects.filter(pk=override.pk).update(**{change: changed[change]})
    settling.settle_all()
    row = GateRow.objects.get(environment="staging" if change == "environment" else "production")
    if change == "digest":
        assert row.reasons == []  # what both signed is computed anew, not read from there
    else:
        assert [one["code"] for one in row.reasons] == ["gate.override_broken"]


def test_what_runs_on_it_is_covered(cast: Cast, tmp_path: Path) -> None:
    version = with_artefact(cast, tmp_path)
    let_through(cast, tmp_path, version)
    deployment = a_deployment(cast, version)
    assert deployment.uncovered_since is None
    assert not Finding.objects.exists()


def test_reviewers_are_reminded_until_it_is_reviewed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    override = let_through(cast, Path(), a_complete_version(cast))
    overrides.remind()
    assert not Notice.objects.filter(code="override.review_due").exists()
    overrides.end(override=override, reason="Mended.", by=cast.owner)
    overrides.remind()
    overrides.remind()
    told = Notice.objects.filter(code="override.review_due")
    # The owner answers for the model; whoever signed reviews nothing.
    people = {one.person for one in told}
    assert people == {cast.owner, cast.validator, cast.manager2, cast.manager3}
    assert told.all().count() == len(people)
    time_passes(monkeypatch, days=1)
    overrides.remind()
    assert told.all().count() == 2 * len(people)
    closed(Review.objects.get(), cast.manager2)
    time_passes(monkeypatch, days=1)
    overrides.remind()
    assert told.all().count() == 2 * len(people)


def test_an_approval_that_stands_needs_none_and_says_more(cast: Cast) -> None:
    release = a_release(cast)
    approve(release, cast.manager)
    override = let_through(cast, Path(), release.version)
    assert asked(cast, release.version)["decision"] == "approved"
    overrides.end(override=override, reason="Not needed.", by=cast.owner)
    assert asked(cast, release.version)["decision"] == "approved"
