"""The feed of events: what happened to one's models, in order, and how far it got to listeners."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.shapes import (
    NoFields,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.models import Delivery, Event, Unit
from registry.rules.events import EVENT_NAMES
from registry.services import deliveries


class EventSerializer(Shape):
    """One event, as the feed tells it; listeners get it as a CloudEvent."""

    id = serializers.IntegerField(help_text="Grows with time; ask for what came after the last.")
    name = serializers.CharField(help_text=f"One of {', '.join(EVENT_NAMES)}.")
    at = serializers.DateTimeField(help_text="When it was announced.")
    model = serializers.CharField(
        source="about.slug",
        allow_null=True,
        help_text="Short name of the model it is about; null for the installation.",
    )
    version = serializers.CharField(
        source="version.label", allow_null=True, help_text="Label of the version, if any."
    )
    details = serializers.DictField(help_text="What led to it: monitor, run, exhibit, verdict.")


class EventFilters(StrictSerializer):
    """What the feed can be narrowed by."""

    after = serializers.IntegerField(
        source="pk__gt", required=False, help_text="Only events with a greater id."
    )
    name = Text(required=False, help_text=f"One of {', '.join(EVENT_NAMES)}.")
    model = Text(required=False, help_text="Short name of a model.")


@extend_schema_view(get=extend_schema(parameters=[EventFilters]))
class EventsView(generics.ListAPIView[Event]):
    """The events of one's units, in their order."""

    serializer_class = EventSerializer

    def get_queryset(self) -> QuerySet[Event]:
        """Narrow what the person may see."""
        asked = query(self.request, EventFilters)
        slug = asked.pop("model", None)
        visible = Event.objects.visible_to(person(self.request)).with_subject()
        return (visible.about(slug) if slug else visible).filter(**asked)


class DeliverySerializer(Shape):
    """One event on its way to one listener."""

    id = serializers.IntegerField(help_text="Its number.")
    event = serializers.IntegerField(source="event_id", help_text="Number of the event.")
    listener = serializers.CharField(help_text="The listener's name in the settings.")
    attempts = serializers.IntegerField(help_text="How often it was tried.")
    due_at = serializers.DateTimeField(help_text="When it is tried next, while it waits.")
    last_answer = serializers.CharField(help_text="What the listener answered, 0 for nothing.")
    arrived_at = serializers.DateTimeField(allow_null=True, help_text="Null until it arrived.")
    given_up_at = serializers.DateTimeField(allow_null=True, help_text="Null unless given up.")


class DeliveryFilters(StrictSerializer):
    """What the deliveries can be narrowed by."""

    event = serializers.IntegerField(required=False, help_text="Number of an event.")
    listener = Text(required=False, help_text="A listener's name.")


@extend_schema_view(get=extend_schema(parameters=[DeliveryFilters]))
class DeliveriesView(generics.ListAPIView[Delivery]):
    """The deliveries of the events of the units one administers."""

    serializer_class = DeliverySerializer

    def get_queryset(self) -> QuerySet[Delivery]:
        """Narrow what the person may see."""
        asked = query(self.request, DeliveryFilters)
        units = Unit.objects.where(person(self.request), "event.send_again")
        return Delivery.objects.filter(event__in=Event.objects.of(units), **asked).order_by("pk")


class SendAgainView(APIView):
    """One more try of a delivery."""

    @extend_schema(request=NoFields, responses=answers({200: DeliverySerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """Send an event to a listener once more, from the first attempt on."""
        body(request, NoFields)
        user = person(request)
        visible = Delivery.objects.filter(event__in=Event.objects.visible_to(user))
        sent = deliveries.send_again(delivery=get_object_or_404(visible, pk=pk), by=user)
        return Response(DeliverySerializer(sent).data)
