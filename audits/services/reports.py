"""Ask for a report, and keep what was made of it.

The same state asked for again hands out the file that exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from audits import dispatch
from audits.models import Report
from audits.rules import reports as rules
from audits.rules.runs import State
from audits.services import dossiers, failed_dossiers, scopes
from audits.services.recalls import recall, standing_of, supersede
from audits.services.runs import told
from registry.models import ModelVersion, RegisteredModel, Release, StoredFile, Unit, User
from registry.rules.casefile import canonical
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import files, journal, retention_holds

__all__ = ["fail", "finish", "recall", "request", "standing_of"]


@journal.verb
def request(
    *,
    version: ModelVersion | None = None,
    release: Release | None = None,
    model: RegisteredModel | None = None,
    portfolio: Sequence[Unit] | None = None,
    profile: str,
    language: str,
    as_of: datetime | None = None,
    by: User,
) -> Report:
    """Ask for a report on one version, release or model, or on the models of some units.

    On a version it is about the approved release, or else the newest. With ``as_of`` it leaves out
    everything after that instant. What it states is gathered here and kept; the worker only sets
    and seals it. Raises Refused where it would be incomplete.
    """
    subject = scopes.locked(version=version, release=release, model=model, portfolio=portfolio)
    role = scopes.require(by=by, subject=subject)
    objections = [
        *_objections(profile, language),
        *scopes.objections_to_instant(subject, as_of),
    ]
    if objections:
        raise Refused(*objections)
    gathered = dossiers.gather(subject, profile=profile, language=language, as_of=as_of)
    dossier = gathered.dossier
    key = rules.key(dossier)
    standing = Report.objects.not_failed().filter(key=key).first()
    if standing:
        return standing
    report = Report(
        scope=subject.scope,
        about=subject.about,
        model=subject.model,
        version=gathered.version,
        release=gathered.release,
        profile=profile,
        language=language,
        serial=rules.serial(key),
        key=key,
        as_of=dossier["as_of"],
        asked_as_of=as_of,
        case_file_digest=dossier.get("case_file_digest", ""),
        # It holds the keys of the names that it opens, so it lies under a key of its own.
        dossier=files.keep(canonical(dossier).encode(), holds_rows=True),
        requested_at=timezone.now(),
        requested_by=by,
    )
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError:
        # Asked for at the same instant where no lock kept the two apart: the other one was first.
        return Report.objects.not_failed().get(key=key)
    if subject.model is None:
        report.units.set(subject.units)
    _record("report.requested", report, by=by, role=role, changes=_asked(report))
    dispatch.make_report(report.pk)
    return report


def _asked(report: Report) -> dict[str, Any]:
    asked = report.asked_as_of
    return {
        "scope": report.scope,
        "about": report.about,
        "profile": report.profile,
        "language": report.language,
        "key": report.key,
        "serial": report.serial,
        "as_of": asked.isoformat() if asked else None,
    }


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
    """Keep the sealed file; None when another attempt was first.

    What was sealed earlier on the same thing, in the same profile and language, is superseded.
    """
    report = _locked(report)
    if report.state != State.RUNNING or report.attempt != attempt:
        return None
    report.state, report.percent, report.stage = State.DONE, 100, ""
    report.unsealed, report.file = unsealed, files.keep(sealed)
    report.finished_at = report.heard_at = timezone.now()
    report.save()
    superseded = supersede(report)
    changes: dict[str, Any] = {
        "sha256": report.file.sha256,
        "unsealed": unsealed,
        "key": report.key,
    }
    if superseded:
        changes["supersedes"] = superseded
    _record("report.sealed", report, by=None, role="system", changes=changes)
    return report.file


@journal.verb
def fail(*, report: Report, attempt: int, objections: Sequence[Objection]) -> None:
    """Write down why this attempt failed, and let go of what it was to state.

    Asking again starts afresh.
    """
    # Before any row, as wherever something is deleted.
    retention_holds.keep_holds_out()
    report = _locked(report)
    if report.state != State.RUNNING or report.attempt != attempt:
        return
    report.state, report.finished_at = State.FAILED, timezone.now()
    report.reason = [told(objection) for objection in objections]
    report.save()
    _record(
        "report.failed",
        report,
        by=None,
        role="system",
        changes={"attempt": attempt},
        reason=" ".join(str(objection) for objection in objections),
    )
    failed_dossiers.let_go(report)


def _record(
    action: str, report: Report, *, by: User | None, role: str, changes: Any, reason: str = ""
) -> None:
    """Journal it under its model; a portfolio's under its unit, or of several under none."""
    units = [] if report.model else list(report.units.all())
    journal.record(
        action,
        by=by,
        subject=report,
        role=role,
        model=report.model,
        unit=units[0] if len(units) == 1 else None,
        changes=changes,
        reason=reason,
    )


def _locked(report: Report) -> Report:
    locked: Report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("model__unit")
        .get(pk=report.pk)
    )
    return locked
