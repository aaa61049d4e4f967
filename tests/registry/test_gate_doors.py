"""The gate's doors answer alike, for every state of a release, and a no wherever in doubt."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from registry.models import GateRow, Release
from registry.rules.roles import Role
from registry.services import gate_answers, gates, units
from tests.cast import Cast, a_person, a_release, a_version, api
from tests.registry.live import OTHER, a_deployment, an_approval, with_artefact
from tests.registry.signing import approve, fresh, reject, revoke, withdraw
from tests.registry.test_rules_gate_answers import STATES
from tests.traces import nothing_written, time_passes

WHERE = {"model": "mortgage-approval", "version": "1.0", "environment": "production"}


def by_command(**asked: str) -> dict[str, Any]:
    """Ask by command, in this process; what it exits with stands under ``exit``."""
    out, code = io.StringIO(), 0
    options = [f"--{name}={said}" for name, said in {**WHERE, **asked}.items()]
    try:
        call_command("gate", *options, "--json", stdout=out)
    except CommandError as error:
        code = error.returncode
    answer: dict[str, Any] = json.loads(out.getvalue())
    return {**answer, "exit": code}


def everywhere(cast: Cast, **asked: str) -> dict[str, Any]:
    """Ask through service, API and command; assert that they agree, and return what they say."""
    question = {**WHERE, **asked}
    plain = api(cast.auditor).get("/api/v1/gate", question)
    strict = api(cast.auditor).get("/api/v1/gate/", {**question, "strict": "1"})
    service = gate_answers.ask(**question, by=cast.auditor)
    command = by_command(**asked)
    answer: dict[str, Any] = plain.json()
    assert service is not None
    assert plain.status_code == 200
    assert strict.status_code == (200 if answer["allowed"] else 409)
    assert service.allowed == answer["allowed"] == command["allowed"] == strict.json()["allowed"]
    assert service.decision == answer["decision"] == command["decision"]
    codes = [one.code for one in service.reasons]
    for told in (answer, command, strict.json()):
        assert [one["code"] for one in told["reasons"]] == codes
        assert told["release"] == service.release
        assert told["case_file"] == service.case_file
        assert told["digest_matches"] == service.digest_matches
    waits = answer["decision"] == "pending"
    assert command["exit"] == (0 if answer["allowed"] else 3 if waits else 1)
    return {**answer, "codes": codes}


def test_every_door_answers_every_state_alike(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    assert release.version.artefact is not None
    digest = release.version.artefact.sha256
    for state, (decision, allowed) in STATES.items():
        GateRow.objects.update(state=state)
        answer = everywhere(cast)
        assert (answer["decision"], answer["allowed"]) == (decision, allowed), state
        assert everywhere(cast, digest=digest)["allowed"] == allowed, state
        for other in (OTHER, ""):
            refused = everywhere(cast, digest=other)
            codes = (refused["allowed"], refused["codes"][-1])
            assert codes == (False, "gate.other_artefact"), state


def test_asking_writes_nothing(cast: Cast, tmp_path: Path) -> None:
    an_approval(cast, tmp_path)
    with nothing_written():
        everywhere(cast)


def test_from_submission_to_the_end_the_doors_follow(cast: Cast, tmp_path: Path) -> None:
    version = with_artefact(cast, tmp_path)
    assert everywhere(cast)["decision"] == "unknown"
    release = a_release(cast, version)
    assert everywhere(cast)["decision"] == "pending"
    approve(release, cast.manager)
    answer = everywhere(cast)
    release.refresh_from_db()
    assert (answer["decision"], answer["release"]) == ("approved", release.pk)
    assert release.case_file is not None
    assert answer["case_file"] == release.case_file.digest
    assert answer["valid_until"] is not None
    a_deployment(cast, version)
    assert everywhere(cast)["decision"] == "live"
    assert everywhere(cast, environment="staging")["decision"] == "unknown"
    revoke(fresh(release), cast.manager2)
    assert everywhere(cast)["decision"] == "revoked"


def rejected(cast: Cast, release: Release) -> None:
    reject(release, cast.manager)


def withdrawn(cast: Cast, release: Release) -> None:
    withdraw(release, cast.scientist)


@pytest.mark.parametrize("end", [rejected, withdrawn])
def test_what_was_never_approved_stays_shut(cast: Cast, tmp_path: Path, end: Any) -> None:
    release = a_release(cast, with_artefact(cast, tmp_path))
    end(cast, release)
    answer = everywhere(cast)
    assert (answer["decision"], answer["allowed"]) == (end.__name__, False)


def test_the_end_of_an_approval_needs_nobody_to_come_by(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No beat, no verb: what was settled while it was open says by itself that it has ended."""
    release = an_approval(cast, tmp_path)
    row = GateRow.objects.get()
    time_passes(monkeypatch, days=9)
    GateRow.objects.update(condition_due=timezone.now() - timedelta(seconds=1))
    assert everywhere(cast)["decision"] == "condition_breached"
    GateRow.objects.update(condition_due=None)
    assert everywhere(cast)["allowed"]
    time_passes(monkeypatch, days=722)
    answer = everywhere(cast)
    assert (answer["decision"], answer["codes"]) == ("expired", ["gate.expired"])
    assert not gates.gate(fresh(release)).allowed
    assert GateRow.objects.get().settled_at == row.settled_at


