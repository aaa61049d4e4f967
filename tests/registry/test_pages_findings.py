"""Pages of findings: the list, one finding with its forms, and opening one from the card."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from registry.models import Finding
from registry.services import finding_moves
from tests.cast import Cast, a_card, a_version
from tests.registry.pages import signed_in
from tests.registry.test_pages_markup import faults_of
from tests.registry.trouble import (
    a_finding,
    an_answered_finding,
    an_assessed_incident,
    an_incident,
    in_days,
)
from tests.traces import nothing_written, time_passes

VERSION = {"slug": "mortgage-approval", "number": 1}
OPEN = "/models/mortgage-approval/versions/1/findings/open/"


def said(cast: Cast, **changed: Any) -> dict[str, Any]:
    return {
        "title": "Age is left out",
        "text": "The bands of age are not measured.",
        "severity": "high",
        "owner": cast.owner.pk,
        "due": in_days(10).isoformat(),
        "question": "Why is age no factor?",
        "ground": "Recital 18.",
    } | changed


def move(person: Any, finding: Finding, act: str, **said: Any) -> Any:
    page = reverse("move_finding", args=[finding.pk, act])
    return signed_in(person).post(page, {"seen": finding.moves.count(), **said})


def test_a_finding_is_opened_from_a_paragraph_of_the_card(cast: Cast) -> None:
    version = a_version(cast)
    a_card(cast, version, factors="Sex.\n\nNo other.")
    page = signed_in(cast.validator).get(reverse("card", kwargs=VERSION)).text
    assert f"{OPEN}?section=factors&amp;paragraph=2" in page
    assert OPEN not in signed_in(cast.scientist).get(reverse("card", kwargs=VERSION)).text
    form = signed_in(cast.validator).get(f"{OPEN}?section=factors&paragraph=2").text
    assert '<option value="factors" selected>' in form
    assert "No other.</blockquote>" in form
    for asked in ("section=factors&paragraph=9", "section=poetry&paragraph=x", "paragraph=1"):
        assert "blockquote" not in signed_in(cast.validator).get(f"{OPEN}?{asked}").text
    place = {"section": "factors", "paragraph": "2"}
    answer = signed_in(cast.validator).post(OPEN, said(cast, **place))
    finding = Finding.objects.get()
    assert answer["Location"] == reverse("finding", args=[finding.pk])
    shown = signed_in(cast.auditor).get(answer["Location"]).text
    for words in ("No other.", "Why is age no factor?", "Recital 18.", "Olga Winter", "Validation"):
        assert words in shown
    page = signed_in(cast.auditor).get(reverse("version", kwargs=VERSION)).text
    assert reverse("finding", args=[finding.pk]) in page


def test_a_refused_finding_keeps_what_was_typed(cast: Cast) -> None:
    a_version(cast)
    client = signed_in(cast.validator)
    with nothing_written():
        answer = client.post(OPEN, said(cast, due="2020-02-29", section="factors", paragraph="1"))
    assert answer.status_code == 409
    for words in ("has passed", "no card in effect", "The bands of age are not measured."):
        assert words in answer.text
    assert client.post(OPEN, said(cast, owner=cast.outsider.pk)).status_code == 422


def test_a_finding_is_answered_and_closed_on_its_page(cast: Cast) -> None:
    finding = a_finding(cast)
    page = reverse("finding", args=[finding.pk])
    assert "id_answer_text" in signed_in(cast.owner).get(page).text
    assert "id_answer_text" not in signed_in(cast.validator).get(page).text
    answer = move(cast.owner, finding, "answer", text="Now measured.", plan="In 1.1.")
    assert answer["Location"] == page
    shown = signed_in(cast.validator).get(page).text
    assert "id_close_text" in shown and "id_challenge_text" in shown
    assert "id_accept_risk_text" not in shown
    assert move(cast.validator, finding, "close", text="Seen.", outcome="partly").status_code == 302
    shown = signed_in(cast.auditor).get(page).text
    assert "The answer convinced in part" in shown
    assert 'method="post" action="/findings' not in shown


def test_a_risk_is_accepted_and_a_severity_changed_on_its_page(cast: Cast) -> None:
    finding = a_finding(cast)
    assert move(cast.manager, finding, "rate", text="Few.", severity="medium").status_code == 302
    answer = move(cast.manager, finding, "accept_risk", text="Few.", until=in_days(5).isoformat())
    assert answer.status_code == 302
    finding.refresh_from_db()
    assert (finding.state, finding.severity) == ("accepted_risk", "medium")


def test_a_refused_step_shows_why_and_keeps_what_was_typed(cast: Cast) -> None:
    finding = an_answered_finding(cast)
    answer = move(cast.manager, finding, "close", text="Seen well.", outcome="accepted", seen=1)
    assert answer.status_code == 409
    assert "another step meanwhile" in answer.text
    assert "Seen well." in answer.text
    answer = move(cast.manager, finding, "accept_risk", text="Few.", until="2020-01-01")
    assert answer.status_code == 409
    assert move(cast.manager, finding, "close", text="", outcome="magic").status_code == 422


def test_a_step_that_is_not_offered_is_refused_in_words(cast: Cast) -> None:
    finding = a_finding(cast)
    answer = move(cast.manager, finding, "close", text="Seen.", outcome="accepted")
    assert answer.status_code == 409
    assert "This finding stands at “Open”; it cannot take the step “Close”." in answer.text
    assert move(cast.manager, finding, "erase", text="x").status_code == 404
    assert move(cast.manager, finding, "open", text="x").status_code == 404


def test_who_lacks_the_role_is_told_so_and_a_stranger_finds_nothing(cast: Cast) -> None:
    finding = an_answered_finding(cast)
    assert move(cast.owner, finding, "close", text="S.", outcome="accepted").status_code == 403
    assert move(cast.outsider, finding, "close", text="S.", outcome="accepted").status_code == 404
    page = reverse("finding", args=[finding.pk])
    assert signed_in(cast.outsider).get(page).status_code == 404
    assert signed_in(cast.scientist).get(OPEN).status_code == 403
    assert signed_in(cast.outsider).get(OPEN).status_code == 404
    assert "Scores are too high" not in signed_in(cast.outsider).get(reverse("findings")).text


def test_an_incident_is_named_where_its_finding_is_opened(cast: Cast) -> None:
    version = a_version(cast)
    incident = an_incident(cast, version.model, version=version)
    form = signed_in(cast.validator).get(f"{OPEN}?incident={incident.pk}").text
    assert f'<option value="{incident.pk}" selected>' in form
    answer = signed_in(cast.validator).post(OPEN, said(cast, incident=incident.pk))
    assert answer.status_code == 302
    assert Finding.objects.get().source == "incident"


def test_an_acceptance_that_has_ended_is_shown_as_open(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = a_finding(cast, due=in_days(2))
    finding_moves.accept_risk(finding=finding, text="Few.", until=in_days(3), by=cast.manager)
    page = reverse("finding", args=[finding.pk])
    assert "Risk accepted" in signed_in(cast.auditor).get(page).text
    time_passes(monkeypatch, days=4)
    client = signed_in(cast.auditor)
    shown = client.get(page).text
    assert "which has passed" in shown and "Overdue" in shown
    assert finding.title in client.get(reverse("findings"), {"overdue": "on"}).text


def test_the_list_is_narrowed_by_what_it_offers(cast: Cast) -> None:
    version = a_version(cast)
    a_finding(cast, version, title="One of them")
    an_answered_finding(cast, version, title="Another one", severity="low")
    client = signed_in(cast.auditor)

    def shown(**asked: str) -> tuple[bool, bool]:
        text = client.get(reverse("findings"), asked).text
        return "One of them" in text, "Another one" in text

    assert shown() == shown(state="unsettled", unit="retail-credit") == (True, True)
    assert shown(severity="low") == shown(state="answered") == (False, True)
    assert shown(state="open", severity="high") == (True, False)
    assert shown(state="closed") == shown(overdue="on") == (False, False)
    # What is no choice narrows nothing, and breaks nothing.
    assert shown(severity="dire", state="\0", unit="treasury", page="x") == (True, True)


def test_the_list_takes_as_many_queries_for_ten_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    version, client = a_version(cast), signed_in(cast.auditor)
    a_finding(cast, version)
    client.get(reverse("findings"))
    with django_assert_num_queries(7):
        client.get(reverse("findings"))
    for number in range(9):
        an_answered_finding(cast, version, title=f"Finding {number}")
    with django_assert_num_queries(7):
        assert "Finding 8" in client.get(reverse("findings")).text


def test_pages_with_several_forms_are_well_made(cast: Cast) -> None:
    version = a_version(cast)
    a_card(cast, version, factors="Sex.\n\nNo other.")
    finding = an_answered_finding(cast, version, section="factors", paragraph="2")
    incident = an_assessed_incident(cast, version.model, version=version)
    client: Any = signed_in(cast.manager)
    for page in (
        reverse("finding", args=[finding.pk]),
        reverse("incident", args=[incident.pk]),
        reverse("card", kwargs=VERSION),
        f"{OPEN}?section=factors&paragraph=2",
    ):
        assert faults_of(client.get(page)) == [], page
    assert faults_of(move(cast.manager, finding, "close", text="")) == []
    answer = client.post(reverse("move_incident", args=[incident.pk, "correct"]), {})
    assert (answer.status_code, faults_of(answer)) == (422, [])
