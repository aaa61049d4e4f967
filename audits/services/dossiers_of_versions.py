"""What a report states about one version, and about the release of it that it tells of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audits.services.decisions import (
    conditions_of,
    decisions_of,
    delegations_of,
    moves_of,
    stages_of,
)
from audits.services.exhibits import exhibits_of
from audits.services.findings import findings_of, incidents_of
from audits.services.oversight import (
    attestations_of,
    deployments_of,
    overrides_of,
    reviews_of,
)
from audits.services.stated import Stated
from registry.models import (
    CaseFile,
    Decision,
    Entry,
    ModelVersion,
    PolicyEdition,
    Release,
    ReleaseMove,
    Unit,
)
from registry.models.journal import EntryQuerySet
from registry.rules import casefile
from registry.rules.releases import APPROVALS, ONCE_APPROVED, STANDING
from registry.services import (
    as_of_releases,
    as_of_shapes,
    as_of_versions,
    case_files,
    gates,
    policies,
    retention,
)
from registry.services.case_files import instant


def stated(version: ModelVersion, release: Release | None, at: datetime | None) -> Stated:
    """Return everything about a version, and about ``release``; without one, its release in force.

    It rests on the case file frozen for the release; where there is none, on the version as it
    stands. The last time anything was done is that of the model's journal, and of what its unit's
    journal holds of it.
    """
    every = submitted(Release.objects.filter(version=version), at)
    if release is None:
        release = in_force(every)
    else:
        release = next(one for one in every if release and one.pk == release.pk)
    entries = list(entries_of(version.model.slug, at))
    content, text = _case_file(version, release, at)
    delegations = delegations_of(release, at=at) if release else []
    attestations = attestations_of(version.model, at=at)
    as_of = at or _last(entries, delegations, attestations)
    facts: dict[str, Any] = {
        "as_of": instant(as_of),
        "case_file_text": text,
        "case_file_digest": casefile.digest(text),
        "release": _release(release, as_of) if release else None,
        "decisions": decisions_of(release, at=at) if release else [],
        "delegations": delegations,
        "conditions": conditions_of(release, at=at) if release else [],
        "moves": moves_of(release, at=at) if release else [],
        "other_releases": [told_shortly(one, as_of) for one in every if one != release],
        "evidence": exhibits_of(version, content["exhibits"], at),
        "changes": _changes(version, content["subject"], at),
        "findings": findings_of(version, as_of, at=at),
        "incidents": incidents_of(version, as_of, at=at),
        "overrides": overrides_of(version, at=at),
        "deployments": deployments_of(version, at=at),
        "reviews": reviews_of(version.model, at=at),
        "attestations": attestations,
        "versions": [],
        "tombstones": retention.tombstones_of(version),
        "roles": roles_in([version.model.unit], as_of),
    }
    return Stated(facts, entries, instant(as_of), version, release)


def roles_in(units: Sequence[Unit], as_of: datetime) -> list[dict[str, Any]]:
    """Return who held which role in these units at the instant of the report."""
    return [
        {"unit": unit.name, **held} for unit in units for held in as_of_shapes.roles(unit, as_of)
    ]


def entries_of(slug: str, at: datetime | None) -> EntryQuerySet:
    """Return the entries about a model; reports change nothing, or no two would ever be alike."""
    entries = Entry.objects.filter(model=slug).exclude(action__startswith="report.")
    if at is not None:
        entries = entries.filter(at__lte=instant(at))
    return entries.order_by("number")


def submitted(releases: QuerySet[Release], at: datetime | None) -> list[Release]:
    """Return the releases that have a case file, as they stand or as they stood."""
    if at is None:
        return list(gates.for_gate(releases.submitted()))
    return [one for one in as_of_releases.releases_at(releases, at) if one.case_file]


def in_force(releases: Sequence[Release]) -> Release | None:
    """Return the release a report is about where none was asked for.

    The one whose approval stands; else one that was approved once; else the newest.
    """
    newest_first = sorted(releases, key=lambda one: (one.submitted_at, one.pk), reverse=True)
    dated = [(one.decided_at, one) for one in newest_first if one.decided_at]
    dated.sort(key=lambda pair: pair[0], reverse=True)
    for states in (STANDING, ONCE_APPROVED):
        found = next((one for _at, one in dated if one.state in states), None)
        if found:
            return found
    return newest_first[0] if newest_first else None


def told_shortly(release: Release, as_of: datetime) -> dict[str, Any]:
    """Return another release: that it exists, and where it stands."""
    return {
        "environment": release.environment,
        "state": release.state,
        "submitted_at": instant(release.submitted_at),
        "decided_at": instant(release.decided_at) if release.decided_at else None,
        "case_file_digest": release.case_file.digest,
        "gate_allowed": gates.gate(release, as_of).allowed,
    }


def _last(
    entries: Sequence[Entry],
    delegations: list[dict[str, Any]],
    attestations: list[dict[str, Any]],
) -> datetime:
    """Return when something was last done about the model; some of it the unit's journal tells."""
    told = [entries[-1].at, *(one["ended_at"] for one in delegations)]
    for one in attestations:
        told += [one["opened_at"], one["confirmation"]["at"] if one["confirmation"] else None]
    return datetime.fromisoformat(max(moment for moment in told if moment))


def _case_file(
    version: ModelVersion, release: Release | None, at: datetime | None
) -> tuple[dict[str, Any], str]:
    """Return the frozen case file of the release; where there is none, the file as it stands."""
    if release:
        return release.case_file.content, release.case_file.text
    if at is None:
        content = case_files.build(version, policy=policies.in_force(), release=None)
    else:
        then = as_of_versions.version_at(version, at)
        policy = PolicyEdition.objects.in_force_at(at).first() or policies.in_force()
        content = case_files.stated(then, policy=policy, release=None, at=at)
    return content, casefile.canonical(content)


def _release(release: Release, as_of: datetime) -> dict[str, Any]:
    # As of the report's instant: what the clock alone changes is journalled when it is noticed.
    gate = gates.gate(release, as_of)
    return {
        "environment": release.environment,
        "state": release.state,
        "submitted_at": instant(release.submitted_at),
        "submitted_by": release.submitted_by.printed_name,
        "valid_until": instant(release.valid_until) if release.valid_until else None,
        "stages": stages_of(release),
        "gate": {
            "allowed": gate.allowed,
            "reasons": [reason.kept() for reason in gate.reasons],
        },
    }


def last_approved_before(version: ModelVersion, at: datetime | None = None) -> CaseFile | None:
    """Return the case file of the last earlier version of the model that was approved, if any."""
    # By its moves: what became of an approval later overwrites when the release was decided.
    moves = ReleaseMove.objects.filter(after__in=STANDING)
    approvals = Decision.objects.filter(
        release__version__model=version.model,
        release__version__number__lt=version.number,
        act__in=APPROVALS,
    )
    if at is not None:
        moves, approvals = moves.filter(at__lte=at), approvals.filter(signed_at__lte=at)
    approvals = approvals.filter(release__in=moves.values("release"))
    approval = approvals.select_related("case_file").order_by("-signed_at").first()
    return approval.case_file if approval else None


def _changes(
    version: ModelVersion, subject: dict[str, Any], at: datetime | None
) -> list[dict[str, Any]]:
    """Return what differs from the last approved version, field by field."""
    before = last_approved_before(version, at)
    if before is None:
        return []
    return [
        {"fact": change.fact, "before": change.before, "after": change.after}
        for change in casefile.differences(before.content["subject"], subject)
    ]
