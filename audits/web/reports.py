"""Pages of reports: the list, one report with its progress, asking for one, recalling one."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from audits.models import Report
from audits.rules.reports import FORMAT_NAMES, LANGUAGES, PROFILE_NAMES
from audits.rules.runs import UNDER_WAY
from audits.services import recalls, reports
from audits.web.report_forms import Asked, AskForm, asked_on
from registry.models import Release
from registry.services import rights
from registry.web.forms import Form, refusals_on, show
from registry.web.lookups import model_or_404, version_or_404
from registry.web.requests import PersonRequest

PER_PAGE = 50
MOST_PAST = 20
# The pages of the other forms, by the end of the file's name.
FORMS = {
    "docx": "report_docx",
    "xlsx": "report_xlsx",
    "csv.zip": "report_csv",
    "json": "report_json",
}


class RecallForm(Form):
    """Why a report is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is recalled"), widget=forms.Textarea({"rows": 3})
    )


@login_required
def report_list(request: PersonRequest) -> HttpResponse:
    """Every report the person may see, newest first; ``?model=`` names the one they are on.

    What is on a version or a release of the model is among them, a portfolio is not.
    """
    visible = Report.objects.visible_to(request.user).for_list()
    slug = request.GET.get("model")
    model = model_or_404(request, slug) if slug else None
    if model is not None:
        visible = visible.filter(model=model)
    page = Paginator(visible, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "audits/reports.html", {"page": page, "model": model})


@login_required
def report(request: PersonRequest, pk: int) -> HttpResponse:
    """One report: progress while it is made, its seal and files afterwards."""
    found = get_object_or_404(Report.objects.visible_to(request.user).for_list(), pk=pk)
    if request.htmx:
        response = render(request, "audits/parts/report_progress.html", _context(request, found))
        if found.state not in UNDER_WAY:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "audits/report.html", {**_context(request, found), "form": RecallForm()})


def _context(request: PersonRequest, report: Report) -> dict[str, object]:
    asked = Asked.of(report)
    return {
        "report": report,
        "is_under_way": report.state in UNDER_WAY,
        "profiles": PROFILE_NAMES,
        "forms": [
            (reverse(page, args=[report.pk]), FORMAT_NAMES[form]) for form, page in FORMS.items()
        ],
        "asked": asked,
        "again": asked.address,
        "may_ask": _may_all(request, "report.request", report),
        "may_recall": report.standing is not None
        and not report.recalled_at
        and _may_all(request, "report.recall", report),
    }


def _may_all(request: PersonRequest, verb: str, report: Report) -> bool:
    return all(
        rights.may(by=request.user, verb=verb, unit=unit) for unit in recalls.units_of(report)
    )


@login_required
def new_report(request: PersonRequest) -> HttpResponse:
    """Ask for a report in a profile, a language and as of a day of one's choice.

    On the version, release or model that the address names, or else on a portfolio. One press
    without any of them asks for the regulator's report as of now.
    """
    asked = asked_on(request)
    form = AskForm(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            found = reports.request(**form.told, by=request.user)
            return redirect("report", found.pk)
    past = Report.objects.visible_to(request.user).filter(**asked.same).for_list()[:MOST_PAST]
    return show(request, "audits/new_report.html", form, asked=asked, past=past)


@login_required
@require_POST
def ask_for_report(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """One press: the report on the version as it stands, or on the release that is named."""
    version = version_or_404(request, slug, number)
    release = _release(request, version)
    form = Form(request.POST)
    with refusals_on(form):
        found = reports.request(
            **({"release": release} if release else {"version": version}),
            profile=request.POST.get("profile", "regulator"),
            language=request.POST.get("language", LANGUAGES[0]),
            by=request.user,
        )
        return redirect("report", found.pk)
    return show(request, "audits/no_report.html", form, version=version, model=version.model)


def _release(request: PersonRequest, version: object) -> Release | None:
    """Return the release the press was about, if it was made on a release's page."""
    asked = request.POST.get("release", "")
    releases = Release.objects.filter(version=version)
    return get_object_or_404(releases, pk=asked) if asked.isdecimal() else None


@login_required
@require_POST
def recall_report(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a sealed report back, with a reason."""
    found = get_object_or_404(Report.objects.visible_to(request.user).for_list(), pk=pk)
    form = RecallForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            reports.recall(report=found, reason=form.cleaned_data["reason"], by=request.user)
            return redirect("report", found.pk)
    return show(request, "audits/report.html", form, **_context(request, found))
