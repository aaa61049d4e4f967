"""Doors to the conditions of an approval: what binds whom, what was offered, what was accepted."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.shapes import (
    PersonSerializer,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.models import Condition, Evidence
from registry.services import conditions


class ConditionSerializer(Shape):
    """One thing that has to be done by a day for an approval to hold."""

    id = serializers.IntegerField(help_text="Its number in the installation.")
    release = serializers.IntegerField(source="release_id", help_text="Id of the release.")
    number = serializers.IntegerField(help_text="Its number in the release.")
    text = serializers.CharField(help_text="What has to be done.")
    owner = PersonSerializer()
    due_at = serializers.DateTimeField(help_text="Until when; the gate closes then.")
    evidence_kind = serializers.CharField(help_text="The kind of exhibit that fulfils it, if any.")
    evidence = serializers.IntegerField(
        source="evidence_id", allow_null=True, help_text="The exhibit that was offered."
    )
    offer = serializers.CharField(help_text="What its owner says fulfils it.")
    offered_at = serializers.DateTimeField(allow_null=True, help_text="When that was said.")
    acceptance = serializers.CharField(help_text="Why it was accepted.")
    accepted_at = serializers.DateTimeField(allow_null=True, help_text="Null while it waits.")
    accepted_by = PersonSerializer(allow_null=True)


class ConditionFilters(StrictSerializer):
    """What the list can be narrowed by."""

    release = serializers.IntegerField(required=False, help_text="Id of a release.")


class OfferSerializer(StrictSerializer):
    """What fulfils a condition."""

    text = Text(default="", allow_blank=True, help_text="In words.")
    evidence = serializers.IntegerField(
        default=None, allow_null=True, help_text="Id of the exhibit, where one is asked for."
    )


class AcceptanceSerializer(StrictSerializer):
    """The acceptance of what was offered."""

    reason = Text(default="", allow_blank=True, help_text="Why it fulfils the condition.")


def visible(request: Request) -> QuerySet[Condition]:
    """Return the conditions the person may see."""
    theirs = Condition.objects.visible_to(person(request))
    return theirs.select_related("owner", "accepted_by")


@extend_schema_view(get=extend_schema(parameters=[ConditionFilters]))
class ConditionsView(generics.ListAPIView[Condition]):
    """The conditions of one's units' releases."""

    serializer_class = ConditionSerializer

    def get_queryset(self) -> QuerySet[Condition]:
        """Narrow what the person may see."""
        return visible(self.request).filter(**query(self.request, ConditionFilters))


@extend_schema(request=OfferSerializer, responses=answers({200: ConditionSerializer}))
@api_view(["POST"])
def offer(request: Request, pk: int) -> Response:
    """Say what fulfils a condition; its owner's to do."""
    asked = body(request, OfferSerializer)
    condition = get_object_or_404(visible(request), pk=pk)
    evidence = None
    if asked["evidence"] is not None:
        theirs = Evidence.objects.visible_to(person(request))
        evidence = get_object_or_404(theirs, pk=asked["evidence"])
    conditions.offer(condition=condition, text=asked["text"], evidence=evidence, by=person(request))
    return Response(ConditionSerializer(visible(request).get(pk=pk)).data)


@extend_schema(request=AcceptanceSerializer, responses=answers({200: ConditionSerializer}))
@api_view(["POST"])
def accept(request: Request, pk: int) -> Response:
    """Accept what was offered; never by who offered it."""
    asked = body(request, AcceptanceSerializer)
    condition = get_object_or_404(visible(request), pk=pk)
    conditions.accept(condition=condition, reason=asked["reason"], by=person(request))
    return Response(ConditionSerializer(visible(request).get(pk=pk)).data)
