"""The page of one exhibit, its file, and the form to hand one in that was made elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Evidence, ModelVersion
from registry.rules.catalogue import EVIDENCE_KINDS, VERDICT_NAMES
from registry.rules.evidence import LONGEST_SUMMARY
from registry.rules.refusals import Refused
from registry.services import evidence, files, rights
from registry.web.forms import MadeOnForm, is_usable, refusals_on, show, uploaded
from registry.web.lookups import version_or_404
from registry.web.requests import PersonRequest

# A longer file is read as a file.
MOST_SHOWN = 20_000


@login_required
def exhibit(request: PersonRequest, pk: int) -> HttpResponse:
    """What the exhibit is, its verdict, its digest, and who filed it."""
    visible = Evidence.objects.visible_to(request.user)
    found = get_object_or_404(
        visible.select_related("version__model__unit", "data__dataset", "filed_by", "file"), pk=pk
    )
    unit = found.version.model.unit
    is_whole = rights.may(by=request.user, verb="small_cells.read", unit=unit)
    context = {
        "exhibit": found,
        "version": found.version,
        "model": found.version.model,
        "is_whole": is_whole,
        "gone": files.objection_to_reading(found.file) if found.file.erased_at else None,
        "said": _said(found) if is_whole else "",
    }
    return render(request, "registry/exhibit.html", context)


def _said(found: Evidence) -> str:
    """Return what a file that was handed in says, to be read on the page; empty for the others."""
    if not evidence.was_handed_in(found):
        return ""
    try:
        content = json.loads(files.read_checked(found.file))
    except Refused:
        # The page tells of the exhibit all the same; its file is refused where it is asked for.
        return ""
    return json.dumps(content, ensure_ascii=False, indent=2)[:MOST_SHOWN]


@login_required
def exhibit_file(request: PersonRequest, pk: int) -> HttpResponse:
    """The exhibit's bytes, checked against the digest on the way out."""
    found = get_object_or_404(
        Evidence.objects.visible_to(request.user).select_related("file", "version__model__unit"),
        pk=pk,
    )
    rights.require(by=request.user, verb="small_cells.read", unit=found.version.model.unit)
    response = HttpResponse(files.read_checked(found.file), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.file_name)
    return response


class HandInForm(MadeOnForm):
    """What was made elsewhere, and what it is said to have found."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    # Whoever hands it in says what it is; nothing is taken for a pass by leaving a field alone.
    verdict = forms.ChoiceField(label=gettext_lazy("Verdict"), initial="none")
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        max_length=LONGEST_SUMMARY,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("What was found and how, in a sentence or two."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        help_text=gettext_lazy("A JSON object; it is shown as a table in the report."),
    )

    field_order = ["kind", "title", "verdict", "summary", "file", "data"]

    def __init__(self, *args: object, version: ModelVersion, **kwargs: object) -> None:
        super().__init__(*args, version=version, **kwargs)
        kinds = [*EVIDENCE_KINDS.items()]
        self.fields["kind"].choices = [(code, _(name)) for code, name in reversed(kinds)]
        self.fields["verdict"].choices = [(code, _(name)) for code, name in VERDICT_NAMES.items()]

    def finding(self) -> evidence.Finding:
        """Return what the service takes."""
        said = self.cleaned_data
        return evidence.Finding(said["kind"], said["title"], said["verdict"], said["summary"])


@login_required
def hand_in_evidence(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """File what was made elsewhere; it is marked as not reproduced."""
    version = version_or_404(request, slug, number)
    rights.require(by=request.user, verb="evidence.file", unit=version.model.unit)
    form = HandInForm(request.POST or None, request.FILES or None, version=version)
    if request.method == "POST" and is_usable(form, request):
        file = uploaded(form, "file")
        with refusals_on(form):
            filed = evidence.hand_in(
                version=version,
                finding=form.finding(),
                file=Path(file.temporary_file_path()) if file else Path(),
                file_name=(file.name or "") if file else "",
                data=form.cleaned_data["data"],
                by=request.user,
            )
            messages.success(request, _("Filed as exhibit %(number)s.") % {"number": filed.pk})
            return redirect("exhibit", filed.pk)
    return show(
        request,
        "registry/hand_in_evidence.html",
        form,
        version=version,
        model=version.model,
        tab="evidence",
    )
