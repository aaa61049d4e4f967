"""What stands against reporting an incident and each step of one, through all three doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from registry.models import Incident, User
from registry.rules.roles import Role
from registry.services import incident_moves, incidents
from tests.cast import Cast, a_model, a_version, api
from tests.registry.pages import signed_in
from tests.registry.test_adversary_separation import also
from tests.registry.three_doors import Attempt, Row, Table, as_sent, refused_at_every_door
from tests.registry.trouble import (
    a_notified_incident,
    an_assessed_incident,
    an_incident,
)

TABLE = Table()
MISSING = "This field is required."
NO_CHOICE = "Select a valid choice."
STEPS: dict[str, Callable[..., object]] = {
    "assess": incident_moves.assess,
    "notify": incident_moves.notify,
    "rule_out": incident_moves.rule_out,
    "correct": incident_moves.correct,
    "close": incident_moves.close,
}


def stepping(incident: Incident, act: str, by: User, **said: Any) -> Attempt:
    """Take a step on an incident."""
    sent = {name: as_sent(value) for name, value in said.items()}
    form = {name: {True: "yes", False: "no"}.get(value, value) for name, value in sent.items()}
    door = f"/api/v1/incidents/{incident.pk}/{act.replace('_', '-')}/"
    return Attempt(
        service=lambda: STEPS[act](incident=incident, by=by, **said),
        api=lambda: api(by).post(door, sent),
        page=lambda: signed_in(by).post(reverse("move_incident", args=[incident.pk, act]), form),
    )


def reporting(cast: Cast, by: User, **said: Any) -> Attempt:
    """Report an incident of a model."""
    model = a_model(cast)
    now = timezone.now()
    given: dict[str, Any] = {
        "kind": "rights",
        "link": "suspected",
        "occurred_at": now - timedelta(days=1),
        "aware_at": now - timedelta(hours=6),
        "description": "Applicants were refused.",
        **said,
    }
    sent = {name: getattr(as_sent(value), "pk", as_sent(value)) for name, value in given.items()}
    address = reverse("report_incident", args=[model.slug])
    return Attempt(
        service=lambda: incidents.report(model=model, by=by, **given),
        api=lambda: api(by).post(f"/api/v1/models/{model.slug}/incidents/", sent),
        page=lambda: signed_in(by).post(address, sent),
    )


@TABLE.row("incident.aware_later", "incident.aware_before_it_occurred")
def it_is_known_tomorrow_and_occurs_after_that(cast: Cast) -> Attempt:
    days = {"aware_at": timezone.now() + timedelta(days=1)}
    days["occurred_at"] = timezone.now() + timedelta(days=2)
    return reporting(cast, cast.scientist, **days)


@TABLE.row(
    "incident.environment",
    "incident.unknown_kind",
    "incident.unknown_link",
    page_says=NO_CHOICE,
)
def it_is_of_no_known_kind_and_place(cast: Cast) -> Attempt:
    said = {"environment": "moon", "kind": "bad", "link": "maybe"}
    return reporting(cast, cast.scientist, **said)


@TABLE.row("incident.says_nothing", page_says=MISSING)
def it_does_not_say_what_happened(cast: Cast) -> Attempt:
    return reporting(cast, cast.scientist, description=" ")


@TABLE.row("incident.other_model", api_field="version", page_says=NO_CHOICE)
def its_version_is_another_models(cast: Cast) -> Attempt:
    version = a_version(cast, a_model(cast, "Car loans"))
    return reporting(cast, cast.scientist, version=version)


@TABLE.row("incident.unknown_class", page_says=NO_CHOICE)
def it_is_assessed_in_no_known_class(cast: Cast) -> Attempt:
    said = {"ai_act_class": "odd", "reportable": True, "text": "Read."}
    return stepping(an_incident(cast), "assess", cast.validator, **said)


@TABLE.row("incident.assessed_otherwise", "incident.notified_when")
def what_is_not_reportable_was_told_before_it_was_known(cast: Cast) -> Attempt:
    incident = an_assessed_incident(cast, reportable=False)
    said = {"authority": "MSA", "reference": "17", "complete": True}
    at = incident.aware_at - timedelta(days=1)
    return stepping(incident, "notify", cast.manager, notified_at=at, **said)


@TABLE.row("incident.no_reference", page_says=MISSING)
def the_authority_is_not_named(cast: Cast) -> Attempt:
    said = {"authority": " ", "reference": "17", "complete": True}
    said["notified_at"] = timezone.now()
    return stepping(an_assessed_incident(cast), "notify", cast.manager, **said)


@TABLE.row("incident.second_person")
def one_person_alone_rules_nothing_out(cast: Cast) -> Attempt:
    incident = an_assessed_incident(cast, reportable=False)
    return stepping(incident, "rule_out", cast.validator, text="No harm.")


@TABLE.row("incident.assessed_otherwise", "incident.second_person")
def what_is_reportable_is_not_ruled_out_by_its_assessor(cast: Cast) -> Attempt:
    return stepping(an_assessed_incident(cast), "rule_out", cast.validator, text="No harm.")


@TABLE.row("incident.no_reason", page_says=MISSING)
def it_is_ruled_out_for_no_reason(cast: Cast) -> Attempt:
    incident = an_assessed_incident(cast, reportable=False)
    return stepping(incident, "rule_out", cast.ethics, text=" ")


@TABLE.row("incident.wrong_state")
def it_is_closed_before_anybody_judged_it(cast: Cast) -> Attempt:
    said = {"root_cause": "A postcode.", "corrective_action": "Taken out."}
    return stepping(an_incident(cast), "close", cast.manager, **said)


@TABLE.row("incident.no_cause", page_says=MISSING)
def it_is_closed_without_a_cause(cast: Cast) -> Attempt:
    said = {"root_cause": " ", "corrective_action": "Taken out."}
    return stepping(a_notified_incident(cast), "close", cast.manager, **said)


def mending(incident: Incident, by: User, **said: Any) -> Attempt:
    """Mend an incident; what is not told stays, and the page sends it as it is."""
    kept = ("kind", "link", "occurred_at", "aware_at", "affected")
    given = {name: getattr(incident, name) for name in kept} | {"text": "Asked again."} | said
    return stepping(incident, "correct", by, **given)


@TABLE.row("incident.clock_set_back")
def an_authority_was_told_of_an_earlier_time(cast: Cast) -> Attempt:
    incident = a_notified_incident(cast)
    at = incident.aware_at + timedelta(hours=1)
    return mending(incident, cast.manager, aware_at=at)


@TABLE.row("incident.own_clock")
def who_reported_it_gives_nobody_more_time(cast: Cast) -> Attempt:
    incident = an_incident(cast, by=also(cast, cast.scientist, Role.MODEL_RISK_MANAGER))
    return mending(incident, cast.scientist, aware_at=incident.aware_at + timedelta(hours=1))


@TABLE.row("incident.nothing_mended")
def nothing_is_mended(cast: Cast) -> Attempt:
    incident = an_incident(cast)
    return Attempt(
        service=lambda: incident_moves.correct(incident=incident, text="Asked.", by=cast.manager),
        api=lambda: api(cast.manager).post(
            f"/api/v1/incidents/{incident.pk}/correct/", {"text": "Asked."}
        ),
        page=mending(incident, cast.manager).page,
    )


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.name)
def test_every_door_refuses_an_incident_alike(
    cast: Cast, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_at_every_door(row, cast, monkeypatch)
