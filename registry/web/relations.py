"""Which model feeds which: the page of one model's relations, making one and ending one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.models import ModelRelation, RegisteredModel, User
from registry.services import relations, rights
from registry.web.forms import Form, ReasonForm, refusals_on, show, tell_errors
from registry.web.lookups import model_or_404
from registry.web.requests import PersonRequest


class RelationForm(Form):
    """A model that feeds this one."""

    upstream = forms.ModelChoiceField(
        RegisteredModel.objects.none(),
        to_field_name="slug",
        label=gettext_lazy("Model that feeds this one"),
    )
    what = forms.CharField(
        label=gettext_lazy("Which output feeds which input"),
        help_text=gettext_lazy("Such as: its score is the column pd."),
        widget=forms.Textarea({"rows": 2}),
    )


def related(model: RegisteredModel, user: User) -> dict[str, Any]:
    """Return what feeds the model and what it feeds; models of other units are only counted."""
    visible = RegisteredModel.objects.visible_to(user)
    upward = ModelRelation.objects.in_force().filter(downstream=model)
    downward = ModelRelation.objects.in_force().filter(upstream=model)
    return {
        "fed_by": upward.filter(upstream__in=visible).select_related("upstream", "related_by"),
        "fed_by_others": upward.exclude(upstream__in=visible).count(),
        "feeds": downward.filter(downstream__in=visible).select_related("downstream", "related_by"),
        "feeds_others": downward.exclude(downstream__in=visible).count(),
    }


@login_required
def model_relations(request: PersonRequest, slug: str) -> HttpResponse:
    """Tell what feeds a model and what it feeds, and take a further model that feeds it."""
    model = model_or_404(request, slug)
    form = RelationForm(request.POST or None)
    visible = RegisteredModel.objects.visible_to(request.user).in_use()
    form.fields["upstream"].queryset = visible.exclude(pk=model.pk)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            relations.relate(
                upstream=form.cleaned_data["upstream"],
                downstream=model,
                what=form.cleaned_data["what"],
                by=request.user,
            )
            return redirect("model_relations", slug)
    return show(
        request,
        "registry/model_relations.html",
        form,
        model=model,
        ended=ModelRelation.objects.visible_to(request.user)
        .filter(downstream=model, until__isnull=False)
        .select_related("upstream", "ended_by"),
        may_relate=rights.may(by=request.user, verb="model.relate", unit=model.unit),
        **related(model, request.user),
    )


@login_required
@require_POST
def end_relation(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Say that a model no longer feeds this one."""
    model = model_or_404(request, slug)
    theirs = ModelRelation.objects.visible_to(request.user).filter(downstream=model)
    relation = get_object_or_404(theirs, pk=pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            relations.end(relation=relation, reason=form.cleaned_data["reason"], by=request.user)
    tell_errors(request, form)
    return redirect("model_relations", slug)
