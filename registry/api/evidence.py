"""Doors to evidence: the exhibits of a version, and the file behind each."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.shapes import (
    NoFields,
    OneForm,
    PersonSerializer,
    RefusalSerializer,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    download,
    person,
    query,
)
from registry.api.versions import visible
from registry.models import DatasetVersion, Evidence
from registry.rules.catalogue import EVIDENCE_KINDS, VERDICT_NAMES
from registry.rules.evidence import LONGEST_SUMMARY
from registry.services import evidence, files, rights
from registry.services.uploads import refuse_if_too_large


class EvidenceSerializer(Shape):
    """One exhibit; written once."""

    id = serializers.IntegerField(help_text="Its number.")
    version = serializers.IntegerField(
        source="version_id", help_text="Id of the version it is about."
    )
    kind = serializers.CharField(help_text=f"One of {', '.join(EVIDENCE_KINDS)}.")
    title = serializers.CharField(help_text="What it is, in a few words.")
    verdict = serializers.CharField(help_text=f"One of {', '.join(VERDICT_NAMES)}.")
    summary = serializers.CharField(help_text="What it found, in a sentence.")
    digest = serializers.CharField(help_text="The sha256 of its file.")
    file_name = serializers.CharField(help_text="What the file is called.")
    data = serializers.IntegerField(  # type: ignore[assignment]
        source="data_id", allow_null=True, help_text="The dataset version it was made on, if any."
    )
    reproduced = serializers.BooleanField(
        help_text="Whether it was measured here, with the hashed artefact."
    )
    producer = serializers.CharField(help_text="What made it; who filed it is `filed_by`.")
    origin = serializers.CharField(help_text="What it came out of, such as “run 12”.")
    filed_at = serializers.DateTimeField(help_text="When it was filed.")
    filed_by = PersonSerializer()


class EvidenceFilters(StrictSerializer):
    """What the list can be narrowed by."""

    kind = Text(required=False, help_text=f"One of {', '.join(EVIDENCE_KINDS)}.")
    verdict = Text(required=False, help_text=f"One of {', '.join(VERDICT_NAMES)}.")


class HandInSerializer(StrictSerializer):
    """Evidence made elsewhere, sent as multipart/form-data; it is marked as not reproduced."""

    kind = Text(help_text=f"One of {', '.join(EVIDENCE_KINDS)}.")
    title = Text(max_length=200, help_text="What it is, in a few words.")
    verdict = Text(help_text=f"One of {', '.join(VERDICT_NAMES)}; it stands as yours.")
    summary = Text(max_length=LONGEST_SUMMARY, help_text="What was found, in a sentence or two.")
    file = serializers.FileField(allow_empty_file=True, help_text="One JSON object, in UTF-8.")
    data = serializers.IntegerField(  # type: ignore[assignment]
        required=False, help_text="The dataset version it was made on; attached to the version."
    )


def visible_evidence(request: Request) -> QuerySet[Evidence]:
    """Return the exhibits the person may see, with what their shape shows."""
    return Evidence.objects.visible_to(person(request)).select_related("file", "filed_by")


@extend_schema_view(get=extend_schema(parameters=[EvidenceFilters]))
class VersionEvidenceView(generics.ListAPIView[Evidence]):
    """The exhibits of a version, the newest first."""

    serializer_class = EvidenceSerializer
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[Evidence]:
        """Narrow what the person may see."""
        asked = query(self.request, EvidenceFilters)
        version = get_object_or_404(visible(self.request), pk=self.kwargs["pk"])
        return visible_evidence(self.request).filter(version=version, **asked)

    @extend_schema(request=HandInSerializer, responses=answers({201: EvidenceSerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """File what was made elsewhere; the same file twice is one exhibit."""
        refuse_if_too_large(request)
        asked = body(request, HandInSerializer)
        version = get_object_or_404(visible(request), pk=pk)
        file, number = asked.pop("file"), asked.pop("data", None)
        data = (
            get_object_or_404(DatasetVersion.objects.visible_to(person(request)), pk=number)
            if number is not None
            else None
        )
        filed = evidence.hand_in(
            version=version,
            finding=evidence.Finding(**asked),
            file=Path(file.temporary_file_path()),
            file_name=file.name,
            data=data,
            by=person(request),
        )
        return Response(EvidenceSerializer(filed).data, status=201)


class EvidenceView(generics.RetrieveAPIView[Evidence]):
    """One exhibit."""

    serializer_class = EvidenceSerializer

    def get_queryset(self) -> QuerySet[Evidence]:
        """Take what the person may see."""
        return visible_evidence(self.request)


class EvidenceFileView(APIView):
    """The file behind an exhibit."""

    content_negotiation_class = OneForm

    @extend_schema(
        responses={(200, "application/json"): OpenApiTypes.BINARY, 409: RefusalSerializer}
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Give the file, byte for byte, after checking it against the digest."""
        query(request, NoFields)
        found = visible_evidence(request).select_related("file", "version__model__unit")
        exhibit = get_object_or_404(found, pk=pk)
        unit = exhibit.version.model.unit
        rights.require(by=person(request), verb="small_cells.read", unit=unit)
        is_json = exhibit.file_name.endswith(".json")
        return download(
            files.read_checked(exhibit.file),
            name=exhibit.file_name,
            kind="application/json" if is_json else "application/octet-stream",
        )
