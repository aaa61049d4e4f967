"""Report what is live and what was taken down, and tell what was live when."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from registry.models import Deployment, ModelVersion, RegisteredModel, Unit, User
from registry.rules import deployments as rules
from registry.rules.deployments import End, Interval, Report
from registry.rules.refusals import Refused
from registry.services import coverage, journal, relations, rights
from registry.services.case_files import instant


@journal.verb
def report(*, model: RegisteredModel, said: Report, by: User) -> Deployment:
    """Keep what the deploying side says is live; the same report made again changes nothing.

    What no valid approval covers is kept all the same, and a finding and a review are opened.
    What ran on the target until then ends where this begins.
    """
    model = _locked(model)
    role = rights.require(by=by, verb="deployment.report", unit=model.unit)
    said = _stripped(said)
    version = _version_of(model, said)
    now = timezone.now()
    objections = rules.objections_to_report(
        said,
        environments=settings.ENVIRONMENTS,
        now=now,
        registered_at=version.registered_at if version else None,
    )
    if objections:
        raise Refused(*objections)
    live_from = said.live_from or now
    key = rules.key_of(model.slug, said, live_from)
    known = _reported_before(model, said, key)
    if known is not None:
        return known
    placed = _make_room(model, said, live_from, now, by)
    deployment = Deployment(
        model=model,
        version=version,
        environment=said.environment,
        **said.what,
        **said.target,
        live_from=live_from,
        key=key,
        reported_at=now,
        reported_by=by,
        role=role,
        **placed,
    )
    covered = coverage.judge(deployment)
    deployment.shortcomings = [one.kept() for one in covered.shortcomings]
    deployment.uncovered_since = live_from if covered.shortcomings else None
    deployment.release = covered.release
    deployment.save(force_insert=True)
    journal.record(
        "deployment.reported",
        by=by,
        subject=deployment,
        role=role,
        model=model,
        changes={
            "environment": said.environment,
            **said.what,
            **said.target,
            "live_from": live_from.isoformat(),
            "covered": not covered.shortcomings,
            **coverage.told_of(deployment),
            **({"ended": _told_end(placed)} if placed else {}),
        },
    )
    coverage.follow(deployment, covered, by=by)
    _tell_if_unreleased(deployment, by)
    return deployment


@journal.verb
def end(*, deployment: Deployment, reason: str, until: datetime | None = None, by: User) -> None:
    """Report that something was taken down, now or at an earlier time."""
    model = _locked(deployment.model)
    role = rights.require(by=by, verb="deployment.report", unit=model.unit)
    deployment = Deployment.objects.select_for_update(of=("self",)).get(pk=deployment.pk)
    now = timezone.now()
    until = until or now
    objections = rules.objections_to_ending(
        live_from=deployment.live_from,
        live_until=deployment.live_until,
        until=until,
        now=now,
        reason=reason.strip(),
    )
    if objections:
        raise Refused(*objections)
    _end(deployment, until, End.TAKEN_DOWN, now, by, reason.strip())
    journal.record(
        "deployment.ended",
        by=by,
        subject=deployment,
        role=role,
        model=model,
        changes={"live_until": until.isoformat(), "end_reported_at": instant(now)},
        reason=reason.strip(),
    )
    coverage.supersede(deployment, by=by)
    deployment.model = model
    _tell_if_gone(deployment, by)


def _tell_if_unreleased(deployment: Deployment, by: User) -> None:
    """Tell the models downstream of what runs and no release going live has told them of."""
    if deployment.release is None and deployment.live_until is None:
        change = {"change": "runs_unreleased", "deployment": deployment.pk}
        relations.open_downstream(deployment.model, change, by)


def _tell_if_gone(deployment: Deployment, by: User) -> None:
    """Tell the models downstream that nothing of the model runs in the environment any more."""
    model, environment = deployment.model, deployment.environment
    if not model.deployments.current().filter(environment=environment).exists():
        change = {
            "change": "taken_down",
            "deployment": deployment.pk,
            "environment": environment,
        }
        relations.open_downstream(model, change, by)


def live_at(
    *,
    by: User | None,
    instant: datetime,
    environment: str = "",
    model: RegisteredModel | None = None,
    unit: Unit | None = None,
) -> QuerySet[Deployment]:
    """Return what was live at an instant, by all that has been reported until today.

    Of everything the person may see; of everything there is where nobody asks (None).
    """
    found = Deployment.objects.all() if by is None else Deployment.objects.visible_to(by)
    if environment:
        found = found.filter(environment=environment)
    if model is not None:
        found = found.filter(model=model)
    if unit is not None:
        found = found.filter(model__unit=unit)
    return (
        found.live_at(instant).for_list().order_by("model__name", "environment", "live_from", "pk")
    )


def _locked(model: RegisteredModel) -> RegisteredModel:
    """Hold the model, so that reports on one target take their places one after another."""
    return (
        RegisteredModel.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "revision__owner")
        .get(pk=model.pk)
    )


def _stripped(said: Report) -> Report:
    """Return the report without white space around its texts."""
    texts = {name: text.strip() for name, text in {**said.what, **said.target}.items()}
    return Report(environment=said.environment.strip(), live_from=said.live_from, **texts)


def _version_of(model: RegisteredModel, said: Report) -> ModelVersion | None:
    """Return the version that was reported, by its label or else by its artefact's digest."""
    versions = model.versions.select_related("artefact", "model")
    if said.label:
        found: ModelVersion | None = versions.filter(label=said.label).first()
        return found
    if said.artefact_sha256:
        found = versions.filter(artefact__sha256=said.artefact_sha256).first()
        return found
    return None


