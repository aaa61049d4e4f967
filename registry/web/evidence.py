"""The page of one exhibit, and its file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header

from registry.models import Evidence
from registry.services import files
from registry.web.requests import PersonRequest


@login_required
def exhibit(request: PersonRequest, pk: int) -> HttpResponse:
    """What the exhibit is, its verdict, its digest, and who filed it."""
    visible = Evidence.objects.visible_to(request.user)
    found = get_object_or_404(
        visible.select_related("version__model__unit", "data__dataset", "filed_by", "file"), pk=pk
    )
    context = {"exhibit": found, "version": found.version, "model": found.version.model}
    return render(request, "registry/exhibit.html", context)


@login_required
def exhibit_file(request: PersonRequest, pk: int) -> HttpResponse:
    """The exhibit's bytes, checked against the digest on the way out."""
    found = get_object_or_404(
        Evidence.objects.visible_to(request.user).select_related("file"), pk=pk
    )
    response = HttpResponse(files.read_checked(found.file), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.file_name)
    return response
