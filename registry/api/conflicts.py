"""The door to the conflict report."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.generics import get_object_or_404

from registry.api.shapes import ObjectionSerializer, Shape, StrictSerializer, Text, person, query
from registry.models import Unit
from registry.rules.conflicts import KINDS, Conflict
from registry.services import conflicts


class ConflictSerializer(Shape):
    """One line of the report."""

    kind = serializers.CharField(help_text=f"One of {', '.join(KINDS)}.")
    at = serializers.DateTimeField(help_text="When it was decided.")
    about = serializers.CharField(help_text="The release or emergency release.")
    people = serializers.ListField(child=serializers.CharField(), help_text="Printed names.")
    ground = serializers.SerializerMethodField(help_text="Why it is in the report.")
    link = serializers.CharField(help_text="The page of what it is about, on this server.")

    @extend_schema_field(ObjectionSerializer)
    def get_ground(self, conflict: Conflict) -> dict[str, Any]:
        """Tell it as a code and a sentence."""
        return dict(ObjectionSerializer(conflict.ground).data)


class ConflictFilters(StrictSerializer):
    """What the report can be narrowed by."""

    unit = Text(required=False, help_text="Short name of a unit.")


@extend_schema_view(get=extend_schema(parameters=[ConflictFilters]))
class ConflictsView(generics.ListAPIView[Any]):
    """Where deciders were close to the work in the past twelve months, the newest first."""

    serializer_class = ConflictSerializer

    def get_queryset(self) -> Any:
        """Compute the report; a list, which is paged as rows are."""
        asked, by = query(self.request, ConflictFilters), person(self.request)
        units = Unit.objects.where(by, "conflicts.read")
        unit = get_object_or_404(units, slug=asked["unit"]) if "unit" in asked else None
        return conflicts.report(by=by, unit=unit)
