"""Doors to what is live: reporting it, its end, and what was live at any instant."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.refusals import told
from registry.api.shapes import (
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
from registry.models import Deployment, RegisteredModel, Unit
from registry.rules.deployments import CLOCK_SKEW, END_NAMES, Report
from registry.rules.refusals import Objection
from registry.services import deployments


class DeploymentSerializer(Shape):
    """One artefact on one target, as the deploying side reported it."""

    id = serializers.IntegerField(help_text="Its number.")
    model = serializers.CharField(source="model.slug", help_text="Short name of the model.")
    version = serializers.IntegerField(
        source="version_id", allow_null=True, help_text="Id of the version; null where unknown."
    )
    label = serializers.CharField(source="said", help_text="What runs, in a word.")  # type: ignore[assignment]
    environment = serializers.CharField(help_text="Where it runs.")
    release = serializers.IntegerField(
        source="release_id", allow_null=True, help_text="The release that covers or covered it."
    )
    covered = serializers.SerializerMethodField(
        help_text="Whether a valid approval of this very artefact is known for it."
    )
    uncovered_since = serializers.DateTimeField(
        allow_null=True, help_text="Since when it has not been; null where it is."
    )
    shortcomings = serializers.SerializerMethodField(
        help_text="What no approval covered when it was reported."
    )
    artefact_sha256 = serializers.CharField(help_text="As reported; empty for a vendor's model.")
    image_digest = serializers.CharField(help_text="As reported.")
    cluster = serializers.CharField(help_text="As reported.")
    namespace = serializers.CharField(help_text="As reported.")
    endpoint = serializers.CharField(help_text="As reported.")
    live_from = serializers.DateTimeField(help_text="When it began, as reported.")
    live_until = serializers.DateTimeField(allow_null=True, help_text="Null while it runs.")
    ended_how = serializers.CharField(
        help_text=f"Empty while it runs; else one of {', '.join(END_NAMES)}."
    )
    end_reason = serializers.CharField(help_text="Why it was taken down.")
    reported_at = serializers.DateTimeField(
        help_text="When it was reported: what it says was not known here before."
    )
    reported_by = PersonSerializer()
    role = serializers.CharField(help_text="As what.")
    end_reported_at = serializers.DateTimeField(
        allow_null=True, help_text="When its end was reported."
    )

    def get_covered(self, deployment: Deployment) -> bool:
        """Whether it is."""
        return deployment.uncovered_since is None

    @extend_schema_field(ObjectionSerializer(many=True))
    def get_shortcomings(self, deployment: Deployment) -> list[dict[str, str]]:
        """In the reader's language."""
        return [told(Objection(**one)) for one in deployment.shortcomings]


class LiveReportSerializer(StrictSerializer):
    """What runs, where, and since when."""

    model = Text(help_text="Short name of the model.")
    environment = Text(help_text="Where it runs.")
    label = Text(  # type: ignore[assignment]
        required=False,
        default="",
        allow_blank=True,
        max_length=60,
        help_text="The version's label.",
    )
    artefact_sha256 = Text(
        required=False,
        default="",
        allow_blank=True,
        help_text="The sha256 of what runs, as found there; a vendor's model has none.",
    )
    image_digest = Text(
        required=False,
        default="",
        allow_blank=True,
        help_text="Of the container image: “sha256:” and 64 digits; a tag is none.",
    )
    cluster = Text(required=False, default="", allow_blank=True, max_length=200, help_text="Where.")
    namespace = Text(
        required=False, default="", allow_blank=True, max_length=200, help_text="Where in it."
    )
    endpoint = Text(
        required=False,
        default="",
        allow_blank=True,
        max_length=500,
        help_text="Its address.",
    )
    live_from = serializers.DateTimeField(
        required=False, default=None, allow_null=True, help_text="When it began; left out: now."
    )


