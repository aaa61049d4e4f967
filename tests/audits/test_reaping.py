"""Queueing again what a lost worker or a lost message left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from audits.models import Report, Run
from audits.rules.runs import MOST_ATTEMPTS
from audits.services import reaping, reports, runs
from audits.services.claims import claim
from registry.models import Entry
from tests.cast import Cast, a_model, a_version, attached
from tests.traces import nothing_written

SECONDS_OF_SILENCE = 120


@pytest.fixture
def sent(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Callable[[], list[tuple[str, int]]]:
    """Reap, and return what came on the queue by it."""
    messages: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "celery.current_app.send_task", lambda name, args: messages.append((name, args[0]))
    )

    def reap() -> list[tuple[str, int]]:
        messages.clear()
        with django_capture_on_commit_callbacks(execute=True):
            counted = reaping.reap()
        assert counted == len(messages)
        return list(messages)

    return reap


@pytest.fixture
def run(cast: Cast, tmp_path: Path) -> Run:
    scores = tmp_path / "scores.csv"
    scores.write_text("score\n0.5\n", encoding="utf-8")
    link = attached(cast, a_version(cast))
    return runs.request(
        version=link.version,
        data=link.data,
        kind="performance",
        predictions=scores,
        by=cast.scientist,
    )


@pytest.fixture
def report(cast: Cast) -> Report:
    return reports.request(
        version=a_version(cast, a_model(cast, "Car loans")),
        profile="internal",
        language="en",
        by=cast.auditor,
    )


def aged(row: Run | Report, **changed: Any) -> None:
    """Let the row have waited, or its worker have been silent, just past the limit."""
    long_ago = timezone.now() - timedelta(seconds=SECONDS_OF_SILENCE + 1)
    type(row).objects.filter(pk=row.pk).update(requested_at=long_ago, heard_at=long_ago, **changed)


Sent = Callable[[], list[tuple[str, int]]]


def test_what_was_just_asked_for_is_left_alone(run: Run, report: Report, sent: Sent) -> None:
    with nothing_written():
        assert sent() == []


def test_what_a_worker_is_at_is_left_alone(run: Run, sent: Sent) -> None:
    aged(run)
    held = claim(Run, run.pk)
    assert held is not None
    held.tell("scoring", 10)
    assert sent() == []


def test_a_run_whose_message_was_lost_is_sent_again(run: Run, sent: Sent) -> None:
    aged(run)
    assert sent() == [("audits.perform_run", run.pk)]


def test_a_report_whose_message_was_lost_is_sent_again(report: Report, sent: Sent) -> None:
    aged(report)
    assert sent() == [("audits.make_report", report.pk)]


def test_a_run_whose_worker_fell_silent_is_sent_again(run: Run, sent: Sent) -> None:
    claim(Run, run.pk)
    aged(run)
    assert sent() == [("audits.perform_run", run.pk)]
    assert claim(Run, run.pk) is not None


def test_a_run_that_loses_its_worker_each_time_is_given_up_with_a_reason(
    run: Run, sent: Sent
) -> None:
    for attempt in range(1, MOST_ATTEMPTS + 1):
        held = claim(Run, run.pk)
        assert held is not None
        assert held.attempt == attempt
        aged(run)
        assert bool(sent()) == (attempt < MOST_ATTEMPTS)
    run.refresh_from_db()
    assert run.state == "failed"
    assert [reason["code"] for reason in run.reason] == ["run.worker_lost"]
    last = Entry.objects.order_by("-number")[0]
    assert (last.action, last.actor) == ("run.failed", "system")
    assert "lost 3 times" in last.reason
    assert sent() == []


def test_a_report_that_loses_its_worker_each_time_is_given_up_too(
    report: Report, sent: Sent
) -> None:
    claim(Report, report.pk)
    aged(report, attempt=MOST_ATTEMPTS)
    assert sent() == []
    report.refresh_from_db()
    assert (report.state, report.reason[0]["code"]) == ("failed", "run.worker_lost")


def test_what_has_ended_is_left_alone(run: Run, sent: Sent) -> None:
    aged(run, state="failed")
    with nothing_written():
        assert sent() == []
