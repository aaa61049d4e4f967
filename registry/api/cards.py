"""Doors to the model card of a version: reading it, saving it, putting a draft into effect."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
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
from registry.api.versions import visible
from registry.models import ModelCard
from registry.rules.cards import SECTION_CODES, filled, missing
from registry.services import cards


class CompletenessSerializer(Shape):
    """How much of the card says something."""

    filled = serializers.IntegerField(help_text="How many sections say something.")
    of = serializers.IntegerField(help_text="How many there are.")
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of the sections that are still empty."
    )


class CardSerializer(Shape):
    """The newest revision of a card; a draft while it is not the one in effect."""

    version = serializers.IntegerField(help_text="Id of the version.")
    revision = serializers.IntegerField(help_text="0 while nothing was saved.")
    effective_revision = serializers.IntegerField(
        allow_null=True, help_text="The revision that a release rests on."
    )
    sections = serializers.DictField(
        child=serializers.CharField(), help_text="A text for each code."
    )
    completeness = CompletenessSerializer()
    saved_at = serializers.DateTimeField(allow_null=True, help_text="Null while nothing was saved.")
    saved_by = PersonSerializer(allow_null=True)


class SaveCardSerializer(StrictSerializer):
    """Texts to save; sections that are left out stay as they are."""

    sections = serializers.DictField(
        child=Text(allow_blank=True), help_text=f"Codes: {', '.join(SECTION_CODES)}."
    )
    based_on = serializers.IntegerField(
        required=False,
        help_text="The revision that was read (0 for none); saving over a newer one is refused.",
    )


class RevisionNumberSerializer(StrictSerializer):
    """A revision, by its number."""

    revision = serializers.IntegerField(help_text="The number of a revision that was saved.")


def shape(card: ModelCard) -> dict[str, Any]:
    """Return a card as the doors show it."""
    last = card.revisions.select_related("saved_by").first()
    sections = last.sections if last else dict.fromkeys(SECTION_CODES, "")
    return CardSerializer(
        {
            "version": card.version_id,
            "revision": last.number if last else 0,
            "effective_revision": card.effective.number if card.effective else None,
            "sections": sections,
            "completeness": {
                "filled": len(filled(sections)),
                "of": len(SECTION_CODES),
                "missing": missing(sections),
            },
            "saved_at": last.saved_at if last else None,
            "saved_by": last.saved_by if last else None,
        }
    ).data


def visible_card(request: Request, version: int) -> ModelCard:
    """Return the card of a version the person may see; anything else is 404."""
    cards_of_theirs = ModelCard.objects.filter(version__in=visible(request))
    return get_object_or_404(
        cards_of_theirs.select_related("version__model__unit", "effective"), version=version
    )


class CardView(APIView):
    """The card of a version."""

    @extend_schema(responses=CardSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Tell what the card says, and how complete it is."""
        query(request, NoFields)
        return Response(shape(visible_card(request, pk)))

    @extend_schema(request=SaveCardSerializer, responses=answers({200: CardSerializer}))
    def put(self, request: Request, pk: int) -> Response:
        """Save a revision, in effect at once unless a release is in review or approved."""
        asked = body(request, SaveCardSerializer)
        card = visible_card(request, pk)
        cards.save(version=card.version, by=person(request), **asked)
        return Response(shape(visible_card(request, pk)))


class EffectiveCardView(APIView):
    """The revision of the card that is in effect."""

    @extend_schema(request=RevisionNumberSerializer, responses=answers({200: CardSerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """Put a draft into effect. An approval given on the earlier card becomes void by it."""
        asked = body(request, RevisionNumberSerializer)
        card = visible_card(request, pk)
        revision = get_object_or_404(card.revisions, number=asked["revision"])
        cards.make_effective(revision=revision, by=person(request))
        return Response(shape(visible_card(request, pk)))
