"""The models a person may see as they stood at a past instant; in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import OuterRef, Subquery

from registry.models import (
    Deployment,
    Finding,
    Incident,
    ModelVersion,
    Override,
    RegisteredModel,
    Release,
    ReleaseMove,
    Review,
    Unit,
    User,
)
from registry.rules import findings as finding_rules
from registry.rules.as_of import no_unit, no_unit_yet
from registry.rules.incidents import State as IncidentState
from registry.rules.releases import IN_FORCE, OPEN, STANDING
from registry.services import (
    as_of_findings,
    as_of_oversight,
    as_of_releases,
    as_of_shapes,
    as_of_versions,
)
from registry.services.as_of_versions import refuse_the_future
from registry.services.case_files import instant

SOON = timedelta(days=30)
Row = TypeVar("Row")
Told = dict[str, Any]


def portfolio_as_of(user: User, at: datetime) -> Told:
    """Return where every model of the person's units stood then, and the counts over all of them.

    Raises NotYet where none of these units was there yet, or the person is in none.
    """
    refuse_the_future(at)
    theirs = Unit.objects.visible_to(user)
    units = list(theirs.filter(founded_at__lte=at))
    if not units:
        raise no_unit_yet(instant(at)) if theirs.exists() else no_unit()
    visible = RegisteredModel.objects.filter(unit__in=units).order_by("name", "pk")
    models = as_of_versions.models_at(visible, at)
    known = _known(models, at)
    told = [_told(model, known) for model in models]
    roles = as_of_shapes.roles_by_unit(units, at)
    return {
        "as_of": instant(at),
        "units": [{"slug": one.slug, "name": one.name, "roles": roles[one.pk]} for one in units],
        "editions": as_of_shapes.editions(at),
        "models": told,
        "counts": {"models": len(told), "units": len(units), **_counts(told, at)},
        "cells": _cells(told),
    }


@dataclass(frozen=True)
class Known:
    """What was known of the models at an instant; each part by model."""

    at: datetime
    residuals: dict[int, Told]
    newest: dict[int, Told]
    releases: defaultdict[int, list[Release]]
    live: defaultdict[int, list[Deployment]]
    findings: defaultdict[int, list[Finding]]
    incidents: defaultdict[int, list[Incident]]
    reviews: defaultdict[int, list[Review]]
    # Version and environment of what an emergency release let through.
    through: set[tuple[int, str]]


def _known(models: list[RegisteredModel], at: datetime) -> Known:
    running = Deployment.objects.filter(model__in=models).select_related("version", "model")
    live = as_of_oversight.running_at(running.order_by("live_from", "pk"), at)
    findings = Finding.objects.filter(version__model__in=models).select_related("version", "owner")
    incidents = as_of_findings.incidents_at(Incident.objects.filter(model__in=models), at)
    reviews = as_of_oversight.reviews_at(Review.objects.filter(model__in=models), at)
    overrides = Override.objects.filter(version__model__in=models).select_related("version")
    return Known(
        at,
        as_of_versions.residuals_at(models, at),
        _newest(models, at),
        _by(_releases(models, at), lambda one: one.version.model_id),
        _by(live, lambda one: one.model_id),
        _by(as_of_findings.findings_at(findings, at), lambda one: one.version.model_id),
        _by(incidents, lambda one: one.model_id),
        _by(reviews, lambda one: one.model_id),
        {
            (one.version_id, one.environment)
            for one in as_of_oversight.overrides_at(overrides, at)
            if as_of_shapes.override(one, at)["in_force"]
        },
    )


def _told(model: RegisteredModel, known: Known) -> Told:
    """Return where one model stood."""
    at, said = known.at, model.revision
    releases, live = known.releases[model.pk], known.live[model.pk]
    shown = [as_of_shapes.release(one, at) for one in releases]
    reviews = [one for one in known.reviews[model.pk] if one.is_open]
    closed = IncidentState.CLOSED
    return {
        "slug": model.slug,
        "name": model.name,
        "unit": model.unit.name,
        "owner": said.owner.printed_name if said else None,
        "tier": said.tier if said else None,
        "retired": model.retired_at is not None,
        "version": known.newest.get(model.pk),
        "residual": known.residuals.get(model.pk),
        "releases": shown,
        "live": [as_of_shapes.deployment(one) for one in live],
        "uncovered": _uncovered(live, releases, shown, known.through),
        "open_findings": _open_findings(known.findings[model.pk], at),
        "open_incidents": sum(1 for one in known.incidents[model.pk] if one.state != closed),
        "open_reviews": len(reviews),
        "overdue_reviews": sum(1 for one in reviews if one.due_at <= at),
    }


def _releases(models: list[RegisteredModel], at: datetime) -> list[Release]:
    """Return those that were open or approved then; how the others stood is told one by one."""
    last = ReleaseMove.objects.filter(release=OuterRef("pk"), at__lte=at).order_by("-at", "-pk")
    then = Release.objects.filter(version__model__in=models).annotate(
        state_then=Subquery(last.values("after")[:1])
    )
    stood = then.filter(state_then__in=sorted(STANDING | OPEN)).order_by("pk")
    return as_of_releases.releases_at(Release.objects.filter(pk__in=stood.values("pk")), at)


def _newest(models: list[RegisteredModel], at: datetime) -> dict[int, Told]:
    versions = ModelVersion.objects.filter(model__in=models, registered_at__lte=at)
    found = versions.order_by("model_id", "-number").distinct("model_id")
    return {one.model_id: {"number": one.number, "label": one.label} for one in found}


def _uncovered(
    live: Iterable[Deployment],
    releases: Iterable[Release],
    told: list[Told],
    through: set[tuple[int, str]],
) -> int:
    """Count what ran without a valid approval, by what was written down and by the gate of then."""
    covered = {
        (one.version_id, one.environment)
        for one, shown in zip(releases, told, strict=True)
        if shown["gate"]["allowed"]
    }
    covered |= through
    return sum(
        1 for one in live if one.uncovered_since or (one.version_id, one.environment) not in covered
    )


def _open_findings(findings: Iterable[Finding], at: datetime) -> dict[str, int]:
    """Return how many were not settled, by severity."""
    told = [as_of_shapes.finding(one, at) for one in findings]
    severities = Counter(one["severity"] for one in told if one["state"] in finding_rules.UNSETTLED)
    return dict(sorted(severities.items()))


def _counts(models: list[Told], at: datetime) -> dict[str, int]:
    """Count as the first page does."""
    holding = [
        (model["slug"], one)
        for model in models
        for one in model["releases"]
        if one["state"] in IN_FORCE and one["valid_until"] and one["valid_until"] > instant(at)
    ]
    soon = instant(at + SOON)
    return {
        "approved": len({slug for slug, _ in holding}),
        "severe": sum(
            1 for one in models if one["residual"] and one["residual"]["level"] == "severe"
        ),
        "uncovered": sum(one["uncovered"] for one in models),
        "findings": sum(
            number
            for one in models
            for severity, number in one["open_findings"].items()
            if severity in finding_rules.BLOCKING
        ),
        "overdue_reviews": sum(one["overdue_reviews"] for one in models),
        "expiring": sum(1 for _, one in holding if one["valid_until"] <= soon),
    }


def _cells(models: list[Told]) -> list[dict[str, int]]:
    """Return how many models stood in each cell of the matrix."""
    places = Counter(
        (one["residual"]["likelihood"], one["residual"]["impact"])
        for one in models
        if one["residual"]
    )
    return [
        {"likelihood": likelihood, "impact": impact, "models": models}
        for (likelihood, impact), models in sorted(places.items())
    ]


def _by(rows: Iterable[Row], model: Callable[[Row], int]) -> defaultdict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[model(row)].append(row)
    return found
