"""Doors to the data attached to a version: what it rests on, attaching and detaching."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.datasets import DatasetVersionSerializer, visible_versions
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
from registry.models import DataLink
from registry.services import versions


class DataLinkSerializer(Shape):
    """Data a version rests on."""

    data = DatasetVersionSerializer()  # type: ignore[assignment]
    attached_at = serializers.DateTimeField(help_text="Since when the version rests on it.")
    attached_by = PersonSerializer()


class AttachSerializer(StrictSerializer):
    """Data to attach."""

    data = serializers.IntegerField(help_text="Id of a dataset version of the same unit.")  # type: ignore[assignment]


class DataLinksView(generics.ListAPIView[DataLink]):
    """The data a version rests on today."""

    serializer_class = DataLinkSerializer

    def get_queryset(self) -> QuerySet[DataLink]:
        """Narrow what the person may see."""
        query(self.request, NoFields)
        version = get_object_or_404(visible(self.request), pk=self.kwargs["pk"])
        return version.data_links.attached().select_related(
            "data__dataset__unit",
            "data__file",
            "data__registered_by",
            "data__rows_deletion__deleted_by",
            "attached_by",
        )

    @extend_schema(request=AttachSerializer, responses=answers({201: DataLinkSerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """Say that the version rests on this data, in the role the data has."""
        asked = body(request, AttachSerializer)
        version = get_object_or_404(visible(request), pk=pk)
        data = get_object_or_404(visible_versions(request), pk=asked["data"])
        link = versions.attach_data(version=version, data=data, by=person(request))
        return Response(DataLinkSerializer(link).data, status=201)


class DetachSerializer(StrictSerializer):
    """Why data is detached."""

    reason = Text(required=False, default="", help_text="Kept in the journal.")


class DataLinkView(APIView):
    """One dataset version attached to one model version."""

    @extend_schema(parameters=[DetachSerializer], responses=answers({204: None}))
    def delete(self, request: Request, pk: int, data: int) -> Response:
        """Detach the data. An approval that rests on it becomes void."""
        asked = query(request, DetachSerializer)
        version = get_object_or_404(visible(request), pk=pk)
        link = get_object_or_404(version.data_links.attached(), data_id=data)
        versions.detach_data(link=link, reason=asked["reason"], by=person(request))
        return Response(status=204)
