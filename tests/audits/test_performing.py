"""From the queue to the exhibit, and what is said when something goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from audits.models import Run
from audits.services import performing, runs
from registry.models import DataLink, Entry, Evidence, Membership
from registry.services import files, units
from tests.audits.running import asked
from tests.cast import (
    Cast,
    a_table,
    a_version,
    attached,
)
from tests.traces import nothing_written


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
        "reference": None,
        "truth": None,
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

    monkeypatch.setattr(performing, "examine", break_down)
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
    assert failed_with(run) == "sandbox.failed"
