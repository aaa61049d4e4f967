"""Pages of a version: overview with its checklist, data, evidence, and registering one."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.models import DataLink, DatasetVersion, Evidence, RegisteredModel, Release
from registry.services import (
    checklists,
    gates,
    rights,
    versions,
)
from registry.services.as_of import version_as_of
from registry.web import as_of
from registry.web.forms import Form, ReasonForm, is_usable, refusals_on, show, tell_errors, uploaded
from registry.web.lineage import lineage
from registry.web.lookups import model_or_404, version_or_404
from registry.web.requests import PersonRequest


class VersionForm(Form):
    """A new version."""

    label = forms.CharField(
        label=gettext_lazy("Version"), max_length=60, help_text=gettext_lazy("Such as 2.1.")
    )
    artefact = forms.FileField(
        required=False,
        label=gettext_lazy("Artefact file"),
        help_text=gettext_lazy(
            "skops, XGBoost JSON or UBJ, LightGBM text, CatBoost cbm or ONNX. Leave it out for a"
            " vendor model; pickled files are refused, since opening one runs whatever is inside."
        ),
    )
    features = forms.CharField(
        required=False,
        label=gettext_lazy("Feature columns"),
        help_text=gettext_lazy(
            "In the order the artefact takes them, separated by commas or lines."
        ),
        widget=forms.Textarea({"rows": 3}),
    )
    label_column = forms.CharField(label=gettext_lazy("Label column"), max_length=200)
    positive_label = forms.CharField(
        required=False,
        label=gettext_lazy("Positive label"),
        max_length=200,
        help_text=gettext_lazy("For binary models: the value that counts as a yes."),
    )
    threshold = forms.FloatField(
        required=False,
        label=gettext_lazy("Threshold"),
        min_value=0,
        max_value=1,
        help_text=gettext_lazy("For binary models: the score from which a row counts as a yes."),
    )
    code_commit = forms.CharField(required=False, label=gettext_lazy("Code commit"), max_length=64)
    source = forms.CharField(
        required=False,
        label=gettext_lazy("Source"),
        max_length=500,
        help_text=gettext_lazy("Repository and path, or the vendor and product."),
    )
    environment = forms.FileField(
        required=False,
        label=gettext_lazy("Environment lock file"),
        help_text=gettext_lazy("The pinned packages it was built with."),
    )
    parameters = forms.CharField(
        required=False,
        label=gettext_lazy("Parameters"),
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy('A JSON object, such as {"max_depth": 3}.'),
    )

    def clean_features(self) -> list[str]:
        """Return the names, one for each comma or line."""
        text = self.cleaned_data["features"].replace("\n", ",")
        return [name.strip() for name in text.split(",") if name.strip()]

    def clean_parameters(self) -> dict[str, Any]:
        """Return the object."""
        text = self.cleaned_data["parameters"].strip() or "{}"
        try:
            parameters = json.loads(text)
            json.dumps(parameters, ensure_ascii=False).encode()
        except json.JSONDecodeError as error:
            raise ValidationError(
                _("This is not JSON (line %(line)s): %(what)s.")
                % {"line": error.lineno, "what": error.msg}
            ) from error
        except (ValueError, RecursionError) as error:
            told = _(
                "This cannot be kept: a number is too long, a text broken, or it lies too deep."
            )
            raise ValidationError(told) from error
        if "\\u0000" in text:
            raise ValidationError(_("The character NUL cannot be kept; take it out."))
        if not isinstance(parameters, dict):
            raise ValidationError(_("Write a JSON object, in braces."))
        return parameters

    def build(self) -> versions.Build:
        """Return what the service takes."""
        asked = self.cleaned_data
        return versions.Build(
            label=asked["label"],
            features=asked["features"],
            label_column=asked["label_column"],
            artefact=self._upload("artefact"),
            environment=self._upload("environment"),
            source=asked["source"],
            code_commit=asked["code_commit"],
            parameters=asked["parameters"],
            positive_label=asked["positive_label"],
            threshold=asked["threshold"],
        )

    def _upload(self, field: str) -> versions.Upload | None:
        file = uploaded(self, field)
        return versions.Upload(Path(file.temporary_file_path()), file.name or "") if file else None


@login_required
def add_version(request: PersonRequest, slug: str) -> HttpResponse:
    """Register a version: its artefact is recognised by its bytes, tried, and hashed."""
    model = model_or_404(request, slug)
    rights.require(by=request.user, verb="version.register", unit=model.unit)
    form = VersionForm(request.POST or None, request.FILES or None, initial=_like_the_last(model))
    if request.method == "POST" and is_usable(form, request):
        with refusals_on(form):
            version = versions.register(model=model, build=form.build(), by=request.user)
            return redirect("version", model.slug, version.number)
    return show(request, "registry/add_version.html", form, model=model)


def _like_the_last(model: RegisteredModel) -> dict[str, Any]:
    """Offer what the last version had; most of it stays the same from build to build."""
    last = model.versions.first()
    if last is None:
        return {"threshold": 0.5}
    return {
        "features": ", ".join(last.features),
        "label_column": last.label_column,
        "positive_label": last.positive_label,
        "threshold": last.threshold,
        "source": last.source,
    }


@login_required
def version(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """What the version is, where it comes from, and what is missing before it can be submitted."""
    version = version_or_404(request, slug, number)
    if as_of.is_asked(request):
        template = "registry/as_of_version.html"
        model = version.model
        told = partial(version_as_of, reader=request.user)
        return as_of.page(request, template, told, version, version=version, model=model)
    current = gates.for_gate(Release.objects.filter(version=version))
    evidence = Evidence.objects.filter(version=version)
    items = checklists.checklist(version)
    return render(
        request,
        "registry/version.html",
        {
            "version": version,
            "model": version.model,
            "tab": "overview",
            "checklist": items,
            "is_complete": not any(item.objection for item in items),
            "releases": [(release, gates.gate(release)) for release in current],
            "evidence": evidence,
            "lineage": lineage(version, list(evidence), list(current)),
            "environments": settings.ENVIRONMENTS,
            "may_submit": rights.may(
                by=request.user, verb="release.submit", unit=version.model.unit
            ),
        },
    )


class AttachForm(Form):
    """Data to attach."""

    data = forms.ModelChoiceField(  # type: ignore[assignment]
        DatasetVersion.objects.none(), label=gettext_lazy("Dataset version")
    )


@login_required
def version_data(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """The data the version rests on: attach and detach."""
    version = version_or_404(request, slug, number)
    form = AttachForm(request.POST or None)
    attached = [link.data_id for link in version.attached_links]
    in_unit = DatasetVersion.objects.filter(dataset__unit=version.model.unit)
    form.fields["data"].queryset = in_unit.exclude(pk__in=attached).select_related("dataset")
    form.fields["data"].label_from_instance = lambda data: (
        f"{data}, {data.get_role_display()}, {data.rows} rows"
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            versions.attach_data(version=version, data=form.cleaned_data["data"], by=request.user)
            return redirect("version_data", slug, number)
    return show(
        request,
        "registry/version_data.html",
        form,
        version=version,
        model=version.model,
        tab="data",
        may_attach=rights.may(by=request.user, verb="version.attach_data", unit=version.model.unit),
    )


@login_required
@require_POST
def detach_data(request: PersonRequest, slug: str, number: int, link: int) -> HttpResponse:
    """Detach data; an approval that rests on it becomes void."""
    version = version_or_404(request, slug, number)
    found = get_object_or_404(DataLink, pk=link, version=version)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            versions.detach_data(link=found, reason=form.cleaned_data["reason"], by=request.user)
    tell_errors(request, form)
    return redirect("version_data", slug, number)


@login_required
def version_evidence(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Every exhibit of the version, newest first."""
    version = version_or_404(request, slug, number)
    evidence = Evidence.objects.filter(version=version).select_related("filed_by", "data__dataset")
    context = {"version": version, "model": version.model, "tab": "evidence", "evidence": evidence}
    return render(request, "registry/version_evidence.html", context)
