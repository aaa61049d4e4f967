"""Reporting incidents, their clocks over time, and the reviews they open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from registry.models import Event, Incident, IncidentMove, Notice, Review
from registry.services import incident_clocks, incident_moves, relations
from registry.services.housekeeping import keep_house
from tests.cast import Cast, a_model, a_version
from tests.registry.trouble import an_assessed_incident, an_incident
from tests.traces import journalled, nothing_written, only_the_entitled_may, refused, time_passes


def told(code: str) -> list[str]:
    return sorted(notice.person.username for notice in Notice.objects.filter(code=code))


def test_an_incident_is_reported_and_everybody_who_decides_is_told(cast: Cast) -> None:
    version = a_version(cast)
    with journalled() as entries:
        incident = an_incident(cast, version.model, version=version)
    clock = incident.clock()
    assert clock is not None
    assert clock.due == incident.aware_at + timedelta(days=15)
    assert (entries[0].action, entries[0].role) == ("incident.reported", "data_scientist")
    assert told("incident.reported") == [
        "ethics",
        "manager",
        "manager2",
        "manager3",
        "owner",
        "validator",
    ]
    assert Event.objects.get(name="incident.reported").details["kind"] == "rights"
    assert Review.objects.get(cause="incident").details == {"incident": incident.pk}


def test_an_incident_opens_reviews_downstream(cast: Cast) -> None:
    upstream, downstream = a_model(cast), a_model(cast, "Pricing")
    relations.relate(
        upstream=upstream, downstream=downstream, what="score to column pd", by=cast.scientist
    )
    an_incident(cast, upstream)
    review = Review.objects.get(cause="upstream_changed")
    assert (review.model, review.details["change"]) == (downstream, "incident")


def test_a_machine_or_the_deployer_reports_an_incident_of_unknown_version(cast: Cast) -> None:
    incident = an_incident(cast, by=cast.deployer, aware_at=None)
    assert (incident.version, incident.moves.get().role) == (None, "deployer")
    assert abs(timezone.now() - incident.aware_at) < timedelta(minutes=5)


def test_nobody_else_reports_an_incident(cast: Cast) -> None:
    model = a_model(cast)
    only_the_entitled_may(cast, "incident.report", lambda by: an_incident(cast, model, by=by))


def test_every_reason_against_a_report_is_given_at_once(cast: Cast) -> None:
    now, model = timezone.now(), a_model(cast)
    other = a_version(cast, a_model(cast, "Another"))
    with refused(
        "incident.unknown_kind",
        "incident.unknown_link",
        "incident.says_nothing",
        "incident.aware_later",
        "incident.aware_before_it_occurred",
        "incident.other_model",
        "incident.environment",
    ):
        an_incident(
            cast,
            model,
            kind="flood",
            link="magic",
            description=" ",
            aware_at=now + timedelta(hours=1),
            occurred_at=now + timedelta(hours=2),
            version=other,
            environment="moon",
        )


def test_each_mark_of_the_clock_is_told_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = an_incident(cast, kind="infrastructure")

    def marks() -> list[str]:
        keep_house()
        keep_house()
        return list(incident.moves.filter(by=None).values_list("act", flat=True))

    assert marks() == []
    time_passes(monkeypatch, hours=19)
    assert marks() == ["half_passed"]
    time_passes(monkeypatch, hours=24)
    assert marks() == ["half_passed", "all_passed"]
    people = ["ethics", "manager", "manager2", "manager3", "owner", "validator"]
    assert told("incident.clock") == told("incident.clock_over") == people


def test_a_clock_that_was_mended_is_told_of_anew(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = an_incident(cast, kind="health")
    time_passes(monkeypatch, days=8)
    incident_clocks.watch()
    incident_moves.correct(
        incident=incident, kind="death", text="The person has died.", by=cast.validator
    )
    incident_clocks.watch()
    assert list(incident.moves.filter(by=None).values_list("act", flat=True)) == [
        "half_passed",
        "half_passed",
    ]


def test_no_clock_is_told_of_after_the_notification_or_where_none_runs(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = an_assessed_incident(cast)
    incident_moves.notify(incident=incident, authority="MSA", reference="17", by=cast.manager)
    an_incident(cast, a_model(cast, "Another"), kind="malfunction")
    time_passes(monkeypatch, days=40)
    with nothing_written():
        incident_clocks.watch()


def test_what_was_reported_never_changes(cast: Cast) -> None:
    incident = an_incident(cast)
    for change in ({"description": "Nothing."}, {"reported_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Incident.objects.filter(pk=incident.pk).update(**change)
    for statement in (
        "DELETE FROM registry_incident",
        "UPDATE registry_incidentmove SET text = 'x'",
        "DELETE FROM registry_incidentmove",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert IncidentMove.objects.count() == 1
