"""Pages of reports, and the first page with what waits for whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from audits.models import Report
from audits.rules.runs import State
from audits.services import reports
from audits.services.claims import claim
from registry.rules.refusals import Refused
from tests.cast import Cast, a_complete_version, a_model, a_release, a_version, an_approved_release
from tests.registry.pages import World, signed_in, world

__all__ = ["world"]

ASK = reverse("ask_for_report", args=["mortgage-approval", 1])


def test_one_press_asks_for_the_regulators_report_and_shows_its_progress(cast: Cast) -> None:
    a_version(cast)
    client = signed_in(cast.auditor)
    answer = client.post(ASK)
    report = Report.objects.get()
    assert (report.state, report.profile) == (State.QUEUED, "regulator")
    assert answer["Location"] == reverse("report", args=[report.pk])
    text = client.get(answer["Location"]).text
    assert "Waiting for a worker" in text
    assert 'hx-trigger="every 1s"' in text


def test_the_progress_moves_and_at_its_end_the_page_loads_itself_again(cast: Cast) -> None:
    a_version(cast)
    client = signed_in(cast.auditor)
    address = client.post(ASK)["Location"]
    held = claim(Report, Report.objects.get().pk)
    assert held
    held.tell("drawing", 20)
    part = client.get(address, headers={"HX-Request": "true"})
    assert "Setting the pages, 20 %" in part.text
    assert "HX-Refresh" not in part
    why = Refused.because("report.fonts", "A font is missing.").objections
    reports.fail(report=Report.objects.get(), attempt=held.attempt, objections=why)
    part = client.get(address, headers={"HX-Request": "true"})
    assert part["HX-Refresh"] == "true"
    assert "A font is missing." in client.get(address).text
    assert "Try again" in client.get(address).text


def test_a_report_on_a_release_says_which(cast: Cast) -> None:
    release = an_approved_release(cast)
    signed_in(cast.auditor).post(ASK, {"release": release.pk})
    assert Report.objects.get().release == release


@pytest.mark.parametrize("given", ["²", "abc", "-1", ""])
def test_what_is_no_number_of_a_release_is_left_out(cast: Cast, given: str) -> None:
    a_version(cast)
    assert signed_in(cast.auditor).post(ASK, {"release": given}).status_code == 302


def test_a_release_of_another_version_is_not_found(cast: Cast) -> None:
    a_version(cast)
    other = a_release(cast, a_complete_version(cast, a_model(cast, "Car loans")))
    assert signed_in(cast.auditor).post(ASK, {"release": other.pk}).status_code == 404
    assert not Report.objects.exists()


def test_an_unknown_profile_and_language_are_both_refused_at_once(cast: Cast) -> None:
    a_version(cast)
    answer = signed_in(cast.auditor).post(ASK, {"profile": "secret", "language": "xx"})
    assert answer.status_code == 409
    assert "There is no profile secret" in answer.text
    assert "Reports are not made in xx yet" in answer.text
    assert not Report.objects.exists()


def test_a_report_of_which_an_exhibit_is_lost_is_refused_rather_than_incomplete(
    cast: Cast,
) -> None:
    version = a_complete_version(cast)
    lost = version.evidence.first()
    Path(default_storage.path(lost.file.place)).unlink()
    answer = signed_in(cast.auditor).post(ASK)
    assert answer.status_code == 409
    assert "No report, rather than an incomplete one" in answer.text
    assert lost.digest[:12] in answer.text
    assert not Report.objects.exists()


def test_a_report_in_the_making_has_no_file_yet(cast: Cast) -> None:
    a_version(cast)
    client = signed_in(cast.auditor)
    client.post(ASK)
    address = reverse("report_file", args=[Report.objects.get().pk])
    assert client.get(address).status_code == 404


def test_only_who_may_ask_for_a_report_is_shown_its_button(world: World) -> None:
    pages = ("version", "release", "card", "version_runs")
    on_release = f'action="{reverse("new_report")}?release={world.approved.pk}"'
    for name in ("scientist", "validator", "manager", "owner", "auditor", "admin"):
        client = signed_in(getattr(world.cast, name))
        shown = on_release in client.get(world.address("report")).text
        assert shown is (name != "admin"), name
        for page in pages:
            shown = f'action="{ASK}"' in client.get(world.address(page)).text
            assert shown is (name != "admin"), (name, page)


def test_only_who_may_submit_attach_write_or_assess_is_shown_the_way(world: World) -> None:
    ways = {
        "version": (reverse("submit", args=["mortgage-approval", 1]), {"scientist"}),
        "card": (world.address("write_card"), {"scientist"}),
        "version_risk": (world.address("assess_risk"), {"scientist", "validator", "manager"}),
        "version_data": (world.address("detach_data"), {"scientist"}),
        "model": (world.address("add_version"), {"scientist"}),
        "dataset": (world.address("add_dataset_version"), {"scientist"}),
        "models": (world.address("register_model"), {"scientist"}),
        "datasets": (world.address("register_dataset"), {"scientist"}),
        "unit": (world.address("end_membership"), {"admin"}),
    }
    for name in ("scientist", "validator", "manager", "owner", "auditor", "admin"):
        client = signed_in(getattr(world.cast, name))
        for page, (way, may) in ways.items():
            assert (way in client.get(world.address(page)).text) is (name in may), (name, page)


def test_today_shows_each_person_what_is_theirs_to_do(cast: Cast) -> None:
    a_version(cast, a_model(cast, "Begun"))
    waiting = a_release(cast, a_complete_version(cast, a_model(cast, "Waiting")))
    an_approved_release(cast, a_complete_version(cast, a_model(cast, "Approved")))
    told = {
        name: signed_in(getattr(cast, name)).get(reverse("today")).text
        for name in ("scientist", "manager", "auditor", "validator")
    }
    assert "missing before it can be submitted" in told["scientist"]
    review = reverse("release", args=[waiting.pk])
    assert review in told["manager"]
    assert "Your signature: Risk sign-off" in told["manager"]
    assert "no audit report was exported since" in told["auditor"]
    assert "Nothing waits for you." in told["validator"]


def test_today_shows_a_closed_gate_a_failing_exhibit_and_a_failed_run(world: World) -> None:
    client = signed_in(world.cast.scientist)
    assert "Run failed" in client.get(reverse("today")).text
    assert "Gate closed" not in client.get(reverse("today")).text
    client.post(world.address("detach_data"))
    text = client.get(reverse("today")).text
    assert "Gate closed" in text
    assert "The approval is void" in text


def test_a_cell_of_the_heat_map_leads_to_its_models(world: World) -> None:
    client = signed_in(world.cast.auditor)
    cell = f"{reverse('models')}?likelihood=1&amp;impact=3"
    assert cell in client.get(reverse("today")).text
    assert "Mortgage approval" in client.get(f"{reverse('models')}?likelihood=1&impact=3").text
    assert "No model matches" in client.get(f"{reverse('models')}?likelihood=5&impact=5").text
