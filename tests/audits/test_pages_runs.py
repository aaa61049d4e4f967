"""Pages of runs: starting them, watching them, and reading what came out."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from pytest_django import Settings

from audits.models import Run
from audits.rules.runs import State
from audits.services.claims import claim
from registry.models import Entry, ModelVersion, StoredFile
from tests.cast import (
    ROWS,
    Cast,
    a_dataset,
    a_dataset_version,
    a_model,
    a_table,
    a_trained_artefact,
    a_version,
    attached,
)
from tests.registry.pages import World, a_run, signed_in, world

__all__ = ["world"]

SCORES = b"score\n" + b"0.7\n" * ROWS
BOTH = ["performance", "fairness"]


@pytest.fixture
def version(cast: Cast, tmp_path: Path) -> ModelVersion:
    """A version with an artefact that scores, and its test data."""
    version = a_version(cast, artefact=a_trained_artefact(tmp_path / "model.json"))
    attached(cast, version)
    return version


def start(cast: Cast, version: ModelVersion, **said: object) -> HttpResponse:
    link = version.data_links.first()
    form = {"kind": BOTH, "data": link.data_id if link else "", **said}
    address = reverse("start_run", args=[version.model.slug, version.number])
    return signed_in(cast.scientist).post(address, form)


def test_both_runs_are_queued_and_shown_on_the_versions_page(
    cast: Cast, version: ModelVersion
) -> None:
    answer = start(cast, version)
    assert answer.status_code == 302
    assert set(Run.objects.values_list("kind", "state")) == {
        ("performance", State.QUEUED),
        ("fairness", State.QUEUED),
    }
    text = signed_in(cast.auditor).get(answer["Location"]).text
    assert text.count("Waiting for a worker") == 2


def test_one_run_leads_to_its_own_page(cast: Cast, version: ModelVersion) -> None:
    answer = start(cast, version, kind=["fairness"])
    assert answer["Location"] == reverse("run", args=[Run.objects.get().pk])


def test_of_two_runs_either_both_are_started_or_none(cast: Cast) -> None:
    version = a_version(cast, a_model(cast, "Amounts"))
    attached(cast, version)
    journalled = Entry.objects.count()
    scores = SimpleUploadedFile("scores.csv", SCORES)
    answer = start(cast, version, kind=["performance", "explanation"], predictions=scores)
    assert answer.status_code == 409
    assert "so there is nothing to explain here" in answer.text
    assert not Run.objects.exists()
    assert Entry.objects.count() == journalled


def test_a_second_run_of_a_kind_waits_for_the_first(cast: Cast, version: ModelVersion) -> None:
    start(cast, version, kind=["fairness"])
    answer = start(cast, version, kind=["fairness"])
    assert answer.status_code == 409
    assert "Such a run is under way already; wait for its result." in answer.text
    assert Run.objects.count() == 1


def test_a_column_that_is_not_there_is_named_before_anything_runs(
    cast: Cast, version: ModelVersion
) -> None:
    table = "income,approve,sex\n1,0,f\n2,1,m\n"
    other = a_dataset_version(
        cast, a_dataset(cast, "Short"), table=table, sensitive_columns=("sex",)
    )
    attached(cast, version, other)
    answer = start(cast, version, data=other.pk)
    assert answer.status_code == 409
    assert "Short 1 lacks the columns debt, which the version reads" in answer.text
    assert not Run.objects.exists()


def test_nothing_chosen_is_named_at_its_field(cast: Cast, version: ModelVersion) -> None:
    answer = start(cast, version, kind=[], data="")
    assert answer.status_code == 422
    assert answer.text.count("This field is required.") == 2


def test_a_vendors_version_takes_predictions_and_no_other_does(
    cast: Cast, version: ModelVersion
) -> None:
    vendors = a_version(cast, version.model, "vendor")
    attached(cast, vendors, version.data_links.get().data)
    client = signed_in(cast.scientist)
    slug = version.model.slug
    assert "Predictions" in client.get(reverse("start_run", args=[slug, vendors.number])).text
    assert "Predictions" not in client.get(reverse("start_run", args=[slug, 1])).text


def test_a_vendors_run_without_predictions_is_refused(cast: Cast) -> None:
    version = a_version(cast)
    attached(cast, version)
    answer = start(cast, version)
    assert answer.status_code == 409
    assert "hand in the vendor&#x27;s predictions" in answer.text
    assert not Run.objects.exists()


def test_predictions_over_the_limit_are_stopped(cast: Cast, settings: Settings) -> None:
    version = a_version(cast)
    attached(cast, version)
    files = StoredFile.objects.count()
    settings.ARTEFACT_LIMIT = settings.TABLE_LIMIT = 2**20
    large = SimpleUploadedFile("scores.csv", b"score\n" + b"0.5\n" * 2**19)
    answer = start(cast, version, predictions=large)
    assert answer.status_code == 409
    assert "scores.csv is larger than 1 MiB, the limit." in answer.text
    assert not Run.objects.exists()
    assert StoredFile.objects.count() == files


def test_the_page_asks_for_its_progress_until_the_run_has_ended(
    cast: Cast, version: ModelVersion
) -> None:
    start(cast, version, kind=["fairness"])
    run = Run.objects.get()
    address = reverse("run", args=[run.pk])
    client = signed_in(cast.scientist)
    assert 'hx-trigger="every 1s"' in client.get(address).text
    held = claim(Run, run.pk)
    assert held
    held.tell("scoring", 42)
    part = client.get(address, headers={"HX-Request": "true"})
    assert "Scoring test rows, 42 %" in part.text
    assert "<html" not in part.text
    assert "HX-Refresh" not in part


def test_once_it_has_ended_the_page_is_told_to_load_itself_again(world: World) -> None:
    client = signed_in(world.cast.auditor)
    for run in (world.done, world.failed):
        part = client.get(reverse("run", args=[run.pk]), headers={"HX-Request": "true"})
        assert part["HX-Refresh"] == "true"
        assert "every 1s" not in part.text


def test_results_show_chart_groups_and_what_they_rest_on(world: World) -> None:
    text = html.unescape(signed_in(world.cast.auditor).get(world.address("exhibit")).text)
    assert "Not reproduced" in text
    run = html.unescape(
        signed_in(world.cast.auditor).get(reverse("run", args=[world.fair.pk])).text
    )
    for said in (
        "Is it fair, by the limits set before?",
        "By sex",
        "By race",
        "<svg",
        "What these figures rest on",
        f"{ROWS} in, {ROWS} used",
        "Not reproduced: predictions were handed in",
        "fairlearn",
    ):
        assert said in run, said


def test_a_failed_run_shows_its_reason_and_who_may_starts_it_again(world: World) -> None:
    address = reverse("run", args=[world.failed.pk])
    text = signed_in(world.cast.scientist).get(address).text
    assert "The rows are all alike." in text
    assert "Start it again" in text
    assert "Start it again" not in signed_in(world.cast.auditor).get(address).text
    answer = signed_in(world.cast.validator).post(world.address("run_again"))
    assert answer.status_code == 302
    again = Run.objects.latest("pk")
    assert (again.state, again.ordinal) == (State.QUEUED, world.failed.ordinal + 1)


def test_a_run_that_did_not_fail_is_not_started_again(world: World) -> None:
    client = signed_in(world.cast.scientist)
    answer = client.post(reverse("run_again", args=[world.done.pk]), follow=True)
    assert "Only a failed run is started again." in answer.text


def test_only_who_may_start_a_run_is_shown_its_button(world: World) -> None:
    may_not = ("manager", "manager2", "owner", "auditor", "admin")
    for name in ("scientist", "validator", *may_not):
        client = signed_in(getattr(world.cast, name))
        for page in ("version", "version_runs", "card"):
            shown = reverse("start_run", args=["mortgage-approval", 1])
            assert (shown in client.get(world.address(page)).text) is (name not in may_not), page


def test_runs_of_a_kind_are_counted_across_versions(world: World) -> None:
    cast = world.cast
    second = a_version(cast, world.link.version.model, "2.0")
    run = a_run(cast, attached(cast, second, world.link.data), "fairness")
    text = signed_in(cast.manager).get(reverse("version_runs", args=["mortgage-approval", 2])).text
    assert run.ordinal == 3
    assert "no. 3 of its kind on this data" in text


def test_the_form_takes_what_is_looked_at_besides(cast: Cast, version: ModelVersion) -> None:
    answer = start(
        cast,
        version,
        kind=["performance", "fairness", "explanation"],
        slices="race, sex",
        strata="debt",
        cases="3, 12",
        rows="100",
    )
    assert answer.status_code == 302
    kept = {run.kind: run.options for run in Run.objects.all()}
    assert kept == {
        "performance": {"slices": ["race", "sex"]},
        "fairness": {"strata": ["debt"]},
        "explanation": {"cases": [3, 12], "rows": 100},
    }


def test_row_numbers_that_are_none_are_told_beside_the_field(
    cast: Cast, version: ModelVersion
) -> None:
    answer = start(cast, version, kind=["explanation"], cases="the first")
    assert answer.status_code == 422
    assert "Write row numbers, separated by commas: 12, 408." in answer.text


def test_a_drift_run_is_started_against_a_reference(cast: Cast, version: ModelVersion) -> None:
    batch = a_dataset_version(cast, a_dataset(cast, "Later"), role="production", table=a_table(100))
    link = version.data_links.get()
    answer = start(cast, version, kind=["drift"], data=batch.pk, reference=link.data_id)
    assert answer.status_code == 302
    run = Run.objects.get()
    assert (run.data, run.reference) == (batch, link.data)
