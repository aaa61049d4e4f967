"""Doors to reviews: what has to be looked at again, asking for it, and closing it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
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
from registry.models import RegisteredModel, Review, ReviewEvent, User
from registry.rules.outcomes import Ending, Outcome
from registry.rules.reviews import CAUSES, State
from registry.services import reviews


class ReviewEventSerializer(Shape):
    """The same cause once more, while the review was open."""

    at = serializers.DateTimeField(help_text="When it came in.")
    by = PersonSerializer(allow_null=True)
    details = serializers.JSONField(help_text="What led to it.")


class ReviewSerializer(Shape):
    """One review of a model, with how it ended once it has."""

    id = serializers.IntegerField(help_text="Its number in the installation.")
    model = serializers.CharField(source="model.slug", help_text="Short name of the model.")
    unit = serializers.CharField(source="model.unit.slug", help_text="Short name of the unit.")
    version = serializers.IntegerField(
        source="version_id", allow_null=True, help_text="Id of the version; null for the model."
    )
    cause = serializers.CharField(help_text=f"One of {', '.join(CAUSES)}.")
    details = serializers.JSONField(help_text="What led to it.")
    state = serializers.CharField(help_text="open or done.")
    opened_at = serializers.DateTimeField(help_text="When it was opened.")
    opened_by = PersonSerializer(allow_null=True)
    due_at = serializers.DateTimeField(help_text="By when it has to be closed.")
    overdue = serializers.BooleanField(source="is_overdue", help_text="Whether that has passed.")
    outcome = serializers.CharField(help_text=f"One of {', '.join(Outcome)}; empty while open.")
    reason = serializers.CharField(help_text="Why it ended so.")
    evidence = serializers.ListField(
        child=serializers.IntegerField(), help_text="Ids of the exhibits it rests on."
    )
    decided_by = PersonSerializer(allow_null=True)
    good_until = serializers.DateField(
        allow_null=True, help_text="Of “not revalidated”: until when that is good."
    )
    closed_at = serializers.DateTimeField(allow_null=True, help_text="Null while open.")
    closed_by = PersonSerializer(allow_null=True)
    closed_as = serializers.CharField(help_text="The role of who closed it, then.")


class ReviewInFullSerializer(ReviewSerializer):
    """One review with what came in since it was opened."""

    events = serializers.SerializerMethodField(help_text="The same cause again.")

    @extend_schema_field(ReviewEventSerializer(many=True))
    def get_events(self, review: Review) -> list[dict[str, Any]]:
        """Tell them in the order they came in."""
        found = ReviewEvent.objects.filter(review=review).select_related("by")
        return list(ReviewEventSerializer(found, many=True).data)


class ReviewFilters(StrictSerializer):
    """What the list can be narrowed by."""

    model = Text(required=False, help_text="Short name of a model.")
    unit = Text(required=False, help_text="Short name of a unit.")
    cause = serializers.ChoiceField(choices=list(CAUSES), required=False, help_text="A cause.")
    state = serializers.ChoiceField(
        choices=[state.value for state in State], required=False, help_text="open or done."
    )
    overdue = serializers.BooleanField(
        required=False, help_text="true for those that should have been closed by now."
    )


class NewReviewSerializer(StrictSerializer):
    """A review that somebody asks for."""

    model = Text(help_text="Short name of the model.")
    version = serializers.IntegerField(
        default=None, allow_null=True, help_text="Id of a version, where it is about one."
    )
    reason = Text(help_text="What is doubted, and on what ground.")


class ReviewEndingSerializer(StrictSerializer):
    """How a review ends."""

    outcome = Text(help_text=f"One of {', '.join(Outcome)}.")
    reason = Text(help_text="What was looked at and found; a sentence at least.")
    evidence = serializers.ListField(
        child=serializers.IntegerField(),
        default=list,
        max_length=1000,
        help_text="Ids of exhibits of the model; revalidated needs one filed since it was opened.",
    )
    decided_by = Text(
        default="",
        allow_blank=True,
        help_text="Account of who decided not to revalidate; of that outcome alone.",
    )
    good_until = serializers.DateField(
        default=None, allow_null=True, help_text="Until when that is good; of that outcome alone."
    )


def visible(request: Request) -> QuerySet[Review]:
    """Return the reviews the person may see."""
    theirs = Review.objects.visible_to(person(request))
    return theirs.select_related("model__unit", "opened_by", "closed_by", "decided_by")


def answer(request: Request, pk: int, status: int = 200) -> Response:
    """Tell a review as it is now."""
    shown = ReviewInFullSerializer(get_object_or_404(visible(request), pk=pk)).data
    return Response(shown, status=status)


@extend_schema_view(get=extend_schema(parameters=[ReviewFilters]))
class ReviewsView(generics.ListAPIView[Review]):
    """The reviews of one's units, by due date."""

    serializer_class = ReviewSerializer

    def get_queryset(self) -> QuerySet[Review]:
        """Narrow what the person may see."""
        asked = query(self.request, ReviewFilters)
        found = visible(self.request)
        if (overdue := asked.pop("overdue", None)) is not None:
            late = Review.objects.overdue(timezone.now()).values("pk")
            found = found.filter(pk__in=late) if overdue else found.exclude(pk__in=late)
        paths = {"model": "model__slug", "unit": "model__unit__slug"}
        return found.filter(**{paths.get(name, name): value for name, value in asked.items()})

    @extend_schema(request=NewReviewSerializer, responses=answers({201: ReviewInFullSerializer}))
    def post(self, request: Request) -> Response:
        """Ask for a review; while one is open that was asked for, this is added to it."""
        asked = body(request, NewReviewSerializer)
        models = RegisteredModel.objects.visible_to(person(request)).select_related("unit")
        model = get_object_or_404(models, slug=asked["model"])
        version = None
        if asked["version"] is not None:
            version = get_object_or_404(model.versions.all(), pk=asked["version"])
        opened = reviews.request(
            model=model, version=version, reason=asked["reason"], by=person(request)
        )
        return answer(request, opened.pk, 201)


class ReviewView(generics.GenericAPIView[Review]):
    """One review."""

    serializer_class = ReviewInFullSerializer

    @extend_schema(responses={200: ReviewInFullSerializer})
    def get(self, request: Request, pk: int) -> Response:
        """Tell why it was opened, what came in since, and how it ended."""
        return answer(request, pk)


@extend_schema(request=ReviewEndingSerializer, responses=answers({200: ReviewInFullSerializer}))
@api_view(["POST"])
def close(request: Request, pk: int) -> Response:
    """Close a review with its outcome; not for those whose work it is."""
    asked = body(request, ReviewEndingSerializer)
    review = get_object_or_404(visible(request), pk=pk)
    decided = asked.pop("decided_by")
    named = User.objects.filter(username=decided).values_list("pk", flat=True).first()
    ending = Ending(
        outcome=asked["outcome"],
        reason=asked["reason"],
        evidence=tuple(asked["evidence"]),
        # A name nobody has is refused as one that may not decide here.
        decided_by=(named or 0) if decided else None,
        good_until=asked["good_until"],
    )
    reviews.close(review=review, ending=ending, by=person(request))
    return answer(request, pk)
