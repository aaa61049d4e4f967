"""A model, a version, a release as it stood at a past instant: plain JSON values, reads only.

Everything written at the instant itself counts as done. What was not there yet raises NotYet, an
instant that is still to come is refused. Rights are asked by who calls, and are those of today;
of models related to one the ``reader`` is told those that they see, and how many others there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from registry.models import (
    Decision,
    Deployment,
    Finding,
    Incident,
    ModelVersion,
    Override,
    PolicyEdition,
    RegisteredModel,
    Release,
    Review,
    User,
)
from registry.rules.releases import OPEN
from registry.services import (
    as_of_findings,
    as_of_oversight,
    as_of_releases,
    as_of_shapes,
    as_of_versions,
    case_files,
    contexts,
    stages,
)
from registry.services.as_of_portfolio import portfolio_as_of
from registry.services.as_of_releases import state_of_release
from registry.services.as_of_versions import refuse_the_future
from registry.services.case_files import instant

__all__ = [
    "model_as_of",
    "portfolio_as_of",
    "refuse_the_future",
    "release_as_of",
    "state_of_release",
    "version_as_of",
]


def model_as_of(model: RegisteredModel, at: datetime, *, reader: User) -> dict[str, Any]:
    """Return what was said of a model then, by whom it was held, and how all of it stood."""
    refuse_the_future(at)
    then = as_of_versions.model_at(model, at)
    versions = ModelVersion.objects.filter(model=model).order_by("number")
    return {
        "as_of": instant(at),
        "model": as_of_shapes.model(then),
        "stated": as_of_shapes.revision(then.revision),
        **(contexts.said_of(then, at) if then.revision else {}),
        **contexts.relations_seen_by(reader, then, at),
        "roles": as_of_shapes.roles(then.unit, at),
        "editions": as_of_shapes.editions(at),
        "versions": [as_of_shapes.version(one) for one in as_of_versions.versions_at(versions, at)],
        **_around(Q(version__model=model), Q(model=model), at),
        "reviews": _reviews(Review.objects.filter(model=model), at),
    }


def version_as_of(version: ModelVersion, at: datetime, *, reader: User) -> dict[str, Any]:
    """Return the facts of a version then, as a case file would have stated them.

    Beside them its releases with what was signed for them, and what was found of it and ran of it.
    """
    refuse_the_future(at)
    then = as_of_versions.version_at(version, at)
    policy = PolicyEdition.objects.in_force_at(at).first()
    stated = case_files.stated(then, policy=policy, release=None, at=at) if policy else None
    seen = contexts.relations_seen_by(reader, then.model, at)
    return {
        "as_of": instant(at),
        "model": as_of_shapes.model(then.model),
        "version": as_of_shapes.version(then),
        "subject": case_files.subject(then),
        "context": {**stated["context"], **seen} if stated else None,
        "exhibits": case_files.exhibits_of(then, at),
        "roles": as_of_shapes.roles(then.model.unit, at),
        "editions": as_of_shapes.editions(at),
        **_around(Q(version=version), Q(version=version), at),
        "reviews": _reviews(Review.objects.filter(version=version), at),
    }


def release_as_of(release: Release, at: datetime) -> dict[str, Any]:
    """Return where a release stood then, what was signed, and what it was bound to."""
    refuse_the_future(at)
    then = as_of_releases.release_at(release, at)
    progress = stages.progress_of(then)
    changed = case_files.changes_since_frozen(then) if then.case_file else []
    return {
        "as_of": instant(at),
        "model": as_of_shapes.model(then.version.model),
        **as_of_shapes.release(then, at),
        "stages": [
            {
                "name": stage.name,
                "needed": stage.needed,
                "signed": progress.signed_at(place),
                "open": place in progress.open and then.state in OPEN,
            }
            for place, stage in enumerate(progress.stages)
        ],
        "decisions": [as_of_shapes.decision(one) for one in _signed([then])],
        "conditions": [as_of_shapes.condition(one, at) for one in then.conditions.all()],
        "moves": [as_of_shapes.move(one) for one in then.moves.all()],
        "changed": [change.fact for change in changed],
        "roles": as_of_shapes.roles(then.version.model.unit, at),
        "editions": as_of_shapes.editions(at),
    }


def _around(of_version: Q, of_model: Q, at: datetime) -> dict[str, Any]:
    """Return what stood beside a version or a model: releases, findings, incidents, what ran."""
    found = Release.objects.filter(of_version).order_by("pk")
    releases = as_of_releases.releases_at(found, at)
    findings = (
        Finding.objects.filter(of_version).select_related("owner").order_by("opened_at", "pk")
    )
    incidents = Incident.objects.filter(of_model).order_by("reported_at", "pk")
    running = Deployment.objects.filter(of_model).select_related("model", "version")
    overrides = Override.objects.filter(of_version).order_by("asked_at", "pk")
    return {
        "releases": [as_of_shapes.release(one, at) for one in releases],
        "decisions": [as_of_shapes.decision_on(one) for one in _signed(releases)],
        "findings": [
            as_of_shapes.finding(one, at) for one in as_of_findings.findings_at(findings, at)
        ],
        "incidents": [
            as_of_shapes.incident(one, at) for one in as_of_findings.incidents_at(incidents, at)
        ],
        "live": [
            as_of_shapes.deployment(one)
            for one in as_of_oversight.running_at(running.order_by("live_from", "pk"), at)
        ],
        "overrides": [
            as_of_shapes.override(one, at) for one in as_of_oversight.overrides_at(overrides, at)
        ],
    }


def _signed(releases: Iterable[Release]) -> list[Decision]:
    """Return every act signed for these by then, in the order of signing."""
    signed = [one for release in releases for one in release.decisions.all()]
    return sorted(signed, key=lambda one: (one.signed_at, one.pk))


def _reviews(reviews: Any, at: datetime) -> list[dict[str, Any]]:
    found = as_of_oversight.reviews_at(reviews.order_by("opened_at", "pk"), at)
    return [as_of_shapes.review(one, at) for one in found]
