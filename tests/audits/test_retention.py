"""Predictions that were handed in are people's rows, and go with those they were made for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audits import tasks
from audits.models import Run
from audits.rules.runs import State
from audits.services import performing, reports, retention, runs
from registry.models import DataLink, StoredFile
from registry.rules.refusals import Refused
from registry.services import files
from registry.services import retention as rows
from tests.audits.running import held
from tests.cast import ROWS, Cast, a_version, an_approved_release, attached
from tests.registry.rows_at_rest import fresh, in_the_store, lies_at, read
from tests.traces import journalled, nothing_written, time_passes

PREDICTIONS = "score\n" + "0.7\n" * ROWS


def a_vendor_run(cast: Cast, folder: Path, *, kind: str = "performance") -> Run:
    """Ask for a run on handed-in predictions, of the one version there is."""
    link = DataLink.objects.first() or attached(cast, a_version(cast))
    path = folder / "predictions.csv"
    path.write_text(PREDICTIONS, encoding="utf-8")
    return runs.request(
        version=link.version, data=link.data, kind=kind, predictions=path, by=cast.scientist
    )


def ended(run: Run) -> Run:
    """Let a run fail, as one way to be over."""
    why = Refused.because("run.broken", "The rows are all alike.")
    runs.fail(run=run, attempt=held(run).attempt, objections=why.objections)
    run.refresh_from_db()
    assert run.state == State.FAILED
    return run


def predictions_of(run: Run) -> StoredFile:
    assert run.predictions is not None
    return fresh(run.predictions)


def delete_rows(cast: Cast, run: Run) -> None:
    rows.delete_rows(data=run.data, reason="Asked for.", by=cast.admin)


def test_predictions_lie_sealed(cast: Cast, tmp_path: Path) -> None:
    run = a_vendor_run(cast, tmp_path)
    assert predictions_of(run).is_sealed
    assert all(b"0.7" not in path.read_bytes() for path in in_the_store())
    assert read(predictions_of(run)).decode() == PREDICTIONS


def test_predictions_go_with_the_rows_and_the_run_keeps_their_digest(
    cast: Cast, tmp_path: Path
) -> None:
    run = ended(a_vendor_run(cast, tmp_path))
    before = Run.objects.filter(pk=run.pk).values().get()
    delete_rows(cast, run)
    with journalled() as entries:
        tasks.keep_house()
    assert [(entry.action, entry.subject_id) for entry in entries] == [
        ("run.predictions_deleted", run.pk)
    ]
    assert predictions_of(run).erased_at
    assert Run.objects.filter(pk=run.pk).values().get() == before
    rows.finish_erasing()
    assert in_the_store() == []
    with nothing_written():
        tasks.keep_house()


def test_predictions_stay_while_the_rows_do(cast: Cast, tmp_path: Path) -> None:
    ended(a_vendor_run(cast, tmp_path))
    with nothing_written():
        assert retention.delete_predictions_due() == 0


def test_predictions_of_a_run_under_way_stay_for_all_who_share_them(
    cast: Cast, tmp_path: Path
) -> None:
    over = ended(a_vendor_run(cast, tmp_path))
    under_way = a_vendor_run(cast, tmp_path, kind="fairness")
    assert over.predictions == under_way.predictions
    delete_rows(cast, over)
    with nothing_written():
        assert retention.delete_predictions_due() == 0
    ended(under_way)
    with journalled() as entries:
        assert retention.delete_predictions_due() == 1
    assert [entry.action for entry in entries] == ["run.predictions_deleted"] * 2


def test_overdue_rows_take_their_predictions_along(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ended(a_vendor_run(cast, tmp_path))
    time_passes(monkeypatch, days=731)
    assert retention.delete_predictions_due() == 1
    assert predictions_of(run).erased_at


def test_a_run_without_its_predictions_is_not_started_again(cast: Cast, tmp_path: Path) -> None:
    run = ended(a_vendor_run(cast, tmp_path))
    delete_rows(cast, run)
    tasks.keep_house()
    with pytest.raises(Refused) as caught:
        runs.again(run=run, by=cast.scientist)
    assert "data.rows_deleted" in [objection.code for objection in caught.value.objections]


def test_a_report_is_as_complete_once_the_rows_are_gone(cast: Cast) -> None:
    release = an_approved_release(cast)

    moving = {"journal", "journal_extract", "checkpoint", "as_of", "tombstones"}

    def stated() -> dict[str, Any]:
        report = reports.request(
            release=release,
            profile="regulator",
            language="en",
            by=cast.auditor,
        )
        dossier: dict[str, Any] = json.loads(files.read_checked(report.dossier))
        return {key: told for key, told in dossier.items() if key not in moving}

    before = stated()
    link = DataLink.objects.select_related("data").get(version=release.version)
    rows.delete_rows(data=link.data, reason="Asked for.", by=cast.manager)
    assert stated() == before
    assert link.data.file.sha256 in json.dumps(before)


def test_a_run_that_finds_its_rows_gone_fails_with_a_sentence(cast: Cast, tmp_path: Path) -> None:
    run = a_vendor_run(cast, tmp_path)
    delete_rows(cast, run)
    performing.perform(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == State.FAILED
    assert [reason["code"] for reason in run.reason] == ["data.rows_deleted"]


def test_the_housekeeping_seals_predictions_that_were_kept_plain(
    cast: Cast, tmp_path: Path
) -> None:
    run = a_vendor_run(cast, tmp_path)
    stored = predictions_of(run)
    lies_at(stored).unlink()
    StoredFile.objects.filter(pk=stored.pk).update(wrapped_key=None, wrapped_by="")
    plain = lies_at(fresh(stored))
    plain.parent.mkdir(parents=True, exist_ok=True)
    plain.write_text(PREDICTIONS)
    tasks.keep_house()
    rows.finish_erasing()
    assert not plain.exists()
    assert files.read_checked(fresh(stored)).decode() == PREDICTIONS
