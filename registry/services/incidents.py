"""Report incidents of models; and what every later step of one shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from registry.models import Incident, IncidentMove, ModelVersion, RegisteredModel, User
from registry.rules import incidents as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import Role
from registry.rules.wording import gettext_noop
from registry.services import events, journal, notices, relations, reviews, rights

ACTIONS = {
    rules.Act.REPORT: "incident.reported",
    rules.Act.ASSESS: "incident.assessed",
    rules.Act.CORRECT: "incident.corrected",
    rules.Act.NOTIFY: "incident.notified",
    rules.Act.RULE_OUT: "incident.ruled_out",
    rules.Act.CLOSE: "incident.closed",
    rules.Act.HALF_PASSED: "incident.half_passed",
    rules.Act.ALL_PASSED: "incident.all_passed",
}


@journal.verb
def report(
    *,
    model: RegisteredModel,
    version: ModelVersion | None = None,
    environment: str = "",
    kind: str,
    link: str = "unknown",
    occurred_at: datetime,
    aware_at: datetime | None = None,
    description: str,
    affected: str = "",
    immediate_action: str = "",
    by: User,
) -> Incident:
    """Report an incident; the clock runs from ``aware_at``, which is now unless it is said."""
    role = rights.require(by=by, verb="incident.report", unit=model.unit)
    now = timezone.now()
    aware_at = aware_at or now
    objections = [
        *rules.objections_to_facts(kind, link, description),
        *rules.objections_to_times(occurred_at=occurred_at, aware_at=aware_at, reported_at=now),
        *_objections_to_place(model, version, environment),
    ]
    if objections:
        raise Refused(*objections)
    incident = Incident.objects.create(
        model=model,
        version=version,
        environment=environment,
        kind=kind,
        link=link,
        occurred_at=occurred_at,
        aware_at=aware_at,
        description=description.strip(),
        affected=affected.strip(),
        immediate_action=immediate_action.strip(),
        reported_at=now,
        reported_by=by,
        state=rules.State.REPORTED,
    )
    facts = {
        "kind": kind,
        "link": link,
        "occurred_at": occurred_at.isoformat(),
        "aware_at": aware_at.isoformat(),
    }
    move(incident, rules.Act.REPORT, role, incident.description, by, facts, first=True)
    _make_known(incident, by)
    return incident


def locked(incident: Incident) -> Incident:
    """Hold an incident, as the database has it now."""
    found: Incident = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("model__unit", "model__revision__owner", "version")
        .get(pk=incident.pk)
    )
    return found


def move(
    incident: Incident,
    act: rules.Act,
    role: str,
    text: str,
    by: User | None,
    facts: Mapping[str, Any],
    *,
    first: bool = False,
) -> None:
    """Write a step of a held incident, and its entry. Inside a verb only."""
    before = rules.State(incident.state)
    if not first:
        incident.state = rules.MOVES[before, act]
        incident.save()
    IncidentMove.objects.create(
        incident=incident,
        number=incident.moves.count() + 1,
        act=act,
        before="" if first else before,
        after=incident.state,
        text=text.strip(),
        facts=dict(facts),
        at=timezone.now(),
        by=by,
        printed_name=by.printed_name if by else "system",
        role=role,
    )
    journal.record(
        ACTIONS[act],
        by=by,
        subject=incident,
        role=role,
        model=incident.model,
        changes={"state": ["" if first else before, incident.state], **facts},
        reason=text.strip(),
    )


def told_people(incident: Incident) -> list[User]:
    """Return who has to know of an incident: the owner, and those who advance it."""
    unit = incident.model.unit
    holders = notices.holders(
        unit,
        Role.MODEL_RISK_MANAGER,
        Role.VALIDATOR,
        Role.ETHICS_REVIEWER,
        Role.BUSINESS_OWNER,
    )
    return [incident.model.revision.owner, *holders]


def tell(code: str, incident: Incident, people: Iterable[User]) -> None:
    """Tell people of an incident."""
    notices.tell(
        people=people,
        code=code,
        about=incident,
        model=incident.model,
        link=f"/incidents/{incident.pk}/",
    )


def _objections_to_place(
    model: RegisteredModel, version: ModelVersion | None, environment: str
) -> list[Objection]:
    objections = []
    if version is not None and version.model_id != model.pk:
        objections.append(
            Objection(
                "incident.other_model",
                gettext_noop("This version is another model's; name one of %(model)s."),
                {"model": model.name},
            )
        )
    if environment and environment not in settings.ENVIRONMENTS:
        objections.append(
            Objection(
                "incident.environment",
                gettext_noop("There is no environment %(environment)s; choose one of %(known)s."),
                {"environment": environment, "known": ", ".join(settings.ENVIRONMENTS)},
            )
        )
    return objections


def _make_known(incident: Incident, by: User) -> None:
    """Open the reviews it asks for, here and downstream, and tell people and systems."""
    reviews.open_for(
        model=incident.model,
        version=incident.version,
        cause="incident",
        details={"incident": incident.pk},
        by=by,
    )
    change = {"change": "incident", "incident": incident.pk}
    relations.open_downstream(incident.model, change, by)
    if incident.version is not None:
        events.announce(
            name="incident.reported",
            version=incident.version,
            details={"incident": incident.pk, "kind": incident.kind},
            by=by,
        )
    people = [person for person in told_people(incident) if person.pk != by.pk]
    tell("incident.reported", incident, people)
