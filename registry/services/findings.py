"""Open findings on versions, by hand and by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from registry.models import Finding, FindingMove, Incident, ModelVersion, User
from registry.rules import findings as rules
from registry.rules import paragraphs
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import Role
from registry.rules.wording import gettext_noop
from registry.services import events, journal, notices, reviews, rights
from registry.services.names import Named


@journal.verb
def open_finding(
    *,
    version: ModelVersion,
    severity: str,
    title: str,
    text: str,
    owner: User,
    due: date,
    section: str = "",
    paragraph: str = "",
    question: str = "",
    ground: str = "",
    source: str = "",
    incident: Incident | None = None,
    by: User,
) -> Finding:
    """Open a finding that ``owner`` has to answer by ``due``.

    ``paragraph`` counts from 1 within a ``section`` of the card in effect and is quoted as it
    stands. ``source`` follows from the person's role unless it is said.
    """
    version = locked(version)
    role = rights.require(by=by, verb="finding.open", unit=version.model.unit)
    today = timezone.localdate()
    source = source or ("incident" if incident else _source_of(role))
    revision = version.card.effective if section else None
    objections = [
        *rules.objections_to_facts(
            source=source,
            severity=severity,
            title=title,
            text=text,
            question=question,
            ground=ground,
        ),
        *rules.objections_to_day(due, today, severity, rules.LONGEST_DAYS, "due"),
        *paragraphs.objections_to_place(
            revision.sections if revision else None, section, paragraph
        ),
        *_objections_to_owner(version, owner, by),
    ]
    if incident is not None and incident.model_id != version.model_id:
        objections.append(
            Objection(
                "finding.other_model",
                gettext_noop("The incident is another model's; name its own."),
            )
        )
    if objections:
        raise Refused(*objections)
    place = int(paragraph) if paragraph else None
    return _open(
        version,
        role,
        by,
        source=source,
        severity=severity,
        title=title.strip(),
        text=text.strip(),
        owner=owner,
        due=due,
        section=section,
        paragraph=place,
        quote=paragraphs.quoted(revision.sections, section, place) if revision else "",
        card_revision=revision.number if revision else None,
        question=question.strip(),
        ground=ground.strip(),
        incident=incident,
    )


@journal.verb
def open_automatically(
    *,
    version: ModelVersion,
    source: str,
    severity: str,
    title: str,
    text: str,
    details: Mapping[str, Any],
) -> Finding:
    """Open a finding that nobody wrote; while the same one is unsettled, return that.

    The same is what has the same source and the same ``details`` (plain JSON values). The model's
    owner answers for it, within the longest time of its severity.
    """
    version = locked(version)
    same = version.findings.unsettled().filter(source=source, details=dict(details)).first()
    if same is not None:
        return same
    objections = rules.objections_to_facts(
        source=source, severity=severity, title=title, text=text, question="", ground=""
    )
    if objections:
        raise Refused(*objections)
    due = timezone.localdate() + timedelta(days=rules.LONGEST_DAYS[severity])
    return _open(
        version,
        "system",
        None,
        source=source,
        severity=severity,
        title=title.strip(),
        text=text.strip(),
        owner=version.model.revision.owner,
        due=due,
        details=dict(details),
    )


@journal.verb
def remind_of_overdue() -> None:
    """Remind those whose answer is overdue, once a day, and those who judge it."""
    overdue = Finding.objects.overdue().select_related("version__model__unit", "owner")
    for finding in overdue.order_by("pk"):
        tell("finding.overdue", finding, [finding.owner])


def locked(version: ModelVersion) -> ModelVersion:
    """Hold the version: first of all locks, as in every verb that touches a version."""
    found: ModelVersion = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model__unit", "model__revision__owner", "card__effective")
        .get(pk=version.pk)
    )
    return found


def _source_of(role: str) -> str:
    return "ethics" if role == Role.ETHICS_REVIEWER else "validation"


def _objections_to_owner(version: ModelVersion, owner: User, by: User) -> list[Objection]:
    if owner.pk == by.pk:
        return [
            Objection(
                "finding.owner_is_opener",
                gettext_noop("Nobody answers their own finding; name somebody else."),
            )
        ]
    unit = version.model.unit
    if owner.is_active and rights.may(by=owner, verb="finding.answer", unit=unit):
        return []
    return [
        Objection(
            "finding.owner_cannot_answer",
            gettext_noop(
                "%(person)s works on no model of this unit, and so cannot answer for the finding."
            ),
            {"person": owner.printed_name},
        )
    ]


def _open(version: ModelVersion, role: str, by: User | None, **facts: Any) -> Finding:
    now = timezone.now()
    finding = Finding.objects.create(
        version=version, state=rules.State.OPEN, opened_at=now, opened_by=by, **facts
    )
    FindingMove.objects.create(
        finding=finding,
        number=1,
        act=rules.Act.OPEN,
        after=rules.State.OPEN,
        severity=finding.severity,
        text=finding.text,
        at=now,
        by=by,
        printed_name=by.printed_name if by else "system",
        role=role,
    )
    journal.record(
        "finding.opened",
        by=by,
        subject=finding,
        role=role,
        model=version.model,
        changes={
            "source": finding.source,
            "severity": finding.severity,
            "owner": Named(finding.owner),
            "due": finding.due.isoformat(),
            "section": finding.section,
            "paragraph": finding.paragraph,
            "card_revision": finding.card_revision,
        },
        reason=finding.text,
    )
    events.announce(
        name="finding.opened",
        version=version,
        details={"finding": finding.pk, "severity": finding.severity},
        by=by,
    )
    make_known(finding, by)
    return finding


def make_known(finding: Finding, by: User | None) -> None:
    """Tell the owner; where it touches an approval, open a review and tell those who decide."""
    version = finding.version
    people = [finding.owner]
    if finding.severity in rules.BLOCKING and version.releases.standing().exists():
        reviews.open_for(
            model=version.model,
            version=version,
            cause="finding",
            details={"finding": finding.pk},
            by=by,
        )
        people += notices.holders(
            version.model.unit, Role.MODEL_RISK_MANAGER, Role.VALIDATOR
        ).exclude(pk=by.pk if by else None)
    tell("finding.opened", finding, people)


def tell(code: str, finding: Finding, people: Iterable[User]) -> None:
    """Tell people of a finding."""
    notices.tell(
        people=people,
        code=code,
        about=finding,
        model=finding.version.model,
        link=f"/findings/{finding.pk}/",
    )
