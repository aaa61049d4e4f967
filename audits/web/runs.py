"""Pages of runs: the list, one run with its progress and results, starting one."""

from __future__ import annotations

from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audits.models import Monitor, Run
from audits.rules.runs import UNDER_WAY
from audits.services import runs
from audits.web.figures import of_exhibit
from audits.web.run_forms import RunForm
from registry.services import rights
from registry.web.forms import Form, is_usable, refusals_on, show, uploaded
from registry.web.lookups import version_or_404
from registry.web.requests import PersonRequest

PER_PAGE = 50


@login_required
def run_list(request: PersonRequest) -> HttpResponse:
    """Every run the person may see, newest first."""
    visible = Run.objects.visible_to(request.user).for_list()
    page = Paginator(visible, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "audits/runs.html", {"page": page})


@login_required
def run(request: PersonRequest, pk: int) -> HttpResponse:
    """One run: progress while it goes on, results and honesty block afterwards.

    HTMX asks for the progress alone; once the run has ended it is told to load the whole page.
    """
    found = get_object_or_404(Run.objects.visible_to(request.user).for_list(), pk=pk)
    is_under_way = found.state in UNDER_WAY
    context = {
        "run": found,
        "version": found.version,
        "model": found.version.model,
        "is_under_way": is_under_way,
        "may_run": rights.may(by=request.user, verb="run.request", unit=found.version.model.unit),
    }
    if request.htmx:
        response = render(request, "audits/parts/progress.html", context)
        if not is_under_way:
            response["HX-Refresh"] = "true"
        return response
    if found.evidence:
        context |= of_exhibit(found.evidence, request.user)
    return render(request, "audits/run.html", context)


@login_required
def start_run(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Start runs on attached data; the worker scores the rows itself."""
    version = version_or_404(request, slug, number)
    rights.require(by=request.user, verb="run.request", unit=version.model.unit)
    form = RunForm(request.POST or None, request.FILES or None)
    form.offer(version, request.user)
    if request.method == "POST" and is_usable(form, request):
        file = uploaded(form, "predictions")
        with refusals_on(form):
            started = runs.request_each(
                version=version,
                data=form.cleaned_data["data"],
                kinds=form.cleaned_data["kind"],
                options=form.options(),
                predictions=Path(file.temporary_file_path()) if file else None,
                reference=form.cleaned_data["reference"],
                truth=form.cleaned_data["truth"],
                by=request.user,
            )
            if len(started) == 1:
                return redirect("run", started[0].pk)
            return redirect("version_runs", slug, number)
    return show(
        request, "audits/start_run.html", form, version=version, model=version.model, tab="runs"
    )


@login_required
def version_runs(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """The runs of one version; HTMX asks for the rows alone."""
    version = version_or_404(request, slug, number)
    context = {
        "version": version,
        "model": version.model,
        "tab": "runs",
        "runs": Run.objects.filter(version=version).for_list(),
        "monitors": Monitor.objects.filter(version=version).for_list(),
        "may_run": rights.may(by=request.user, verb="run.request", unit=version.model.unit),
        "may_watch": rights.may(by=request.user, verb="monitor.start", unit=version.model.unit),
    }
    context["is_under_way"] = any(one.state in UNDER_WAY for one in context["runs"])
    template = "audits/parts/run_rows.html" if request.htmx else "audits/version_runs.html"
    return render(request, template, context)


@login_required
@require_POST
def run_again(request: PersonRequest, pk: int) -> HttpResponse:
    """Start a failed run again."""
    found = get_object_or_404(Run.objects.visible_to(request.user).for_list(), pk=pk)
    form = Form(request.POST)
    with refusals_on(form):
        return redirect("run", runs.again(run=found, by=request.user).pk)
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("run", pk)
