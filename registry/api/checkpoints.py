"""The door to the journal's checkpoints: with these, an outsider checks without the product."""

from __future__ import annotations

from base64 import b64encode

from django.db.models import QuerySet
from rest_framework import generics, serializers
from rest_framework.request import Request

from registry.api.shapes import Shape, person
from registry.models import Checkpoint, CheckpointStamp


class StampSerializer(Shape):
    """A time stamp of RFC 3161 over the statement."""

    authority = serializers.CharField(help_text="Whom it was asked of.")
    at = serializers.DateTimeField(help_text="When it came; when it was given stands in it.")
    token = serializers.SerializerMethodField(help_text="The token (DER), in base64.")

    def get_token(self, stamp: CheckpointStamp) -> str:
        """Return the token as text."""
        return b64encode(bytes(stamp.token)).decode("ascii")


class CheckpointSerializer(Shape):
    """A signed state of the journal."""

    size = serializers.IntegerField(help_text="Over how many entries, from the first one on.")
    head = serializers.CharField(help_text="The seal of the last of them.")
    # Serializers have a `root` of their own, which fields that are declared stay clear of.
    root = serializers.CharField(  # type: ignore[assignment]
        help_text="The root of the RFC 6962 tree whose leaves are the bytes of the seals."
    )
    at = serializers.CharField(help_text="When it was signed, UTC.")
    key = serializers.CharField(
        source="key.fingerprint", help_text="The sha256 of the public key's 32 bytes."
    )
    public_key = serializers.CharField(
        source="key.public_key", help_text="The public key (Ed25519), in hexadecimal."
    )
    statement = serializers.CharField(
        help_text="Canonical JSON as text, since the signature is over these characters."
    )
    signature = serializers.CharField(help_text="Over the statement, in hexadecimal.")
    stamps = StampSerializer(
        many=True, help_text="Time stamps over the sha256 of the statement's UTF-8 bytes."
    )


def visible(request: Request) -> QuerySet[Checkpoint]:
    """Return every checkpoint, newest first, to whoever has a role anywhere."""
    rows = Checkpoint.objects.visible_to(person(request)).select_related("key")
    return rows.prefetch_related("stamps").order_by("-size")


class CheckpointsView(generics.ListAPIView[Checkpoint]):
    """Every checkpoint of the journal, the newest first."""

    serializer_class = CheckpointSerializer

    def get_queryset(self) -> QuerySet[Checkpoint]:
        """Return what the person may see."""
        return visible(self.request)


class CheckpointView(generics.RetrieveAPIView[Checkpoint]):
    """One checkpoint, by the number of entries that it is over."""

    serializer_class = CheckpointSerializer
    lookup_field = "size"

    def get_queryset(self) -> QuerySet[Checkpoint]:
        """Return what the person may see."""
        return visible(self.request)
