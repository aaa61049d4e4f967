"""Doors to the risk assessment of a version: reading it, assessing, putting a draft into effect."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.shapes import (
    NoFields,
    PersonSerializer,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.api.versions import visible
from registry.models import Hazard, RiskFile
from registry.rules.risk import LEVELS, STARTING_HAZARDS, HazardFacts, place
from registry.services import risk


class PlaceSerializer(Shape):
    """A cell of the matrix."""

    likelihood = serializers.IntegerField(help_text="From 1 to 5.")
    impact = serializers.IntegerField(help_text="From 1 to 5.")
    score = serializers.IntegerField(help_text="Likelihood times impact.")
    level = serializers.CharField(help_text=f"One of {', '.join(LEVELS)}.")


class MatrixSerializer(Shape):
    """The matrix that was assessed on; numbers 1 to 5 stand for the names in this order."""

    name = serializers.CharField(help_text="Which matrix it is.")
    edition = serializers.IntegerField(help_text="And which edition of it.")
    likelihoods = serializers.ListField(child=serializers.CharField(), help_text="Names of 1 to 5.")
    impacts = serializers.ListField(child=serializers.CharField(), help_text="Names of 1 to 5.")


class HazardSerializer(Shape):
    """One thing that can go wrong, before and after the controls."""

    title = serializers.CharField(help_text="What happens.")
    inherent = PlaceSerializer()
    controls = serializers.CharField(help_text="What lowers the risk.")
    residual = PlaceSerializer()


class RiskSerializer(Shape):
    """The newest assessment of a version; a draft while it is not the one in effect."""

    version = serializers.IntegerField(help_text="Id of the version.")
    revision = serializers.IntegerField(help_text="0 while nothing was assessed.")
    effective_revision = serializers.IntegerField(
        allow_null=True, help_text="The assessment that a release rests on."
    )
    matrix = MatrixSerializer()
    hazards = HazardSerializer(many=True, help_text="What can go wrong.")
    inherent = PlaceSerializer(allow_null=True, help_text="The worst cell before the controls.")
    residual = PlaceSerializer(allow_null=True, help_text="The worst cell after them.")
    starting_hazards = serializers.ListField(
        child=serializers.CharField(), help_text="What every model has to reckon with."
    )
    assessed_at = serializers.DateTimeField(
        allow_null=True, help_text="Null while nothing was assessed."
    )
    assessed_by = PersonSerializer(allow_null=True)


class HazardFactsSerializer(StrictSerializer):
    """One hazard to assess; all numbers go from 1 to 5."""

    title = Text(max_length=300, help_text="What happens.")
    likelihood = serializers.IntegerField(help_text="From 1, rare, to 5, very likely.")
    impact = serializers.IntegerField(help_text="From 1, very low, to 5, very large.")
    controls = Text(required=False, default="", allow_blank=True, help_text="What lowers the risk.")
    residual_likelihood = serializers.IntegerField(help_text="With the controls in place.")
    residual_impact = serializers.IntegerField(help_text="With the controls in place.")


class AssessSerializer(StrictSerializer):
    """All hazards of the version; they replace those of the earlier assessment."""

    hazards = HazardFactsSerializer(
        many=True, help_text="All of them; they replace the earlier ones."
    )


class AssessmentNumberSerializer(StrictSerializer):
    """An assessment, by its number."""

    revision = serializers.IntegerField(help_text="The number of an assessment.")


def shape(file: RiskFile) -> dict[str, Any]:
    """Return a version's risk as the doors show it."""
    last = file.assessments.select_related("matrix", "assessed_by").first()
    matrix = last.matrix if last else risk.matrix_in_force()
    told: dict[str, Any] = {
        "version": file.version_id,
        "revision": last.number if last else 0,
        "effective_revision": file.effective.number if file.effective else None,
        "matrix": {**matrix.definition, "edition": matrix.edition},
        "hazards": [],
        "inherent": last.inherent if last else None,
        "residual": last.residual if last else None,
        "starting_hazards": STARTING_HAZARDS,
        "assessed_at": last.assessed_at if last else None,
        "assessed_by": last.assessed_by if last else None,
    }
    if last:
        told["hazards"] = [_hazard(last.definition, hazard) for hazard in last.hazards.all()]
    return RiskSerializer(told).data


def _hazard(matrix: dict[str, Any], hazard: Hazard) -> dict[str, Any]:
    cells = {
        "inherent": (hazard.likelihood, hazard.impact),
        "residual": (hazard.residual_likelihood, hazard.residual_impact),
    }
    places = {name: place(matrix, *cell) for name, cell in cells.items()}
    return {"title": hazard.title, "controls": hazard.controls, **places}


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
        hazards = [HazardFacts(**hazard) for hazard in asked["hazards"]]
        risk.assess(version=file.version, hazards=hazards, by=person(request))
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
