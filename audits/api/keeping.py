"""The door to what the retention task would delete."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.services.retention import FORESEEN
from registry.api.shapes import DetailSerializer, Shape, StrictSerializer, person, query
from registry.rules.retention_schedule import KINDS
from registry.services import keeping


class GoingSerializer(Shape):
    """One file that is past its time."""

    kind = serializers.CharField(source="thing.kind", help_text=f"One of {', '.join(KINDS)}.")
    record_kind = serializers.CharField(
        source="thing.record_kind", help_text="What kind of record it is the file of."
    )
    record = serializers.IntegerField(source="thing.record.pk", help_text="Number of the record.")
    title = serializers.CharField(source="thing.title", help_text="What it is.")
    digest = serializers.CharField(source="thing.file.sha256", help_text="Its sha256.")
    size = serializers.IntegerField(source="thing.file.size", help_text="In bytes.")
    model = serializers.CharField(
        source="thing.model.slug", default=None, help_text="Its model's short name, if any."
    )
    since = serializers.DateTimeField(source="thing.since", help_text="Since when it is kept.")
    keep_until = serializers.DateField(source="thing.until", help_text="Its last day.")
    rule = serializers.CharField(source="thing.rule", help_text="Under which rule it goes.")
    goes = serializers.BooleanField(help_text="Whether the retention task deletes it.")
    holds = serializers.ListField(
        source="hold_numbers",
        child=serializers.IntegerField(),
        help_text="Numbers of the holds that keep it, of those you see.",
    )
    unseen_holds = serializers.IntegerField(help_text="How many holds of other units keep it.")
    needed_by = serializers.IntegerField(help_text="How many other records need the same bytes.")


class ExpiredSerializer(Shape):
    """So many rows that carry no evidence, past their time."""

    kind = serializers.CharField(help_text=f"One of {', '.join(KINDS)}.")
    table = serializers.CharField(help_text="What they are.")
    count = serializers.IntegerField(help_text="How many.")
    since = serializers.DateTimeField(help_text="Since when the oldest is there.")
    rule = serializers.CharField(help_text="Under which rule they go.")


class RetentionPreviewSerializer(Shape):
    """What would go on a day."""

    on = serializers.DateField(help_text="The day.")
    going = GoingSerializer(many=True, help_text="Files of your units.")
    expired = ExpiredSerializer(many=True, help_text="Of the whole installation.")


class DayFilter(StrictSerializer):
    """Which day."""

    on = serializers.DateField(required=False, help_text="Today unless told.")


class RetentionPreviewView(APIView):
    """A look ahead at the retention task."""

    @extend_schema(
        parameters=[DayFilter], responses={200: RetentionPreviewSerializer, 403: DetailSerializer}
    )
    def get(self, request: Request) -> Response:
        """Tell each thing with its digest, since when, under which rule, and what holds it."""
        asked = query(request, DayFilter)
        found = keeping.preview(sources=FORESEEN, by=person(request), on=asked.get("on"))
        return Response(RetentionPreviewSerializer(found).data)
