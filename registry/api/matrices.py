"""Doors to the risk matrix: its editions, a look ahead at another definition, and editing it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.shapes import (
    JSONObject,
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
from registry.models import RiskMatrix
from registry.rules.matrices import LEVELS
from registry.services import matrices, rights

DEFINITION = (
    "Its name; five likelihoods and five impacts, each a text or a label in “en” and “de”; levels"
    f" out of {', '.join(LEVELS)} with the scores they go from and to, or a grid of five rows of"
    " five levels; optionally a floor (impact, level) and an appetite (blocks, exception, shares)."
)


class MatrixEditionSerializer(Shape):
    """One edition of the matrix."""

    name = serializers.CharField(help_text="Which matrix it is.")
    edition = serializers.IntegerField(help_text="Its number.")
    definition = serializers.JSONField(help_text=DEFINITION)
    digest = serializers.CharField(help_text="sha256 of the canonical definition.")
    loaded_at = serializers.DateTimeField(help_text="Since when.")
    edited_by = PersonSerializer(
        allow_null=True, help_text="Null for what the installation started with."
    )
    reason = serializers.CharField(help_text="Why it was edited.")


class MoveSerializer(Shape):
    """An assessment in effect that the definition would judge otherwise; pairs are from and to."""

    version = serializers.IntegerField(source="version.pk", help_text="Id of the version.")
    model = serializers.CharField(source="version.model.slug", help_text="Its model.")
    of_version = serializers.CharField(source="version.label", help_text="The version's label.")
    inherent = serializers.ListField(child=serializers.CharField(), help_text="Levels.")
    residual = serializers.ListField(child=serializers.CharField(), help_text="Levels.")
    appetite = serializers.ListField(
        source="standing",
        child=serializers.CharField(),
        help_text="How the appetite takes it: within, exception or blocks.",
    )


class PreviewSerializer(Shape):
    """What another definition would change."""

    grid = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="The level of each cell: likelihood 1 to 5, each by impact 1 to 5.",
    )
    moves = MoveSerializer(many=True, help_text="Those of your units.")
    others = serializers.IntegerField(help_text="How many more there are in other units.")


class DefinitionSerializer(StrictSerializer):
    """A definition to look at."""

    definition = JSONObject(help_text=DEFINITION)


class EditMatrixSerializer(DefinitionSerializer):
    """A definition to put into force."""

    reason = Text(allow_blank=True, help_text="Why; it stands beside the edition.")
    based_on = serializers.IntegerField(
        required=False, help_text="The edition you saw; a newer one is not overwritten."
    )


def shape(matrix: RiskMatrix) -> dict[str, Any]:
    """Return an edition as the doors show it."""
    return MatrixEditionSerializer(matrix).data


class MatricesView(APIView):
    """The editions of the risk matrix."""

    @extend_schema(responses=MatrixEditionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Tell every edition, the one in force first."""
        query(request, NoFields)
        editions = RiskMatrix.objects.select_related("edited_by").order_by("-pk")
        return Response([shape(matrix) for matrix in editions])

    @extend_schema(request=EditMatrixSerializer, responses=answers({201: MatrixEditionSerializer}))
    def post(self, request: Request) -> Response:
        """Put a definition into force as a new edition; assessments keep the one they froze.

        Models that it judges otherwise get a review.
        """
        asked = body(request, EditMatrixSerializer)
        return Response(shape(matrices.edit(**asked, by=person(request))), status=201)


class MatrixPreviewView(APIView):
    """A look ahead at another definition."""

    @extend_schema(request=DefinitionSerializer, responses=answers({200: PreviewSerializer}))
    def post(self, request: Request) -> Response:
        """Tell which assessments in effect would change their level, before anything is saved."""
        asked = body(request, DefinitionSerializer)
        rights.require_anywhere(by=person(request), verb="matrix.edit")
        return Response(PreviewSerializer(matrices.preview(**asked, user=person(request))).data)
