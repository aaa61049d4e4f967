"""The page to hand in the result file of another tool as evidence."""

from __future__ import annotations

from pathlib import Path

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.services import imports
from registry.services import rights
from registry.web.forms import MadeOnForm, is_usable, refusals_on, show, uploaded
from registry.web.lookups import version_or_404
from registry.web.requests import PersonRequest


class EvidentlyForm(MadeOnForm):
    """A report of Evidently, and the data it was made on."""

    file = forms.FileField(
        label=gettext_lazy("Evidently report"),
        allow_empty_file=True,
        help_text=gettext_lazy("As JSON, as report.save_json writes it."),
    )
    field_order = ["file", "data"]


@login_required
def hand_in_evidently(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """File a drift report that Evidently made; title, verdict and summary are read from it."""
    version = version_or_404(request, slug, number)
    rights.require(by=request.user, verb="evidence.file", unit=version.model.unit)
    form = EvidentlyForm(request.POST or None, request.FILES or None, version=version)
    if request.method == "POST" and is_usable(form, request):
        file = uploaded(form, "file")
        with refusals_on(form):
            filed = imports.take_evidently(
                version=version,
                file=Path(file.temporary_file_path()) if file else Path(),
                file_name=file.name or "" if file else "",
                data=form.cleaned_data["data"],
                by=request.user,
            )
            messages.success(request, _("Filed as exhibit %(number)s.") % {"number": filed.pk})
            return redirect("exhibit", filed.pk)
    return show(
        request,
        "audits/hand_in_evidently.html",
        form,
        version=version,
        model=version.model,
        tab="evidence",
    )
