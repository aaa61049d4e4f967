"""Move an incident on: assess it, mend its facts, notify an authority, rule it out, close it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from registry.models import Incident, User
from registry.rules import incidents as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import incidents, journal, rights

# In the order in which they are offered: what leads on comes first.
VERBS = {
    rules.Act.CLOSE: "incident.close",
    rules.Act.NOTIFY: "incident.advance",
    rules.Act.RULE_OUT: "incident.advance",
    rules.Act.ASSESS: "incident.advance",
    rules.Act.CORRECT: "incident.advance",
}
# What a correction may mend.
MENDED = ("kind", "link", "occurred_at", "aware_at", "affected")


@journal.verb
def assess(
    *, incident: Incident, ai_act_class: str, reportable: bool, text: str, by: User
) -> Incident:
    """Say whether the AI Act asks for a report, for a model of which class, and why."""
    incident, role = _locked(incident, rules.Act.ASSESS, by)
    _refuse(
        [
            *rules.objections_to_moving(incident.state, rules.Act.ASSESS),
            *rules.objections_to_class(ai_act_class),
            *_without_reason(text),
        ]
    )
    facts = {"ai_act_class": ai_act_class, "reportable": reportable}
    incidents.move(incident, rules.Act.ASSESS, role, text, by, facts)
    return incident


@journal.verb
def notify(
    *,
    incident: Incident,
    authority: str,
    reference: str,
    notified_at: datetime | None = None,
    complete: bool = True,
    text: str = "",
    by: User,
) -> Incident:
    """Keep that an authority was notified, and when; the first time stops the clock.

    A first report may be incomplete; ``complete`` says whether this one is (Art. 73(5)).
    """
    incident, role = _locked(incident, rules.Act.NOTIFY, by)
    now = timezone.now()
    notified_at = notified_at or now
    objections = rules.objections_to_moving(incident.state, rules.Act.NOTIFY)
    if not objections and not last_assessment(incident).get("reportable"):
        objections.append(
            Objection(
                "incident.assessed_otherwise",
                gettext_noop("It was assessed as not reportable; assess it again first."),
            )
        )
    if not authority.strip() or not reference.strip():
        objections.append(
            Objection(
                "incident.no_reference",
                gettext_noop("Name the authority, and the reference under which it was told."),
            )
        )
    if notified_at > now + rules.TOLERANCE or notified_at < incident.aware_at:
        objections.append(
            Objection(
                "incident.notified_when",
                gettext_noop("The authority is told after you knew, and not in the future."),
            )
        )
    _refuse(objections)
    incident.notified_at = incident.notified_at or notified_at
    facts = {
        "authority": authority.strip(),
        "reference": reference.strip(),
        "notified_at": notified_at.isoformat(),
        "complete": complete,
    }
    incidents.move(incident, rules.Act.NOTIFY, role, text, by, facts)
    return incident


@journal.verb
def rule_out(*, incident: Incident, text: str, by: User) -> Incident:
    """Confirm, as a second person, that there is nothing to report; the clock stops."""
    incident, role = _locked(incident, rules.Act.RULE_OUT, by)
    objections = [
        *rules.objections_to_moving(incident.state, rules.Act.RULE_OUT),
        *_without_reason(text),
    ]
    if last_assessment(incident).get("reportable"):
        objections.append(
            Objection(
                "incident.assessed_otherwise",
                gettext_noop("It was assessed as reportable; assess it again first."),
            )
        )
    if _assessor(incident) == by.pk:
        objections.append(
            Objection(
                "incident.second_person",
                gettext_noop("You assessed it; a second person confirms that nothing is reported."),
            )
        )
    _refuse(objections)
    incidents.move(incident, rules.Act.RULE_OUT, role, text, by, {})
    return incident


@journal.verb
def close(*, incident: Incident, root_cause: str, corrective_action: str, by: User) -> Incident:
    """Close an incident with its root cause and what was done about it."""
    incident, role = _locked(incident, rules.Act.CLOSE, by)
    objections = rules.objections_to_moving(incident.state, rules.Act.CLOSE)
    if not root_cause.strip() or not corrective_action.strip():
        objections.append(
            Objection(
                "incident.no_cause",
                gettext_noop("Say what the root cause was, and what was done about it."),
            )
        )
    _refuse(objections)
    facts = {
        "root_cause": root_cause.strip(),
        "corrective_action": corrective_action.strip(),
        "findings": list(incident.findings.order_by("pk").values_list("pk", flat=True)),
    }
    incidents.move(incident, rules.Act.CLOSE, role, root_cause, by, facts)
    return incident


@journal.verb
def correct(
    *,
    incident: Incident,
    text: str,
    kind: str = "",
    link: str = "",
    occurred_at: datetime | None = None,
    aware_at: datetime | None = None,
    affected: str = "",
    by: User,
) -> Incident:
    """Mend what was reported; what is left out stays.

    What was judged on the earlier facts is judged again. Who reported it gives nobody more time:
    a correction that does is another person's.
    """
    incident, role = _locked(incident, rules.Act.CORRECT, by)
    before = {name: getattr(incident, name) for name in MENDED}
    said = (kind, link, occurred_at, aware_at, affected.strip())
    after: dict[str, Any] = {
        name: new or before[name] for name, new in zip(MENDED, said, strict=True)
    }
    objections = [
        *rules.objections_to_moving(incident.state, rules.Act.CORRECT),
        *rules.objections_to_facts(after["kind"], after["link"], incident.description),
        *rules.objections_to_times(
            occurred_at=after["occurred_at"],
            aware_at=after["aware_at"],
            reported_at=incident.reported_at,
            notified=incident.notified_at is not None,
            aware_before=incident.aware_at,
        ),
        *_without_reason(text),
    ]
    if before == after:
        objections.append(
            Objection("incident.nothing_mended", gettext_noop("Say what is to be mended."))
        )
    if not objections and by.pk == incident.reported_by_id and _gives_more_time(before, after):
        objections.append(
            Objection(
                "incident.own_clock",
                gettext_noop("You reported it; somebody else mends what gives more time."),
            )
        )
    _refuse(objections)
    for name, value in after.items():
        setattr(incident, name, value)
    facts = {
        name: [_plain(before[name]), _plain(after[name])]
        for name in MENDED
        if before[name] != after[name]
    }
    incidents.move(incident, rules.Act.CORRECT, role, text, by, facts)
    return incident


def acts_for(incident: Incident, by: User) -> list[rules.Act]:
    """Return the acts this person may take on the incident as it stands."""
    unit = incident.model.unit
    roles = {verb: rights.may(by=by, verb=verb, unit=unit) for verb in set(VERBS.values())}
    reportable = last_assessment(incident).get("reportable")
    return [
        act
        for act, verb in VERBS.items()
        if (rules.State(incident.state), act) in rules.MOVES
        and roles[verb]
        and (act != rules.Act.NOTIFY or reportable)
        and (act != rules.Act.RULE_OUT or not reportable and _assessor(incident) != by.pk)
    ]


def last_assessment(incident: Incident) -> dict[str, Any]:
    """Return what the last assessment said; empty where there is none."""
    last = incident.moves.filter(act=rules.Act.ASSESS).order_by("number").last()
    return dict(last.facts) if last else {}


def _assessor(incident: Incident) -> int | None:
    last = incident.moves.filter(act=rules.Act.ASSESS).order_by("number").last()
    return last.by_id if last else None


def _gives_more_time(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Say whether the time to report would end later, or not at all."""
    earlier, later = (
        rules.clock_of(said["kind"], said["aware_at"], rules.State.REPORTED, None, said["aware_at"])
        for said in (before, after)
    )
    return earlier is not None and (later is None or later.due > earlier.due)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _locked(incident: Incident, act: rules.Act, by: User) -> tuple[Incident, str]:
    """Hold the incident, and return the role the person acts in."""
    role = rights.require(by=by, verb=VERBS[act], unit=incident.model.unit)
    return incidents.locked(incident), role


def _without_reason(text: str) -> list[Objection]:
    if text.strip():
        return []
    return [Objection("incident.no_reason", gettext_noop("Say why; what you say is kept with it."))]


def _refuse(objections: list[Objection]) -> None:
    if objections:
        raise Refused(*objections)
