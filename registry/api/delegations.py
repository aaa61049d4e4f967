"""Doors to delegations: who signs from whose seat, giving a seat, and ending what was given."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone
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
from registry.models import Delegation, RegisteredModel, Unit, User
from registry.services import delegations


class DelegationSerializer(Shape):
    """One seat lent to somebody for a time."""

    id = serializers.IntegerField(help_text="Its number, printed with decisions taken by it.")
    unit = serializers.CharField(source="unit.slug", help_text="Short name of the unit.")
    giver = PersonSerializer()
    delegate = PersonSerializer()
    role = serializers.CharField(help_text="The role that is lent.")
    model = serializers.CharField(
        source="model.slug",
        default=None,
        allow_null=True,
        help_text="Short name of the one model it is for; null for every model of the unit.",
    )
    starts_at = serializers.DateTimeField(help_text="From when on it holds.")
    ends_at = serializers.DateTimeField(help_text="Until when it holds at most.")
    reason = serializers.CharField(help_text="Why it was given.")
    given_at = serializers.DateTimeField(help_text="When it was given.")
    ended_at = serializers.DateTimeField(help_text="When it was ended early; null otherwise.")
    ended_by = PersonSerializer(allow_null=True)
    end_reason = serializers.CharField(help_text="Why it was ended early.")


class DelegationFilters(StrictSerializer):
    """What the list can be narrowed by."""

    unit = Text(required=False, help_text="Short name of a unit.")
    mine = serializers.BooleanField(
        default=False, help_text="Only those the person gave or was given."
    )


class NewDelegationSerializer(StrictSerializer):
    """A seat of one's own, lent to somebody who works in the unit."""

    unit = Text(help_text="Short name of the unit.")
    delegate = Text(help_text="Account of who signs in one's place.")
    role = Text(help_text="The role to lend; one of one's own that signs releases.")
    model = Text(required=False, help_text="Short name of one model; left out for all of them.")
    starts_at = serializers.DateTimeField(required=False, help_text="Left out: from now on.")
    ends_at = serializers.DateTimeField(help_text="Until when, within 92 days.")
    reason = Text(help_text="Printed with every decision taken by it.")


class EarlyEndSerializer(StrictSerializer):
    """Why something ends before its day."""

    reason = Text(help_text="The reason; it is kept.")


def visible(request: Request) -> QuerySet[Delegation]:
    """Return the delegations the person may see."""
    theirs = Delegation.objects.visible_to(person(request))
    return theirs.select_related("unit", "giver", "delegate", "model", "ended_by")


@extend_schema_view(get=extend_schema(parameters=[DelegationFilters]))
class DelegationsView(generics.ListAPIView[Delegation]):
    """The delegations of one's units, the newest first."""

    serializer_class = DelegationSerializer

    def get_queryset(self) -> QuerySet[Delegation]:
        """Narrow what the person may see."""
        asked, found = query(self.request, DelegationFilters), visible(self.request)
        if "unit" in asked:
            found = found.filter(unit__slug=asked["unit"])
        if asked["mine"]:
            me = person(self.request)
            found = found.filter(Q(giver=me) | Q(delegate=me))
        return found

    @extend_schema(request=NewDelegationSerializer, responses=answers({201: DelegationSerializer}))
    def post(self, request: Request) -> Response:
        """Lend a seat; who has a hand in a release signs for nobody."""
        asked, by = body(request, NewDelegationSerializer), person(request)
        unit = get_object_or_404(Unit.objects.visible_to(by), slug=asked.pop("unit"))
        members = User.objects.filter(memberships__unit=unit).distinct()
        delegate = get_object_or_404(members, username=asked.pop("delegate"))
        models = RegisteredModel.objects.visible_to(by)
        slug = asked.pop("model", None)
        given = delegations.give(
            unit=unit,
            delegate=delegate,
            model=get_object_or_404(models, slug=slug) if slug is not None else None,
            starts_at=asked.pop("starts_at", None) or timezone.now(),
            **asked,
            by=by,
        )
        return Response(DelegationSerializer(given).data, status=201)


@extend_schema(request=EarlyEndSerializer, responses=answers({200: DelegationSerializer}))
@api_view(["POST"])
def end(request: Request, pk: int) -> Response:
    """End a delegation before its day."""
    asked = body(request, EarlyEndSerializer)
    delegation = get_object_or_404(visible(request), pk=pk)
    delegations.end(delegation=delegation, **asked, by=person(request))
    return Response(DelegationSerializer(get_object_or_404(visible(request), pk=pk)).data)
