"""Pages of monitors: starting one, reading what it watches, ending it."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.urls import reverse

from audits.models import Monitor
from audits.services import watching
from registry.models import Dataset, ModelVersion
from tests.cast import (
    Cast,
    a_dataset,
    a_dataset_version,
    a_table,
    a_trained_artefact,
    a_version,
    an_exhibit,
    api,
    attached,
)
from tests.registry.pages import signed_in

MONITORS = "/api/v1/monitors/"


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
    a_dataset_version(cast, dataset, role="production", table=a_table(100))
    return dataset


def said(cast: Cast, version: ModelVersion, batches: Dataset) -> dict[str, object]:
    return {
        "batches": batches.pk,
        "reference": version.data_links.attached().get().data_id,
        "every_days": 7,
        "announces": "model.retraining_due",
    }


def start(cast: Cast, version: ModelVersion, batches: Dataset, **changed: object) -> HttpResponse:
    address = reverse("start_monitor", args=[version.model.slug, version.number])
    form = said(cast, version, batches) | {"owner": cast.scientist.pk} | changed
    return signed_in(cast.scientist).post(address, form)


def text_of(answer: HttpResponse) -> str:
    return html.unescape(answer.text)


def test_a_monitor_is_started_and_shown(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    answer = start(cast, version, batches, psi="0.1")
    monitor = Monitor.objects.get()
    assert answer["Location"] == reverse("monitor", args=[monitor.pk])
    assert monitor.checks == [
        {"measure": "psi", "attribute": "*", "limit": 0.1, "direction": "at_most"}
    ]
    page = text_of(signed_in(cast.auditor).get(answer["Location"]))
    assert "The newest production rows of Daily applications against Applications 1." in page
    assert "Training the model again" in page
    assert "End this monitor" not in page


def test_a_breach_is_shown_with_its_exhibit(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    start(cast, version, batches)
    monitor = Monitor.objects.get()
    run = watching.look(monitor=monitor)
    assert run is not None
    exhibit = an_exhibit(cast, version, "drift", verdict="fail")
    watching.tell_of(run=run, exhibit=exhibit)
    page = text_of(signed_in(cast.auditor).get(reverse("monitor", args=[monitor.pk])))
    assert "The model is due to be trained again" in page
    assert reverse("exhibit", args=[exhibit.pk]) in page


def test_a_monitor_that_could_not_look_stands_on_today(cast: Cast, version: ModelVersion) -> None:
    start(cast, version, a_dataset(cast, "Empty"))
    watching.watch()
    for address in (reverse("today"), reverse("monitor", args=[Monitor.objects.get().pk])):
        page = text_of(signed_in(cast.manager).get(address))
        assert "No production rows have come in on Empty yet" in page
    assert "Could not look" in text_of(signed_in(cast.manager).get(reverse("monitors")))


def test_a_monitor_is_ended_with_a_reason(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    start(cast, version, batches)
    monitor = Monitor.objects.get()
    address = reverse("end_monitor", args=[monitor.pk])
    person = signed_in(cast.manager)
    page = text_of(person.post(address, {"reason": " "}, follow=True))
    assert "Say why the model is not watched any more." in page
    assert "Ended" in text_of(person.post(address, {"reason": "Retired."}, follow=True))
    assert Monitor.objects.get().ended_by == cast.manager


def test_what_is_wrong_is_shown_on_the_form(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    refused = start(cast, version, batches, truth_key="id")
    mistaken = start(cast, version, batches, every_days="often")
    assert refused.status_code == 409
    assert "Labels that came later are joined by a key" in text_of(refused)
    assert mistaken.status_code == 422
    assert not Monitor.objects.exists()


def test_others_may_not_and_strangers_see_nothing(
    cast: Cast, version: ModelVersion, batches: Dataset
) -> None:
    start(cast, version, batches)
    monitor = Monitor.objects.get()
    form = reverse("start_monitor", args=[version.model.slug, version.number])
    assert signed_in(cast.auditor).get(form).status_code == 403
    ending = reverse("end_monitor", args=[monitor.pk])
    assert signed_in(cast.auditor).post(ending, {"reason": "So."}).status_code == 403
    for address in (form, reverse("monitor", args=[monitor.pk])):
        assert signed_in(cast.outsider).get(address).status_code == 404
    assert signed_in(cast.outsider).post(ending, {"reason": "So."}).status_code == 404
    assert "Daily" not in text_of(signed_in(cast.outsider).get(reverse("monitors")))


def test_the_api_starts_lists_and_ends(cast: Cast, version: ModelVersion, batches: Dataset) -> None:
    body = said(cast, version, batches) | {"version": version.pk, "owner": "scientist"}
    answer = api(cast.validator).post(MONITORS, body)
    assert answer.status_code == 201, answer.json()
    number = answer.json()["id"]
    listed = api(cast.auditor).get(MONITORS, {"version": version.pk}).json()["results"]
    assert [one["id"] for one in listed] == [number]
    ended = api(cast.manager).post(f"{MONITORS}{number}/end/", {"reason": "Retired."})
    assert ended.json()["ended_at"]
    again = api(cast.manager).post(f"{MONITORS}{number}/end/", {"reason": "Retired."})
    assert again.status_code == 409


def test_the_api_refuses_and_hides(cast: Cast, version: ModelVersion, batches: Dataset) -> None:
    body = said(cast, version, batches) | {"version": version.pk, "owner": "scientist"}
    refused = api(cast.scientist).post(MONITORS, body | {"every_days": 0, "announces": "party"})
    assert {one["code"] for one in refused.json()["objections"]} == {
        "monitor.schedule",
        "monitor.announces",
    }
    assert api(cast.auditor).post(MONITORS, body).status_code == 403
    assert api(cast.outsider).post(MONITORS, body).status_code == 404
    number = api(cast.scientist).post(MONITORS, body).json()["id"]
    assert api(cast.outsider).get(f"{MONITORS}{number}/").status_code == 404
    assert api(cast.outsider).get(MONITORS).json()["results"] == []
