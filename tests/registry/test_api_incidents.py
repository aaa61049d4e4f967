"""Incidents through the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.cast import Cast, a_model, a_version, api
from tests.registry.trouble import an_assessed_incident, an_incident
from tests.traces import nothing_written

INCIDENTS = "/api/v1/incidents/"
REPORT = "/api/v1/models/mortgage-approval/incidents/"


def said(**changed: Any) -> dict[str, Any]:
    yesterday = timezone.now() - timedelta(days=1)
    return {
        "kind": "death",
        "link": "suspected",
        "occurred_at": yesterday.isoformat(),
        "description": "A dose was proposed twice.",
    } | changed


def codes(answer: Any) -> list[str]:
    return [one["code"] for one in answer.json()["objections"]]


def test_an_incident_goes_from_report_to_its_end(cast: Cast) -> None:
    version = a_version(cast)
    answer = api(cast.deployer).post(REPORT, said(version=version.pk, environment="production"))
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    aware, due = (datetime.fromisoformat(one) for one in (told["aware_at"], told["clock"]["due"]))
    assert (due - aware, told["clock"]["state"]) == (timedelta(days=10), "running")
    one = f"{INCIDENTS}{told['id']}/"
    assessed = {"ai_act_class": "high_risk_annex_iii", "reportable": True, "text": "Annex III."}
    steps: tuple[tuple[Any, str, dict[str, Any], str], ...] = (
        (cast.validator, "assess", assessed, "assessed"),
        (cast.manager, "correct", {"link": "known", "text": "Logs."}, "reported"),
        (cast.validator, "assess", assessed | {"reportable": False}, "assessed"),
        (cast.ethics, "rule-out", {"text": "No harm."}, "not_reportable"),
        (cast.validator, "assess", assessed, "assessed"),
        (cast.manager, "notify", {"authority": "MSA", "reference": "17"}, "notified"),
        (cast.manager, "close", {"root_cause": "A.", "corrective_action": "B."}, "closed"),
    )
    for person, act, body, state in steps:
        answer = api(person).post(f"{one}{act}/", body)
        assert (answer.status_code, answer.json().get("state")) == (200, state), answer.json()
    told = api(cast.auditor).get(one).json()
    assert told["clock"]["state"] == "met"
    assert told["moves"][-1]["facts"]["root_cause"] == "A."


def test_a_refused_report_gives_every_reason_and_leaves_nothing(cast: Cast) -> None:
    a_model(cast)
    client, later = api(cast.scientist), timezone.now() + timedelta(days=1)
    with nothing_written():
        answer = client.post(
            REPORT, said(kind="flood", aware_at=later.isoformat(), environment="moon")
        )
    assert (answer.status_code, codes(answer)) == (
        409,
        ["incident.unknown_kind", "incident.aware_later", "incident.environment"],
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"occurred_at": "yesterday"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"version": 999_999},
        {"description": "a\0b"},
        {"colour": "red"},
    ],
)
def test_what_is_malformed_is_told_by_field(cast: Cast, changed: dict[str, Any]) -> None:
    a_model(cast)
    client = api(cast.scientist)
    with nothing_written():
        answer = client.post(REPORT, said(**changed))
    assert answer.status_code == 400
    assert set(answer.json()) == set(changed)


def test_a_person_without_the_role_is_told_so_and_a_stranger_nothing(cast: Cast) -> None:
    incident = an_assessed_incident(cast)
    rule_out, text = f"{INCIDENTS}{incident.pk}/rule-out/", {"text": "No harm."}
    assert api(cast.scientist).post(rule_out, text).status_code == 403
    assert api(cast.outsider).post(rule_out, text).status_code == 404
    assert api(cast.outsider).get(f"{INCIDENTS}{incident.pk}/").status_code == 404
    assert api(cast.outsider).get(INCIDENTS).json()["results"] == []
    assert api(cast.auditor).post(REPORT, said()).status_code == 403
    assert api(cast.outsider).post(REPORT, said()).status_code == 404


def test_the_list_is_narrowed_and_takes_as_many_queries_for_ten_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    model, client = a_model(cast), api(cast.auditor)
    first = an_assessed_incident(cast, model)
    client.get(INCIDENTS)
    with django_assert_num_queries(6):
        client.get(INCIDENTS)
    for _number in range(9):
        an_incident(cast, model, kind="malfunction")
    with django_assert_num_queries(6):
        assert len(client.get(INCIDENTS).json()["results"]) == 10

    def found(query: str) -> list[int]:
        return [one["id"] for one in client.get(f"{INCIDENTS}?{query}").json()["results"]]

    assert found("running=true") == found("state=assessed") == [first.pk]
    assert len(found("unit=retail-credit&model=mortgage-approval")) == 10
    assert found("unit=treasury") == []
