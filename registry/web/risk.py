"""The page of a version's risk: the matrix with its hazards, and the form to assess them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.models import ModelVersion, RiskAssessment
from registry.rules.risk import STARTING_HAZARDS, HazardFacts, level, score
from registry.services import rights, risk
from registry.services.cards import is_held
from registry.web.forms import Form, refusals_on
from registry.web.lookups import version_or_404
from registry.web.requests import PersonRequest


def grid(matrix: Mapping[str, Any], marks: Mapping[tuple[int, int], Any]) -> list[dict[str, Any]]:
    """Return the rows of a matrix from very likely down, each cell with its level and its mark."""
    return [
        {
            "name": matrix["likelihoods"][likelihood - 1],
            "cells": [
                {
                    "likelihood": likelihood,
                    "impact": impact,
                    "score": score(likelihood, impact),
                    "level": level(matrix, likelihood, impact),
                    "mark": marks.get((likelihood, impact)),
                }
                for impact in range(1, 6)
            ],
        }
        for likelihood in range(5, 0, -1)
    ]


def marks_of(assessment: RiskAssessment) -> dict[tuple[int, int], list[str]]:
    """Return where inherent and residual risk stand on the matrix."""
    marks: dict[tuple[int, int], list[str]] = {}
    for word, place in ((_("inherent"), assessment.inherent), (_("residual"), assessment.residual)):
        marks.setdefault((place["likelihood"], place["impact"]), []).append(word)
    return marks


@login_required
def version_risk(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """The assessment in effect, and the earlier ones."""
    version = version_or_404(request, slug, number)
    assessments = list(
        version.risk.assessments.select_related("assessed_by").prefetch_related("hazards")
    )
    shown = next(
        (one for one in assessments if str(one.number) == request.GET.get("revision")), None
    )
    shown = shown or version.risk.effective or (assessments[0] if assessments else None)
    context = {
        "version": version,
        "model": version.model,
        "tab": "risk",
        "assessment": shown,
        "assessments": assessments,
        "hazards": [_row(shown.definition, hazard) for hazard in shown.hazards.all()]
        if shown
        else [],
        "grid": grid(shown.definition, marks_of(shown)) if shown else [],
        "may_assess": rights.may(by=request.user, verb="risk.assess", unit=version.model.unit),
    }
    return render(request, "registry/risk.html", context)


def _row(matrix: Mapping[str, Any], hazard: Any) -> dict[str, Any]:
    return {
        "hazard": hazard,
        "score": score(hazard.likelihood, hazard.impact),
        "level": level(matrix, hazard.likelihood, hazard.impact),
        "residual_score": score(hazard.residual_likelihood, hazard.residual_impact),
        "residual_level": level(matrix, hazard.residual_likelihood, hazard.residual_impact),
    }


class HazardForm(Form):
    """One hazard: its place before controls, the controls, its place after them."""

    title = forms.CharField(label=gettext_lazy("Hazard"), max_length=300)
    controls = forms.CharField(
        required=False, label=gettext_lazy("Controls"), widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, matrix: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        likelihoods = [
            (n, f"{n} {_(name)}") for n, name in enumerate(matrix["likelihoods"], start=1)
        ]
        impacts = [(n, f"{n} {_(name)}") for n, name in enumerate(matrix["impacts"], start=1)]
        for name, label, choices in (
            ("likelihood", _("Likelihood"), likelihoods),
            ("impact", _("Impact"), impacts),
            ("residual_likelihood", _("Likelihood after controls"), likelihoods),
            ("residual_impact", _("Impact after controls"), impacts),
        ):
            self.fields[name] = forms.TypedChoiceField(
                label=label, choices=choices, coerce=int, initial=1
            )

    def facts(self) -> HazardFacts | None:
        """Return what the service takes; None for a line left empty."""
        return HazardFacts(**self.cleaned_data) if self.cleaned_data.get("title") else None


HazardFormSet = formset_factory(HazardForm, extra=1, max_num=30)


@login_required
def assess_risk(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Assess the hazards as a new revision.

    Starting from the last one or the four every model has.
    """
    version = version_or_404(request, slug, number)
    rights.require(by=request.user, verb="risk.assess", unit=version.model.unit)
    matrix = risk.matrix_in_force()
    formset = HazardFormSet(
        request.POST or None,
        initial=_starting_point(version),
        form_kwargs={"matrix": matrix.definition},
        prefix="hazards",
    )
    form = Form(request.POST or None)
    if request.method == "POST" and formset.is_valid() and form.is_valid():
        hazards = [facts for line in formset if (facts := line.facts())]
        with refusals_on(form):
            assessment = risk.assess(version=version, hazards=hazards, by=request.user)
            messages.success(
                request, _("Assessed as revision %(number)s.") % {"number": assessment.number}
            )
            return redirect("version_risk", slug, number)
    status = 409 if form.refused else (422 if formset.is_bound else 200)
    context = {
        "version": version,
        "model": version.model,
        "tab": "risk",
        "form": form,
        "formset": formset,
        "grid": grid(matrix.definition, {}),
        "impacts": matrix.definition["impacts"],
        "stays_draft": is_held(version),
    }
    return render(request, "registry/assess_risk.html", context, status=status)


def _starting_point(version: ModelVersion) -> list[dict[str, Any]]:
    last = version.risk.assessments.prefetch_related("hazards").first()
    if last is None:
        return [
            {
                "title": _(title),
                "likelihood": 3,
                "impact": 3,
                "residual_likelihood": 3,
                "residual_impact": 3,
            }
            for title in STARTING_HAZARDS
        ]
    names = ("title", "likelihood", "impact", "controls", "residual_likelihood", "residual_impact")
    return [{name: getattr(hazard, name) for name in names} for hazard in last.hazards.all()]


@login_required
@require_POST
def risk_into_effect(request: PersonRequest, slug: str, number: int, revision: int) -> HttpResponse:
    """Put a draft assessment into effect."""
    version = version_or_404(request, slug, number)
    found = get_object_or_404(
        version.risk.assessments.select_related("file__version"), number=revision
    )
    form = Form(request.POST)
    with refusals_on(form):
        risk.make_effective(assessment=found, by=request.user)
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("version_risk", slug, number)
