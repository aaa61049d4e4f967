"""Doors to attestations: the rounds, the frozen inventories, and what owners confirm of them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.proofs import ProofSerializer, proof_in
from registry.api.shapes import (
    JSONObject,
    PersonSerializer,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.models import AttestationRound, Unit
from registry.rules.attestations import SAYINGS
from registry.services import attestations


class ConfirmationSerializer(Shape):
    """What one owner said, with the signature as it was made."""

    owner = PersonSerializer()
    says = serializers.CharField(help_text=f"One of {', '.join(SAYINGS)}.")
    exceptions = serializers.JSONField(help_text="Texts by the models' short names.")
    meaning = serializers.CharField(help_text="What the signature means.")
    printed_name = serializers.CharField(help_text="Printed name then.")
    role = serializers.CharField(help_text="Role then.")
    method = serializers.CharField(help_text="What it was signed with.")
    digest = serializers.CharField(help_text="Digest of the inventory that was signed.")
    confirmed_at = serializers.DateTimeField(help_text="When it was signed.")


class WaitingSerializer(Shape):
    """An owner who has not confirmed yet, as the inventory names them."""

    username = serializers.CharField(help_text="The account's name.")
    name = serializers.CharField(help_text="Printed name then.")


class RoundSerializer(Shape):
    """One period's inventory of a unit."""

    id = serializers.IntegerField(help_text="Its number in the installation.")
    unit = serializers.CharField(source="unit.slug", help_text="Short name of the unit.")
    period = serializers.CharField(help_text="What the period is called.")
    starts_on = serializers.DateField(help_text="First day of the period.")
    ends_on = serializers.DateField(help_text="Last day of the period.")
    due_on = serializers.DateField(help_text="By when every owner has to confirm.")
    digest = serializers.CharField(help_text="sha256 of the inventory's canonical text.")
    opened_at = serializers.DateTimeField(help_text="When it was frozen.")
    opened_by = PersonSerializer()
    confirmations = ConfirmationSerializer(many=True, help_text="What owners said so far.")
    waiting = serializers.SerializerMethodField(help_text="Owners who have not confirmed yet.")

    @extend_schema_field(WaitingSerializer(many=True))
    def get_waiting(self, attestation: AttestationRound) -> list[dict[str, Any]]:
        """Name them in the order of their names."""
        return list(WaitingSerializer(attestations.waiting(attestation), many=True).data)


class RoundInFullSerializer(RoundSerializer):
    """One round with its inventory, and what is different by now."""

    inventory = serializers.SerializerMethodField(help_text="As it was frozen.")
    different_by_now = serializers.SerializerMethodField(
        help_text="Models added since (not covered), gone, and changed fact by fact."
    )

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_inventory(self, attestation: AttestationRound) -> dict[str, Any]:
        """Tell what was frozen."""
        return attestation.inventory

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_different_by_now(self, attestation: AttestationRound) -> dict[str, Any]:
        """Compare with the inventory of now."""
        drift = attestations.drift_of(attestation)
        return {
            "added": [model["slug"] for model in drift.added],
            "gone": [model["slug"] for model in drift.gone],
            "changed": {
                model["slug"]: [
                    {"fact": one.fact, "before": one.before, "after": one.after} for one in changes
                ]
                for model, changes in drift.changed
            },
        }


class RoundFilters(StrictSerializer):
    """What the list can be narrowed by."""

    unit = Text(required=False, help_text="Short name of a unit.")


class NewRoundSerializer(StrictSerializer):
    """A round to be opened; the inventory is frozen as it stands."""

    unit = Text(help_text="Short name of the unit.")
    period = Text(help_text="What the period is called: 2026-Q4, say.")
    starts_on = serializers.DateField(help_text="First day of the period.")
    ends_on = serializers.DateField(help_text="Last day of the period.")
    due_on = serializers.DateField(help_text="By when every owner has to confirm.")


class NewConfirmationSerializer(ProofSerializer):
    """What an owner says of their own models, signed."""

    says = Text(help_text=f"One of {', '.join(SAYINGS)}.")
    exceptions = JSONObject(
        default=dict, help_text="With confirmed_with_exceptions: texts by models' short names."
    )
    digest = Text(help_text="The digest of the inventory that was read.")

    def validate_exceptions(self, exceptions: dict[str, Any]) -> dict[str, str]:
        """Take texts alone."""
        if not all(isinstance(text, str) for text in exceptions.values()):
            raise ValidationError("Each exception is a text.")
        return exceptions


def visible(request: Request) -> QuerySet[AttestationRound]:
    """Return the rounds the person may see."""
    theirs = AttestationRound.objects.visible_to(person(request))
    return theirs.select_related("unit", "opened_by").prefetch_related("confirmations__owner")


def answer(request: Request, pk: int, status: int = 200) -> Response:
    """Tell a round as it is now."""
    shown = RoundInFullSerializer(get_object_or_404(visible(request), pk=pk)).data
    return Response(shown, status=status)


@extend_schema_view(get=extend_schema(parameters=[RoundFilters]))
class AttestationsView(generics.ListAPIView[AttestationRound]):
    """The rounds of one's units, the newest first."""

    serializer_class = RoundSerializer

    def get_queryset(self) -> QuerySet[AttestationRound]:
        """Narrow what the person may see."""
        asked = query(self.request, RoundFilters)
        found = visible(self.request)
        return found.filter(unit__slug=asked["unit"]) if "unit" in asked else found

    @extend_schema(request=NewRoundSerializer, responses=answers({201: RoundInFullSerializer}))
    def post(self, request: Request) -> Response:
        """Freeze the inventory of a unit for a period; its owners are told."""
        asked = body(request, NewRoundSerializer)
        units = Unit.objects.visible_to(person(request))
        unit = get_object_or_404(units, slug=asked.pop("unit"))
        opened = attestations.open_round(unit=unit, **asked, by=person(request))
        return answer(request, opened.pk, 201)


class AttestationView(generics.GenericAPIView[AttestationRound]):
    """One round."""

    serializer_class = RoundInFullSerializer

    @extend_schema(responses={200: RoundInFullSerializer})
    def get(self, request: Request, pk: int) -> Response:
        """Tell the inventory, what its owners said, and what is different by now."""
        return answer(request, pk)


@extend_schema(request=NewConfirmationSerializer, responses=answers({200: RoundInFullSerializer}))
@api_view(["POST"])
def confirm(request: Request, pk: int) -> Response:
    """Confirm one's own models; nobody confirms for another."""
    asked = body(request, NewConfirmationSerializer)
    attestation = get_object_or_404(visible(request), pk=pk)
    attestations.confirm(
        attestation=attestation, proof=proof_in(asked), **asked, by=person(request)
    )
    return answer(request, pk)
