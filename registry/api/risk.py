"""Doors to the risk assessment of a version: reading it, assessing, putting a draft into effect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.refusals import told
from registry.api.risk_shapes import (
    AssessmentNumberSerializer,
    AssessSerializer,
    RiskSerializer,
    UseCaseSerializer,
)
from registry.api.shapes import NoFields, answers, body, person, query
from registry.api.versions import visible
from registry.models import RiskAssessment, RiskFile
from registry.rules.assessments import lacking
from registry.rules.catalogue import USE_CASES
from registry.rules.hazard_catalogue import SUGGESTED
from registry.rules.matrices import label, place
from registry.rules.risk import STARTING_HAZARDS, TEXTS, Control, HazardFacts
from registry.services import matrices, risk


def shape(file: RiskFile) -> dict[str, Any]:
    """Return a version's risk as the doors show it."""
    assessments = file.assessments.select_related("matrix", "assessed_by")
    last = assessments.prefetch_related("hazards").first()
    matrix = last.matrix if last else matrices.in_force()
    language = get_language() or "en"
    said: dict[str, Any] = {
        "version": file.version_id,
        "revision": last.number if last else 0,
        "effective_revision": file.effective.number if file.effective else None,
        "matrix": {
            "name": matrix.name,
            "edition": matrix.edition,
            **{
                axis: [label(one, language) for one in matrix.definition[axis]]
                for axis in ("likelihoods", "impacts")
            },
        },
        "hazards": [],
        "inherent": last.inherent if last else None,
        "residual": last.residual if last else None,
        "knowledge": last.knowledge if last else "",
        "knowledge_ground": last.knowledge_ground if last else "",
        "changes": [],
        "lacking": [],
        "starting_hazards": STARTING_HAZARDS,
        "assessed_at": last.assessed_at if last else None,
        "assessed_by": last.assessed_by if last else None,
    }
    return RiskSerializer(said | (_assessed(last, assessments) if last else {})).data


def _assessed(last: RiskAssessment, assessments: Iterable[RiskAssessment]) -> dict[str, Any]:
    hazards = [hazard.facts for hazard in last.hazards.all()]
    return {
        "hazards": [_hazard(last.definition, hazard) for hazard in hazards],
        "changes": risk.changes_of(last, assessments),
        "lacking": [told(one) for one in lacking(hazards, last.knowledge)],
    }


def _hazard(matrix: dict[str, Any], hazard: HazardFacts) -> dict[str, Any]:
    return {
        "title": hazard.title,
        "controls": hazard.controls,
        "inherent": place(matrix, *hazard.inherent),
        "residual": place(matrix, *hazard.residual),
        "assessed_controls": hazard.assessed_controls,
        **{name: getattr(hazard, name) for name in TEXTS},
    }


def _facts(asked: dict[str, Any]) -> HazardFacts:
    controls = [
        Control(one["text"], one["design"], one["operating"], tuple(one["evidence"]))
        for one in asked.pop("assessed_controls")
    ]
    return HazardFacts(**asked, assessed_controls=tuple(controls))


def visible_file(request: Request, version: int) -> RiskFile:
    """Return the risk file of a version the person may see; anything else is 404."""
    files = RiskFile.objects.filter(version__in=visible(request))
    return get_object_or_404(
        files.select_related("version__model__unit", "effective"), version=version
    )


class RiskView(APIView):
    """The risk of a version."""

    @extend_schema(responses=RiskSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Tell the newest assessment, with the matrix it was made on."""
        query(request, NoFields)
        return Response(shape(visible_file(request, pk)))

    @extend_schema(request=AssessSerializer, responses=answers({200: RiskSerializer}))
    def put(self, request: Request, pk: int) -> Response:
        """Assess the hazards, in effect at once unless a release is in review or approved."""
        asked = body(request, AssessSerializer)
        file = visible_file(request, pk)
        hazards = [_facts(dict(hazard)) for hazard in asked.pop("hazards")]
        risk.assess(version=file.version, hazards=hazards, by=person(request), **asked)
        return Response(shape(visible_file(request, pk)))


class EffectiveRiskView(APIView):
    """The assessment that is in effect."""

    @extend_schema(request=AssessmentNumberSerializer, responses=answers({200: RiskSerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """Put a draft into effect. An approval given on the earlier one becomes void by it."""
        asked = body(request, AssessmentNumberSerializer)
        file = visible_file(request, pk)
        assessment = get_object_or_404(file.assessments, number=asked["revision"])
        risk.make_effective(assessment=assessment, by=person(request))
        return Response(shape(visible_file(request, pk)))


class HazardCatalogueView(APIView):
    """Hazards to start an assessment from."""

    @extend_schema(responses=UseCaseSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Tell the hazards known from each use case; each is a suggestion to be thought through."""
        query(request, NoFields)
        catalogue = [
            {
                "use_case": code,
                "name": _(USE_CASES[code]),
                "hazards": [
                    {name: _(text) for name, text in vars(hazard).items()} for hazard in hazards
                ],
            }
            for code, hazards in SUGGESTED.items()
        ]
        return Response(UseCaseSerializer(catalogue, many=True).data)
