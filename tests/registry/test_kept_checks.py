"""Checks of the journal: asked for on its page, done by the worker, kept, and told of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from audits.services import alerts
from mlops_gov.schedule import CELERY_BEAT_SCHEDULE
from registry import tasks
from registry.models import Checkpoint, Entry, Event, Head, JournalCheck, Membership, Notice, User
from registry.rules.journal_actions import CHECK_ASKED
from registry.services import checkpoint_sinks, checkpoints, kept_checks
from tests.cast import Cast, a_person, an_approved_release
from tests.registry.bending import bend, tell, undone
from tests.registry.pages import signed_in
from tests.traces import time_passes

BREAK = "UPDATE registry_entry SET reason = 'Other.' WHERE number = 7"


def page(person: User) -> str:
    return " ".join(signed_in(person).get("/journal/").text.split())


def journal_alerts(person: User) -> list[str]:
    return [str(one.reasons[0]) for one in alerts.alerts(person) if one.kind == "journal"]


def test_the_page_asks_the_worker_for_a_check_and_shows_what_it_found(
    cast: Cast, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_approved_release(cast)
    queued: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **said: queued.append(name))
    for person in (cast.scientist, cast.auditor):
        with django_capture_on_commit_callbacks(execute=True):
            answer = signed_in(person).post("/journal/")
        assert (answer.status_code, answer["Location"]) == (302, "/journal/")
    # The second one joined the first.
    assert queued == ["registry.check_journal_asked"]
    assert Entry.objects.get(action=CHECK_ASKED).actor_id == cast.scientist.pk
    assert "Being checked" in page(cast.owner)
    assert "Check the chain" not in page(cast.owner)
    current_app.tasks["registry.check_journal_asked"]()
    kept = JournalCheck.objects.get()
    assert (kept.kind, kept.whole, kept.entries) == ("asked", True, Head.objects.get().number)
    assert "Being checked" not in page(cast.owner)
    assert f"{kept.entries} entries" in page(cast.owner)
    # The address that once checked everything is nothing but the page.
    bend(BREAK)
    assert "does not match" not in signed_in(cast.owner).get("/journal/?check=1").text


def test_a_check_that_was_lost_can_be_asked_for_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = kept_checks.ask(by=cast.owner)
    assert kept_checks.ask(by=cast.auditor) < since + kept_checks.LOST_AFTER
    assert Entry.objects.filter(action=CHECK_ASKED).count() == 1
    time_passes(monkeypatch, hours=2)
    assert kept_checks.under_way() is None


def test_who_has_no_role_asks_for_no_check_and_a_stranger_signs_in(cast: Cast) -> None:
    nobody = a_person("iris", "Iris Kahn")
    assert "Check the chain" not in page(nobody)
    assert signed_in(nobody).post("/journal/").status_code == 403
    assert "/sign-in/" in Client().post("/journal/")["Location"]
    assert not Entry.objects.filter(action=CHECK_ASKED).exists()
    without = Client(enforce_csrf_checks=True)
    without.force_login(cast.owner)
    assert without.post("/journal/").status_code == 403


def test_a_break_is_told_once_to_who_answers_for_it(cast: Cast) -> None:
    an_approved_release(cast)
    tasks.check_journal()
    assert journal_alerts(cast.auditor) == []
    bend(BREAK)
    tasks.check_journal()
    tasks.check_journal()
    assert [one.whole for one in JournalCheck.objects.all()] == [False, False, True]
    said = "It does not hold at entry 7: its content does not match its seal."
    assert journal_alerts(cast.auditor) == journal_alerts(cast.admin) == [said]
    assert journal_alerts(cast.owner) == []
    told = Notice.objects.filter(code="journal.broken")
    answering = Membership.objects.filter(role__in=["administrator", "auditor"])
    assert {one.person_id for one in told} == {one.user_id for one in answering}
    assert told.count() == answering.count() == 3
    assert all(one.critical for one in told)
    event = Event.objects.get(name="journal.broken")
    assert event.details == {"number": 7, "wrong": "its content does not match its seal"}
    # Another break is news.
    bend("UPDATE registry_entry SET reason = 'Other.' WHERE number = 3")
    tasks.check_journal()
    assert Event.objects.filter(name="journal.broken").count() == 2


def test_a_check_that_could_not_look_outside_says_so_everywhere(
    cast: Cast, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    an_approved_release(cast)
    checkpoint_sinks.deliver()
    blocked = tmp_path / "checkpoints.jsonl"
    blocked.unlink()
    # A folder cannot be read as a file.
    blocked.mkdir()
    tasks.check_journal()
    kept = JournalCheck.objects.get()
    assert (kept.whole, kept.unread) == (True, ["checkpoints.jsonl"])
    assert "Whole, not compared" in page(cast.owner)
    assert "Not compared with what lies in checkpoints.jsonl" in page(cast.owner)
    (said,) = journal_alerts(cast.auditor)
    assert "was not compared with what lies outside in checkpoints.jsonl" in said
    assert not Notice.objects.filter(code="journal.broken").exists()
    with pytest.raises(CommandError, match="is whole.*But it was not compared with") as ended:
        call_command("verify_journal", "--json")
    assert ended.value.returncode == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["whole"], len(told["unread"])) == (True, 1)
    # What is left out on purpose is no failure; a break comes before what was not seen.
    call_command("verify_journal", "--without-sinks")
    with undone():
        bend(BREAK)
        with pytest.raises(CommandError, match="broken at entry 7") as ended:
            call_command("verify_journal")
        assert ended.value.returncode == 1
    blocked.rmdir()
    settings.CHECKPOINT_SINKS = []
    call_command("verify_journal")


def test_the_journal_is_signed_every_hour_if_it_grew(cast: Cast) -> None:
    beat = CELERY_BEAT_SCHEDULE["sign the journal"]
    assert beat["schedule"] == 3600.0
    hourly = current_app.tasks[beat["task"]]
    tell(cast.unit, 2)
    hourly()
    grown = Head.objects.get().number
    assert [one.size for one in Checkpoint.objects.all()] == [grown]
    hourly()
    assert Checkpoint.objects.count() == 1
    tell(cast.unit)
    assert checkpoints.uncovered() == (grown + 1, grown + 1)
    hourly()
    assert [one.size for one in Checkpoint.objects.all()] == [grown, grown + 1]
    assert checkpoints.uncovered() is None
