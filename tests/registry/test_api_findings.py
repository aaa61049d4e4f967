"""Findings through the API."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.cast import Cast, a_card, a_model, a_version, api
from tests.registry.trouble import a_finding, an_answered_finding, an_incident, in_days
from tests.traces import nothing_written, time_passes

FINDINGS = "/api/v1/findings/"


def said(**changed: Any) -> dict[str, Any]:
    return {
        "title": "Age is left out",
        "text": "The bands of age are not measured.",
        "severity": "high",
        "owner": "owner",
        "due": in_days(10).isoformat(),
        "section": "factors",
        "paragraph": 2,
        "question": "Why is age no factor?",
        "ground": "Recital 18.",
    } | changed


def door(version: int) -> str:
    return f"/api/v1/versions/{version}/findings/"


def codes(answer: Any) -> list[str]:
    return [one["code"] for one in answer.json()["objections"]]


def test_a_finding_goes_from_opening_to_its_end(cast: Cast) -> None:
    version = a_version(cast)
    a_card(cast, version, factors="Sex.\n\nNo other.")
    answer = api(cast.validator).post(door(version.pk), said())
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["quote"], told["card_revision"], told["state"]) == ("No other.", 1, "open")
    one = f"{FINDINGS}{told['id']}/"
    steps = (
        (cast.owner, "answer", {"text": "Now measured.", "plan": "In 1.1."}, "answered"),
        (cast.validator, "challenge", {"text": "Where?"}, "open"),
        (cast.owner, "answer", {"text": "Exhibit 4.", "seen": 3}, "answered"),
        (cast.manager, "rate", {"text": "Few.", "severity": "medium"}, "answered"),
        (cast.validator, "close", {"text": "Seen.", "outcome": "model_changed"}, "closed"),
    )
    for person, act, body, state in steps:
        answer = api(person).post(f"{one}{act}/", body)
        assert (answer.status_code, answer.json()["state"]) == (200, state), answer.json()
    told = api(cast.auditor).get(one).json()
    assert [move["act"] for move in told["moves"]] == [
        "open",
        "answer",
        "challenge",
        "answer",
        "rate",
        "close",
    ]
    assert told["moves"][-1]["by"] == {"username": "validator", "name": "Viktor Lang"}


def test_a_risk_is_accepted(cast: Cast) -> None:
    one = f"{FINDINGS}{a_finding(cast).pk}/accept-risk/"
    until = in_days(9).isoformat()
    answer = api(cast.manager).post(one, {"text": "Few.", "until": until})
    assert (answer.json()["state"], answer.json()["accepted_until"]) == ("accepted_risk", until)


def test_a_refused_finding_gives_every_reason_and_leaves_nothing(cast: Cast) -> None:
    version = a_version(cast)
    client = api(cast.validator)
    with nothing_written():
        answer = client.post(
            door(version.pk), said(severity="dire", due="2020-02-29", title=" \t ")
        )
    # Blank text is malformed before anything is asked of the rules.
    assert answer.status_code == 400
    with nothing_written():
        answer = client.post(door(version.pk), said(severity="dire", due="2020-02-29"))
    assert (answer.status_code, codes(answer)) == (
        409,
        ["finding.unknown_severity", "finding.due_past", "paragraph.no_card"],
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"due": "soon"},
        {"due": "2026-02-30"},
        {"paragraph": "two"},
        {"owner": "nobody"},
        {"owner": "outsider"},
        {"incident": 999_999},
        {"title": "a\0b"},
        {"text": 7},
        {"colour": "red"},
    ],
)
def test_what_is_malformed_is_told_by_field(cast: Cast, changed: dict[str, Any]) -> None:
    version, client = a_version(cast), api(cast.validator)
    with nothing_written():
        answer = client.post(door(version.pk), said(**changed))
    assert answer.status_code == 400
    assert set(answer.json()) == set(changed)


def test_a_step_is_refused_with_its_reasons(cast: Cast) -> None:
    finding = an_answered_finding(cast)
    answer = api(cast.manager).post(f"{FINDINGS}{finding.pk}/close/", {"text": "", "seen": 1})
    assert (answer.status_code, codes(answer)) == (
        409,
        ["finding.no_reason", "finding.moved_meanwhile"],
    )


def test_a_person_without_the_role_is_told_so_and_a_stranger_nothing(cast: Cast) -> None:
    finding = an_answered_finding(cast)
    close, text = f"{FINDINGS}{finding.pk}/close/", {"text": "Seen."}
    assert api(cast.owner).post(close, text).status_code == 403
    assert api(cast.outsider).post(close, text).status_code == 404
    assert api(cast.outsider).get(f"{FINDINGS}{finding.pk}/").status_code == 404
    assert api(cast.outsider).get(FINDINGS).json()["results"] == []
    assert api(cast.scientist).post(door(finding.version_id), said()).status_code == 403
    assert api(cast.outsider).post(door(finding.version_id), said()).status_code == 404


def test_an_incident_of_another_model_is_refused(cast: Cast) -> None:
    version, incident = a_version(cast), an_incident(cast, a_model(cast, "Another"))
    answer = api(cast.validator).post(
        door(version.pk), said(section="", paragraph=None, incident=incident.pk)
    )
    assert (answer.status_code, codes(answer)) == (409, ["finding.other_model"])


def test_the_list_is_narrowed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    version = a_version(cast)
    high = a_finding(cast, version, due=in_days(1))
    low = an_answered_finding(cast, version, severity="low", due=in_days(200))
    time_passes(monkeypatch, minutes=1)
    client = api(cast.auditor)

    def found(query: str) -> set[int]:
        return {one["id"] for one in client.get(f"{FINDINGS}?{query}").json()["results"]}

    assert found("") == found(f"version={version.pk}&unit=retail-credit") == {high.pk, low.pk}
    assert found("severity=low") == found("state=answered") == {low.pk}
    assert found("state=open&model=mortgage-approval") == {high.pk}
    assert found("overdue=true") == found("unit=treasury") == set()
    assert client.get(f"{FINDINGS}?severity=dire").status_code == 400


def test_the_list_takes_as_many_queries_for_ten_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    version, client = a_version(cast), api(cast.auditor)
    an_answered_finding(cast, version)
    client.get(FINDINGS)
    with django_assert_num_queries(6):
        client.get(FINDINGS)
    for number in range(9):
        a_finding(cast, version, title=f"Finding {number}")
    with django_assert_num_queries(6):
        assert len(client.get(FINDINGS).json()["results"]) == 10
