"""Doors to emergency releases: the list, asking for one, signing second, and ending one."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.delegations import EarlyEndSerializer
from registry.api.proofs import ProofSerializer, proof_in
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
from registry.models import ModelVersion, Override
from registry.services import overrides


class OverrideSignatureSerializer(Shape):
    """One of the two signatures, as it was made."""

    signer = PersonSerializer()
    printed_name = serializers.CharField(help_text="Printed name then.")
    role = serializers.CharField(help_text="In which of the two roles.")
    meaning = serializers.CharField(help_text="What the signature means.")
    reason = serializers.CharField(help_text="The signer's reason.")
    method = serializers.CharField(help_text="What it was signed with.")
    digest = serializers.CharField(help_text="What was signed.")
    signed_at = serializers.DateTimeField(help_text="When.")


class OverrideSerializer(Shape):
    """A version let through to an environment without a full approval, or asked to be."""

    id = serializers.IntegerField(help_text="Its number in the installation.")
    version = serializers.IntegerField(source="version_id", help_text="Number of the version.")
    model = serializers.CharField(source="version.model.slug", help_text="Short name.")
    label = serializers.CharField(source="version.label", help_text="The version's label.")  # type: ignore[assignment]
    environment = serializers.CharField(help_text="Where it may run.")
    days = serializers.IntegerField(help_text="For how many days.")
    reason = serializers.CharField(help_text="The emergency.")
    digest = serializers.CharField(help_text="sha256 of what both sign; send it with the second.")
    asked_at = serializers.DateTimeField(help_text="When it was asked for.")
    asked_by = PersonSerializer()
    starts_at = serializers.DateTimeField(help_text="When it came into force; null before.")
    ends_at = serializers.DateTimeField(help_text="When it ends by itself; null before.")
    ended_at = serializers.DateTimeField(help_text="When it ended; null while it lasts.")
    ended_by = PersonSerializer(allow_null=True)
    end_reason = serializers.CharField(help_text="Why it ended.")
    signatures = OverrideSignatureSerializer(many=True, help_text="One, then two.")


class OverrideFilters(StrictSerializer):
    """What the list can be narrowed by."""

    model = Text(required=False, help_text="Short name of a model.")


class NewOverrideSerializer(ProofSerializer):
    """What is asked for; asking is the first of the two signatures."""

    version = serializers.IntegerField(min_value=1, help_text="Number of the version.")
    environment = Text(help_text="Where it has to run.")
    days = serializers.IntegerField(help_text="From 1 to 14, or what the policy allows.")
    reason = Text(help_text="The emergency; it stands in every report.")


class CountersignSerializer(ProofSerializer):
    """The second signature."""

    digest = Text(help_text="The digest of what was read.")
    reason = Text(help_text="The signer's reason; it stands beside the name.")


def visible(request: Request) -> QuerySet[Override]:
    """Return the emergency releases the person may see."""
    theirs = Override.objects.visible_to(person(request))
    return theirs.select_related("version__model", "asked_by", "ended_by").prefetch_related(
        "signatures__signer"
    )


def answer(request: Request, pk: int, status: int = 200) -> Response:
    """Tell one as it is now."""
    shown = OverrideSerializer(get_object_or_404(visible(request), pk=pk)).data
    return Response(shown, status=status)


@extend_schema_view(get=extend_schema(parameters=[OverrideFilters]))
class OverridesView(generics.ListAPIView[Override]):
    """The emergency releases of one's units, the newest first."""

    serializer_class = OverrideSerializer

    def get_queryset(self) -> QuerySet[Override]:
        """Narrow what the person may see."""
        asked, found = query(self.request, OverrideFilters), visible(self.request)
        return found.filter(version__model__slug=asked["model"]) if "model" in asked else found

    @extend_schema(request=NewOverrideSerializer, responses=answers({201: OverrideSerializer}))
    def post(self, request: Request) -> Response:
        """Ask for an emergency release, and sign first."""
        asked = body(request, NewOverrideSerializer)
        versions = ModelVersion.objects.visible_to(person(request))
        version = get_object_or_404(
            versions.select_related("model__unit", "model__revision"), pk=asked.pop("version")
        )
        override = overrides.request(
            version=version, proof=proof_in(asked), **asked, by=person(request)
        )
        return answer(request, override.pk, 201)


class OverrideView(generics.GenericAPIView[Override]):
    """One emergency release."""

    serializer_class = OverrideSerializer

    @extend_schema(responses={200: OverrideSerializer})
    def get(self, request: Request, pk: int) -> Response:
        """Tell what was asked for, and who signed it."""
        return answer(request, pk)


@extend_schema(request=CountersignSerializer, responses=answers({200: OverrideSerializer}))
@api_view(["POST"])
def sign(request: Request, pk: int) -> Response:
    """Sign second, in the other of the two roles; the version may run from then on."""
    asked = body(request, CountersignSerializer)
    override = get_object_or_404(visible(request), pk=pk)
    overrides.sign(override=override, proof=proof_in(asked), **asked, by=person(request))
    return answer(request, pk)


@extend_schema(request=EarlyEndSerializer, responses=answers({200: OverrideSerializer}))
@api_view(["POST"])
def end(request: Request, pk: int) -> Response:
    """End one before its day, or take the asking for it back."""
    asked = body(request, EarlyEndSerializer)
    override = get_object_or_404(visible(request), pk=pk)
    overrides.end(override=override, **asked, by=person(request))
    return answer(request, pk)
