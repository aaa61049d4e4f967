"""Pages of incidents: the clocks in words, one incident with its forms, and reporting one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registry.models import Incident
from registry.services import incident_clocks
from registry.templatetags.trouble_words import mended, time_left
from tests.cast import Cast, a_model, a_version
from tests.registry.pages import signed_in
from tests.registry.trouble import a_notified_incident, an_assessed_incident, an_incident
from tests.traces import nothing_written, time_passes

REPORT = "/models/mortgage-approval/incidents/report/"


def said(**changed: Any) -> dict[str, Any]:
    now = timezone.localtime()
    return {
        "kind": "death",
        "link": "suspected",
        "description": "A dose was proposed twice.",
        "environment": "production",
        "occurred_at": (now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
        "aware_at": (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
    } | changed


def move(person: Any, incident: Incident, act: str, **said: Any) -> Any:
    return signed_in(person).post(reverse("move_incident", args=[incident.pk, act]), said)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=3, hours=4, minutes=50), "due in 3 days, 4 hours"),
        (timedelta(days=1), "due in 1 day"),
        (timedelta(hours=1, minutes=1), "due in 1 hour, 1 minute"),
        (timedelta(hours=2), "due in 2 hours"),
        (timedelta(seconds=20), "due in 0 minutes"),
        (-timedelta(days=2, hours=1), "overdue by 2 days, 1 hour"),
        (-timedelta(seconds=1), "overdue by 0 minutes"),
    ],
)
def test_what_is_left_is_said_in_words(left: timedelta, words: str) -> None:
    assert time_left(left) == words


def test_what_was_mended_is_shown_in_words() -> None:
    assert mended("death") == "Death of a person"
    assert mended("known") == "Established"
    assert "1 Nov 2026" in mended("2026-11-01T09:30:00+00:00")
    assert mended("2026-13-01T09:30:00+00:00") == "2026-13-01T09:30:00+00:00"


def test_an_incident_is_reported_from_the_page_of_its_model(cast: Cast) -> None:
    version = a_version(cast)
    page = reverse("model", args=["mortgage-approval"])
    assert REPORT in signed_in(cast.scientist).get(page).text
    assert REPORT not in signed_in(cast.auditor).get(page).text
    assert "10 days, Art. 73(4)" in signed_in(cast.scientist).get(REPORT).text
    answer = signed_in(cast.scientist).post(REPORT, said(version=version.pk))
    incident = Incident.objects.get()
    assert answer["Location"] == reverse("incident", args=[incident.pk])
    shown = signed_in(cast.auditor).get(answer["Location"]).text
    for words in ("due in 9 days, 22 hours", "Art. 73(4)", "A dose was proposed twice."):
        assert words in shown


def test_a_refused_report_keeps_what_was_typed(cast: Cast) -> None:
    a_model(cast)
    client = signed_in(cast.scientist)
    later = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    with nothing_written():
        answer = client.post(REPORT, said(aware_at=later))
    assert answer.status_code == 409
    assert "Awareness cannot be later" in answer.text
    assert "A dose was proposed twice." in answer.text
    assert client.post(REPORT, said(kind="flood", occurred_at="soon")).status_code == 422


def test_an_incident_is_assessed_notified_and_closed_on_its_page(cast: Cast) -> None:
    incident = an_incident(cast)
    page = reverse("incident", args=[incident.pk])
    answer = move(
        cast.validator,
        incident,
        "assess",
        ai_act_class="high_risk_annex_iii",
        reportable="yes",
        text="Annex III.",
    )
    assert answer["Location"] == page
    shown = signed_in(cast.manager).get(page).text
    assert "id_notify_authority" in shown and "id_rule_out_text" not in shown
    told = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    answer = move(
        cast.manager,
        incident,
        "notify",
        authority="Market surveillance",
        reference="17",
        notified_at=told,
        complete="no",
    )
    assert answer.status_code == 302
    answer = move(cast.manager, incident, "close", root_cause="A.", corrective_action="Done so.")
    assert answer.status_code == 302
    shown = signed_in(cast.auditor).get(page).text
    for words in ("Reported in time", "Market surveillance, 17", "Done so."):
        assert words in shown
    assert 'method="post" action="/incidents' not in shown


def test_a_correction_leaves_the_times_that_were_not_touched(cast: Cast) -> None:
    incident = an_incident(cast)
    aware = incident.aware_at
    shown = timezone.localtime(aware).strftime("%Y-%m-%dT%H:%M:%S")
    occurred = timezone.localtime(incident.occurred_at).strftime("%Y-%m-%dT%H:%M:%S")
    answer = move(
        cast.manager,
        incident,
        "correct",
        kind="rights",
        link="known",
        occurred_at=occurred,
        aware_at=shown,
        affected=incident.affected,
        text="The logs show it.",
    )
    assert answer.status_code == 302
    incident.refresh_from_db()
    assert (incident.aware_at, incident.link) == (aware, "known")
    page = signed_in(cast.auditor).get(reverse("incident", args=[incident.pk])).text
    assert "<ins>Established</ins>" in page


def test_nothing_is_ruled_out_alone_and_a_second_person_does(cast: Cast) -> None:
    incident = an_assessed_incident(cast, reportable=False)
    answer = move(cast.validator, incident, "rule_out", text="No harm.")
    assert answer.status_code == 409
    assert "a second person confirms" in answer.text
    assert move(cast.ethics, incident, "rule_out", text="No harm.").status_code == 302


def test_who_lacks_the_role_is_told_so_and_a_stranger_finds_nothing(cast: Cast) -> None:
    incident = a_notified_incident(cast)
    close = {"root_cause": "A.", "corrective_action": "B."}
    assert move(cast.scientist, incident, "close", **close).status_code == 403
    assert move(cast.outsider, incident, "close", **close).status_code == 404
    assert move(cast.manager, incident, "erase", **close).status_code == 404
    assert move(cast.manager, incident, "half_passed").status_code == 404
    page = reverse("incident", args=[incident.pk])
    assert signed_in(cast.outsider).get(page).status_code == 404
    assert signed_in(cast.auditor).get(REPORT).status_code == 403
    assert signed_in(cast.outsider).get(REPORT).status_code == 404
    assert "Mortgage approval" not in signed_in(cast.outsider).get(reverse("incidents")).text


def test_an_overdue_clock_is_told_on_list_and_page(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = an_incident(cast, kind="widespread")
    time_passes(monkeypatch, days=2)
    incident_clocks.watch()
    client = signed_in(cast.auditor)
    for page in (reverse("incidents"), reverse("incident", args=[incident.pk])):
        assert "overdue by 6 hours" in client.get(page).text
    assert "The time to report has passed" in client.get(page).text


def test_the_list_is_narrowed_and_takes_as_many_queries_for_ten_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    model, client = a_model(cast), signed_in(cast.auditor)
    an_assessed_incident(cast, model)
    client.get(reverse("incidents"))
    with django_assert_num_queries(7):
        client.get(reverse("incidents"))
    for _number in range(9):
        an_incident(cast, model, kind="malfunction")
    with django_assert_num_queries(7):
        assert client.get(reverse("incidents")).text.count("Malfunction without") == 9

    def shown(**asked: str) -> tuple[bool, bool]:
        text = client.get(reverse("incidents"), asked).text
        return "fundamental rights" in text, "Malfunction without" in text

    assert shown(running="on") == shown(state="assessed") == (True, False)
    assert shown(unit="retail-credit", state="reported") == (False, True)
    assert shown(state="gone", unit="treasury") == (True, True)
