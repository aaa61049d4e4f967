"""Doors to evidence: the exhibits of a version, and the file behind each."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.views import APIView

from registry.api.shapes import (
    NoFields,
    OneForm,
    PersonSerializer,
    RefusalSerializer,
    Shape,
    StrictSerializer,
    Text,
    download,
    person,
    query,
)
from registry.api.versions import visible
from registry.models import Evidence
from registry.rules.catalogue import EVIDENCE_KINDS, VERDICT_NAMES
from registry.services import files


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
    producer = serializers.CharField(help_text="Who or what made it.")
    origin = serializers.CharField(help_text="What it came out of, such as “run 12”.")
    filed_at = serializers.DateTimeField(help_text="When it was filed.")
    filed_by = PersonSerializer()


class EvidenceFilters(StrictSerializer):
    """What the list can be narrowed by."""

    kind = Text(required=False, help_text=f"One of {', '.join(EVIDENCE_KINDS)}.")
    verdict = Text(required=False, help_text=f"One of {', '.join(VERDICT_NAMES)}.")


def visible_evidence(request: Request) -> QuerySet[Evidence]:
    """Return the exhibits the person may see, with what their shape shows."""
    return Evidence.objects.visible_to(person(request)).select_related("file", "filed_by")


@extend_schema_view(get=extend_schema(parameters=[EvidenceFilters]))
class VersionEvidenceView(generics.ListAPIView[Evidence]):
    """The exhibits of a version, the newest first."""

    serializer_class = EvidenceSerializer

    def get_queryset(self) -> QuerySet[Evidence]:
        """Narrow what the person may see."""
        asked = query(self.request, EvidenceFilters)
        version = get_object_or_404(visible(self.request), pk=self.kwargs["pk"])
        return visible_evidence(self.request).filter(version=version, **asked)


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
        exhibit = get_object_or_404(visible_evidence(request), pk=pk)
        is_json = exhibit.file_name.endswith(".json")
        return download(
            files.read_checked(exhibit.file),
            name=exhibit.file_name,
            kind="application/json" if is_json else "application/octet-stream",
        )
