"""What a report states about a model: its version in force in full, and every version in short."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from audits.services import dossiers_of_versions as one_version
from audits.services.stated import Stated
from registry.models import ModelVersion, RegisteredModel, Release
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services.case_files import instant


def stated(model: RegisteredModel, at: datetime | None) -> Stated:
    """Return everything about the version in force or the newest, and where the others stand."""
    versions = list(_versions(model, at))
    if not versions:
        raise Refused.because(
            "report.no_version",
            gettext_noop("This model had no version to report on then; choose a later day."),
        )
    every = one_version.submitted(Release.objects.filter(version__model=model), at)
    release = one_version.in_force(every)
    holds = release is not None and release.state in one_version.ONCE_APPROVED
    told_of = release.version if release is not None and holds else versions[-1]
    version = next(one for one in versions if one.pk == told_of.pk)
    full = one_version.stated(version, None, at)
    as_of = datetime.fromisoformat(full.as_of)
    told = [
        _shortly(one, [each for each in every if each.version_id == one.pk], as_of, version)
        for one in versions
    ]
    return Stated(
        {**full.facts, "versions": told}, full.entries, full.as_of, full.version, full.release
    )


def _versions(model: RegisteredModel, at: datetime | None) -> Any:
    versions = ModelVersion.objects.filter(model=model).order_by("number")
    if at is not None:
        versions = versions.filter(registered_at__lte=at)
    return versions.select_related("artefact", "registered_by", "model__unit")


def _shortly(
    version: ModelVersion, releases: list[Release], as_of: datetime, told: ModelVersion
) -> dict[str, Any]:
    return {
        "label": version.label,
        "number": version.number,
        "registered_at": instant(version.registered_at),
        "registered_by": version.registered_by.printed_name,
        "artefact_sha256": version.artefact.sha256 if version.artefact else None,
        # Whether the rest of the report is about this one.
        "told": version.pk == told.pk,
        "releases": [
            {
                **one_version.told_shortly(one, as_of),
                "valid_until": instant(one.valid_until) if one.valid_until else None,
            }
            for one in sorted(releases, key=lambda one: (one.submitted_at, one.pk))
        ],
    }
