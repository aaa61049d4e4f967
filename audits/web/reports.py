"""Pages of reports: the list, one report with its progress, asking for one, the file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from audits.models import Report
from audits.rules.reports import LANGUAGES, PROFILE_NAMES
from audits.rules.runs import UNDER_WAY
from audits.services import reports
from registry.models import ModelVersion, Release
from registry.services import files, rights
from registry.web.forms import Form, refusals_on, show
from registry.web.lookups import version_or_404
from registry.web.requests import PersonRequest

PER_PAGE = 50


@login_required
def report_list(request: PersonRequest) -> HttpResponse:
    """Every report the person may see, newest first."""
    visible = Report.objects.visible_to(request.user).for_list()
    page = Paginator(visible, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "audits/reports.html", {"page": page})


@login_required
def report(request: PersonRequest, pk: int) -> HttpResponse:
    """One report: progress while it is made, its seal and file afterwards."""
    found = get_object_or_404(Report.objects.visible_to(request.user).for_list(), pk=pk)
    context = {
        "report": found,
        "version": found.version,
        "model": found.version.model,
        "is_under_way": found.state in UNDER_WAY,
        "profiles": PROFILE_NAMES,
    }
    if request.htmx:
        response = render(request, "audits/parts/report_progress.html", context)
        if not context["is_under_way"]:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "audits/report.html", context)


@login_required
@require_POST
def ask_for_report(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """One press: the report on the version as it stands."""
    version = version_or_404(request, slug, number)
    form = Form(request.POST)
    with refusals_on(form):
        found = reports.request(
            version=version,
            release=_release(request, version),
            profile=request.POST.get("profile", "regulator"),
            language=request.POST.get("language", LANGUAGES[0]),
            by=request.user,
        )
        return redirect("report", found.pk)
    return show(request, "audits/no_report.html", form, version=version, model=version.model)


def _release(request: PersonRequest, version: ModelVersion) -> Release | None:
    """Return the release the press was about, if it was made on a release's page."""
    asked = request.POST.get("release", "")
    return get_object_or_404(version.releases, pk=asked) if asked.isdecimal() else None


@login_required
def report_file(request: PersonRequest, pk: int) -> HttpResponse:
    """The sealed PDF."""
    found = get_object_or_404(Report.objects.visible_to(request.user).for_list(), pk=pk)
    if found.file is None:
        raise Http404
    if found.profile != "public":
        rights.require(by=request.user, verb="small_cells.read", unit=found.version.model.unit)
    about = f"{found.version.model.slug}-{found.version.label}-{found.profile}"
    name = f"audit-report-{found.pk}-{about}.pdf"
    response = HttpResponse(files.read_checked(found.file), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
