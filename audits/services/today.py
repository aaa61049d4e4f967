"""What waits for a person, what goes wrong, and the portfolio at a glance; reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from audits.models import Monitor, Report, Run
from audits.rules.runs import State
from registry.models import (
    DataQuery,
    Evidence,
    Membership,
    ModelVersion,
    RegisteredModel,
    Release,
    Unit,
    User,
)
from registry.rules.refusals import Objection
from registry.rules.roles import Role
from registry.services import (
    checklists,
    gates,
    seats,
    stages,
)
from registry.services.portfolio import residual_places

MOST_SHOWN = 20


@dataclass(frozen=True)
class Need:
    """One thing that waits for this person: what about, and the kind that says why."""

    kind: str
    release: Release | None = None
    version: ModelVersion | None = None
    unit: Unit | None = None
    person: User | None = None
    query: DataQuery | None = None
    note: str = ""
    count: int = 0


def needs(user: User) -> list[Need]:
    """Return what waits for the person, by the roles they hold."""
    held = Membership.objects.current().filter(user_id=user.pk).select_related("unit")
    by_role: dict[str, list[Unit]] = {}
    for membership in held:
        by_role.setdefault(membership.role, []).append(membership.unit)
    return [
        *_to_sign(user, by_role),
        *_to_finish(by_role.get(Role.DATA_SCIENTIST, [])),
        *_to_report(by_role.get(Role.AUDITOR, [])),
        *_to_grant(by_role.get(Role.ADMINISTRATOR, [])),
        *_to_review(user, by_role.get(Role.ADMINISTRATOR, [])),
    ]


def _to_sign(user: User, by_role: dict[str, list[Unit]]) -> Iterator[Need]:
    """Releases at a stage of this person's role, leaving out what is their own work."""
    waiting = gates.for_signing(Release.objects.visible_to(user).open()).order_by("submitted_at")
    lent = seats.lent_to(user)
    for release in waiting:
        progress = stages.progress_of(release)
        unit = release.version.model.unit
        roles = {role for role, units in by_role.items() if unit in units}
        for seat in seats.of(user, release, progress, roles, lent):
            if not seats.objections_to(user, release, progress, seat):
                stage = progress.stages[seat.stage]
                yield Need("sign", release=release, version=release.version, note=stage.name)
                break


def _to_finish(units: list[Unit]) -> Iterator[Need]:
    """Say what the newest version of each model lacks, where it was never submitted."""
    newer = ModelVersion.objects.filter(model=OuterRef("model"), number__gt=OuterRef("number"))
    never_submitted = ModelVersion.objects.filter(
        ~Exists(newer), model__unit__in=units, releases=None
    )
    versions = {one.pk: one for one in never_submitted.select_related("model")[:MOST_SHOWN]}
    lacking = checklists.checklists(ModelVersion.objects.filter(pk__in=versions))
    for pk, version in versions.items():
        missing = [item for item in lacking[pk] if item.objection]
        yield Need("finish", version=version, count=len(missing))


def _to_report(units: list[Unit]) -> Iterator[Need]:
    """Approved releases nobody has exported a report on since the decision."""
    exported = Report.objects.filter(
        release=OuterRef("pk"), state=State.DONE, requested_at__gte=OuterRef("decided_at")
    )
    approved = Release.objects.approved().filter(version__model__unit__in=units)
    for release in approved.exclude(Exists(exported)).select_related("version__model")[:MOST_SHOWN]:
        yield Need("report", release=release, version=release.version)


def _to_grant(units: list[Unit]) -> Iterator[Need]:
    """Accounts that hold no role anywhere yet."""
    if not units:
        return
    current = Membership.objects.current().filter(user=OuterRef("pk"))
    for person in User.objects.filter(is_active=True).exclude(Exists(current))[:MOST_SHOWN]:
        yield Need("grant", unit=units[0], person=person)


def _to_review(user: User, units: list[Unit]) -> Iterator[Need]:
    """Queries that somebody else wants to use as data."""
    waiting = DataQuery.objects.waiting().filter(dataset__unit__in=units)
    for query in waiting.exclude(proposed_by=user).select_related("dataset", "proposed_by"):
        yield Need("query", query=query)


@dataclass(frozen=True)
class Alert:
    """Something that goes wrong: a gate, an exhibit, a run, or a monitor that could not look."""

    kind: str
    version: ModelVersion
    href_id: int
    at: object
    note: str = ""
    reason: Objection | None = None


def alerts(user: User) -> list[Alert]:
    """Return closed gates, the newest failing exhibits, failed runs and monitors in trouble."""
    told = []
    for release in gates.for_gate(Release.objects.visible_to(user).approved()):
        gate = gates.gate(release)
        if not gate.allowed:
            told.append(
                Alert(
                    "gate", release.version, release.pk, release.decided_at, reason=gate.reasons[0]
                )
            )
    newest: dict[tuple[int, str], Evidence] = {}
    visible = (
        Evidence.objects.visible_to(user)
        .select_related("version__model")
        .order_by("filed_at", "pk")
    )
    for exhibit in visible:
        newest[(exhibit.version_id, exhibit.kind)] = exhibit
    told += [
        Alert("exhibit", exhibit.version, exhibit.pk, exhibit.filed_at, note=exhibit.summary)
        for exhibit in newest.values()
        if exhibit.verdict == "fail"
    ]
    failed = Run.objects.visible_to(user).filter(state=State.FAILED).for_list()[:MOST_SHOWN]
    told += [Alert("run", run.version, run.pk, run.finished_at) for run in failed]
    blind = Monitor.objects.visible_to(user).watching().exclude(trouble=[]).for_list()[:MOST_SHOWN]
    told += [
        Alert("monitor", one.version, one.pk, one.looked_at, reason=Objection(**one.trouble[0]))
        for one in blind
    ]
    return sorted(told, key=lambda alert: str(alert.at), reverse=True)[:MOST_SHOWN]


@dataclass(frozen=True)
class Portfolio:
    """Counts over the models the person may see; ``cells`` maps (likelihood, impact) to models."""

    models: int
    units: int
    approved: int
    in_review: int
    severe: int
    expiring: int
    cells: dict[tuple[int, int], int]


def portfolio(user: User) -> Portfolio:
    """Count models by residual risk of their newest assessed version, and releases by state."""
    places = residual_places(user).values()
    visible = Release.objects.visible_to(user)
    soon = timezone.now() + timedelta(days=30)
    return Portfolio(
        models=RegisteredModel.objects.visible_to(user).count(),
        units=Unit.objects.visible_to(user).count(),
        approved=visible.approved().values("version__model").distinct().count(),
        in_review=visible.open().count(),
        severe=sum(1 for place in places if place["level"] == "severe"),
        expiring=visible.approved().filter(valid_until__lte=soon).count(),
        cells=dict(Counter((place["likelihood"], place["impact"]) for place in places)),
    )
