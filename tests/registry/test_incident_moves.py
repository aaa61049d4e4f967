"""Moving incidents: assessed, notified, ruled out by a second person, mended, closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from registry.models import Incident
from registry.services import incident_moves
from tests.cast import Cast, a_version
from tests.registry.trouble import (
    a_finding,
    a_notified_incident,
    an_assessed_incident,
    an_incident,
)
from tests.traces import journalled, only_the_entitled_may, refused, time_passes


def state_of(incident: Incident) -> str:
    incident.refresh_from_db()
    return incident.state


def test_an_incident_is_assessed_notified_completed_and_closed(cast: Cast) -> None:
    version = a_version(cast)
    incident = a_notified_incident(cast, version.model, version=version)
    first = incident.notified_at
    incident_moves.notify(
        incident=incident, authority="MSA", reference="MSA-2026-17/2", by=cast.manager
    )
    finding = a_finding(cast, version, incident=incident)
    assert finding.source == "incident"
    with journalled() as entries:
        incident_moves.close(
            incident=incident,
            root_cause="A postcode stood for origin.",
            corrective_action="The feature was taken out.",
            by=cast.manager2,
        )
    closed = incident.moves.get(act="close")
    assert (state_of(incident), incident.notified_at) == ("closed", first)
    assert closed.facts["findings"] == [finding.pk]
    assert [move.act for move in incident.moves.all()] == [
        "report",
        "assess",
        "notify",
        "notify",
        "close",
    ]
    assert entries[0].action == "incident.closed"
    clock = incident.clock()
    assert clock is not None and clock.state == "met"


def test_a_late_notification_is_told_as_late(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = an_assessed_incident(cast, kind="widespread")
    time_passes(monkeypatch, days=3)
    incident_moves.notify(incident=incident, authority="MSA", reference="17", by=cast.manager)
    incident.refresh_from_db()
    clock = incident.clock()
    assert clock is not None and clock.state == "late"


def test_nothing_is_ruled_out_by_one_person_alone(cast: Cast) -> None:
    incident = an_assessed_incident(cast, reportable=False)
    with refused("incident.second_person"):
        incident_moves.rule_out(incident=incident, text="No harm.", by=cast.validator)
    with refused("incident.no_reason"):
        incident_moves.rule_out(incident=incident, text="", by=cast.ethics)
    incident_moves.rule_out(incident=incident, text="No harm.", by=cast.ethics)
    assert state_of(incident) == "not_reportable"
    clock = incident.clock()
    assert clock is not None and clock.state == "stopped"


def test_what_was_assessed_decides_between_notifying_and_ruling_out(cast: Cast) -> None:
    incident = an_assessed_incident(cast)
    with refused("incident.assessed_otherwise"):
        incident_moves.rule_out(incident=incident, text="No harm.", by=cast.ethics)
    incident_moves.assess(
        incident=incident,
        ai_act_class="minimal",
        reportable=False,
        text="Not high risk.",
        by=cast.manager,
    )
    with refused("incident.assessed_otherwise"):
        incident_moves.notify(incident=incident, authority="M", reference="1", by=cast.ethics)


def test_a_notification_names_authority_and_reference_and_no_time_to_come(cast: Cast) -> None:
    incident = an_assessed_incident(cast)
    for days in (1, -30):
        with refused("incident.no_reference", "incident.notified_when"):
            incident_moves.notify(
                incident=incident,
                authority=" ",
                reference="",
                notified_at=timezone.now() + timedelta(days=days),
                by=cast.manager,
            )


def test_an_assessment_has_a_class_and_a_reason(cast: Cast) -> None:
    incident = an_incident(cast)
    with refused("incident.unknown_class", "incident.no_reason"):
        incident_moves.assess(
            incident=incident, ai_act_class="nice", reportable=True, text="", by=cast.validator
        )


def test_a_correction_takes_back_what_was_judged_and_keeps_both_values(cast: Cast) -> None:
    incident = an_assessed_incident(cast)
    incident_moves.correct(
        incident=incident, link="known", text="Reproduced with the logs.", by=cast.manager
    )
    move = incident.moves.get(act="correct")
    assert (state_of(incident), incident.link) == ("reported", "known")
    assert move.facts == {"link": ["suspected", "known"]}


def test_a_correction_that_mends_nothing_is_refused(cast: Cast) -> None:
    incident = an_incident(cast)
    with refused("incident.nothing_mended"):
        incident_moves.correct(
            incident=incident, link="suspected", text="As before.", by=cast.manager
        )


def test_who_reported_it_gives_nobody_more_time(cast: Cast) -> None:
    incident = an_incident(cast, kind="death", by=cast.validator)
    later = timezone.now() - timedelta(hours=1)
    for mended in ({"kind": "health"}, {"kind": "malfunction"}, {"aware_at": later}):
        with refused("incident.own_clock"):
            incident_moves.correct(incident=incident, text="So.", by=cast.validator, **mended)
    incident_moves.correct(incident=incident, kind="widespread", text="So.", by=cast.validator)
    incident_moves.correct(incident=incident, kind="health", text="So.", by=cast.manager)
    incident.refresh_from_db()
    assert incident.kind == "health"


def test_the_clock_is_not_set_back_once_the_authority_knows(cast: Cast) -> None:
    incident = a_notified_incident(cast)
    later = incident.aware_at + timedelta(hours=2)
    with refused("incident.clock_set_back"):
        incident_moves.correct(incident=incident, aware_at=later, text="So.", by=cast.manager2)
    earlier = incident.aware_at - timedelta(hours=2)
    incident_moves.correct(incident=incident, aware_at=earlier, text="A mail.", by=cast.manager2)
    assert (state_of(incident), incident.aware_at) == ("notified", earlier)


def test_nobody_knew_later_than_they_reported_it(cast: Cast) -> None:
    incident = an_incident(cast)
    with refused("incident.aware_later"):
        incident_moves.correct(
            incident=incident,
            aware_at=incident.reported_at + timedelta(days=1),
            text="So.",
            by=cast.manager,
        )


def test_an_incident_is_not_closed_before_it_was_notified_or_ruled_out(cast: Cast) -> None:
    incident = an_assessed_incident(cast)
    with refused("incident.wrong_state", "incident.no_cause"):
        incident_moves.close(
            incident=incident, root_cause="", corrective_action="", by=cast.manager
        )


STEPS: dict[str, Callable[..., Incident]] = {
    "assess": lambda **said: incident_moves.assess(
        ai_act_class="minimal", reportable=True, text="So.", **said
    ),
    "correct": lambda **said: incident_moves.correct(link="known", text="So.", **said),
    "notify": lambda **said: incident_moves.notify(authority="M", reference="1", **said),
    "rule_out": lambda **said: incident_moves.rule_out(text="So.", **said),
}


@pytest.mark.parametrize("step", STEPS)
def test_nobody_else_advances_an_incident(cast: Cast, step: str) -> None:
    incident = an_assessed_incident(cast)
    only_the_entitled_may(
        cast, "incident.advance", lambda by: STEPS[step](incident=incident, by=by)
    )


def test_nobody_but_a_risk_manager_closes_an_incident(cast: Cast) -> None:
    incident = a_notified_incident(cast)
    only_the_entitled_may(
        cast,
        "incident.close",
        lambda by: incident_moves.close(
            incident=incident, root_cause="A.", corrective_action="B.", by=by
        ),
    )


def test_a_person_is_offered_what_they_may_do_and_no_more(cast: Cast) -> None:
    incident = an_assessed_incident(cast, reportable=False)

    def offered() -> dict[str, list[str]]:
        people = (cast.validator, cast.manager, cast.scientist, cast.auditor)
        return {one.username: list(incident_moves.acts_for(incident, one)) for one in people}

    assert offered() == {
        "validator": ["assess", "correct"],
        "manager": ["rule_out", "assess", "correct"],
        "scientist": [],
        "auditor": [],
    }
    incident_moves.rule_out(incident=incident, text="No harm.", by=cast.manager)
    incident.refresh_from_db()
    assert offered()["manager"] == ["close", "assess", "correct"]