class TakenDownSerializer(StrictSerializer):
    """That something was taken down."""

    reason = Text(default="", allow_blank=True, help_text="Why.")
    until = serializers.DateTimeField(
        required=False, default=None, allow_null=True, help_text="Down since; left out: now."
    )


class DeploymentFilters(StrictSerializer):
    """What the list can be narrowed by."""

    model = Text(source="model__slug", required=False, help_text="Short name of a model.")
    environment = Text(required=False, help_text="Where it runs.")
    current = serializers.BooleanField(
        source="live_until__isnull", required=False, help_text="Only what runs, or what does not."
    )


class LiveQuestion(StrictSerializer):
    """Of what, where and when."""

    model = Text(required=False, help_text="Short name of a model; left out: all of them.")
    unit = Text(required=False, help_text="Short name of a unit; left out: all of one's own.")
    environment = Text(required=False, help_text="Left out: all of them.")
    at = serializers.DateTimeField(required=False, help_text="An instant; left out: now.")

    def validate_at(self, at: Any) -> Any:
        """Refuse what is to come."""
        if at > timezone.now() + CLOCK_SKEW:
            raise ValidationError(_("This time is to come; choose one that has passed."))
        return at


def visible(request: Request) -> QuerySet[Deployment]:
    """Return the deployments the person may see, with what their shape reads."""
    return Deployment.objects.visible_to(person(request)).for_list()


@extend_schema_view(get=extend_schema(parameters=[DeploymentFilters]))
class DeploymentsView(generics.ListAPIView[Deployment]):
    """Everything that was ever reported as live, the newest first."""

    serializer_class = DeploymentSerializer

    def get_queryset(self) -> QuerySet[Deployment]:
        """Narrow what the person may see."""
        return visible(self.request).filter(**query(self.request, DeploymentFilters))

    @extend_schema(request=LiveReportSerializer, responses=answers({201: DeploymentSerializer}))
    def post(self, request: Request) -> Response:
        """Report what is live. The same report made again answers with the same deployment.

        What no valid approval covers is kept as well: covered is false then, and a finding is open.
        """
        asked = body(request, LiveReportSerializer)
        models = RegisteredModel.objects.visible_to(person(request))
        model = get_object_or_404(models, slug=asked.pop("model"))
        made = deployments.report(model=model, said=Report(**asked), by=person(request))
        return Response(DeploymentSerializer(visible(request).get(pk=made.pk)).data, status=201)


class DeploymentView(generics.RetrieveAPIView[Deployment]):
    """One deployment."""

    serializer_class = DeploymentSerializer

    def get_queryset(self) -> QuerySet[Deployment]:
        """Those the person may see."""
        return visible(self.request)


@extend_schema(request=TakenDownSerializer, responses=answers({200: DeploymentSerializer}))
@api_view(["POST"])
def end(request: Request, pk: int) -> Response:
    """Report that something was taken down."""
    asked = body(request, TakenDownSerializer)
    deployment = get_object_or_404(visible(request), pk=pk)
    deployments.end(deployment=deployment, **asked, by=person(request))
    return Response(DeploymentSerializer(visible(request).get(pk=pk)).data)


@extend_schema_view(get=extend_schema(parameters=[LiveQuestion]))
class LiveView(generics.ListAPIView[Deployment]):
    """What was live at an instant, by everything that has been reported until today."""

    serializer_class = DeploymentSerializer

    def get_queryset(self) -> QuerySet[Deployment]:
        """Ask for the instant; what the person may not see is 404."""
        asked, user = query(self.request, LiveQuestion), person(self.request)
        found: dict[str, Any] = {"instant": asked.get("at") or timezone.now()}
        if "model" in asked:
            models = RegisteredModel.objects.visible_to(user)
            found["model"] = get_object_or_404(models, slug=asked["model"])
        if "unit" in asked:
            found["unit"] = get_object_or_404(Unit.objects.visible_to(user), slug=asked["unit"])
        return deployments.live_at(by=user, environment=asked.get("environment", ""), **found)
