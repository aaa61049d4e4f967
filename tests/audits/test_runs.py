"""Asking for runs: everything that stands against one, and how they are counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audits.models import Run
from audits.services import runs
from audits.services.claims import claim
from registry.inspection import artefacts
from registry.models import DataLink, DatasetVersion
from registry.rules.refusals import Objection
from registry.services import plans, policies, registered_models, versions
from tests.cast import (
    ROWS,
    Cast,
    a_dataset_version,
    a_model,
    a_statement,
    a_table,
    a_version,
    an_exhibit,
    attached,
)
from tests.traces import journalled, only_the_entitled_may, refused


@pytest.fixture
def artefact(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is scored here, so the artefact is not tried on its way in either."""
    monkeypatch.setattr(artefacts, "check", lambda *_: None)
    return trained


def asked(cast: Cast, link: DataLink, kind: str = "fairness", **changed: Any) -> Run:
    given: dict[str, Any] = {"version": link.version, "data": link.data, "by": cast.scientist}
    return runs.request(kind=kind, **given | changed)


def ended(cast: Cast, run: Run, *, well: bool) -> Run:
    """End a run as a worker does, without measuring anything."""
    held = claim(Run, run.pk)
    assert held is not None
    if well:
        exhibit = an_exhibit(cast, run.version, run.kind)
        return runs.finish(run=run, attempt=held.attempt, evidence=exhibit)
    return runs.fail(
        run=run,
        attempt=held.attempt,
        objections=[Objection("x", "It broke at %(row)s.", {"row": 7})],
    )


def test_a_run_is_queued_with_its_plan_fixed(cast: Cast, link: DataLink) -> None:
    with journalled() as entries:
        run = asked(cast, link)
    assert (run.state, run.percent, run.attempt, run.ordinal) == ("queued", 0, 0, 1)
    assert run.plan == plans.effective(version=link.version, kind="fairness")
    (entry,) = entries
    assert (entry.action, entry.role, entry.model) == (
        "run.requested",
        "data_scientist",
        "mortgage-approval",
    )
    changes = json.loads(entry.changes)
    assert (changes["kind"], changes["ordinal"], changes["plan"]) == ("fairness", 1, run.plan)


def test_a_run_is_put_on_the_queue_once_it_is_committed(
    cast: Cast, link: DataLink, django_capture_on_commit_callbacks: Any, monkeypatch: Any
) -> None:
    sent: list[tuple[str, list[int]]] = []
    monkeypatch.setattr(
        "celery.current_app.send_task", lambda name, args: sent.append((name, args))
    )
    with django_capture_on_commit_callbacks(execute=True):
        run = asked(cast, link)
        assert sent == []
    assert sent == [("audits.perform_run", [run.pk])]


def test_nobody_else_asks_for_a_run(cast: Cast, link: DataLink) -> None:
    only_the_entitled_may(cast, "run.request", lambda by: asked(cast, link, by=by))


def test_a_validator_asks_for_a_run_of_their_own(cast: Cast, link: DataLink) -> None:
    assert asked(cast, link, by=cast.validator).requested_by == cast.validator


def test_a_kind_nobody_knows_is_refused(cast: Cast, link: DataLink) -> None:
    with refused("run.kind"):
        asked(cast, link, "beauty")


def test_data_that_is_not_attached_is_refused(cast: Cast, link: DataLink) -> None:
    other = a_dataset_version(cast, link.data.dataset)
    with refused("run.data_not_attached"):
        asked(cast, link, data=other)


def test_data_that_was_detached_is_refused(cast: Cast, link: DataLink) -> None:
    versions.detach_data(link=link, reason="", by=cast.scientist)
    with refused("run.data_not_attached"):
        asked(cast, link)


def test_a_model_is_not_judged_on_its_training_data(cast: Cast, link: DataLink) -> None:
    train = a_dataset_version(cast, link.data.dataset, role="train")
    attached(cast, link.version, train)
    with refused("run.training_data"):
        asked(cast, link, data=train)


def test_training_rows_registered_again_as_test_data_are_refused(
    cast: Cast, link: DataLink
) -> None:
    attached(cast, link.version, a_dataset_version(cast, link.data.dataset, role="train"))
    again = a_dataset_version(cast, link.data.dataset, table=a_table(ROWS + 1))
    with refused("data.other_role"):
        attached(cast, link.version, again)


@pytest.mark.parametrize("lacking", ["income", "approve"])
def test_a_column_that_is_not_there_is_named(cast: Cast, artefact: Path, lacking: str) -> None:
    table = "income,debt,approve,sex,race\n1,2,1,f,a\n3,4,0,m,b\n".replace(lacking, "other")
    data = a_dataset_version(cast, table=table)
    link = attached(cast, a_version(cast, artefact=artefact), data)
    with refused("run.columns_missing") as caught:
        asked(cast, link)
    assert lacking in str(caught.value)


def without_sensitive(cast: Cast, sensitive: Sequence[str] = ()) -> DatasetVersion:
    return a_dataset_version(cast, sensitive_columns=sensitive)


def test_fairness_needs_a_sensitive_column(cast: Cast, artefact: Path) -> None:
    link = attached(cast, a_version(cast, artefact=artefact), without_sensitive(cast))
    with refused("run.no_sensitive_columns"):
        asked(cast, link)
    assert asked(cast, link, "performance").state == "queued"


