"""Pages of releases: the list, drafting and submitting, and the case file as text."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.models import Release
from registry.rules.releases import OPEN, STANDING, State
from registry.services import gates, releases, stages
from registry.web.forms import Form, ReasonForm, refusals_on, show, tell_errors
from registry.web.lookups import release_or_404, version_or_404
from registry.web.requests import PersonRequest

PER_PAGE = 50


@login_required
def release_list(request: PersonRequest) -> HttpResponse:
    """Every release the person may see: what waits for people first, then what stands."""
    visible = gates.for_gate(Release.objects.visible_to(request.user))
    waiting = Case(
        When(state__in=sorted(OPEN), then=Value(0)),
        When(state=State.DRAFT, then=Value(1)),
        When(state__in=sorted(STANDING), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    ordered = visible.order_by(waiting, "-submitted_at", "-pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(release, gates.gate(release), _waits_for(release)) for release in page]
    return render(request, "registry/releases.html", {"page": page, "rows": rows})


def _waits_for(release: Release) -> list[str]:
    """Return the names of the stages that can be signed now."""
    if release.state not in OPEN:
        return []
    progress = stages.progress_of(release)
    return [progress.stages[place].name for place in progress.open]


class SubmitForm(Form):
    """Where a version is to run."""

    environment = forms.CharField(label=gettext_lazy("Environment"))


@login_required
@require_POST
def submit(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Submit a version for release, or only draft that; what is missing is listed all at once."""
    version = version_or_404(request, slug, number)
    form = SubmitForm(request.POST)
    verb = releases.draft if "draft" in request.POST else releases.submit
    if form.is_valid():
        with refusals_on(form):
            release = verb(version=version, **form.cleaned_data, by=request.user)
            return redirect("release", release.pk)
    return show(request, "registry/not_submitted.html", form, version=version, model=version.model)


@login_required
@require_POST
def discard(request: PersonRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    release = release_or_404(request, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            releases.discard(release=release, reason=form.cleaned_data["reason"], by=request.user)
            return redirect("version", release.version.model.slug, release.version.number)
    tell_errors(request, form)
    return redirect("release", pk)


@login_required
def case_file(request: PersonRequest, pk: int) -> HttpResponse:
    """The case file under review, as the very text that was digested."""
    release = release_or_404(request, pk)
    if release.case_file is None:
        raise Http404
    response = HttpResponse(release.case_file.text, content_type="application/json")
    response["Content-Disposition"] = (
        f'attachment; filename="case-file-{release.case_file.digest[:12]}.json"'
    )
    return response
