"""Doors to units, and to who holds which role in them."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

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
from registry.models import Membership, Unit, User
from registry.rules.roles import ROLE_NAMES, Role
from registry.services import units


class UnitSerializer(Shape):
    """A business unit, and what the person who asks is in it."""

    slug = serializers.CharField(help_text="The short name by which other doors name the unit.")
    name = serializers.CharField(help_text="What people call it.")
    founded_at = serializers.DateTimeField(help_text="When it was founded.")
    my_roles = serializers.SerializerMethodField()

    def get_my_roles(self, unit: Unit) -> list[str]:
        """The roles held there today by the person who asks."""
        return [membership.role for membership in unit.mine]


class UnitsView(generics.ListAPIView[Unit]):
    """The units in which one holds a role."""

    serializer_class = UnitSerializer

    def get_queryset(self) -> QuerySet[Unit]:
        """Narrow what the person may see."""
        query(self.request, NoFields)
        user = person(self.request)
        mine = Membership.objects.current().filter(user_id=user.pk)
        return Unit.objects.visible_to(user).prefetch_related(
            Prefetch("memberships", queryset=mine, to_attr="mine")
        )


class MembershipSerializer(Shape):
    """One person's role in one unit, from when to when."""

    id = serializers.IntegerField(help_text="Its number.")
    unit = serializers.CharField(source="unit.slug", help_text="Short name of its unit.")
    user = PersonSerializer()
    role = serializers.CharField(help_text=f"One of {', '.join(Role)}.")
    granted_at = serializers.DateTimeField(help_text="From when on it holds.")
    granted_by = PersonSerializer(allow_null=True, help_text="Null where an operator did it.")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Null while it holds.")
    ended_by = PersonSerializer(allow_null=True)


class MembershipFilters(StrictSerializer):
    """What the list can be narrowed by."""

    unit = Text(source="unit__slug", required=False, help_text="Short name of a unit.")
    user = Text(source="user__username", required=False, help_text="An account's name.")
    current = serializers.BooleanField(
        source="ended_at__isnull", required=False, help_text="True for roles that hold today."
    )


class GrantSerializer(StrictSerializer):
    """A role to give."""

    unit = Text(help_text="Short name of the unit.")
    user = Text(help_text="The account's name.")
    role = serializers.ChoiceField(choices=list(ROLE_NAMES.items()))


@extend_schema_view(get=extend_schema(parameters=[MembershipFilters]))
class MembershipsView(generics.ListAPIView[Membership]):
    """Who holds and held which role in one's units."""

    serializer_class = MembershipSerializer

    def get_queryset(self) -> QuerySet[Membership]:
        """Narrow what the person may see."""
        visible = Unit.objects.visible_to(person(self.request))
        return Membership.objects.filter(
            unit__in=visible, **query(self.request, MembershipFilters)
        ).select_related("unit", "user", "granted_by", "ended_by")

    @extend_schema(request=GrantSerializer, responses=answers({201: MembershipSerializer}))
    def post(self, request: Request) -> Response:
        """Give a person a role in a unit; an administrator's right, and never to oneself."""
        asked, user = body(request, GrantSerializer), person(request)
        unit = get_object_or_404(Unit.objects.visible_to(user), slug=asked["unit"])
        newcomer = User.objects.filter(username=asked["user"], is_active=True).first()
        if newcomer is None:
            raise ValidationError({"user": [_("There is no such account; an operator adds it.")]})
        membership = units.grant(unit=unit, user=newcomer, role=Role(asked["role"]), by=user)
        return Response(MembershipSerializer(membership).data, status=201)


class EndSerializer(StrictSerializer):
    """Why a role ends."""

    reason = Text(help_text="Kept in the journal.")


class EndMembershipView(APIView):
    """The end of a role."""

    @extend_schema(request=EndSerializer, responses=answers({200: MembershipSerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """End a role from now on; what was done in it stays done."""
        asked, user = body(request, EndSerializer), person(request)
        visible = Membership.objects.filter(unit__in=Unit.objects.visible_to(user))
        found = get_object_or_404(visible, pk=pk)
        ended = units.end(membership=found, reason=asked["reason"], by=user)
        return Response(MembershipSerializer(ended).data)