def test_fairness_is_measured_for_every_task(cast: Cast, artefact: Path) -> None:
    model = a_model(cast, task="regression")
    version = a_version(cast, model, artefact=artefact, threshold=None, positive_label="")
    assert asked(cast, attached(cast, version)).state == "queued"


def test_a_vendor_model_needs_its_predictions(cast: Cast) -> None:
    link = attached(cast, a_version(cast))
    with refused("run.no_predictions"):
        asked(cast, link)


def test_predictions_are_not_taken_where_the_artefact_is_here(
    cast: Cast, link: DataLink, tmp_path: Path
) -> None:
    scores = tmp_path / "scores.csv"
    scores.write_text("score\n0.5\n", encoding="utf-8")
    with refused("run.predictions_not_wanted"):
        asked(cast, link, predictions=scores)


def test_the_same_run_is_under_way_once(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    with refused("run.under_way"):
        asked(cast, link)
    assert asked(cast, link, "performance").pk != run.pk
    claim(Run, run.pk)
    with refused("run.under_way"):
        asked(cast, link)


def test_the_database_too_keeps_one_run_of_a_kind_under_way(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    with (
        pytest.raises(IntegrityError, match="one_run_of_a_kind_at_a_time"),
        transaction.atomic(),
    ):
        Run.objects.create(
            version=run.version,
            data=run.data,
            kind=run.kind,
            plan={},
            ordinal=2,
            requested_at=timezone.now(),
            requested_by=cast.scientist,
        )


def test_every_reason_is_given_at_once(cast: Cast, link: DataLink) -> None:
    vendor = a_version(cast, link.version.model, "2.0", features=("age",))
    train = a_dataset_version(cast, link.data.dataset, role="train", sensitive_columns=())
    with refused(
        "run.data_not_attached",
        "run.training_data",
        "run.no_predictions",
        "run.columns_missing",
        "run.no_sensitive_columns",
    ):
        asked(cast, link, version=vendor, data=train)


def test_runs_are_counted_across_versions_on_the_same_data(
    cast: Cast, link: DataLink, artefact: Path
) -> None:
    """Who tries until it passes is seen, also when each try is a new version or a new upload."""
    model = link.version.model
    second = a_version(cast, model, "2.0", artefact=artefact)
    attached(cast, second, link.data)
    same_rows = a_dataset_version(cast, link.data.dataset)
    attached(cast, second, same_rows)
    other_rows = a_dataset_version(
        cast, link.data.dataset, table="income,debt,approve,sex,race\n1,2,1,f,a\n"
    )
    attached(cast, second, other_rows)
    other_model = a_version(cast, a_model(cast, "Car loans"), artefact=artefact)
    attached(cast, other_model, link.data)
    ordinals = [
        asked(cast, link).ordinal,
        asked(cast, link, version=second).ordinal,
        asked(cast, link, version=second, data=same_rows).ordinal,
        asked(cast, link, "performance", version=second).ordinal,
        asked(cast, link, version=second, data=other_rows).ordinal,
        asked(cast, link, version=other_model).ordinal,
    ]
    assert ordinals == [1, 2, 3, 1, 1, 1]


def test_a_failed_run_counts_too_and_can_be_started_again(cast: Cast, link: DataLink) -> None:
    run = ended(cast, asked(cast, link), well=False)
    assert run.state == "failed"
    assert run.reason == [{"code": "x", "message": "It broke at %(row)s.", "params": {"row": "7"}}]
    with journalled() as entries:
        again = runs.again(run=run, by=cast.scientist)
    assert (again.state, again.ordinal, again.pk != run.pk) == ("queued", 2, True)
    assert [entry.action for entry in entries] == ["run.requested"]


@pytest.mark.parametrize("state", ["queued", "done"])
def test_only_a_failed_run_is_started_again(cast: Cast, link: DataLink, state: str) -> None:
    run = asked(cast, link)
    run = ended(cast, run, well=True) if state == "done" else run
    with refused("run.not_failed"):
        runs.again(run=run, by=cast.scientist)


def test_nobody_else_starts_a_run_again(cast: Cast, link: DataLink) -> None:
    run = ended(cast, asked(cast, link), well=False)
    only_the_entitled_may(cast, "run.request", lambda by: runs.again(run=run, by=by))


def test_a_run_asked_for_under_one_policy_keeps_its_limits(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    definition = policies.in_force().definition
    policies.load(definition={**definition, "plans": {"fairness": {"checks": []}}}, by=None)
    run.refresh_from_db()
    assert run.plan["checks"][0]["limit"] == 0.8
    assert asked(cast, link, "performance").plan["checks"] == []


def test_the_plan_is_the_one_of_the_models_tier(cast: Cast, link: DataLink) -> None:
    registered_models.revise(
        model=link.version.model,
        statement=a_statement(cast, tier=1),
        reason="Larger loans.",
        by=cast.manager,
    )
    assert asked(cast, link).plan == plans.effective(version=link.version, kind="fairness")


def test_several_kinds_are_asked_for_together_or_not_at_all(cast: Cast, link: DataLink) -> None:
    def each(*kinds: str) -> list[Run]:
        return runs.request_each(
            version=link.version, data=link.data, kinds=kinds, by=cast.scientist
        )

    with refused("run.kind"):
        each("performance", "beauty")
    assert [run.kind for run in each("performance", "fairness")] == ["performance", "fairness"]


def test_a_stranger_sees_no_run(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    assert Run.objects.visible_to(cast.auditor).contains(run)
    assert not Run.objects.visible_to(cast.outsider).exists()
