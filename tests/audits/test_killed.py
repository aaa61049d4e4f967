"""A run may be killed anywhere, and leaves one exhibit in the end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from audits.models import Run
from audits.services import performing, reaping, runs
from audits.services.claims import ClaimLost
from registry.models import DataLink, Entry, Evidence
from tests.audits.running import asked, held, silent
from tests.cast import (
    Cast,
    a_dataset_version,
    a_table,
    a_version,
    attached,
    gather,
)
from tests.stack import Stack
from tests.traces import nothing_written


def pieces(run: Run) -> Iterator[str]:
    """Carry out a run in its pieces; whoever stops taking them was killed there."""
    taken = held(run)
    run.refresh_from_db()
    yield "claimed"
    measurement = performing.examine(run, taken)
    yield "measured"
    performing.conclude(run=run, held=taken, measurement=measurement)
    yield "concluded"


@pytest.mark.parametrize("killed", ["claimed", "measured", "concluded"])
def test_a_run_killed_anywhere_leaves_one_exhibit_in_the_end(
    cast: Cast, link: DataLink, killed: str
) -> None:
    run = asked(cast, link)
    for piece in pieces(run):
        if piece == killed:
            break
    silent(run)
    performing.perform(run_id=run.pk)
    performing.perform(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == "done"
    assert run.evidence == Evidence.objects.get()
    assert run.attempt == (1 if killed == "concluded" else 2)
    assert Entry.objects.filter(action="run.done").count() == 1


def test_a_worker_whose_claim_was_lost_files_nothing(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    slow = pieces(run)
    assert [next(slow), next(slow)] == ["claimed", "measured"]
    silent(run)
    held(run)
    with nothing_written(), pytest.raises(ClaimLost):
        next(slow)


def test_filing_and_finishing_are_one(
    cast: Cast, link: DataLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(cast, link)
    slow = pieces(run)
    assert [next(slow), next(slow)] == ["claimed", "measured"]

    def break_down(**_: object) -> None:
        raise PermissionDenied

    monkeypatch.setattr(runs, "finish", break_down)
    with nothing_written(), pytest.raises(PermissionDenied):
        next(slow)


def test_a_late_failure_of_a_lost_claim_fails_nothing(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    first = held(run)
    silent(run)
    held(run)
    with nothing_written():
        runs.fail(run=run, attempt=first.attempt, objections=[reaping.GIVEN_UP])


def test_a_worker_killed_at_work_is_followed_by_one_exhibit(stack: Stack, trained: Path) -> None:
    """The real thing: SIGKILL to the worker and its children, the next worker ends the run."""
    cast = gather()
    stack.end("worker")
    data = a_dataset_version(cast, table=a_table(120_000))
    run = asked(cast, attached(cast, a_version(cast, artefact=trained), data))
    stack.start("worker")
    stack.until(lambda: Run.objects.get(pk=run.pk).state == "running", 30)
    stack.end("worker", signal.SIGKILL)
    run.refresh_from_db()
    assert (run.state, Evidence.objects.exists()) == ("running", False)
    silent(run)
    stack.start("worker")
    reaping.reap()
    stack.until(lambda: Run.objects.get(pk=run.pk).state == "done", 60)
    run.refresh_from_db()
    assert run.attempt == 2
    assert run.evidence == Evidence.objects.get()
    assert Entry.objects.filter(action="evidence.filed").count() == 1
