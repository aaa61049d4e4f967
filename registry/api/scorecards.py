"""Doors to the scorecard of a model: the questions, the newest filling, and filling it anew."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.refusals import told
from registry.api.registered_models import visible
from registry.api.shapes import (
    NoFields,
    ObjectionSerializer,
    PersonSerializer,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.models import RegisteredModel
from registry.rules.scorecards import LAST
from registry.rules.tier_overrides import BASES
from registry.services import scorecards, tiers


class ScorecardQuestionSerializer(Shape):
    """One question of the newest edition."""

    code = serializers.CharField(help_text="By which the answers go.")
    asks = serializers.CharField(help_text="The question.")
    levels = serializers.ListField(
        child=serializers.CharField(), help_text="What the levels 1 to 4 mean, in this order."
    )


class ScorecardAnswerSerializer(Shape):
    """One answer."""

    question = serializers.CharField(help_text="Code of the question.")
    level = serializers.IntegerField(help_text="From 1, the lightest, to 4.")
    ground = serializers.CharField(help_text="Why; empty where none was given.")


class ScorecardSerializer(Shape):
    """What the tier of a model rests on."""

    model = serializers.CharField(help_text="Short name of the model.")
    tier = serializers.IntegerField(help_text="The tier in force.")
    basis = serializers.CharField(help_text=f"One of {', '.join(BASES)}.")
    revision = serializers.IntegerField(help_text="0 while nobody has filled the card.")
    edition = serializers.IntegerField(
        allow_null=True, help_text="Of the questions that were answered."
    )
    answers = ScorecardAnswerSerializer(many=True, help_text="The newest filling.")
    points = serializers.IntegerField(
        allow_null=True, help_text="Of the six questions beside materiality, 0 to 18."
    )
    scored_tier = serializers.IntegerField(
        allow_null=True, help_text="What the answers lead to under the AI Act class of today."
    )
    why = ObjectionSerializer(many=True, help_text="How the scored tier comes about.")
    filled_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is empty.")
    filled_by = PersonSerializer(allow_null=True)
    questions = ScorecardQuestionSerializer(
        many=True, help_text="What a new filling has to answer."
    )


class FillSerializer(StrictSerializer):
    """All eight answers; they replace the earlier ones."""

    answers = serializers.DictField(
        child=serializers.IntegerField(), help_text="Level, 1 to 4, by the code of the question."
    )
    grounds = serializers.DictField(
        child=Text(allow_blank=True), required=False, help_text="Why, by the code of the question."
    )
    based_on = serializers.IntegerField(
        required=False, help_text="The revision that was read; a newer one refuses."
    )


def shape(model: RegisteredModel) -> dict[str, Any]:
    """Return what the tier of a model rests on as the doors show it."""
    basis = tiers.basis_of(model)
    filling, scored = basis.filling, basis.scored
    shown = {
        "model": model.slug,
        "tier": model.revision.tier if model.revision else None,
        "basis": basis.kind,
        "revision": filling.number if filling else 0,
        "edition": filling.edition if filling else None,
        "answers": [
            {"question": code, "level": level, "ground": filling.grounds.get(code, "")}
            for code, level in filling.answers.items()
        ]
        if filling
        else [],
        "points": scored.points if scored else None,
        "scored_tier": scored.tier if scored else None,
        "why": [told(step) for step in scored.why] if scored else [],
        "filled_at": filling.filled_at if filling else None,
        "filled_by": filling.filled_by if filling else None,
        "questions": [
            {
                "code": one.code,
                "asks": gettext(one.asks),
                "levels": [gettext(level) for level in one.levels],
            }
            for one in LAST.questions
        ],
    }
    return ScorecardSerializer(shown).data


class ScorecardView(APIView):
    """The scorecard of a model."""

    @extend_schema(responses=ScorecardSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Tell what the tier rests on, with the newest filling and the questions."""
        query(request, NoFields)
        return Response(shape(get_object_or_404(visible(request), slug=slug)))

    @extend_schema(request=FillSerializer, responses=answers({200: ScorecardSerializer}))
    def put(self, request: Request, slug: str) -> Response:
        """Fill the card; the tier it leads to holds at once unless an override is in force."""
        asked = body(request, FillSerializer)
        model = get_object_or_404(visible(request), slug=slug)
        scorecards.fill(model=model, **asked, by=person(request))
        return Response(shape(visible(request).get(slug=slug)))
