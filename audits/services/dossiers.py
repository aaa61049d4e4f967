"""Gather everything a report states about a version into one plain dossier.

Or say what is missing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from audits.rules.reports import RENDERER
from audits.services.decisions import (
    conditions_of,
    decisions_of,
    delegations_of,
    moves_of,
    stages_of,
)
from audits.services.findings import findings_of, incidents_of
from audits.services.oversight import (
    attestations_of,
    deployments_of,
    overrides_of,
    reviews_of,
)
from registry.models import CaseFile, Decision, Entry, Evidence, ModelVersion, Release
from registry.rules import casefile
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import APPROVALS
from registry.rules.wording import gettext_noop
from registry.services import (
    case_files,
    files,
    gates,
    policies,
)


def gather(
    *, version: ModelVersion, release: Release | None, profile: str, language: str
) -> dict[str, Any]:
    """Return the dossier as JSON data. Raises Refused with every exhibit that cannot be shown.

    It is about ``release`` and the case file frozen for it; without one, about the version as it
    stands. ``as_of`` is the last time anything was done about the model, by its journal and by
    what its unit's journal holds of it, so the same state asked for twice gives the same dossier.
    """
    every = list(gates.for_gate(Release.objects.submitted().filter(version=version)))
    release = next((one for one in every if release and one.pk == release.pk), None)
    entries = list(
        Entry.objects.filter(model=version.model.slug)
        .exclude(action__startswith="report.")
        .order_by("number")
    )
    content, text = _case_file(version, release)
    delegations = delegations_of(release) if release else []
    attestations = attestations_of(version.model)
    as_of = max([entries[-1].at, *_beside_the_journal(delegations, attestations)])
    instant = datetime.fromisoformat(as_of)
    return {
        "renderer": RENDERER,
        "profile": profile,
        "language": language,
        "as_of": as_of,
        "case_file_text": text,
        "case_file_digest": casefile.digest(text),
        "release": _release(release, instant) if release else None,
        "decisions": decisions_of(release) if release else [],
        "delegations": delegations,
        "conditions": conditions_of(release) if release else [],
        "moves": moves_of(release) if release else [],
        "other_releases": [_other(one, instant) for one in every if one != release],
        "evidence": _evidence(version, _with_later(version, content["exhibits"])),
        "journal": [_entry(entry) for entry in entries],
        "changes": _changes(version, content["subject"]),
        "findings": findings_of(version, instant),
        "incidents": incidents_of(version, instant),
        "overrides": overrides_of(version),
        "deployments": deployments_of(version),
        "reviews": reviews_of(version.model),
        "attestations": attestations,
    }


def _beside_the_journal(
    delegations: list[dict[str, Any]], attestations: list[dict[str, Any]]
) -> list[str]:
    """Return when something was done about the model that only the unit's journal tells."""
    told = [one["ended_at"] for one in delegations]
    for one in attestations:
        told += [one["opened_at"], one["confirmation"]["at"] if one["confirmation"] else None]
    return [moment for moment in told if moment]


def release_in_force(version: ModelVersion) -> Release | None:
    """Return the release a report on the version is about.

    The one whose approval stands; else one that was approved once; else the newest.
    """
    newest_first = Release.objects.submitted().filter(version=version)
    newest_first = newest_first.order_by("-submitted_at", "-pk")
    decided_last = newest_first.order_by("-decided_at", "-pk")
    return (
        decided_last.standing().first() or decided_last.approved().first() or newest_first.first()
    )


def _case_file(version: ModelVersion, release: Release | None) -> tuple[dict[str, Any], str]:
    """Return the frozen case file of the release.

    Where there is none, the file as it stands now.
    """
    if release:
        return release.case_file.content, release.case_file.text
    content = case_files.build(version, policy=policies.in_force(), release=None)
    return content, casefile.canonical(content)


def _release(release: Release, as_of: datetime) -> dict[str, Any]:
    # As of the report's instant: what the clock alone changes is journalled when it is noticed.
    gate = gates.gate(release, as_of)
    return {
        "environment": release.environment,
        "state": release.state,
        "submitted_at": case_files.instant(release.submitted_at),
        "submitted_by": release.submitted_by.printed_name,
        "valid_until": case_files.instant(release.valid_until) if release.valid_until else None,
        "stages": stages_of(release),
        "gate": {
            "allowed": gate.allowed,
            "reasons": [
                {"message": reason.message, "params": {k: str(v) for k, v in reason.params.items()}}
                for reason in gate.reasons
            ],
        },
    }


def _other(release: Release, as_of: datetime) -> dict[str, Any]:
    """Return another release of the same version: that it exists, and where it stands."""
    return {
        "environment": release.environment,
        "state": release.state,
        "submitted_at": case_files.instant(release.submitted_at),
        "decided_at": case_files.instant(release.decided_at) if release.decided_at else None,
        "case_file_digest": release.case_file.digest,
        "gate_allowed": gates.gate(release, as_of).allowed,
    }


def _with_later(version: ModelVersion, frozen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the exhibits of the case file, and those that were filed after it was frozen.

    A report that left those out would be silent about what was found since.
    """
    listed = {exhibit["id"] for exhibit in frozen}
    later = [one for one in case_files.exhibits_of(version) if one["id"] not in listed]
    return [*frozen, *later]


def _evidence(version: ModelVersion, exhibits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each exhibit with its exact text, checked against the digest it was listed with."""
    filed = {
        one.pk: one
        for one in Evidence.objects.filter(version=version).select_related("file").order_by("pk")
    }
    told, missing = [], []
    for exhibit in exhibits:
        evidence = filed.get(exhibit["id"])
        try:
            if evidence is None or evidence.digest != exhibit["digest"]:
                raise Refused.because("evidence.gone", gettext_noop("it is not what was frozen."))
            text = files.read_checked(evidence.file).decode("utf-8")
        except (Refused, UnicodeDecodeError) as gap:
            missing.append(
                Objection(
                    "report.exhibit_missing",
                    gettext_noop("Exhibit %(title)s cannot be shown: %(gap)s"),
                    {"title": exhibit["title"], "gap": str(gap)},
                )
            )
            continue
        told.append(
            {**exhibit, "file_name": f"evidence/{exhibit['id']}-{evidence.file_name}", "text": text}
        )
    if missing:
        raise Refused(*missing)
    return told


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "model_number": entry.model_number,
        "at": entry.at,
        "actor": entry.actor,
        "role": entry.role,
        "action": entry.action,
        "subject": entry.subject,
        "reason": entry.reason,
        "seal": entry.seal,
    }


def last_approved_before(version: ModelVersion) -> CaseFile | None:
    """Return the case file of the last earlier version of the model that was approved, if any."""
    approval = (
        Decision.objects.filter(release__version__model=version.model, act__in=APPROVALS)
        .filter(release__version__number__lt=version.number)
        .filter(release__decided_at__isnull=False, release__valid_until__isnull=False)
        .select_related("case_file")
        .order_by("-signed_at")
        .first()
    )
    return approval.case_file if approval else None


def _changes(version: ModelVersion, subject: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what differs from the last approved version, field by field."""
    before = last_approved_before(version)
    if before is None:
        return []
    return [
        {"fact": change.fact, "before": change.before, "after": change.after}
        for change in casefile.differences(before.content["subject"], subject)
    ]