def _reported_before(model: RegisteredModel, said: Report, key: str) -> Deployment | None:
    """Return the deployment that this very report made.

    A report without a time is the same one as long as the same thing is still running there.
    """
    known = Deployment.objects.filter(key=key)
    if said.live_from is None:
        known = model.deployments.current().filter(
            environment=said.environment, **said.what, **said.target
        )
    return known.for_list().first()


def _make_room(
    model: RegisteredModel, said: Report, live_from: datetime, now: datetime, by: User
) -> dict[str, object]:
    """End what ran on the target where the new one begins; return how the new one itself ends."""
    others = {
        one.pk: one for one in model.deployments.filter(environment=said.environment, **said.target)
    }
    placed = rules.place(
        live_from, [Interval(pk, one.live_from, one.live_until) for pk, one in others.items()]
    )
    ends: dict[str, object] = {}
    if placed.until is not None:
        ends = {"live_until": placed.until, "ended_how": End.REPLACED}
        ends |= {"end_reported_at": now, "ended_by": by}
    if placed.cuts is not None:
        cut = others[placed.cuts]
        if cut.live_until is not None:
            # It ends as that one did: taken down, or replaced by what came next.
            names = ("ended_how", "end_reported_at", "ended_by", "end_reason")
            ends |= {name: getattr(cut, name) for name in names}
        _end(cut, live_from, End.REPLACED, now, by)
        journal.record(
            "deployment.replaced",
            by=by,
            subject=cut,
            model=model,
            changes={"live_until": live_from.isoformat(), "end_reported_at": instant(now)},
        )
    return ends


def _told_end(ends: dict[str, object]) -> dict[str, object]:
    """Return how something ended before it was even reported, as its entry keeps it."""
    return {
        name: instant(said)
        if isinstance(said, datetime)
        else (said.pk if isinstance(said, User) else said)
        for name, said in ends.items()
    }


def _end(
    deployment: Deployment, until: datetime, how: End, now: datetime, by: User, reason: str = ""
) -> None:
    deployment.live_until, deployment.ended_how = until, how
    deployment.end_reported_at, deployment.ended_by = now, by
    deployment.end_reason = reason
    names = ["live_until", "ended_how", "end_reported_at", "ended_by", "end_reason"]
    deployment.save(update_fields=names)
