"""What a report states about a portfolio: where every model of some units stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from audits.services import dossiers_of_versions as one_version
from audits.services.stated import Stated
from registry.models import (
    Deployment,
    Entry,
    Finding,
    Incident,
    ModelVersion,
    RegisteredModel,
    Release,
    Review,
    RiskFile,
    RiskMatrix,
    Unit,
)
from registry.rules import findings as finding_rules
from registry.rules.incidents import State as IncidentState
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import as_of_versions, gates
from registry.services.as_of_findings import findings_at, incidents_at
from registry.services.as_of_oversight import reviews_at, running_at
from registry.services.case_files import instant


def stated(units: Sequence[Unit], at: datetime | None) -> Stated:
    """Return where every model of these units stands, and the matrix with how many stand where.

    It rests on the newest entry about each model, and on every entry about a release it states.
    """
    models = _models(units, at)
    if not models:
        raise Refused.because(
            "report.no_model", gettext_noop("These units have no model to report on.")
        )
    releases = _releases(models, at)
    entries = _entries(models, releases.values(), at)
    as_of = at or datetime.fromisoformat(max(entry.at for entry in entries))
    versions, residual = _newest(models, at), _residual(models, at)
    counted = _counted(models, as_of, at)
    told = [
        {
            "slug": model.slug,
            "name": model.name,
            "unit": model.unit.name,
            "owner": model.revision.owner.printed_name,
            "tier": model.revision.tier,
            "task": model.task,
            "retired": model.retired_at is not None,
            "version": _label(releases.get(model.pk), versions.get(model.pk)),
            "residual": residual.get(model.pk),
            "release": _release(releases.get(model.pk), as_of),
            **counted[model.pk],
        }
        for model in models
    ]
    facts = {
        "as_of": instant(as_of),
        "units": [{"slug": unit.slug, "name": unit.name} for unit in units],
        "models": told,
        "matrix": _matrix(told, at),
        "roles": one_version.roles_in(units, as_of),
    }
    return Stated(facts, entries, instant(as_of))


def _models(units: Sequence[Unit], at: datetime | None) -> list[RegisteredModel]:
    models = RegisteredModel.objects.filter(unit__in=units).order_by("unit__slug", "slug")
    if at is not None:
        return as_of_versions.models_at(models, at)
    return list(models.select_related("unit", "revision__owner"))


def _releases(models: list[RegisteredModel], at: datetime | None) -> dict[int, Release]:
    """Return, by model, the release in force, or else the newest one that was submitted."""
    every: dict[int, list[Release]] = defaultdict(list)
    for one in one_version.submitted(Release.objects.filter(version__model__in=models), at):
        every[one.version.model_id].append(one)
    found = {pk: one_version.in_force(releases) for pk, releases in every.items()}
    return {pk: release for pk, release in found.items() if release}


def _entries(
    models: list[RegisteredModel], releases: Iterable[Release], at: datetime | None
) -> list[Entry]:
    known = Entry.objects.filter(model__in=[model.slug for model in models])
    known = known.exclude(action__startswith="report.")
    if at is not None:
        known = known.filter(at__lte=instant(at))
    newest = known.order_by("model", "-number").distinct("model")
    decided = known.filter(subject_kind="release", subject_id__in=[one.pk for one in releases])
    found = {entry.number: entry for entry in (*newest, *decided)}
    return [found[number] for number in sorted(found)]


def _newest(models: list[RegisteredModel], at: datetime | None) -> dict[int, ModelVersion]:
    versions = ModelVersion.objects.filter(model__in=models).order_by("model_id", "-number")
    if at is not None:
        versions = versions.filter(registered_at__lte=at)
    return {one.model_id: one for one in versions.distinct("model_id")}


def _residual(models: list[RegisteredModel], at: datetime | None) -> dict[int, dict[str, Any]]:
    """Return, by model, the residual risk of the newest version that is assessed."""
    if at is not None:
        versions = ModelVersion.objects.filter(model__in=models).order_by("number")
        rewound = as_of_versions.versions_at(versions, at)
        return {
            one.model_id: _place(one.risk.effective.residual)
            for one in rewound
            if one.risk.effective
        }
    files = RiskFile.objects.filter(version__model__in=models, effective__isnull=False)
    files = files.select_related("effective", "version").order_by("version__number")
    return {one.version.model_id: _place(one.effective.residual) for one in files}


def _place(residual: dict[str, Any]) -> dict[str, Any]:
    return {part: residual[part] for part in ("likelihood", "impact", "level")}


def _counted(
    models: list[RegisteredModel], as_of: datetime, at: datetime | None
) -> dict[int, dict[str, Any]]:
    """Return, by model, what is open against it."""
    findings = Finding.objects.filter(version__model__in=models).select_related("version")
    incidents = Incident.objects.filter(model__in=models)
    reviews = Review.objects.filter(model__in=models)
    running = Deployment.objects.filter(model__in=models)
    if at is None:
        found = (list(findings), list(incidents), list(reviews), list(running.current()))
    else:
        found = (
            findings_at(findings, at),
            incidents_at(incidents, at),
            reviews_at(reviews, at),
            running_at(running, at),
        )
    today = timezone.localdate(as_of)
    by_severity: dict[int, Counter[str]] = defaultdict(Counter)
    for one in found[0]:
        if finding_rules.standing(one.state, one.accepted_until, today) in finding_rules.UNSETTLED:
            by_severity[one.version.model_id][one.severity] += 1
    open_incidents = Counter(one.model_id for one in found[1] if one.state != IncidentState.CLOSED)
    overdue = Counter(one.model_id for one in found[2] if one.is_open and one.due_at <= as_of)
    uncovered = Counter(one.model_id for one in found[3] if one.uncovered_since)
    return {
        model.pk: {
            "open_findings": dict(sorted(by_severity[model.pk].items())),
            "open_incidents": open_incidents[model.pk],
            "overdue_reviews": overdue[model.pk],
            "uncovered": uncovered[model.pk],
        }
        for model in models
    }


def _label(release: Release | None, newest: ModelVersion | None) -> str | None:
    """Return the version that is in force, or else the newest."""
    if release is not None and release.state in one_version.ONCE_APPROVED:
        return release.version.label
    return newest.label if newest else None


def _release(release: Release | None, as_of: datetime) -> dict[str, Any] | None:
    if release is None:
        return None
    gate = gates.gate(release, as_of)
    return {
        **one_version.told_shortly(release, as_of),
        "version": release.version.label,
        "valid_until": instant(release.valid_until) if release.valid_until else None,
        "reasons": [reason.kept() for reason in gate.reasons],
    }


def _matrix(told: list[dict[str, Any]], at: datetime | None) -> dict[str, Any]:
    """Return the matrix in force, and how many models that are in use stand in each cell."""
    editions = RiskMatrix.objects.order_by("-pk")
    if at is not None:
        editions = editions.filter(loaded_at__lte=at)
    edition = editions.first()
    places = Counter(
        (one["residual"]["likelihood"], one["residual"]["impact"])
        for one in told
        if one["residual"] and not one["retired"]
    )
    return {
        "definition": edition.definition if edition else None,
        "cells": [
            {"likelihood": likelihood, "impact": impact, "models": models}
            for (likelihood, impact), models in sorted(places.items())
        ],
    }
