"""Hand out a report's files: the sealed PDF, and the kept dossier in other forms; reads only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils import translation

from audits.models import Report
from audits.rendering import formats
from audits.services.recalls import units_of
from audits.services.reporting import dossier_of
from registry.models import User
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import files, rights

PDF = "pdf"
KINDS = {PDF: "application/pdf", **{name: one.kind for name, one in formats.FORMATS.items()}}


@dataclass(frozen=True)
class File:
    """A file to be handed out: its name, its media type and its bytes."""

    name: str
    kind: str
    content: bytes


def file_of(*, report: Report, form: str, by: User) -> File:
    """Return a file of a sealed report. ``form`` is a key of ``KINDS``.

    Raises PermissionDenied for who may see no small cells, unless the report shows none, and
    Refused where the report is not sealed yet or a file is not what was kept.
    """
    if report.profile != "public":
        for unit in units_of(report):
            rights.require(by=by, verb="small_cells.read", unit=unit)
    if report.file is None:
        raise Refused.because(
            "report.not_done",
            gettext_noop(
                "The report is not there yet (state: %(state)s). Ask how it stands, then again."
            ),
            state=report.state,
        )
    name = f"{_about(report)}-{report.profile}-{report.serial}.{form}"
    if form == PDF:
        return File(name, KINDS[PDF], files.read_checked(report.file))
    with translation.override(report.language):
        content = formats.FORMATS[form].make(dossier_of(report), report.file.sha256)
    return File(name, KINDS[form], content)


def _about(report: Report) -> str:
    """Return what it is on as the start of a file's name."""
    if report.model is None:
        return "portfolio"
    label = re.sub(r"[^\w.-]+", "-", report.version.label) if report.version else ""
    return f"{report.model.slug}-{label}" if label else report.model.slug
