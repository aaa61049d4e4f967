"""Doors to overrides of a tier: proposing one, signing as the second person, withdrawing."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.proofs import ProofSerializer, proof_in
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
from registry.models import RegisteredModel, TierOverride
from registry.rules.tier_overrides import STANDINGS
from registry.services import tier_overrides


class TierOverrideSerializer(Shape):
    """Another tier than the scored one, with the two people as they were printed then."""

    number = serializers.IntegerField(help_text="Counts the overrides of the model.")
    tier = serializers.IntegerField(help_text="The tier in place of the scored one.")
    standing = serializers.CharField(help_text=f"One of {', '.join(STANDINGS)}.")
    reason = serializers.CharField(help_text="Why the scorecard is not right here.")
    proposed_at = serializers.DateTimeField(help_text="When it was proposed.")
    proposer_name = serializers.CharField(help_text="Printed name then.")
    proposer_role = serializers.CharField(help_text="Role then.")
    confirmed_at = serializers.DateTimeField(allow_null=True, help_text="Null while it waits.")
    confirmer_name = serializers.CharField(help_text="Printed name then; empty while it waits.")
    confirmer_role = serializers.CharField(help_text="Role then.")
    meaning = serializers.CharField(help_text="What the signature means.")
    method = serializers.CharField(help_text="What it was signed with.")
    signed_digest = serializers.CharField(help_text="Digest of what was signed.")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Null until it ends.")
    ended_by = PersonSerializer(allow_null=True)
    end_reason = serializers.CharField(help_text="Why it ended.")
    digest = serializers.SerializerMethodField(
        help_text="What confirming it takes while it waits: the proposal as it stands now."
    )

    def get_digest(self, override: TierOverride) -> str:
        """Tell what would be signed now."""
        return tier_overrides.digest_of(override) if override.standing == "open" else ""


class NewTierOverrideSerializer(StrictSerializer):
    """Another tier than the scored one."""

    tier = serializers.IntegerField(help_text="From 1, the strictest, to 4.")
    reason = Text(help_text="Why the scorecard is not right here; kept for good.")


class ConfirmTierSerializer(ProofSerializer):
    """The second signature."""

    digest = Text(
        default="", allow_blank=True, help_text="The digest of the proposal that was read."
    )


class EndTierOverrideSerializer(StrictSerializer):
    """Why an override ends."""

    reason = Text(help_text="Kept for good.")


def overrides_of(request: Request, slug: str) -> QuerySet[TierOverride]:
    """Return the overrides of a model the person may see; anything else is 404."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(person(request)), slug=slug)
    return model.tier_overrides.select_related("model__unit", "ended_by")


def answer(override: TierOverride, status: int = 200) -> Response:
    """Tell an override as it is now."""
    shown: dict[str, Any] = TierOverrideSerializer(override).data
    return Response(shown, status=status)


class TierOverridesView(generics.ListAPIView[TierOverride]):
    """The overrides of a model's tier, the newest first."""

    serializer_class = TierOverrideSerializer

    def get_queryset(self) -> QuerySet[TierOverride]:
        """Take those of a model the person may see."""
        query(self.request, NoFields)
        return overrides_of(self.request, self.kwargs["slug"])

    @extend_schema(
        request=NewTierOverrideSerializer, responses=answers({201: TierOverrideSerializer})
    )
    def post(self, request: Request, slug: str) -> Response:
        """Propose another tier; it holds once a second person has signed for it."""
        asked = body(request, NewTierOverrideSerializer)
        model = get_object_or_404(visible(request), slug=slug)
        return answer(tier_overrides.propose(model=model, **asked, by=person(request)), 201)


@extend_schema(request=ConfirmTierSerializer, responses=answers({200: TierOverrideSerializer}))
@api_view(["POST"])
def confirm(request: Request, slug: str, number: int) -> Response:
    """Sign as the second person; the tier holds from now on."""
    asked = body(request, ConfirmTierSerializer)
    override = get_object_or_404(overrides_of(request, slug), number=number)
    proof = proof_in(asked)
    tier_overrides.confirm(
        override=override, digest=asked["digest"], proof=proof, by=person(request)
    )
    return answer(overrides_of(request, slug).get(number=number))


@extend_schema(request=EndTierOverrideSerializer, responses=answers({200: TierOverrideSerializer}))
@api_view(["POST"])
def withdraw(request: Request, slug: str, number: int) -> Response:
    """End an override; the tier is again the one the scorecard leads to."""
    asked = body(request, EndTierOverrideSerializer)
    override = get_object_or_404(overrides_of(request, slug), number=number)
    tier_overrides.withdraw(override=override, reason=asked["reason"], by=person(request))
    return answer(overrides_of(request, slug).get(number=number))
