"""The door to what the checks of the store found."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.shapes import DetailSerializer, Shape, person
from registry.models import StoreCheck
from registry.rules.store import Wrong
from registry.services import rights, store


class BrokenSerializer(Shape):
    """A file that is not there as it was kept."""

    digest = serializers.CharField(source="sha256", help_text="Its sha256.")
    size = serializers.IntegerField(help_text="In bytes.")
    wrong = serializers.CharField(help_text=f"One of {', '.join(Wrong)}.")
    checked_at = serializers.DateTimeField(help_text="When it was read last.")


class OrphanSerializer(Shape):
    """A file in the store that no record names."""

    place = serializers.CharField(help_text="Where it lies in the store.")
    size = serializers.IntegerField(help_text="In bytes.")
    since = serializers.DateTimeField(help_text="Since when.")


class StoreCheckSerializer(Shape):
    """One pass over a part of the store."""

    began_at = serializers.DateTimeField(help_text="When it began.")
    ended_at = serializers.DateTimeField(help_text="When it ended.")
    files = serializers.IntegerField(help_text="How many files it read.")
    bytes = serializers.IntegerField(help_text="How many bytes.")
    left = serializers.IntegerField(help_text="How many files it left for the next pass.")
    broken_count = serializers.IntegerField(help_text="How many of those it read are broken.")
    orphans_count = serializers.IntegerField(help_text="How many files no record names.")
    orphans = OrphanSerializer(many=True, help_text="The first thousand of these.")


class StoreSerializer(Shape):
    """How the store stands."""

    broken = BrokenSerializer(many=True, help_text="Every broken file.")
    last_check = StoreCheckSerializer(allow_null=True, help_text="Null before the first.")


class StoreView(APIView):
    """Whether every file of the store is there as it was kept."""

    @extend_schema(responses={200: StoreSerializer, 403: DetailSerializer})
    def get(self, request: Request) -> Response:
        """Tell the broken files and the last check; for administrators and auditors."""
        rights.require_anywhere(by=person(request), verb="store.read")
        told = {"broken": store.broken(), "last_check": StoreCheck.objects.first()}
        return Response(StoreSerializer(told).data)
