"""The feed of events: what happened to one's models, in order, for systems outside."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers

from registry.api.shapes import Shape, StrictSerializer, Text, person, query
from registry.models import Event
from registry.rules.events import EVENT_NAMES


class EventSerializer(Shape):
    """One event; the same body is sent to listeners."""

    id = serializers.IntegerField(help_text="Grows with time; ask for what came after the last.")
    name = serializers.CharField(help_text=f"One of {', '.join(EVENT_NAMES)}.")
    at = serializers.DateTimeField(help_text="When it was announced.")
    model = serializers.CharField(
        source="version.model.slug", help_text="Short name of the model it is about."
    )
    version = serializers.CharField(source="version.label", help_text="Label of the version.")
    details = serializers.DictField(help_text="What led to it: monitor, run, exhibit, verdict.")


class EventFilters(StrictSerializer):
    """What the feed can be narrowed by."""

    after = serializers.IntegerField(
        source="pk__gt", required=False, help_text="Only events with a greater id."
    )
    name = Text(required=False, help_text=f"One of {', '.join(EVENT_NAMES)}.")
    model = Text(source="version__model__slug", required=False, help_text="Short name of a model.")


@extend_schema_view(get=extend_schema(parameters=[EventFilters]))
class EventsView(generics.ListAPIView[Event]):
    """The events of one's units, in their order."""

    serializer_class = EventSerializer

    def get_queryset(self) -> QuerySet[Event]:
        """Narrow what the person may see."""
        asked = query(self.request, EventFilters)
        visible = Event.objects.visible_to(person(self.request)).select_related("version__model")
        return visible.filter(**asked)
