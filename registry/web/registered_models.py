"""Pages of registered models: the list, one model, registering and revising."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import (
    Entry,
    ModelVersion,
    RegisteredModel,
    Release,
    RiskFile,
    Unit,
    User,
)
from registry.rules.catalogue import TASKS
from registry.services import (
    gates,
    registered_models,
    rights,
)
from registry.services.portfolio import residual_places
from registry.web.forms import Form, refusals_on, show
from registry.web.lookups import model_or_404
from registry.web.requests import PersonRequest

PER_PAGE = 50


class FilterForm(forms.Form):
    """What the list of models can be narrowed by; the address is the saved view."""

    q = forms.CharField(required=False, label=gettext_lazy("Search"))
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("All units"),
        label=gettext_lazy("Unit"),
    )
    tier = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Any")), *((n, n) for n in "1234")],
        label=gettext_lazy("Tier"),
    )
    # Set by the cells of the heat map: models whose residual risk lies there.
    likelihood = forms.IntegerField(required=False, widget=forms.HiddenInput)
    impact = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(user)
        self.user = user

    def narrow(self, models: QuerySet[RegisteredModel]) -> QuerySet[RegisteredModel]:
        """Apply what is set; what cannot be read is left out."""
        self.is_valid()
        asked = self.cleaned_data
        if words := asked.get("q"):
            models = models.filter(
                Q(name__icontains=words)
                | Q(revision__purpose__icontains=words)
                | Q(revision__owner__last_name__icontains=words)
                | Q(versions__artefact__sha256__startswith=words.lower())
            ).distinct()
        if asked.get("unit"):
            models = models.filter(unit=asked["unit"])
        if asked.get("tier"):
            models = models.filter(revision__tier=asked["tier"])
        cell = (asked.get("likelihood"), asked.get("impact"))
        if all(cell):
            places = residual_places(self.user).items()
            inside = [pk for pk, place in places if (place["likelihood"], place["impact"]) == cell]
            models = models.filter(pk__in=inside)
        return models


@login_required
def models(request: PersonRequest) -> HttpResponse:
    """List the models the person may see, with newest version, risk and release of each."""
    form = FilterForm(request.GET, user=request.user)
    visible = RegisteredModel.objects.visible_to(request.user).for_list()
    page = Paginator(form.narrow(visible), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "registry/models.html",
        {
            "form": form,
            "page": page,
            "rows": rows(list(page)),
            "may_register": Unit.objects.where(request.user, "model.register").exists(),
            "is_narrowed": any(request.GET.get(name) for name in form.fields),
        },
    )


def rows(models: list[RegisteredModel]) -> list[dict[str, Any]]:
    """Return each model with what its row shows, in a fixed number of queries."""
    newest = {
        version.model_id: version
        for version in ModelVersion.objects.filter(model__in=models).order_by("number")
    }
    files = RiskFile.objects.filter(version__in=newest.values(), effective__isnull=False)
    risk = {file.version_id: file.effective for file in files.select_related("effective")}
    current = gates.for_gate(Release.objects.filter(version__model__in=models))
    latest = {release.version.model_id: release for release in current.order_by("submitted_at")}
    return [
        {
            "model": model,
            "version": newest.get(model.pk),
            "risk": risk.get(newest[model.pk].pk) if model.pk in newest else None,
            "release": latest.get(model.pk),
            "gate": gates.gate(latest[model.pk]) if model.pk in latest else None,
        }
        for model in models
    ]


@login_required
def model(request: PersonRequest, slug: str) -> HttpResponse:
    """One model: what it is for, who answers for it, its versions and its releases."""
    model = model_or_404(request, slug)
    current = gates.for_gate(Release.objects.filter(version__model=model))
    return render(
        request,
        "registry/model.html",
        {
            "model": model,
            "versions": model.versions.select_related(
                "registered_by", "risk__effective", "card__effective"
            ),
            "releases": [(release, gates.gate(release)) for release in current],
            "revisions": model.revisions.select_related("revised_by", "owner"),
            "may_add": rights.may(by=request.user, verb="version.register", unit=model.unit),
            "may_revise": rights.may(by=request.user, verb="model.revise", unit=model.unit),
        },
    )


@login_required
def model_journal(request: PersonRequest, slug: str) -> HttpResponse:
    """Everything that happened to one model, newest first."""
    model = model_or_404(request, slug)
    entries = Entry.objects.visible_to(request.user).filter(model=model.slug).order_by("-number")
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/model_journal.html", {"model": model, "page": page})


class StatementForm(Form):
    """What one revision says of a model."""

    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        help_text=gettext_lazy("What decision does it serve, and who takes it?"),
        widget=forms.Textarea({"rows": 3}),
    )
    intended_use = forms.CharField(
        label=gettext_lazy("Intended use"),
        help_text=gettext_lazy(
            "For whom and where it may be used, and what it must not be used for."
        ),
        widget=forms.Textarea({"rows": 3}),
    )
    tier = forms.TypedChoiceField(
        label=gettext_lazy("Tier"),
        coerce=int,
        initial=2,
        choices=[
            (1, gettext_lazy("1: decides about people's lives, money or rights")),
            (2, gettext_lazy("2: matters to customers or to capital")),
            (3, gettext_lazy("3: limited effect")),
            (4, gettext_lazy("4: hardly any effect")),
        ],
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Owner"))
    deputy = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Deputy"),
        help_text=gettext_lazy("Who stands in for the owner."),
    )
    maintainers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Maintainers"),
        help_text=gettext_lazy("Who can rebuild and repair it."),
    )

    def offer(self, unit: QuerySet[Unit] | Unit) -> None:
        """Offer the people who hold a role in the unit or units."""
        units = [unit] if isinstance(unit, Unit) else unit
        people = (
            User.objects.filter(memberships__unit__in=units, memberships__ended_at__isnull=True)
            .distinct()
            .order_by("last_name", "username")
        )
        for field in ("owner", "deputy", "maintainers"):
            self.fields[field].queryset = people
            self.fields[field].label_from_instance = lambda person: person.printed_name

    def statement(self) -> registered_models.Statement:
        """Return what the service takes."""
        asked = self.cleaned_data
        return registered_models.Statement(
            purpose=asked["purpose"],
            intended_use=asked["intended_use"],
            tier=asked["tier"],
            owner=asked["owner"],
            deputy=asked["deputy"],
            maintainers=list(asked["maintainers"]),
        )


class RegisterForm(StatementForm):
    """A new model."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Unit"), empty_label=None)
    task = forms.ChoiceField(
        label=gettext_lazy("Task"),
        choices=[(code, gettext_lazy(name)) for code, name in TASKS.items()],
    )
    field_order = [
        "name",
        "unit",
        "task",
        "purpose",
        "intended_use",
        "tier",
        "owner",
        "deputy",
        "maintainers",
    ]


