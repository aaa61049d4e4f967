"""Doors to which model feeds which: telling a model's relations, making one, ending one."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.registered_models import visible
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
from registry.models import ModelRelation, RegisteredModel
from registry.services import relations


class RelationSerializer(Shape):
    """One model's output is another's input."""

    id = serializers.IntegerField(help_text="By which it is ended.")
    upstream = serializers.CharField(
        source="upstream.slug", help_text="Short name of the model that feeds."
    )
    downstream = serializers.CharField(
        source="downstream.slug", help_text="Short name of the model that is fed."
    )
    what = serializers.CharField(help_text="Which output feeds which input.")
    since = serializers.DateTimeField(help_text="From when on.")
    related_by = PersonSerializer()
    until = serializers.DateTimeField(allow_null=True, help_text="Null while it holds.")
    ended_by = PersonSerializer(allow_null=True)
    end_reason = serializers.CharField(help_text="Why it ended.")


class NewRelationSerializer(StrictSerializer):
    """A model that feeds this one."""

    upstream = Text(help_text="Short name of the model that feeds this one.")
    what = Text(help_text="Which output feeds which input.")


class EndRelationSerializer(StrictSerializer):
    """Why a relation ends."""

    reason = Text(help_text="Kept for good.")


def known(request: Request) -> QuerySet[ModelRelation]:
    """Return the relations whose two models the person may see."""
    return ModelRelation.objects.visible_to(person(request)).select_related(
        "upstream", "downstream__unit", "related_by", "ended_by"
    )


class RelationsView(generics.ListAPIView[ModelRelation]):
    """What feeds a model and what it feeds, ended relations included."""

    serializer_class = RelationSerializer

    def get_queryset(self) -> QuerySet[ModelRelation]:
        """Take those of one model, on either side."""
        query(self.request, NoFields)
        theirs = RegisteredModel.objects.visible_to(person(self.request))
        model = get_object_or_404(theirs, slug=self.kwargs["slug"])
        return known(self.request).filter(Q(upstream=model) | Q(downstream=model))

    @extend_schema(request=NewRelationSerializer, responses=answers({201: RelationSerializer}))
    def post(self, request: Request, slug: str) -> Response:
        """Say that another model feeds this one; both must be visible to who says it."""
        asked = body(request, NewRelationSerializer)
        relation = relations.relate(
            downstream=get_object_or_404(visible(request), slug=slug),
            upstream=get_object_or_404(visible(request), slug=asked["upstream"]),
            what=asked["what"],
            by=person(request),
        )
        return Response(RelationSerializer(relation).data, status=201)


@extend_schema(request=EndRelationSerializer, responses=answers({200: RelationSerializer}))
@api_view(["POST"])
def end(request: Request, pk: int) -> Response:
    """Say that the one model no longer feeds the other."""
    asked = body(request, EndRelationSerializer)
    relation = get_object_or_404(known(request), pk=pk)
    relations.end(relation=relation, reason=asked["reason"], by=person(request))
    return Response(RelationSerializer(known(request).get(pk=pk)).data)
