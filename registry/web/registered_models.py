"""Pages of registered models: the list, one model, registering and revising."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from registry.models import (
    Entry,
    ModelVersion,
    RegisteredModel,
    Release,
    RiskFile,
    Unit,
)
from registry.rules.tier_overrides import BASES
from registry.services import (
    gates,
    registered_models,
    rights,
    tiers,
)
from registry.services.as_of import model_as_of
from registry.services.openings import opened
from registry.services.statements import CHOICES, TEXTS
from registry.web import as_of
from registry.web.forms import refusals_on, show
from registry.web.lookups import model_or_404
from registry.web.model_forms import FilterForm, RegisterForm, RetireForm, ReviseForm
from registry.web.relations import related
from registry.web.requests import PersonRequest
from registry.web.timelines import ran

PER_PAGE = 50


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
    if as_of.is_asked(request):
        told = partial(model_as_of, reader=request.user)
        return as_of.page(request, "registry/as_of_model.html", told, model, model=model)
    current = gates.for_gate(Release.objects.filter(version__model=model))
    basis = tiers.basis_of(model)
    return render(
        request,
        "registry/model.html",
        {
            "model": model,
            "versions": model.versions.select_related(
                "registered_by", "risk__effective", "card__effective"
            ),
            "releases": [(release, gates.gate(release)) for release in current],
            "revisions": model.revisions.select_related("revised_by", "confirmed_by", "owner"),
            "basis": basis,
            "basis_name": _(BASES[basis.kind]),
            "maintainers": registered_models.maintainers_of(model),
            "may_retire": model.retired_at is None
            and rights.may(by=request.user, verb="model.retire", unit=model.unit),
            **related(model, request.user),
            **ran(model),
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
    page.object_list = opened(page.object_list)
    return render(request, "registry/model_journal.html", {"model": model, "page": page})


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


@login_required
def revise_model(request: PersonRequest, slug: str) -> HttpResponse:
    """Say something new of a model; the earlier revision stays readable."""
    model = model_or_404(request, slug)
    rights.require(by=request.user, verb="model.revise", unit=model.unit)
    now = model.revision
    form = ReviseForm(
        request.POST or None,
        initial={
            "tier": now.tier,
            "owner": now.owner_id,
            "deputy": now.deputy_id,
            "maintainers": now.maintainers.all(),
            "maintainer_deputies": now.maintainer_deputies.all(),
            **{name: getattr(now, name) for name in (*TEXTS, *CHOICES)},
        },
    )
    form.offer(model.unit)
    if model.scorecards.exists():
        form.keep_tier(now.tier)
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


@login_required
def retire_model(request: PersonRequest, slug: str) -> HttpResponse:
    """Take a model out of use for good."""
    model = model_or_404(request, slug)
    rights.require(by=request.user, verb="model.retire", unit=model.unit)
    form = RetireForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            registered_models.retire(
                model=model, reason=form.cleaned_data["reason"], by=request.user
            )
            return redirect("model", model.slug)
    return show(request, "registry/retire_model.html", form, model=model)
