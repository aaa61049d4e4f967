"""As it stood: after every step of a long story, and told afterwards, it is the same."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
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
from tests.audits.reporting import stated
from tests.cast import (
    Cast,
    a_model,
    a_version,
    an_approved_release,
)
from tests.registry.flow import policy_with
from tests.registry.live import a_deployment
from tests.registry.reviewing import a_review, in_use
from tests.registry.standing import LOOKED_AT, REPORTED, Diary, then
from tests.registry.story import TWO_STAGES, a_story
from tests.registry.told_by_doors import Doors, facts
from tests.registry.told_by_pages import SAME, pieces, printed
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
        diary.outside(step)
    wrong = {}
    for step, at, snapshot in diary.pages:
        told = then(version, cast.auditor, at)
        differing = [part for part in snapshot if told[part] != snapshot[part]]
        if differing:
            wrong[step] = {part: (snapshot[part], told[part]) for part in differing}
    assert wrong == {}
    assert len(diary.pages) > 40
    assert (len(diary.shown), len(diary.stated)) == (len(LOOKED_AT), len(REPORTED))
    assert differing_doors(diary) == {}
    assert pieces_never_seen(diary) == []
    assert differing_pages(diary) == {}
    assert differing_reports(diary) == {}


def differing_doors(diary: Diary) -> dict[str, Any]:
    """Return what the doors tell of an instant otherwise than at it, or than what stood then."""
    wrong: dict[str, Any] = {}
    for step, at, as_told, ordinary in diary.told:
        told = Doors(diary.version, diary.reader).as_of(at)
        found = facts(told)
        wrong |= {
            f"{step}: {name}": (as_told[name], told[name])
            for name in told
            if told[name] != as_told[name]
        }
        wrong |= {
            f"{step}: {name} of today": (ordinary[name], found[name])
            for name in ordinary
            if found[name] != ordinary[name]
        }
    return wrong


def pieces_never_seen(diary: Diary) -> list[str]:
    """Return what no page printed after any step, so that comparing it says nothing."""
    found = [pieces(of_today) for _, _, of_today, _ in diary.shown]
    return [
        piece
        for page, wanted in SAME.items()
        for number, piece in enumerate(wanted)
        if not any(one[page][number] for one in found)
    ]


def differing_pages(diary: Diary) -> dict[str, Any]:
    """Return what the pages print of an instant otherwise than at it, or than those of that day."""
    wrong: dict[str, Any] = {}
    for step, at, of_today, as_shown in diary.shown:
        shown = printed(diary.version, diary.reader, at)
        today, found = pieces(of_today), pieces(shown)
        wrong |= {
            f"{step}: {name}": (as_shown[name], shown[name])
            for name in of_today
            if shown[name] != as_shown[name]
        }
        wrong |= {
            f"{step}: {name} of today": (today[name], found[name])
            for name in today
            if found[name] != today[name]
        }
    return wrong


def differing_reports(diary: Diary) -> dict[str, Any]:
    """Return what reports state otherwise than those that were asked for on the day.

    Asked for without an instant, one is as of the last time anything was done, whatever the clock
    did since. Asked for afterwards as of that instant, it may say so, and differ in nothing else.
    """
    wrong: dict[str, Any] = {}
    for step, kept in diary.stated:
        for scope, (subject, told) in kept.items():
            asked = {**told, "asked_as_of": told["as_of"]}
            again = stated(as_of=datetime.fromisoformat(told["as_of"]), **subject)
            wrong |= {
                f"{step}: {scope}, {part}": (asked.get(part), again.get(part))
                for part in asked.keys() | again.keys()
                if asked.get(part) != again.get(part)
            }
    return wrong


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
