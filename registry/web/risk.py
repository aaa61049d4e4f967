"""The page of a version's risk: the matrix with its hazards, and the form to assess them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registry.models import Evidence, RiskAssessment
from registry.rules.assessments import lacking
from registry.rules.matrices import STEPS, appetite_of, level, score
from registry.rules.risk import HazardFacts
from registry.services import matrices, rights, risk
from registry.services.cards import is_held
from registry.web.forms import Form, refusals_on
from registry.web.hazard_forms import (
    HazardFormSet,
    KnowledgeForm,
    UseCaseForm,
    exhibits_to_choose,
    starting_point,
)
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
                for impact in STEPS
            ],
        }
        for likelihood in reversed(STEPS)
    ]


def marks_of(assessment: RiskAssessment) -> dict[tuple[int, int], list[str]]:
    """Return where inherent and residual risk stand on the matrix."""
    marks: dict[tuple[int, int], list[str]] = {}
    for word, place in ((_("inherent"), assessment.inherent), (_("residual"), assessment.residual)):
        marks.setdefault((place["likelihood"], place["impact"]), []).append(word)
    return marks


@login_required
def version_risk(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """The assessment in effect or another one, what it changed, and the earlier ones."""
    version = version_or_404(request, slug, number)
    assessments = list(
        version.risk.assessments.select_related("assessed_by", "matrix").prefetch_related("hazards")
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
        "may_assess": rights.may(by=request.user, verb="risk.assess", unit=version.model.unit),
        **(_told(shown, assessments) if shown else {}),
    }
    return render(request, "registry/risk.html", context)


def _told(shown: RiskAssessment, assessments: list[RiskAssessment]) -> dict[str, Any]:
    """Return what the page shows of one assessment."""
    hazards = [hazard.facts for hazard in shown.hazards.all()]
    named = {
        number
        for one in hazards
        for control in one.assessed_controls
        for number in control.evidence
    }
    exhibits = Evidence.objects.in_bulk(named) if named else {}
    return {
        "hazards": [_row(shown.definition, hazard, exhibits) for hazard in hazards],
        "grid": grid(shown.definition, marks_of(shown)),
        "changes": risk.changes_of(shown, assessments),
        "before": shown.number - 1,
        "lacking": lacking(hazards, shown.knowledge),
        "standing": appetite_of(
            matrices.judging(shown, matrices.in_force().definition), shown.residual["level"]
        ),
    }


def _row(
    matrix: Mapping[str, Any], hazard: HazardFacts, exhibits: Mapping[int, Evidence]
) -> dict[str, Any]:
    names = {step["code"]: step["name"] for step in matrix["levels"]}
    before, after = level(matrix, *hazard.inherent), level(matrix, *hazard.residual)
    return {
        "hazard": hazard,
        "score": score(*hazard.inherent),
        "level": before,
        "level_name": names[before],
        "residual_score": score(*hazard.residual),
        "residual_level": after,
        "residual_level_name": names[after],
        "controls": [
            (control, [exhibits[number] for number in control.evidence])
            for control in hazard.assessed_controls
        ],
    }


@login_required
def assess_risk(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Assess the hazards as a new revision.

    Starting from the last one or the four every model has, and those of a use case if chosen.
    """
    version = version_or_404(request, slug, number)
    rights.require(by=request.user, verb="risk.assess", unit=version.model.unit)
    matrix = matrices.in_force()
    use_case = request.GET.get("use_case", "")
    formset = HazardFormSet(
        request.POST or None,
        initial=starting_point(version, use_case),
        form_kwargs={"matrix": matrix.definition, "exhibits": exhibits_to_choose(version)},
        prefix="hazards",
    )
    last = version.risk.assessments.first()
    known = {"knowledge": last.knowledge, "knowledge_ground": last.knowledge_ground} if last else {}
    form = KnowledgeForm(request.POST or None, initial=known)
    if request.method == "POST" and formset.is_valid() and form.is_valid():
        with refusals_on(form):
            assessment = risk.assess(
                version=version,
                hazards=[facts for line in formset if (facts := line.facts())],
                by=request.user,
                **form.cleaned_data,
            )
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
        "use_cases": UseCaseForm(initial={"use_case": use_case or version.model.revision.use_case}),
        "grid": grid(matrix.definition, {}),
        "impacts": matrix.definition["impacts"],
        "levels": matrix.definition["levels"],
        "has_grid": bool(matrix.definition.get("grid")),
        "stays_draft": is_held(version),
    }
    return render(request, "registry/assess_risk.html", context, status=status)


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
