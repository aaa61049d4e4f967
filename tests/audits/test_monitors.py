"""Monitors: who may start them, what they refuse, and what each look does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from audits.models import Monitor, Run
from audits.rules.runs import State
from audits.services import monitors, performing, runs, watching
from registry.models import Dataset, DatasetVersion, Event, Membership, ModelVersion, Review
from registry.services import units
from tests.cast import (
    Cast,
    a_dataset,
    a_dataset_version,
    a_table,
    a_trained_artefact,
    a_version,
    an_exhibit,
    attached,
)
from tests.registry.live import an_approval
from tests.traces import denied, journalled, only_the_entitled_may, refused, time_passes


@pytest.fixture
def version(cast: Cast, tmp_path: Path) -> ModelVersion:
    """A version with an artefact and its test data."""
    version = a_version(cast, artefact=a_trained_artefact(tmp_path / "model.json"))
    attached(cast, version)
    return version


@pytest.fixture
def batches(cast: Cast) -> Dataset:
    """Where batches come in; one is there."""
    dataset = a_dataset(cast, "Daily applications")
    a_batch(cast, dataset, 100)
    return dataset


def a_batch(cast: Cast, dataset: Dataset, rows: int) -> DatasetVersion:
    return a_dataset_version(cast, dataset, role="production", table=a_table(rows))


def start(cast: Cast, version: ModelVersion, batches: Dataset, **changed: Any) -> Monitor:
    said: dict[str, Any] = {
        "reference": reference_of(version),
        "every_days": 7,
        "announces": "model.review_due",
        "owner": cast.validator,
        "by": cast.validator,
    }
    return monitors.start(version=version, batches=batches, **said | changed)


def reference_of(version: ModelVersion) -> DatasetVersion:
    link = version.data_links.attached().get()
    return link.data


def ended(cast: Cast, run: Run) -> None:
    """Let a run be over, as a worker would leave it."""
    exhibit = an_exhibit(cast, run.version, "drift")
    Run.objects.filter(pk=run.pk).update(state=State.DONE, evidence=exhibit)


def test_a_monitor_is_started_and_journalled(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    with journalled() as entries:
        monitor = start(cast, version, batches)
    assert [entry.action for entry in entries] == ["monitor.started"]
    assert monitor.due_at <= timezone.now()
    assert list(Monitor.objects.visible_to(cast.auditor)) == [monitor]
    assert not Monitor.objects.visible_to(cast.outsider)


def test_only_the_entitled_start_and_end_a_monitor(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    only_the_entitled_may(
        cast, "monitor.start", lambda person: start(cast, version, batches, by=person)
    )
    monitor = start(cast, version, batches)
    only_the_entitled_may(
        cast,
        "monitor.end",
        lambda person: monitors.end(monitor=monitor, reason="Replaced.", by=person),
    )


def test_everything_that_is_wrong_is_said_at_once(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    with refused(
        "monitor.reference",
        "monitor.truth_key",
        "monitor.schedule",
        "monitor.announces",
        "monitor.owner",
        "plan.check",
    ):
        start(
            cast,
            version,
            batches,
            reference=batches.versions.get(),
            truth_key="id",
            every_days=0,
            announces="model.is_fine",
            owner=cast.auditor,
            checks=[{"measure": "psi", "limit": "much", "direction": "at_most"}],
        )


def test_a_vendor_model_has_nothing_to_score_batches_with(cast: Cast, batches: Dataset) -> None:
    version = a_version(cast)
    attached(cast, version)
    with refused("monitor.artefact"):
        start(cast, version, batches)


def test_a_version_is_watched_once_on_a_dataset(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    monitor = start(cast, version, batches)
    with refused("monitor.is_watched"):
        start(cast, version, batches)
    monitors.end(monitor=monitor, reason="Every day instead.", by=cast.manager)
    assert start(cast, version, batches, every_days=1).every_days == 1


def test_a_due_monitor_asks_for_a_run_once(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    monitor = start(cast, version, batches)
    assert (watching.watch(), watching.watch()) == (1, 0)
    run = Run.objects.get()
    assert (run.kind, run.monitor, run.requested_by) == ("drift", monitor, cast.validator)
    assert (run.data, run.reference) == (batches.versions.get(), reference_of(version))
    monitor.refresh_from_db()
    assert monitor.due_at - monitor.started_at > timedelta(days=6)


def test_the_newest_batch_is_compared_and_none_twice(
    cast: Cast, version: ModelVersion, batches: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor = start(cast, version, batches)
    newest = a_batch(cast, batches, 150)
    watching.watch()
    first = Run.objects.get()
    assert first.data == newest
    ended(cast, first)
    time_passes(monkeypatch, days=8)
    assert watching.watch() == 0
    monitor.refresh_from_db()
    assert [one["code"] for one in monitor.trouble] == ["monitor.nothing_new"]
    third = a_batch(cast, batches, 160)
    time_passes(monkeypatch, days=8)
    assert watching.watch() == 1
    assert Run.objects.order_by("-pk")[0].data == third
    monitor.refresh_from_db()
    assert monitor.trouble == []


def test_labels_that_come_later_make_the_same_batch_due_again(
    cast: Cast, version: ModelVersion, batches: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = a_dataset(cast, "Outcomes")
    start(cast, version, batches, labels=labels, truth_key="income")
    watching.watch()
    early = Run.objects.get()
    assert early.truth is None and early.options == {}
    ended(cast, early)
    outcomes = a_dataset_version(cast, labels, role="test")
    time_passes(monkeypatch, days=8)
    assert watching.watch() == 1
    later = Run.objects.order_by("-pk")[0]
    assert (later.data, later.truth) == (early.data, outcomes)
    assert later.options == {"truth_key": "income"}


def test_a_monitor_without_a_batch_says_so_and_looks_again_next_time(
    cast: Cast, version: ModelVersion
) -> None:
    monitor = start(cast, version, a_dataset(cast, "Empty"))
    with journalled() as entries:
        assert watching.watch() == 0
    assert [entry.action for entry in entries] == ["monitor.could_not_look"]
    monitor.refresh_from_db()
    assert [one["code"] for one in monitor.trouble] == ["monitor.no_batch"]
    assert monitor.due_at > timezone.now()


def test_an_owner_who_lost_the_right_is_told_on_the_monitor(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    monitor = start(cast, version, batches)
    held = Membership.objects.current().get(user=cast.validator, unit=cast.unit)
    units.end(membership=held, reason="Moved to another unit.", by=cast.admin)
    assert watching.watch() == 0
    monitor.refresh_from_db()
    assert [one["code"] for one in monitor.trouble] == ["monitor.right_lost"]
    assert not Run.objects.exists()


def test_an_ended_monitor_does_not_look(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    monitor = start(cast, version, batches)
    with refused("monitor.reason"):
        monitors.end(monitor=monitor, reason=" ", by=cast.manager)
    monitors.end(monitor=monitor, reason="The model is retired.", by=cast.manager)
    assert watching.watch() == 0
    with refused("monitor.ended"):
        monitors.end(monitor=monitor, reason="Twice.", by=cast.manager)


def test_a_monitors_limit_holds_where_it_is_stricter(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    check = {"measure": "psi", "attribute": "*", "limit": 0.05, "direction": "at_most"}
    lax = {"measure": "prediction_psi", "attribute": "", "limit": 9, "direction": "at_most"}
    start(cast, version, batches, checks=[check, lax])
    watching.watch()
    plan = Run.objects.get().plan
    limits = {one["measure"]: one["limit"] for one in plan["checks"]}
    assert limits["psi"] == 0.05
    assert limits["prediction_psi"] < 9
    assert plan["policy"]["name"] == "default"


def test_a_breach_is_announced_and_a_pass_is_not(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    start(cast, version, batches)
    watching.watch()
    run = Run.objects.get()
    fine = an_exhibit(cast, version, "drift", verdict="pass")
    watching.tell_of(run=run, exhibit=fine)
    assert not Event.objects.exists()
    bad = an_exhibit(cast, version, "drift", verdict="fail")
    with journalled() as entries:
        watching.tell_of(run=run, exhibit=bad)
    event = Event.objects.get()
    assert (event.name, event.version) == ("model.review_due", version)
    assert event.details["evidence"] == bad.pk
    assert event.details["digest"] == bad.digest
    review = Review.objects.get()
    assert (review.cause, review.version, review.opened_by) == ("drift_breach", version, None)
    assert review.details["summary"] == bad.summary
    assert [entry.action for entry in entries] == ["event.announced", "review.opened"]
    watching.tell_of(run=run, exhibit=bad)
    assert Review.objects.get().events.count() == 1


def test_drift_found_by_a_monitor_is_reviewed_once_and_so_is_drift_found_by_hand(
    cast: Cast, tmp_path: Path
) -> None:
    version = an_approval(cast, tmp_path).version
    rows = a_table(240).splitlines()
    moved = [rows[0], *(f"500,{row.split(',', 1)[1]}" for row in rows[1:])]
    data = a_dataset_version(
        cast, a_dataset(cast, "Daily"), role="production", table="\n".join(moved) + "\n"
    )
    start(cast, version, data.dataset)
    watching.watch()
    watched = Run.objects.get()
    performing.perform(run_id=watched.pk)
    review = Review.objects.get()
    assert (review.cause, review.opened_by, review.events.count()) == ("drift_breach", None, 0)
    assert review.details["run"] == watched.pk
    by_hand = runs.request(
        version=version,
        data=data,
        kind="drift",
        reference=reference_of(version),
        by=cast.scientist,
    )
    performing.perform(run_id=by_hand.pk)
    by_hand.refresh_from_db()
    again = review.events.get()
    assert (again.by, again.details["exhibit"]) == (cast.scientist, by_hand.evidence_id)
    assert Event.objects.filter(name="model.review_due").count() == 1


def test_a_failing_run_of_no_monitor_announces_nothing(cast: Cast, version: ModelVersion) -> None:
    run = runs.request(
        version=version, data=reference_of(version), kind="performance", by=cast.scientist
    )
    watching.tell_of(run=run, exhibit=an_exhibit(cast, version, verdict="fail"))
    assert not Event.objects.exists()


def test_an_outsider_starts_no_monitor(cast: Cast, version: ModelVersion, batches: Dataset) -> None:
    with denied():
        start(cast, version, batches, by=cast.outsider)


def test_a_comparison_that_failed_is_made_again_at_the_next_look(
    cast: Cast, version: ModelVersion, batches: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(cast, version, batches)
    watching.watch()
    Run.objects.update(state=State.FAILED)
    time_passes(monkeypatch, days=8)
    assert watching.watch() == 1
    assert Run.objects.values("data").distinct().count() == 1


def test_a_monitors_run_started_again_keeps_its_limits_and_its_announcement(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    check = {"measure": "psi", "attribute": "*", "limit": 0.05, "direction": "at_most"}
    monitor = start(cast, version, batches, checks=[check])
    watching.watch()
    failed = Run.objects.get()
    Run.objects.update(state=State.FAILED)
    failed.refresh_from_db()
    again = runs.again(run=failed, by=cast.scientist)
    assert again.monitor == monitor
    assert again.plan == failed.plan
    exhibit = an_exhibit(cast, version, "drift", verdict="fail")
    watching.tell_of(run=again, exhibit=exhibit)
    assert Event.objects.get().details["run"] == again.pk
