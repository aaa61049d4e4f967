"""Move a finding on: answer it, judge the answer, accept the risk, change the severity."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Finding, FindingMove, User
from registry.rules import findings as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import Role
from registry.rules.wording import gettext_noop
from registry.services import events, findings, journal, notices, rights, stages

# In the order in which they are offered: what leads on comes first.
VERBS = {
    rules.Act.ANSWER: "finding.answer",
    rules.Act.CLOSE: "finding.close",
    rules.Act.CHALLENGE: "finding.close",
    rules.Act.ACCEPT_RISK: "finding.close",
    rules.Act.RATE: "finding.close",
}
ACTIONS = {
    rules.Act.ANSWER: "finding.answered",
    rules.Act.CHALLENGE: "finding.challenged",
    rules.Act.CLOSE: "finding.closed",
    rules.Act.ACCEPT_RISK: "finding.risk_accepted",
    rules.Act.RATE: "finding.rated",
}


@journal.verb
def answer(
    *, finding: Finding, text: str, plan: str = "", seen: int | None = None, by: User
) -> Finding:
    """Answer a finding, with the plan by which it is mended.

    ``seen`` is the number of the last step the person saw, here and below; where another one was
    taken meanwhile the act is refused.
    """
    finding, role = _locked(finding, rules.Act.ANSWER, by)
    _refuse(_objections(finding, rules.Act.ANSWER, text, seen, by))
    _move(finding, rules.Act.ANSWER, role, text, by, plan=plan.strip())
    people = notices.holders(
        finding.version.model.unit, Role.VALIDATOR, Role.MODEL_RISK_MANAGER
    ).exclude(pk=by.pk)
    findings.tell(
        "finding.answered", finding, [finding.opened_by] if finding.opened_by else list(people)
    )
    return finding


@journal.verb
def challenge(
    *, finding: Finding, text: str, outcome: str = "rejected", seen: int | None = None, by: User
) -> Finding:
    """Say why the answer does not do; the finding is open again."""
    finding, role = _locked(finding, rules.Act.CHALLENGE, by)
    _refuse(
        [
            *_objections(finding, rules.Act.CHALLENGE, text, seen, by),
            *rules.objections_to_outcome(rules.Act.CHALLENGE, outcome),
        ]
    )
    _move(finding, rules.Act.CHALLENGE, role, text, by, outcome=outcome)
    findings.tell("finding.challenged", finding, [finding.owner])
    return finding


@journal.verb
def close(
    *, finding: Finding, text: str, outcome: str = "accepted", seen: int | None = None, by: User
) -> Finding:
    """Close a finding whose answer does; never by who answers for it, nor by who worked on it."""
    finding, role = _locked(finding, rules.Act.CLOSE, by)
    _refuse(
        [
            *_objections(finding, rules.Act.CLOSE, text, seen, by),
            *rules.objections_to_outcome(rules.Act.CLOSE, outcome),
        ]
    )
    _move(finding, rules.Act.CLOSE, role, text, by, outcome=outcome)
    events.announce(
        name="finding.closed",
        version=finding.version,
        details={"finding": finding.pk, "outcome": outcome},
        by=by,
    )
    return finding


@journal.verb
def accept_risk(
    *, finding: Finding, text: str, until: date, seen: int | None = None, by: User
) -> Finding:
    """Accept the risk up to a day, as a model risk manager; the day after it is open again."""
    finding, role = _locked(finding, rules.Act.ACCEPT_RISK, by)
    if Role.MODEL_RISK_MANAGER not in role.split(", "):
        raise PermissionDenied(_("Only a model risk manager accepts a risk."))
    _refuse(
        [
            *_objections(finding, rules.Act.ACCEPT_RISK, text, seen, by),
            *rules.objections_to_day(
                until,
                timezone.localdate(),
                finding.severity,
                rules.LONGEST_ACCEPTANCE,
                "until",
            ),
        ]
    )
    _move(finding, rules.Act.ACCEPT_RISK, Role.MODEL_RISK_MANAGER.value, text, by, until=until)
    findings.tell("finding.risk_accepted", finding, [finding.owner])
    return finding


@journal.verb
def rate(
    *, finding: Finding, severity: str, text: str, seen: int | None = None, by: User
) -> Finding:
    """Change the severity, with the reason; who opened the finding never lowers it."""
    finding, role = _locked(finding, rules.Act.RATE, by)
    known = severity in rules.SEVERITIES
    lowers = known and rules.is_lower(severity, finding.severity)
    objections = _objections(finding, rules.Act.RATE, text, seen, by, lowers=lowers)
    if not known or severity == finding.severity:
        objections.append(
            Objection(
                "finding.severity_stays",
                gettext_noop(
                    "Choose another severity than “%(severity)s”; the others are: %(known)s."
                ),
                {
                    "severity": [rules.SEVERITIES[finding.severity]],
                    "known": [
                        name for one, name in rules.SEVERITIES.items() if one != finding.severity
                    ],
                },
                tuple(one for one in rules.SEVERITIES if one != finding.severity),
            )
        )
    _refuse(objections)
    before, finding.severity = finding.severity, severity
    _move(finding, rules.Act.RATE, role, text, by, changed={"severity": [before, severity]})
    if not lowers:
        findings.make_known(finding, by)
    return finding


def acts_for(finding: Finding, by: User) -> list[rules.Act]:
    """Return the acts this person may take on the finding as it stands today."""
    unit = finding.version.model.unit
    roles = {verb: rights.roles_for(by=by, verb=verb, unit=unit) for verb in set(VERBS.values())}
    offered = [
        act
        for act, verb in VERBS.items()
        if (finding.stands, act) in rules.MOVES
        and roles[verb]
        and (act != rules.Act.ACCEPT_RISK or Role.MODEL_RISK_MANAGER in roles[verb])
    ]
    # Whose work it is takes several queries: asked only for who could act at all.
    return [act for act in offered if not _objections_to_person(finding, act, by)]


def _locked(finding: Finding, act: rules.Act, by: User) -> tuple[Finding, str]:
    """Hold the version and the finding, and return the role the person acts in."""
    version = findings.locked(finding.version)
    role = rights.require(by=by, verb=VERBS[act], unit=version.model.unit)
    found = (
        Finding.objects.select_for_update(of=("self",))
        .select_related("owner", "opened_by")
        .get(pk=finding.pk)
    )
    found.version = version
    return found, role


def _objections(
    finding: Finding, act: rules.Act, text: str, seen: int | None, by: User, *, lowers: bool = False
) -> list[Objection]:
    objections = [
        *rules.objections_to_moving(finding.stands, act),
        *_objections_to_person(finding, act, by, lowers=lowers),
    ]
    if not text.strip():
        objections.append(
            Objection("finding.no_reason", gettext_noop("Say why; what you say is kept with it."))
        )
    if seen is not None and seen != finding.moves.count():
        objections.append(
            Objection(
                "finding.moved_meanwhile",
                gettext_noop("Somebody took another step meanwhile; read it before you decide."),
            )
        )
    return objections


def _objections_to_person(
    finding: Finding, act: rules.Act, by: User, *, lowers: bool = False
) -> list[Objection]:
    answers = finding.moves.filter(act=rules.Act.ANSWER)
    return rules.objections_to_mover(
        by.pk,
        act,
        opener=finding.opened_by_id,
        owner=finding.owner_id,
        answered_by=answers.values_list("by", flat=True),
        hands=stages.hands_on_version(finding.version) if act in rules.JUDGING else {},
        lowers=lowers,
    )


def _refuse(objections: list[Objection]) -> None:
    if objections:
        raise Refused(*objections)


def _move(
    finding: Finding,
    act: rules.Act,
    role: str,
    text: str,
    by: User,
    *,
    plan: str = "",
    outcome: str = "",
    until: date | None = None,
    changed: dict[str, Any] | None = None,
) -> None:
    before = finding.stands
    after = rules.MOVES[before, act]
    finding.state, finding.accepted_until = after, until
    finding.save(update_fields=["state", "severity", "accepted_until"])
    FindingMove.objects.create(
        finding=finding,
        number=finding.moves.count() + 1,
        act=act,
        before=before,
        after=after,
        severity=finding.severity,
        text=text.strip(),
        plan=plan,
        outcome=outcome,
        until=until,
        at=timezone.now(),
        by=by,
        printed_name=by.printed_name,
        role=role,
    )
    said = {"plan": plan, "outcome": outcome, "until": until.isoformat() if until else ""}
    journal.record(
        ACTIONS[act],
        by=by,
        subject=finding,
        role=role,
        model=finding.version.model,
        changes={
            "state": [before, after],
            **{name: value for name, value in said.items() if value},
            **(changed or {}),
        },
        reason=text.strip(),
    )
