"""Carrying out runs: claimed once, killed anywhere, one exhibit in the end."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from audits.models import Run
from audits.services import performing, reaping, runs
from audits.services.claims import Claim, ClaimLost, claim
from registry.inspection import artefacts
from registry.models import DataLink, Entry, Evidence, Membership
from registry.services import files, units
from tests.cast import (
    Cast,
    a_dataset_version,
    a_table,
    a_trained_artefact,
    a_version,
    attached,
    gather,
)
from tests.stack import Stack
from tests.traces import nothing_written


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_trained_artefact(tmp_path_factory.mktemp("trained") / "model.json")


@pytest.fixture
def link(cast: Cast, trained: Path, monkeypatch: pytest.MonkeyPatch) -> DataLink:
    """A version that can be scored here, and its test data; the artefact is tried by the runs."""
    monkeypatch.setattr(artefacts, "check", lambda *_: None)
    return attached(cast, a_version(cast, artefact=trained))


def asked(cast: Cast, link: DataLink, kind: str = "performance") -> Run:
    return runs.request(version=link.version, data=link.data, kind=kind, by=cast.scientist)


def held(run: Run) -> Claim:
    taken = claim(Run, run.pk)
    assert taken is not None
    return taken


def silent(run: Run, seconds: int = 121) -> None:
    """Let a run's worker have been silent for so long."""
    Run.objects.filter(pk=run.pk).update(heard_at=timezone.now() - timedelta(seconds=seconds))


# --- Claims ---------------------------------------------------------------------------------------


