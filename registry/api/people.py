"""The door by which a person is erased."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.shapes import Shape, StrictSerializer, Text, answers, body, person
from registry.models import Unit, User
from registry.services import erasures, people


class EraseSerializer(StrictSerializer):
    """Why a person is erased."""

    reason = Text(help_text="Kept in the clear; without naming the person.")


class ErasedSerializer(Shape):
    """What is left of a person who was erased."""

    id = serializers.IntegerField(source="pk", help_text="The account's number.")
    username = serializers.CharField(help_text="The account's name now; it names nobody.")
    erased_at = serializers.SerializerMethodField(help_text="When that was.")

    def get_erased_at(self, erased: User) -> str:
        """The instant at which the key was destroyed."""
        at = erasures.erased_at(erased)
        return at.isoformat() if at else ""


class ErasePersonView(APIView):
    """The erasure of a person, by the number of their account."""

    @extend_schema(request=EraseSerializer, responses=answers({200: ErasedSerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """Erase a person for good; an administrator's right, of a unit the person was in.

        The key under which the journal holds their name is destroyed and the account emptied. What
        they signed keeps their printed name, as the law asks.
        """
        asked, user = body(request, EraseSerializer), person(request)
        seen = User.objects.filter(memberships__unit__in=Unit.objects.visible_to(user)).distinct()
        erased = people.erase(
            person=get_object_or_404(seen, pk=pk), reason=asked["reason"], by=user
        )
        return Response(ErasedSerializer(erased).data)
