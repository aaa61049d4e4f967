"""Runs through the API; the workers' part has tests of its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audits.models import Run
from audits.services import runs
from audits.services.claims import claim
from registry.models import DataLink, ModelVersion
from registry.rules.refusals import Objection
from tests.cast import (
    Cast,
    a_dataset,
    a_dataset_version,
    a_table,
    a_trained_artefact,
    a_version,
    api,
    attached,
)

RUNS = "/api/v1/runs/"


@pytest.fixture
def link(cast: Cast, tmp_path: Any) -> DataLink:
    """A version with an artefact, and its test data."""
    artefact = a_trained_artefact(tmp_path / "model.json")
    return attached(cast, a_version(cast, artefact=artefact))


def a_body(link: DataLink, **changed: Any) -> dict[str, Any]:
    return {"version": link.version_id, "data": link.data_id, "kind": "performance"} | changed


def test_a_run_is_asked_for_and_waits(cast: Cast, link: DataLink) -> None:
    answer = api(cast.scientist).post(RUNS, a_body(link))
    assert answer.status_code == 202
    told = api(cast.auditor).get(f"{RUNS}{answer.json()['id']}/").json()
    assert (told["state"], told["percent"], told["reason"]) == ("queued", 0, [])
    assert told["ordinal"] == 1
    assert told["plan"]["kind"] == "performance"


def test_a_validator_may_ask_and_an_auditor_may_not(cast: Cast, link: DataLink) -> None:
    assert api(cast.validator).post(RUNS, a_body(link)).status_code == 202
    assert api(cast.auditor).post(RUNS, a_body(link, kind="fairness")).status_code == 403


def test_a_run_that_cannot_be_is_refused_with_every_reason(cast: Cast, link: DataLink) -> None:
    other = a_dataset_version(cast, link.data.dataset, role="train", sensitive_columns=())
    answer = api(cast.scientist).post(RUNS, a_body(link, data=other.pk, kind="fairness"))
    assert answer.status_code == 409
    assert {one["code"] for one in answer.json()["objections"]} == {
        "run.data_not_attached",
        "run.training_data",
        "run.no_sensitive_columns",
    }
    assert not Run.objects.exists()


def test_an_unknown_kind_is_refused(cast: Cast, link: DataLink) -> None:
    answer = api(cast.scientist).post(RUNS, a_body(link, kind="beauty"))
    assert answer.json()["objections"][0]["code"] == "run.kind"


def test_a_vendors_predictions_are_handed_in(cast: Cast) -> None:
    link = attached(cast, a_version(cast))
    without = api(cast.scientist).post(RUNS, a_body(link))
    assert without.json()["objections"][0]["code"] == "run.no_predictions"
    scores = "score\n" + "0.5\n" * link.data.rows
    form = a_body(link, predictions=SimpleUploadedFile("scores.csv", scores.encode()))
    answer = api(cast.scientist).post(RUNS, form, format="multipart")
    assert answer.status_code == 202
    assert Run.objects.get().predictions is not None


@pytest.mark.parametrize(
    "wrong",
    [{"version": "one"}, {"data": [1]}, {"kind": 1}, {"threshold": 0.1}, {"predictions": "x"}],
)
def test_a_malformed_request_is_told(cast: Cast, link: DataLink, wrong: dict[str, Any]) -> None:
    answer = api(cast.scientist).post(RUNS, a_body(link, **wrong))
    assert answer.status_code == 400
    assert set(answer.json()) == set(wrong)


def failed(cast: Cast, link: DataLink) -> Run:
    run = runs.request(version=link.version, data=link.data, kind="performance", by=cast.scientist)
    held = claim(Run, run.pk)
    assert held is not None
    reason = Objection("scoring.died", "The loader died (signal %(signal)s).", {"signal": 6})
    return runs.fail(run=run, attempt=held.attempt, objections=[reason])


def test_a_failed_run_tells_why_and_is_started_again(cast: Cast, link: DataLink) -> None:
    run = failed(cast, link)
    told = api(cast.auditor).get(f"{RUNS}{run.pk}/").json()
    assert told["state"] == "failed"
    assert told["reason"] == [{"code": "scoring.died", "message": "The loader died (signal 6)."}]
    answer = api(cast.scientist).post(f"{RUNS}{run.pk}/again/")
    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["ordinal"]) == ("queued", 2)


def test_a_reason_with_a_per_cent_sign_is_told_as_it_is(cast: Cast, link: DataLink) -> None:
    run = failed(cast, link)
    reason = {"code": "run.right_lost", "message": "The unit 100% credit.", "params": {}}
    Run.objects.filter(pk=run.pk).update(reason=[reason])
    told = api(cast.auditor).get(f"{RUNS}{run.pk}/").json()
    assert told["reason"][0]["message"] == "The unit 100% credit."


def test_a_run_that_did_not_fail_is_not_started_again(cast: Cast, link: DataLink) -> None:
    run = runs.request(version=link.version, data=link.data, kind="performance", by=cast.scientist)
    answer = api(cast.scientist).post(f"{RUNS}{run.pk}/again/")
    assert answer.status_code == 409
    assert answer.json()["objections"][0]["code"] == "run.not_failed"


def test_others_start_nothing_again(cast: Cast, link: DataLink) -> None:
    run = failed(cast, link)
    assert api(cast.auditor).post(f"{RUNS}{run.pk}/again/").status_code == 403
    assert api(cast.outsider).post(f"{RUNS}{run.pk}/again/").status_code == 404


def test_a_stranger_finds_no_run(cast: Cast, link: DataLink) -> None:
    run = failed(cast, link)
    stranger = api(cast.outsider)
    assert stranger.get(RUNS).json()["results"] == []
    assert stranger.get(f"{RUNS}{run.pk}/").status_code == 404
    assert stranger.post(RUNS, a_body(link)).status_code == 404


def test_runs_are_narrowed(cast: Cast, link: DataLink) -> None:
    failed(cast, link)
    asked = {"version": link.version_id, "kind": "performance", "state": "failed"}
    assert api(cast.auditor).get(RUNS, asked).json()["count"] == 1
    assert api(cast.auditor).get(RUNS, {"model": "other"}).json()["count"] == 0
    assert ModelVersion.objects.count() == 1


def test_what_is_looked_at_besides_is_kept(cast: Cast, link: DataLink) -> None:
    answer = api(cast.scientist).post(RUNS, a_body(link, slices=["race"]))
    assert answer.status_code == 202
    assert answer.json()["options"] == {"slices": ["race"]}
    refused = api(cast.scientist).post(RUNS, a_body(link, kind="fairness", strata=["land"]))
    assert [one["code"] for one in refused.json()["objections"]] == ["run.option_columns"]


def test_a_drift_run_names_both_sides(cast: Cast, link: DataLink) -> None:
    later = a_dataset(cast, "Later")
    batch = a_dataset_version(cast, later, role="production", table=a_table(100))
    body = a_body(link, kind="drift", data=batch.pk, reference=link.data_id)
    told = api(cast.scientist).post(RUNS, body).json()
    assert (told["data"], told["reference"], told["truth"]) == (batch.pk, link.data_id, None)
    assert api(cast.outsider).post(RUNS, body).status_code == 404
