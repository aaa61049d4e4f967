"""What stands now by the live functions, and what is told of the same instant afterwards."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from audits.services import decisions, findings, oversight, portfolios
from registry.models import Membership, ModelVersion, Release, User
from registry.services import (
    as_of,
    as_of_releases,
    as_of_shapes,
    case_files,
    gates,
    matrices,
    policies,
)
from registry.services.case_files import instant
from tests.audits.reporting import stated
from tests.registry.told_by_doors import Doors
from tests.registry.told_by_pages import printed


@dataclass
class Diary:
    """Snapshots of a version by the live functions, each with the step after which it was taken."""

    version: ModelVersion
    reader: User
    pages: list[tuple[str, datetime, dict[str, Any]]] = field(default_factory=list)
    # What the four doors said of that instant then, and what the ordinary doors said.
    told: list[tuple[str, datetime, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    # What the pages of today printed, and those as of that instant.
    shown: list[tuple[str, datetime, dict[str, str], dict[str, str]]] = field(default_factory=list)
    # What a report on each of the scopes would have stated.
    stated: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def after(self, step: str) -> None:
        """Write down how everything stands now."""
        at = timezone.now()
        self.pages.append((step, at, now(self.version, self.reader, at)))

    def outside(self, step: str) -> None:
        """Write down what doors and pages say of it as well; every fourth time is dense enough."""
        at = timezone.now()
        if len(self.pages) % 4 == 0:
            doors = Doors(self.version, self.reader)
            self.told.append((step, at, doors.as_of(at), doors.now()))
        if step in LOOKED_AT:
            today, then_ = (printed(self.version, self.reader, one) for one in (None, at))
            self.shown.append((step, at, today, then_))
        if step in REPORTED:
            self.stated.append((step, dossiers(self.version)))


# After which steps pages are looked at, and reports asked for: one of each kind of standing.
LOOKED_AT = {
    "finding opened",
    "condition overdue, and nobody noticed",
    "void",
    "retired",
}
REPORTED = {"condition overdue, and nobody noticed", "revoked"}


def dossiers(version: ModelVersion) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return, by scope, what a report is on, and what one would state as things stand."""
    release = Release.objects.filter(version=version).order_by("pk").last()
    on: dict[str, dict[str, Any]] = {
        "release": {"release": release},
        "version": {"version": version},
        "model": {"model": version.model},
        "portfolio": {"portfolio": [version.model.unit]},
    }
    return {scope: (subject, stated(**subject)) for scope, subject in on.items()}


def now(version: ModelVersion, reader: User, at: datetime) -> dict[str, Any]:
    """Return how everything stands by the functions that the live pages and reports use."""
    content = case_files.build(version, policy=policies.in_force(), release=None)
    portfolio = asdict(portfolios.portfolio(reader))
    cells = portfolio.pop("cells")
    return {
        **{part: content[part] for part in ("subject", "context", "exhibits")},
        "policy": policies.in_force().edition,
        "matrix": matrices.in_force().edition,
        "releases": {
            release.pk: {
                **row(release),
                "gate": gate(release, at),
                "stages": decisions.stages_of(release),
                "decisions": decisions.decisions_of(release),
                "conditions": decisions.conditions_of(release),
                "moves": decisions.moves_of(release),
                "delegations": decisions.delegations_of(release),
            }
            for release in gates.for_gate(Release.objects.filter(version=version))
        },
        "findings": findings.findings_of(version, at),
        "incidents": findings.incidents_of(version, at),
        "overrides": oversight.overrides_of(version),
        "deployments": oversight.deployments_of(version),
        "reviews": oversight.reviews_of(version.model),
        "attestations": oversight.attestations_of(version.model),
        "live": sorted(version.deployments.live_at(at).values_list("pk", flat=True)),
        "roles": sorted(Membership.objects.current().values_list("unit", "user", "role")),
        "counts": portfolio,
        "cells": sorted([*place, models] for place, models in cells.items()),
    }


def then(version: ModelVersion, reader: User, at: datetime) -> dict[str, Any]:
    """Return the same as it is told afterwards of that instant."""
    told = as_of.version_as_of(version, at, reader=reader)
    for others in ("feeds_of_other_units", "fed_by_of_other_units"):
        assert told["context"].pop(others) == 0
    portfolio = as_of.portfolio_as_of(reader, at)
    releases = Release.objects.filter(version=version)
    return {
        **{part: told[part] for part in ("subject", "context", "exhibits")},
        "policy": told["editions"]["policy"]["edition"],
        "matrix": told["editions"]["matrix"]["edition"],
        "releases": {
            release.pk: {
                **row(release),
                "gate": gate(release, at),
                "stages": decisions.stages_of(release),
                "decisions": decisions.decisions_of(release, at),
                "conditions": decisions.conditions_of(release, at),
                "moves": decisions.moves_of(release, at),
                "delegations": decisions.delegations_of(release, at),
            }
            for release in as_of_releases.releases_at(releases, at)
        },
        "findings": findings.findings_of(version, at, at),
        "incidents": findings.incidents_of(version, at, at),
        "overrides": oversight.overrides_of(version, at),
        "deployments": oversight.deployments_of(version, at),
        "reviews": oversight.reviews_of(version.model, at),
        "attestations": oversight.attestations_of(version.model, at),
        "live": sorted(one["number"] for one in told["live"]),
        "roles": sorted(Membership.objects.at(at).values_list("unit", "user", "role")),
        "counts": portfolio["counts"],
        "cells": sorted(
            [one["likelihood"], one["impact"], one["models"]] for one in portfolio["cells"]
        ),
    }


def row(release: Release) -> dict[str, Any]:
    """Return what the release's own row says."""
    return {
        "state": release.state,
        "tier": release.tier,
        "policy": release.policy.edition,
        "submitted_at": instant(release.submitted_at),
        "submitted_by": release.submitted_by.pk,
        "decided_at": as_of_shapes.when(release.decided_at),
        "valid_until": as_of_shapes.when(release.valid_until),
        "case_file": release.case_file.digest if release.case_file else None,
    }


def gate(release: Release, at: datetime) -> tuple[bool, list[str]]:
    """Return the answer of the gate at an instant, in sentences."""
    answer = gates.gate(release, at)
    return answer.allowed, [str(reason) for reason in answer.reasons]
