"""What governance asks of a person as the one whose it is: to do, to answer, to confirm."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from audits.services.needs import MOST_LOOKED_AT, MOST_SHOWN, Desk, Need
from registry.models import AttestationRound, Condition, Decision, Finding, Incident, Release
from registry.rules import findings as finding_rules
from registry.rules import incidents as incident_rules
from registry.rules.releases import STANDING, Act, State
from registry.services import attestations


def to_fulfil(desk: Desk) -> Iterator[Need]:
    """Conditions of approvals that stand, for whose fulfilment the person answers."""
    waiting = Condition.objects.waiting().filter(
        owner=desk.user,
        offered_at=None,
        release__state__in=sorted(STANDING),
        release__version__model__unit__in=desk.where("condition.fulfil"),
    )
    now = timezone.now()
    for one in waiting.select_related("release__version__model").order_by("due_at", "pk")[
        :MOST_SHOWN
    ]:
        yield Need(
            "fulfil_condition",
            str(one.release),
            reverse("condition", args=[one.pk]),
            {"text": one.text},
            due=one.due_at,
            overdue=one.due_at <= now,
        )


def to_answer(desk: Desk) -> Iterator[Need]:
    """Open findings that the person answers for."""
    mine = Finding.objects.standing(finding_rules.State.OPEN).filter(
        owner=desk.user, version__model__unit__in=desk.where("finding.answer")
    )
    for one in mine.select_related("version__model").order_by("due", "pk")[:MOST_SHOWN]:
        yield Need(
            "answer_finding",
            str(one.version),
            reverse("finding", args=[one.pk]),
            {"severity": finding_rules.SEVERITIES[one.severity], "title": one.title},
            due=one.due,
            overdue=one.is_overdue,
        )


def returned(desk: Desk) -> Iterator[Need]:
    """Drafts that were in review and came back to who had submitted them."""
    last = Decision.objects.filter(release=OuterRef("pk"), act=Act.RETURN).order_by(
        "-signed_at", "-pk"
    )
    drafts = Release.objects.filter(
        Exists(last),
        state=State.DRAFT,
        submitted_by=desk.user,
        version__model__unit__in=desk.where("release.submit"),
    ).annotate(
        why=Subquery(last.values("reason")[:1]),
        who=Subquery(last.values("printed_name")[:1]),
        returned_at=Subquery(last.values("signed_at")[:1]),
    )
    for one in drafts.select_related("version__model").order_by("pk")[:MOST_SHOWN]:
        yield Need(
            "returned",
            str(one),
            reverse("release", args=[one.pk]),
            {"reason": one.why},
            who=one.who,
            at=one.returned_at,
        )


def to_attest(desk: Desk) -> Iterator[Need]:
    """The newest inventory of each unit, where the person owns a model and has not confirmed."""
    newest = (
        AttestationRound.objects.filter(unit__in=desk.where("attestation.confirm"))
        .order_by("unit_id", "-opened_at", "-pk")
        .distinct("unit_id")
    )
    today = timezone.localdate()
    for one in newest.select_related("unit").prefetch_related("confirmations"):
        if desk.user.pk in {owner.id for owner in attestations.waiting(one)}:
            yield Need(
                "attestation",
                str(one),
                reverse("attestation", args=[one.pk]),
                due=one.due_on,
                overdue=one.due_on < today,
            )


def to_advance(desk: Desk) -> Iterator[Need]:
    """Incidents whose time to report runs, for those who may move them on."""
    running = Incident.objects.running().filter(model__unit__in=desk.where("incident.advance"))
    clocks = [(one, one.clock()) for one in running.for_list()[:MOST_LOOKED_AT]]
    timed = [(clock.due, one.pk, one, clock) for one, clock in clocks if clock]
    for due, pk, one, clock in sorted(timed, key=lambda row: row[:2])[:MOST_SHOWN]:
        state = incident_rules.State(one.state)
        yield Need(
            "incident",
            str(one.version or one.model),
            reverse("incident", args=[pk]),
            {"state": incident_rules.STATE_NAMES[state], "days": clock.days},
            who=one.reported_by.printed_name,
            at=one.reported_at,
            due=due,
            overdue=clock.state == "overdue",
        )