@login_required
def register_model(request: PersonRequest) -> HttpResponse:
    """Register a model in a unit where the person is a data scientist."""
    units = Unit.objects.where(request.user, "model.register")
    if not units.exists():
        raise PermissionDenied(_("Registering a model takes the role data scientist in a unit."))
    form = RegisterForm(request.POST or None, initial={"owner": request.user})
    form.fields["unit"].queryset = units
    form.offer(units)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            model = registered_models.register(
                unit=form.cleaned_data["unit"],
                name=form.cleaned_data["name"],
                task=form.cleaned_data["task"],
                statement=form.statement(),
                by=request.user,
            )
            return redirect("model", model.slug)
    return show(request, "registry/register_model.html", form)


class ReviseForm(StatementForm):
    """A new revision of what is said of a model."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for the change"), widget=forms.Textarea({"rows": 2})
    )


@login_required
def revise_model(request: PersonRequest, slug: str) -> HttpResponse:
    """Say something new of a model; the earlier revision stays readable."""
    model = model_or_404(request, slug)
    rights.require(by=request.user, verb="model.revise", unit=model.unit)
    now = model.revision
    form = ReviseForm(
        request.POST or None,
        initial={
            "purpose": now.purpose,
            "intended_use": now.intended_use,
            "tier": now.tier,
            "owner": now.owner_id,
            "deputy": now.deputy_id,
            "maintainers": now.maintainers.all(),
        },
    )
    form.offer(model.unit)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            registered_models.revise(
                model=model,
                statement=form.statement(),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
            return redirect("model", model.slug)
    return show(request, "registry/revise_model.html", form, model=model)
