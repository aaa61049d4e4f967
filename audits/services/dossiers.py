"""Gather everything a report states about a version into one plain dossier.

Or say what is missing.
"""

from __future__ import annotations

from typing import Any

from audits.rules.reports import RENDERER
from registry.models import CaseFile, Decision, Entry, Evidence, ModelVersion, Release
from registry.rules import casefile
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import (
    case_files,
    files,
    gates,
    policies,
    stages,
)


def gather(
    *, version: ModelVersion, release: Release | None, profile: str, language: str
) -> dict[str, Any]:
    """Return the dossier as JSON data. Raises Refused with every exhibit that cannot be shown.

    It is about ``release`` and the case file frozen for it; without one, about the version as it
    stands. ``as_of`` is the time of the last journal entry about the model that changed anything,
    so the same state asked for twice gives the same dossier.
    """
    every = list(gates.for_gate(Release.objects.filter(version=version)))
    release = next((one for one in every if release and one.pk == release.pk), None)
    entries = list(
        Entry.objects.filter(model=version.model.slug)
        .exclude(action__startswith="report.")
        .order_by("number")
    )
    content, text = _case_file(version, release)
    return {
        "renderer": RENDERER,
        "profile": profile,
        "language": language,
        "as_of": entries[-1].at,
        "case_file_text": text,
        "case_file_digest": casefile.digest(text),
        "release": _release(release) if release else None,
        "decisions": [_decision(one, release) for one in _decisions(release)] if release else [],
        "other_releases": [_other(one) for one in every if one != release],
        "evidence": _evidence(version, _with_later(version, content["exhibits"])),
        "journal": [_entry(entry) for entry in entries],
        "changes": _changes(version, content["subject"]),
    }


def release_in_force(version: ModelVersion) -> Release | None:
    """Return the release a report on the version is about: the approved one, else the newest."""
    newest_first = Release.objects.filter(version=version).order_by("-submitted_at", "-pk")
    return newest_first.approved().order_by("-decided_at").first() or newest_first.first()


def _case_file(version: ModelVersion, release: Release | None) -> tuple[dict[str, Any], str]:
    """Return the frozen case file of the release.

    Where there is none, the file as it stands now.
    """
    if release:
        return release.case_file.content, release.case_file.text
    content = case_files.build(version, policy=policies.in_force(), release=None)
    return content, casefile.canonical(content)


def _release(release: Release) -> dict[str, Any]:
    progress, gate = stages.progress_of(release), gates.gate(release)
    return {
        "environment": release.environment,
        "state": release.state,
        "submitted_at": case_files.instant(release.submitted_at),
        "submitted_by": release.submitted_by.printed_name,
        "valid_until": case_files.instant(release.valid_until) if release.valid_until else None,
        "stages": [
            {
                "name": stage.name,
                "role": stage.role,
                "needed": stage.needed,
                "signed": progress.signed_at(place),
            }
            for place, stage in enumerate(progress.stages)
        ],
        "gate": {
            "allowed": gate.allowed,
            "reasons": [
                {"message": reason.message, "params": {k: str(v) for k, v in reason.params.items()}}
                for reason in gate.reasons
            ],
        },
    }


def _decisions(release: Release) -> list[Decision]:
    return list(release.decisions.order_by("signed_at", "pk"))


def _other(release: Release) -> dict[str, Any]:
    """Return another release of the same version: that it exists, and where it stands."""
    return {
        "environment": release.environment,
        "state": release.state,
        "submitted_at": case_files.instant(release.submitted_at),
        "decided_at": case_files.instant(release.decided_at) if release.decided_at else None,
        "case_file_digest": release.case_file.digest,
        "gate_allowed": gates.gate(release).allowed,
    }


def _decision(decision: Decision, release: Release) -> dict[str, Any]:
    return {
        "act": decision.act,
        "printed_name": decision.printed_name,
        "role": decision.role,
        "meaning": decision.meaning,
        "reason": decision.reason,
        "at": case_files.instant(decision.signed_at),
        "method": decision.method,
        "stage": decision.stage_name,
        "case_file_digest": decision.case_file_digest,
        # Whether it was signed over the very case file that this report is about.
        "bound": decision.case_file_id == release.case_file_id,
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
        Decision.objects.filter(release__version__model=version.model, act="approve")
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
