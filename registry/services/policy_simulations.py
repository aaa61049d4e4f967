"""Hold the releases in force against a draft of the policy; reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from registry.models import ModelVersion, Release, User
from registry.rules import policies as policy_rules
from registry.rules.policy_simulations import Given, objections_to_decision
from registry.rules.refusals import Objection
from registry.services import checklists, gates, stages


@dataclass(frozen=True)
class Outcome:
    """A release in force, and everything it would lack under the draft; empty when nothing.

    ``tier`` is the model's of today: by it the next submission is asked.
    """

    release: Release
    tier: int
    objections: tuple[Objection, ...]


@dataclass(frozen=True)
class Simulation:
    """What a person may see of a simulation.

    The failing releases of their units, how many releases were looked at, and how many of those
    they do not see would fail.
    """

    failing: tuple[Outcome, ...]
    looked_at: int
    failing_elsewhere: int


def shown_to(reader: User, definition: Mapping[str, Any]) -> Simulation:
    """Simulate for a person, who is told of releases in other units only that there are some."""
    outcomes = simulate(definition)
    seen = set(Release.objects.visible_to(reader).in_force().values_list("pk", flat=True))
    failing = [outcome for outcome in outcomes if outcome.objections]
    shown = tuple(outcome for outcome in failing if outcome.release.pk in seen)
    return Simulation(shown, len(outcomes), len(failing) - len(shown))


def simulate(definition: Mapping[str, Any]) -> list[Outcome]:
    """Return how each release in force would stand under a definition without objections.

    A fixed number of queries, however many there are.
    """
    releases = gates.for_gate(Release.objects.in_force())
    found = list(releases.order_by("version__model__name", "pk"))
    wanted = ModelVersion.objects.filter(pk__in={release.version_id for release in found})
    versions = {version.pk: version for version in checklists.fetched(wanted)}
    return [_outcome(release, versions[release.version_id], definition) for release in found]


def _outcome(release: Release, version: ModelVersion, definition: Mapping[str, Any]) -> Outcome:
    tier = version.model.revision.tier
    ruling = policy_rules.ruling(definition, tier, release.environment)
    lacking = [item.objection for item in checklists.judged(version, ruling) if item.objection]
    lacking += objections_to_decision(
        ruling,
        signatures_of(release),
        decided_at=release.decided_at or release.submitted_at,
        has_conditions=bool(release.conditions.all()),
        now=timezone.now(),
    )
    return Outcome(release, tier, tuple(lacking))


def signatures_of(release: Release) -> list[Given]:
    """Return the approvals that count on the release's case file, in the order they were given."""
    names = [stage.name for stage in stages.ruling_of(release).stages]
    methods = {
        (decision.signer_id, decision.stage): decision.method
        for decision in release.decisions.all()
        if decision.case_file_id == release.case_file_id
    }
    return [
        Given(vote.signer_id, vote.role, names[vote.stage], methods[vote.signer_id, vote.stage])
        for vote in stages.progress_of(release).votes
        if vote.approves
    ]