@pytest.mark.parametrize(
    "asked",
    [{"model": "mortgage"}, {"version": "1"}, {"version": "1.0 "}, {"model": "MORTGAGE-APPROVAL"}],
)
def test_what_is_not_there_is_not_allowed(
    cast: Cast, tmp_path: Path, asked: dict[str, str]
) -> None:
    an_approval(cast, tmp_path)
    question = {**WHERE, **asked}
    if asked == {"version": "1.0 "}:
        assert api(cast.auditor).get("/api/v1/gate", question).json()["version"] == "1.0"
        return
    for strict in ("0", "1"):
        answer = api(cast.auditor).get("/api/v1/gate", {**question, "strict": strict})
        assert (answer.status_code, answer.json()["allowed"]) == (404, False)
    assert gate_answers.ask(**question, by=cast.auditor) is None
    said = by_command(**asked)
    assert (said["exit"], said["allowed"], said["decision"]) == (1, False, "unknown")


def test_a_stranger_is_told_what_is_told_of_nothing(cast: Cast, tmp_path: Path) -> None:
    an_approval(cast, tmp_path)
    for strict in ("0", "1"):
        there = api(cast.outsider).get("/api/v1/gate", {**WHERE, "strict": strict})
        nowhere = api(cast.outsider).get("/api/v1/gate", {**WHERE, "model": "x", "strict": strict})
        assert there.status_code == nowhere.status_code == 404
        assert there.json() == nowhere.json()
        assert there.json()["allowed"] is False


def test_nobody_is_told_nothing_without_a_token(cast: Cast, tmp_path: Path) -> None:
    an_approval(cast, tmp_path)
    answer = APIClient().get("/api/v1/gate", WHERE)
    assert answer.status_code == 401
    assert "allowed" not in answer.json()


def test_a_service_may_ask_and_whose_role_has_ended_may_not(cast: Cast, tmp_path: Path) -> None:
    an_approval(cast, tmp_path)
    pipeline = a_person("pipeline", "Deploying Pipeline")
    held = units.grant(unit=cast.unit, user=pipeline, role=Role.SERVICE, by=cast.admin)
    client = api(pipeline)
    assert client.get("/api/v1/gate", WHERE).json()["allowed"] is True
    units.end(membership=held, reason="Replaced.", by=cast.admin)
    assert client.get("/api/v1/gate", WHERE).status_code == 404


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"environment": "prod"}, "environment"),
        ({"environment": ""}, "environment"),
        ({"model": ""}, "model"),
        ({"strict": "yes"}, "strict"),
        ({"version": "a\0b"}, "version"),
        ({"digset": OTHER}, "digset"),
        ({"environment": ["staging", "production"]}, "environment"),
    ],
)
def test_a_question_that_is_malformed_is_answered_with_a_sentence(
    cast: Cast, tmp_path: Path, asked: dict[str, Any], field: str
) -> None:
    an_approval(cast, tmp_path)
    answer = api(cast.auditor).get("/api/v1/gate", {**WHERE, **asked})
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert answer["Cache-Control"] == "no-store"
    assert "allowed" not in answer.json()


def test_nobody_keeps_an_answer(cast: Cast, tmp_path: Path) -> None:
    an_approval(cast, tmp_path)
    for client in (api(cast.auditor), api(cast.outsider)):
        assert client.get("/api/v1/gate", WHERE)["Cache-Control"] == "no-store"
    answer = api(cast.auditor).get("/api/v1/gate", WHERE, HTTP_ACCEPT="application/json")
    assert answer["Content-Type"] == "application/json"


def test_an_answer_takes_one_read_beside_those_of_the_token(
    cast: Cast, tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    an_approval(cast, tmp_path)
    a_version(cast, Release.objects.get().version.model, "2.0")
    client = api(cast.auditor)
    # The token, the person it is of, and the one read.
    with django_assert_num_queries(3):
        assert client.get("/api/v1/gate", WHERE).json()["allowed"] is True
    with django_assert_num_queries(3):
        assert client.get("/api/v1/gate", {**WHERE, "version": "2.0"}).json()["allowed"] is False
    with django_assert_num_queries(1):
        assert gate_answers.ask(**WHERE, by=cast.auditor)
