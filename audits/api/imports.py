"""The door for result files of other tools."""

from __future__ import annotations

from pathlib import Path

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.services import imports
from registry.api.shapes import Shape, StrictSerializer, answers, body, person
from registry.models import DatasetVersion, ModelVersion
from registry.services.uploads import refuse_if_too_large


class EvidentlySerializer(StrictSerializer):
    """A report of Evidently, sent as multipart/form-data."""

    file = serializers.FileField(allow_empty_file=True, help_text="The report as JSON.")
    data = serializers.IntegerField(  # type: ignore[assignment]
        required=False, help_text="The dataset version it was made on; attached to the version."
    )


class FiledSerializer(Shape):
    """The exhibit that was filed; the rest of it stands under /evidence/."""

    id = serializers.IntegerField(help_text="Its number.")
    title = serializers.CharField(help_text="What it is, in a few words.")
    verdict = serializers.CharField(help_text="By the limits the report was made with.")
    summary = serializers.CharField(help_text="What it found, in a sentence.")
    digest = serializers.CharField(help_text="The sha256 of its file.")
    reproduced = serializers.BooleanField(help_text="False: it was not made here.")


class EvidentlyView(APIView):
    """Drift reports that Evidently made."""

    parser_classes = [MultiPartParser]

    @extend_schema(request=EvidentlySerializer, responses=answers({201: FiledSerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """File a drift report; title, verdict and summary are read from it."""
        refuse_if_too_large(request)
        asked, user = body(request, EvidentlySerializer), person(request)
        version = get_object_or_404(
            ModelVersion.objects.visible_to(user).select_related("model__unit"), pk=pk
        )
        number = asked.get("data")
        data = (
            get_object_or_404(DatasetVersion.objects.visible_to(user), pk=number)
            if number is not None
            else None
        )
        filed = imports.take_evidently(
            version=version,
            file=Path(asked["file"].temporary_file_path()),
            file_name=asked["file"].name,
            data=data,
            by=user,
        )
        return Response(FiledSerializer(filed).data, status=201)
