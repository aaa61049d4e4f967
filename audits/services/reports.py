"""Ask for a report: the same state asked for again hands out the file that exists."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from audits import dispatch
from audits.models import Report
from audits.rules import reports as rules
from audits.rules.runs import State
from audits.services import dossiers
from audits.services.runs import told
from registry.models import ModelVersion, Release, StoredFile, User
from registry.rules.casefile import canonical
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import files, journal, rights


@journal.verb
def request(
    *,
    version: ModelVersion,
    release: Release | None = None,
    profile: str,
    language: str,
    by: User,
) -> Report:
    """Ask for a report on a version, or on one release of it.

    Raises Refused where it would be incomplete.

    Without a release it is about the approved one, or else the newest. What it states is gathered
    here and kept; the worker only sets and seals it.
    """
    version = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model__unit")
        .get(pk=version.pk)
    )
    role = rights.require(by=by, verb="report.request", unit=version.model.unit)
    objections = _objections(profile, language)
    if release and release.version_id != version.pk:
        objections.append(
            Objection(
                "report.release",
                gettext_noop("This release is one of another version; name its own."),
            )
        )
    elif release and release.case_file_id is None:
        objections.append(
            Objection(
                "report.draft",
                gettext_noop(
                    "This release was never submitted; submit it first, or name no release."
                ),
            )
        )
    if objections:
        raise Refused(*objections)
    release = release or dossiers.release_in_force(version)
    dossier = dossiers.gather(version=version, release=release, profile=profile, language=language)
    key = rules.key(dossier)
    standing = Report.objects.filter(key=key).exclude(state=State.FAILED).first()
    if standing:
        return standing
    report = Report.objects.create(
        version=version,
        release=release,
        profile=profile,
        language=language,
        key=key,
        as_of=dossier["as_of"],
        case_file_digest=dossier["case_file_digest"],
        dossier=files.keep(canonical(dossier).encode()),
        requested_at=timezone.now(),
        requested_by=by,
    )
    journal.record(
        "report.requested",
        by=by,
        subject=report,
        role=role,
        model=version.model,
        changes={"profile": profile, "language": language, "key": key},
    )
    dispatch.make_report(report.pk)
    return report


def _objections(profile: str, language: str) -> list[Objection]:
    objections = []
    if profile not in rules.PROFILE_NAMES:
        objections.append(
            Objection(
                "report.profile",
                gettext_noop("There is no profile %(profile)s; choose one of %(known)s."),
                {"profile": profile, "known": ", ".join(rules.PROFILE_NAMES)},
            )
        )
    if language not in rules.LANGUAGES:
        objections.append(
            Objection(
                "report.language",
                gettext_noop("Reports are not made in %(language)s yet; choose one of %(known)s."),
                {"language": language, "known": ", ".join(rules.LANGUAGES)},
            )
        )
    return objections


@journal.verb
def finish(*, report: Report, attempt: int, unsealed: str, sealed: bytes) -> StoredFile | None:
    """Keep the sealed file; None when another attempt was first."""
    report = _locked(report)
    if report.state != State.RUNNING or report.attempt != attempt:
        return None
    report.state, report.percent, report.stage = State.DONE, 100, ""
    report.unsealed, report.file = unsealed, files.keep(sealed)
    report.finished_at = report.heard_at = timezone.now()
    report.save()
    journal.record(
        "report.sealed",
        by=None,
        subject=report,
        role="system",
        model=report.version.model,
        changes={"sha256": report.file.sha256, "unsealed": unsealed, "key": report.key},
    )
    return report.file


@journal.verb
def fail(*, report: Report, attempt: int, objections: Sequence[Objection]) -> None:
    """Write down why this attempt failed; asking again starts afresh."""
    report = _locked(report)
    if report.state != State.RUNNING or report.attempt != attempt:
        return
    report.state, report.finished_at = State.FAILED, timezone.now()
    report.reason = [told(objection) for objection in objections]
    report.save()
    journal.record(
        "report.failed",
        by=None,
        subject=report,
        role="system",
        model=report.version.model,
        changes={"attempt": attempt},
        reason=" ".join(str(objection) for objection in objections),
    )


def _locked(report: Report) -> Report:
    locked: Report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("version__model__unit")
        .get(pk=report.pk)
    )
    return locked
