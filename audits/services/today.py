"""What waits for a person, all of it in the order in which it is shown; reads only."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.db.models import Exists, OuterRef
from django.urls import reverse

from audits.models import Report
from audits.rules.runs import State
from audits.rules.today import NEEDS
from audits.services import duties, judgements
from audits.services.needs import MOST_SHOWN, Desk, Need, desk_of
from registry.models import (
    DataQuery,
    Membership,
    ModelVersion,
    Release,
    User,
)
from registry.rules.roles import Role
from registry.services import (
    checklists,
    gates,
    seats,
    stages,
)


def needs(user: User) -> list[Need]:
    """Return what waits for the person: what is overdue first, then by its kind."""
    desk = desk_of(user)
    asked = (
        _to_sign,
        judgements.to_let_through,
        judgements.to_confirm,
        judgements.to_adopt,
        judgements.to_accept,
        judgements.to_judge,
        judgements.to_close,
        duties.to_advance,
        duties.to_attest,
        duties.to_fulfil,
        duties.to_answer,
        duties.returned,
        _to_finish,
        _to_report,
        _to_grant,
        _to_review,
    )
    found = [need for ask in asked for need in islice(ask(desk), MOST_SHOWN)]
    order = {kind: place for place, kind in enumerate(NEEDS)}
    return sorted(found, key=lambda need: (not need.overdue, order[need.kind]))


def _to_sign(desk: Desk) -> Iterator[Need]:
    """Releases at a stage of this person's role, leaving out what is their own work."""
    user = desk.user
    waiting = gates.for_signing(Release.objects.visible_to(user).open()).order_by("submitted_at")
    lent = seats.lent_to(user)
    for release in waiting:
        progress = stages.progress_of(release)
        roles = set(desk.roles.get(release.version.model.unit_id, ()))
        for seat in seats.of(user, release, progress, roles, lent):
            if not seats.objections_to(user, release, progress, seat):
                yield Need(
                    "sign",
                    str(release),
                    reverse("release", args=[release.pk]),
                    {"stage": progress.stages[seat.stage].name},
                    who=release.submitted_by.printed_name,
                    at=release.submitted_at,
                )
                break


def _to_finish(desk: Desk) -> Iterator[Need]:
    """Say what the newest version of each model lacks, where it was never submitted."""
    newer = ModelVersion.objects.filter(model=OuterRef("model"), number__gt=OuterRef("number"))
    never_submitted = ModelVersion.objects.filter(
        ~Exists(newer), model__unit__in=desk.holding(Role.DATA_SCIENTIST), releases=None
    )
    versions = {one.pk: one for one in never_submitted.select_related("model")[:MOST_SHOWN]}
    lacking = checklists.checklists(ModelVersion.objects.filter(pk__in=versions))
    for pk, version in versions.items():
        missing = [item for item in lacking[pk] if item.objection]
        address = reverse("version", args=[version.model.slug, version.number])
        yield Need("finish", str(version), address, count=len(missing))


def _to_report(desk: Desk) -> Iterator[Need]:
    """Approved releases nobody has exported a report on since the decision."""
    exported = Report.objects.filter(
        release=OuterRef("pk"),
        state=State.DONE,
        requested_at__gte=OuterRef("decided_at"),
        asked_as_of__isnull=True,
        recalled_at__isnull=True,
    )
    approved = Release.objects.approved().filter(
        version__model__unit__in=desk.holding(Role.AUDITOR)
    )
    for release in approved.exclude(Exists(exported)).select_related("version__model")[:MOST_SHOWN]:
        yield Need("report", str(release), reverse("release", args=[release.pk]), release=release)


def _to_grant(desk: Desk) -> Iterator[Need]:
    """Accounts that hold no role anywhere yet."""
    units = desk.holding(Role.ADMINISTRATOR)
    if not units:
        return
    current = Membership.objects.current().filter(user=OuterRef("pk"))
    for person in User.objects.filter(is_active=True).exclude(Exists(current))[:MOST_SHOWN]:
        subject = f"{person.printed_name} ({person.username})"
        yield Need("grant", subject, reverse("unit", args=[units[0].slug]))


def _to_review(desk: Desk) -> Iterator[Need]:
    """Queries that somebody else wants to use as data."""
    units = desk.holding(Role.ADMINISTRATOR)
    waiting = DataQuery.objects.waiting().filter(dataset__unit__in=units)
    waiting = waiting.exclude(proposed_by=desk.user).select_related("dataset", "proposed_by")
    for query in waiting[:MOST_SHOWN]:
        yield Need(
            "query",
            str(query.dataset),
            reverse("data_query", args=[query.pk]),
            {"name": query.connection},
            who=query.proposed_by.printed_name,
            at=query.proposed_at,
        )
