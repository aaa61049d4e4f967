"""Pages of datasets: the list, one dataset with its versions, registering both."""

from __future__ import annotations

from pathlib import Path

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Dataset, DatasetVersion, Unit
from registry.rules.catalogue import DATA_ROLES
from registry.services import datasets, retention, rights
from registry.web.forms import Form, is_usable, refusals_on, show, uploaded
from registry.web.requests import PersonRequest


@login_required
def dataset_list(request: PersonRequest) -> HttpResponse:
    """Every dataset the person may see."""
    versions = Prefetch("versions", queryset=DatasetVersion.objects.select_related("rows_deletion"))
    visible = (
        Dataset.objects.visible_to(request.user).select_related("unit").prefetch_related(versions)
    )
    may_register = Unit.objects.where(request.user, "dataset.register").exists()
    context = {"datasets": visible, "may_register": may_register}
    return render(request, "registry/datasets.html", context)


class DatasetForm(Form):
    """A new dataset."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Unit"), empty_label=None)
    description = forms.CharField(
        required=False, label=gettext_lazy("Description"), widget=forms.Textarea({"rows": 3})
    )


@login_required
def register_dataset(request: PersonRequest) -> HttpResponse:
    """Register a dataset; its rows come with a version."""
    units = Unit.objects.where(request.user, "dataset.register")
    if not units.exists():
        raise PermissionDenied(_("Registering data takes the role data scientist in a unit."))
    form = DatasetForm(request.POST or None)
    form.fields["unit"].queryset = units
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            dataset = datasets.register(**form.cleaned_data, by=request.user)
            return redirect("add_dataset_version", dataset.slug)
    return show(request, "registry/register_dataset.html", form)


@login_required
def dataset(request: PersonRequest, slug: str) -> HttpResponse:
    """One dataset: its versions with their fingerprints and columns."""
    dataset = get_object_or_404(
        Dataset.objects.visible_to(request.user).select_related("unit"), slug=slug
    )
    context = {
        "dataset": dataset,
        "versions": dataset.versions.select_related(
            "file", "registered_by", "rows_deletion__deleted_by"
        ),
        "queries": dataset.queries.select_related("proposed_by"),
        "may_add": rights.may(by=request.user, verb="dataset.register", unit=dataset.unit),
        "may_propose": rights.may(by=request.user, verb="data_query.propose", unit=dataset.unit),
        "may_delete": rights.may(by=request.user, verb="dataset.delete_rows", unit=dataset.unit),
    }
    return render(request, "registry/dataset.html", context)


class DatasetVersionForm(Form):
    """A new version of a dataset."""

    table = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("Parquet, or CSV in UTF-8 with a header line."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(code, gettext_lazy(name)) for code, name in DATA_ROLES.items()],
        initial="test",
    )
    sensitive_columns = forms.CharField(
        required=False,
        label=gettext_lazy("Sensitive columns"),
        help_text=gettext_lazy(
            "Names separated by commas, such as sex, race. Fairness is measured over them."
        ),
    )
    provenance = forms.CharField(
        label=gettext_lazy("Where the rows come from"), widget=forms.Textarea({"rows": 2})
    )
    keep_until = forms.DateField(
        required=False,
        label=gettext_lazy("Keep the rows until"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "The last day; then the rows are deleted, and the fingerprint and the figures stay."
            " Left empty, it is the day that is usual here."
        ),
    )

    def clean_sensitive_columns(self) -> list[str]:
        """Return the names."""
        return [
            name.strip()
            for name in self.cleaned_data["sensitive_columns"].split(",")
            if name.strip()
        ]


@login_required
def add_dataset_version(request: PersonRequest, slug: str) -> HttpResponse:
    """Take a file of rows; it is fingerprinted on the way in."""
    dataset = get_object_or_404(
        Dataset.objects.visible_to(request.user).select_related("unit"), slug=slug
    )
    rights.require(by=request.user, verb="dataset.register", unit=dataset.unit)
    form = DatasetVersionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and is_usable(form, request):
        asked = form.cleaned_data
        with refusals_on(form):
            datasets.register_version(
                dataset=dataset,
                table=Path(uploaded(form, "table").temporary_file_path()),
                role=asked["role"],
                sensitive_columns=asked["sensitive_columns"],
                provenance=asked["provenance"],
                keep_until=asked["keep_until"],
                by=request.user,
            )
            return redirect("dataset", dataset.slug)
    return show(request, "registry/add_dataset_version.html", form, dataset=dataset)


class DeletionForm(Form):
    """Why people's rows are deleted."""

    reason = forms.CharField(
        required=False,
        label=gettext_lazy("Reason"),
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("It stands in the journal for good."),
    )


@login_required
def delete_rows(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Delete the rows of one version before their last day; the rest of it stays."""
    data = get_object_or_404(
        DatasetVersion.objects.visible_to(request.user).select_related("dataset__unit"),
        dataset__slug=slug,
        number=number,
    )
    rights.require(by=request.user, verb="dataset.delete_rows", unit=data.dataset.unit)
    form = DeletionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            retention.delete_rows(data=data, by=request.user, **form.cleaned_data)
            return redirect("dataset", slug)
    return show(request, "registry/delete_rows.html", form, data=data, dataset=data.dataset)
