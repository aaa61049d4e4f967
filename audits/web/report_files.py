"""The files of a report: the sealed PDF, and the same dossier in other forms."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from audits.models import Report
from audits.services import report_files
from registry.web.requests import PersonRequest


@login_required
def report_file(request: PersonRequest, pk: int) -> HttpResponse:
    """The sealed PDF; what was recalled stays to be read."""
    return _handed_out(request, pk, "pdf")


@login_required
def report_format(request: PersonRequest, pk: int, form: str) -> HttpResponse:
    """The dossier of a sealed report as a text, a workbook, tables or data."""
    return _handed_out(request, pk, form)


def _handed_out(request: PersonRequest, pk: int, form: str) -> HttpResponse:
    found = get_object_or_404(Report.objects.visible_to(request.user).for_list(), pk=pk)
    if found.file is None:
        raise Http404
    file = report_files.file_of(report=found, form=form, by=request.user)
    response = HttpResponse(file.content, content_type=file.kind)
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    return response
