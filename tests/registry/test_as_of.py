"""As it stood: after every step of a long story, and told afterwards, it is the same."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from audits.services import decisions, oversight
from registry.models import ModelVersion
from registry.rules.as_of import NotYet
from registry.services import (
    as_of,
    deployments,
    settling,
)
from tests.cast import (
    Cast,
    a_model,
    a_version,
    an_approved_release,
)
from tests.registry.flow import policy_with
from tests.registry.live import a_deployment
from tests.registry.reviewing import a_review, in_use
from tests.registry.standing import Diary, then
from tests.registry.story import TWO_STAGES, a_story
from tests.registry.trouble import a_finding
from tests.traces import refused, time_passes


def test_every_step_of_a_story_is_told_afterwards_as_it_stood(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy_with(stages=TWO_STAGES)
    version = a_version(cast, a_model(cast))
    diary = Diary(version, cast.auditor)
    for step in a_story(cast, diary, monkeypatch):
        diary.after(step)
    wrong = {}
    for step, at, snapshot in diary.pages:
        told = then(version, cast.auditor, at)
        differing = [part for part in snapshot if told[part] != snapshot[part]]
        if differing:
            wrong[step] = {part: (snapshot[part], told[part]) for part in differing}
    assert wrong == {}
    assert len(diary.pages) > 40


def test_what_was_not_there_yet_and_what_is_to_come_is_refused(cast: Cast) -> None:
    release = an_approved_release(cast)
    version, at = release.version, timezone.now()
    before = version.model.registered_at - timedelta(microseconds=1)
    told: list[tuple[Any, Any]] = [
        (partial(as_of.model_as_of, reader=cast.auditor), version.model),
        (partial(as_of.version_as_of, reader=cast.auditor), version),
        (as_of.release_as_of, release),
    ]
    for function, subject in told:
        with pytest.raises(NotYet, match="There was no "):
            function(subject, before)
        with refused("as_of.future"):
            function(subject, timezone.now() + timedelta(minutes=1))
        json.dumps(function(subject, at), allow_nan=False)
    with pytest.raises(NotYet):
        as_of.portfolio_as_of(cast.auditor, cast.unit.founded_at - timedelta(seconds=1))
    with refused("as_of.future"):
        as_of.portfolio_as_of(cast.auditor, timezone.now() + timedelta(minutes=1))


def test_the_very_instant_at_which_something_was_written_is_after_it(cast: Cast) -> None:
    release = an_approved_release(cast)
    for move in release.moves.all():
        told = as_of.release_as_of(release, move.at)
        same = list(release.moves.filter(at=move.at))[-1]
        assert (told["state"], told["moves"][-1]["act"]) == (same.after, same.act)
        assert (told["case_file"] is None) == (move.after == "draft")
    approval = release.decisions.get()
    at = approval.signed_at
    assert as_of.release_as_of(release, at)["gate"] == {"allowed": True, "reasons": []}
    before = at - timedelta(microseconds=1)
    earlier = as_of.release_as_of(release, before)
    assert (earlier["decisions"], earlier["gate"]["allowed"]) == ([], False)
    assert as_of.state_of_release(release, at)["state"] == "approved"
    signed = [decisions.stages_of(release, one)[0]["signed"] for one in (before, at)]
    assert signed == [0, 1]


def test_what_the_clock_made_of_an_approval_is_told_before_anybody_noticed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = an_approved_release(cast)
    time_passes(monkeypatch, days=1200)
    told = as_of.release_as_of(release, timezone.now())
    assert (told["state"], told["stands"], told["gate"]["allowed"]) == (
        "approved",
        "expired",
        False,
    )
    settling.settle_due()
    assert as_of.release_as_of(release, timezone.now())["state"] == "expired"


def test_a_late_report_that_cut_another_is_told_as_it_was_known(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = an_approved_release(cast)
    time_passes(monkeypatch, days=10)
    day, known = timedelta(days=1), []
    now, version = timezone.now(), release.version
    old = a_deployment(cast, version, artefact_sha256="", live_from=now - 5 * day)
    deployments.end(deployment=old, reason="Over.", until=now - day, by=cast.deployer)
    known.append((timezone.now(), live_rows(version)))
    for days in (3, 4):
        a_deployment(cast, version, artefact_sha256="", image_digest="", live_from=now - days * day)
        known.append((timezone.now(), live_rows(version)))
    assert len({str(rows) for _, rows in known}) == 3
    for at, rows in known:
        assert oversight.deployments_of(version, at) == rows


def live_rows(version: ModelVersion) -> list[dict[str, Any]]:
    """Return what ran, as a report tells it now."""
    return oversight.deployments_of(version)


def test_the_portfolio_takes_as_many_queries_for_ten_models_as_for_two(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("First", "Second"):
        used(cast, name)
    with CaptureQueriesContext(connection) as few:
        as_of.portfolio_as_of(cast.auditor, timezone.now())
    for number in range(3):
        used(cast, f"More {number}")
    with django_assert_num_queries(len(few)):
        told = as_of.portfolio_as_of(cast.auditor, timezone.now())
    assert told["counts"]["models"] == len(told["models"]) == 5
    with pytest.raises(NotYet):
        as_of.portfolio_as_of(cast.outsider, cast.unit.founded_at)
    assert as_of.portfolio_as_of(cast.outsider, timezone.now())["models"] == []


def used(cast: Cast, name: str) -> None:
    """Have a model approved, running, found wanting and looked at."""
    release = in_use(cast, name)
    a_deployment(cast, release.version, artefact_sha256="", endpoint=f"https://{name}.example")
    a_finding(cast, release.version)
    a_review(release.version.model)