def test_a_waiting_run_is_claimed_once(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    taken = held(run)
    assert taken.attempt == 1
    assert claim(Run, run.pk) is None
    run.refresh_from_db()
    assert (run.state, run.attempt, run.percent) == ("running", 1, 0)


def test_what_is_not_there_cannot_be_claimed(cast: Cast) -> None:
    assert claim(Run, 4_000_000) is None


def test_a_claim_tells_how_far_it_is(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    held(run).tell("scoring", 40)
    run.refresh_from_db()
    assert (run.stage, run.percent) == ("scoring", 40)


@pytest.mark.parametrize(("told", "shown"), [(-5, 0), (101, 100)])
def test_percent_stays_within_its_bounds(
    cast: Cast, link: DataLink, told: int, shown: int
) -> None:
    run = asked(cast, link)
    held(run).tell("scoring", told)
    run.refresh_from_db()
    assert run.percent == shown


def test_a_worker_that_speaks_keeps_its_run(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    taken = held(run)
    silent(run, 119)
    assert claim(Run, run.pk) is None
    taken.tell("scoring", 10)


def test_a_silent_workers_run_is_claimed_again_and_the_first_claim_is_lost(
    cast: Cast, link: DataLink
) -> None:
    run = asked(cast, link)
    first = held(run)
    silent(run)
    second = held(run)
    assert second.attempt == 2
    with pytest.raises(ClaimLost):
        first.tell("measuring", 75)
    second.tell("scoring", 10)
    run.refresh_from_db()
    assert (run.stage, run.attempt) == ("scoring", 2)


def test_of_four_claims_at_once_one_wins(committed_db: str, trained: Path) -> None:
    cast = gather()
    run = asked(cast, attached(cast, a_version(cast, artefact=trained)))
    together = Barrier(4)

    def take(_: int) -> Claim | None:
        try:
            together.wait(10)
            return claim(Run, run.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(take, range(4)))
    assert [one.attempt for one in taken if one] == [1]


# --- From the queue to the exhibit ----------------------------------------------------------------


def test_a_run_scores_measures_and_files_its_evidence(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link, "fairness")
    performing.perform(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.percent, run.reason) == ("done", 100, [])
    exhibit = run.evidence
    assert exhibit is not None
    assert (exhibit.kind, exhibit.origin, exhibit.data, exhibit.reproduced) == (
        "fairness",
        f"run {run.pk}",
        link.data,
        True,
    )
    content = json.loads(files.read_checked(exhibit.file))
    assert content["scored"]["reproduced"] is True
    assert content["plan"] == run.plan
    assert content["honesty"]["rows_used"] == 240
    assert content["honesty"]["earlier_runs"] == 0
    assert content["about"] == {
        "model": "mortgage-approval",
        "version": "1.0",
        "artefact": link.version.artefact.sha256,
        "predictions": None,
        "data": {
            "dataset": "Applications",
            "number": 1,
            "sha256": link.data.file.sha256,
        },
    }
    assert exhibit.verdict == content["verdict"]
    told = Entry.objects.filter(number__gt=Entry.objects.count() - 2)
    assert [entry.action for entry in told] == ["evidence.filed", "run.done"]


def test_a_run_that_is_done_is_not_done_again(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    performing.perform(run_id=run.pk)
    with nothing_written():
        performing.perform(run_id=run.pk)


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """A vendor's scores: higher for more income, one for each row of the table."""
    path = tmp_path / "scores.csv"
    incomes = [int(line.split(",")[0]) for line in a_table().splitlines()[1:]]
    path.write_text("score\n" + "".join(f"{income / 100}\n" for income in incomes))
    return path


def test_a_vendors_predictions_are_taken_and_marked_as_not_reproduced(
    cast: Cast, scores: Path
) -> None:
    link = attached(cast, a_version(cast))
    run = runs.request(
        version=link.version,
        data=link.data,
        kind="performance",
        predictions=scores,
        by=cast.scientist,
    )
    performing.perform(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.reason
    assert run.evidence is not None
    assert run.evidence.reproduced is False
    content = json.loads(files.read_checked(run.evidence.file))
    assert content["scored"]["reproduced"] is False
    assert content["about"]["artefact"] is None
    assert content["about"]["predictions"] == files.sha256_of(scores)


def test_too_few_predictions_fail_the_run_and_it_says_why(cast: Cast, scores: Path) -> None:
    scores.write_text("score\n0.5\n")
    link = attached(cast, a_version(cast))
    run = runs.request(
        version=link.version,
        data=link.data,
        kind="performance",
        predictions=scores,
        by=cast.scientist,
    )
    performing.perform(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, Evidence.objects.exists()) == ("failed", False)
    (reason,) = run.reason
    said = reason["message"] % reason["params"]
    assert "240" in said
    again = runs.again(run=run, by=cast.scientist)
    assert (again.ordinal, again.predictions) == (2, run.predictions)


# --- When something goes wrong --------------------------------------------------------------------


def failed_with(run: Run) -> str:
    run.refresh_from_db()
    assert run.state == "failed"
    assert not Evidence.objects.exists()
    (reason,) = run.reason
    assert reason["message"] % reason["params"]
    return str(reason["code"])


def test_a_file_changed_in_the_store_fails_the_run_and_it_can_be_started_again(
    cast: Cast, link: DataLink
) -> None:
    place = Path(default_storage.path(link.data.file.place))
    content = place.read_bytes()
    place.chmod(0o600)
    place.write_bytes(content.replace(b"1", b"0", 1))
    run = asked(cast, link)
    performing.perform(run_id=run.pk)
    assert failed_with(run) == "file.broken"
    failing = Entry.objects.order_by("-number")[0]
    assert (failing.action, failing.role) == ("run.failed", "system")
    place.write_bytes(content)
    again = runs.again(run=run, by=cast.scientist)
    performing.perform(run_id=again.pk)
    again.refresh_from_db()
    assert again.state == "done"


def test_whoever_lost_their_role_meanwhile_files_nothing(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    membership = Membership.objects.get(user=cast.scientist)
    units.end(membership=membership, reason="Left.", by=cast.admin)
    performing.perform(run_id=run.pk)
    assert failed_with(run) == "run.right_lost"


def test_an_error_nobody_foresaw_is_shown_and_not_swallowed(
    cast: Cast, link: DataLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(cast, link)

    def break_down(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(performing, "measure", break_down)
    with pytest.raises(ZeroDivisionError):
        performing.perform(run_id=run.pk)
    assert failed_with(run) == "run.unforeseen"
    assert "secret" not in str(run.reason)


def test_a_model_that_asks_for_too_much_memory_fails_the_run(
    cast: Cast, link: DataLink, settings: Settings
) -> None:
    settings.SANDBOX_MEMORY = 64 * 2**20
    run = asked(cast, link)
    performing.perform(run_id=run.pk)
    assert failed_with(run) == "x"


# --- Killed in the middle -------------------------------------------------------------------------


def pieces(run: Run) -> Iterator[str]:
    """Carry out a run in its pieces; whoever stops taking them was killed there."""
    taken = held(run)
    run.refresh_from_db()
    yield "claimed"
    measurement = performing.measure(run, taken)
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


def test_a_worker_killed_at_work_is_followed_by_one_exhibit(
    stack: Stack, trained: Path
) -> None:
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
