"""Doors to monitors: starting one, reading what it watches, ending it."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.models import Monitor
from audits.rules.monitors import ANNOUNCES, LONGEST_DAYS, SHORTEST_DAYS
from audits.services import monitors
from registry.api.refusals import told
from registry.api.shapes import (
    ObjectionSerializer,
    PersonSerializer,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.models import Dataset, DatasetVersion, ModelVersion, User
from registry.rules.refusals import Objection


class MonitorSerializer(Shape):
    """One watch over a version."""

    id = serializers.IntegerField(help_text="Its number.")
    version = serializers.IntegerField(source="version_id", help_text="Id of the version.")
    batches = serializers.IntegerField(
        source="batches_id", help_text="Id of the dataset whose newest production rows it takes."
    )
    reference = serializers.IntegerField(
        source="reference_id", help_text="Id of the dataset version it compares them with."
    )
    labels = serializers.IntegerField(
        source="labels_id", allow_null=True, help_text="Id of the dataset labels come from later."
    )
    truth_key = serializers.CharField(help_text="The column by which those are joined.")
    checks = serializers.ListField(help_text="Limits of its own, where stricter than the plan's.")
    every_days = serializers.IntegerField(help_text="How often it looks.")
    announces = serializers.CharField(help_text="The event a breach sends.")
    owner = PersonSerializer()
    due_at = serializers.DateTimeField(help_text="When it looks next.")
    looked_at = serializers.DateTimeField(allow_null=True, help_text="When it last looked.")
    trouble = serializers.SerializerMethodField(help_text="Why it could not look; else empty.")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When it was ended.")

    @extend_schema_field(ObjectionSerializer(many=True))
    def get_trouble(self, monitor: Monitor) -> list[dict[str, str]]:
        """Every reason, in the reader's language."""
        return [told(Objection(**kept)) for kept in monitor.trouble]


class NewMonitorSerializer(StrictSerializer):
    """A monitor to start."""

    version = serializers.IntegerField(help_text="Id of the version.")
    batches = serializers.IntegerField(help_text="Id of the dataset batches come in on.")
    reference = serializers.IntegerField(help_text="Id of an attached dataset version.")
    every_days = serializers.IntegerField(
        help_text=f"From {SHORTEST_DAYS} to {LONGEST_DAYS}: how often it looks."
    )
    announces = Text(help_text=f"One of {', '.join(ANNOUNCES)}.")
    owner = Text(help_text="Account of who answers for it.")
    labels = serializers.IntegerField(required=False, help_text="Id of a dataset of later labels.")
    truth_key = Text(required=False, help_text="The column by which those are joined.")
    checks = serializers.JSONField(required=False, help_text="Limits, as in a plan.")


class EndingSerializer(StrictSerializer):
    """Why a monitor ends."""

    reason = Text(help_text="Why the model is not watched any more.")


class MonitorFilters(StrictSerializer):
    """What the list can be narrowed by."""

    version = serializers.IntegerField(required=False, help_text="Id of a version.")
    model = Text(source="version__model__slug", required=False, help_text="Short name of a model.")


def visible(request: Request) -> QuerySet[Monitor]:
    """Return the monitors the person may see, with what their shape shows."""
    return Monitor.objects.visible_to(person(request)).select_related(
        "owner", "version__model__unit"
    )


@extend_schema_view(get=extend_schema(parameters=[MonitorFilters]))
class MonitorsView(generics.ListAPIView[Monitor]):
    """The monitors on the models of one's units, the newest first."""

    serializer_class = MonitorSerializer

    def get_queryset(self) -> QuerySet[Monitor]:
        """Narrow what the person may see."""
        return visible(self.request).filter(**query(self.request, MonitorFilters))

    @extend_schema(request=NewMonitorSerializer, responses=answers({201: MonitorSerializer}))
    def post(self, request: Request) -> Response:
        """Start watching; it looks for the first time within minutes."""
        asked, user = body(request, NewMonitorSerializer), person(request)
        datasets = Dataset.objects.visible_to(user)
        data = DatasetVersion.objects.visible_to(user).select_related("file")
        versions = ModelVersion.objects.visible_to(user).select_related("model__unit")
        labels = asked.get("labels")
        monitor = monitors.start(
            version=get_object_or_404(versions, pk=asked["version"]),
            batches=get_object_or_404(datasets, pk=asked["batches"]),
            reference=get_object_or_404(data, pk=asked["reference"]),
            every_days=asked["every_days"],
            announces=asked["announces"],
            owner=get_object_or_404(User, username=asked["owner"]),
            labels=get_object_or_404(datasets, pk=labels) if labels else None,
            truth_key=asked.get("truth_key", ""),
            checks=asked.get("checks", []),
            by=user,
        )
        return Response(MonitorSerializer(monitor).data, status=201)


class MonitorView(generics.RetrieveAPIView[Monitor]):
    """One monitor."""

    serializer_class = MonitorSerializer

    def get_queryset(self) -> QuerySet[Monitor]:
        """Take what the person may see."""
        return visible(self.request)


class EndMonitorView(APIView):
    """The end of a monitor."""

    @extend_schema(request=EndingSerializer, responses=answers({200: MonitorSerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """Stop watching; what it found stays."""
        asked = body(request, EndingSerializer)
        monitor = get_object_or_404(visible(request), pk=pk)
        ended = monitors.end(monitor=monitor, reason=asked["reason"], by=person(request))
        return Response(MonitorSerializer(ended).data)
