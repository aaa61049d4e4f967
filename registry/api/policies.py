"""The door to what the policy asks of a version before it can be submitted."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.refusals import told
from registry.api.shapes import NoFields, ObjectionSerializer, Shape, query
from registry.api.versions import visible
from registry.rules.checklists import Item, Standing
from registry.services import (
    checklists,
)


class ItemSerializer(Shape):
    """One thing the policy asks for, and how it stands."""

    code = serializers.CharField(help_text="Such as card, data.test, evidence.fairness.")
    standing = serializers.CharField(help_text=f"One of {', '.join(Standing)}.")
    objection = serializers.SerializerMethodField(
        help_text="What is missing; null where it is met."
    )
    exhibit = serializers.IntegerField(
        source="exhibit_id", allow_null=True, help_text="The exhibit it was judged by, if any."
    )

    @extend_schema_field(ObjectionSerializer(allow_null=True))
    def get_objection(self, item: Item) -> dict[str, str] | None:
        """The sentence."""
        return told(item.objection) if item.objection else None


class ChecklistSerializer(Shape):
    """Everything the policy asks of the version for its tier."""

    complete = serializers.BooleanField(help_text="Whether the version can be submitted.")
    items = ItemSerializer(many=True, help_text="One for each thing it asks for.")


class ChecklistView(APIView):
    """What the policy asks of a version."""

    @extend_schema(responses=ChecklistSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Tell everything the policy asks for, each with how it stands."""
        query(request, NoFields)
        items = checklists.checklist(get_object_or_404(visible(request), pk=pk))
        complete = not any(item.objection for item in items)
        return Response(ChecklistSerializer({"complete": complete, "items": items}).data)
