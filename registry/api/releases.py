"""Doors to releases: submitting, the frozen case file, and whether the gate is open."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.as_of import AsOf, answer, now_or
from registry.api.as_of import asked as asked_as_of
from registry.api.as_of_shapes import ReleaseAsOfSerializer
from registry.api.refusals import told
from registry.api.shapes import (
    NoFields,
    ObjectionSerializer,
    OneForm,
    PersonSerializer,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.api.versions import visible as visible_versions
from registry.models import CaseFile, Release
from registry.rules.releases import OPEN, Act, State
from registry.services import (
    gates,
    releases,
    stages,
)
from registry.services.as_of import release_as_of


class DecisionSerializer(Shape):
    """One signed act."""

    act = serializers.CharField(help_text=f"One of {', '.join(Act)}.")
    stage = serializers.CharField(source="stage_name", help_text="Empty where no stage was signed.")
    printed_name = serializers.CharField(help_text="Who signed.")
    on_behalf_of = PersonSerializer(allow_null=True)
    sent_to = serializers.IntegerField(
        allow_null=True, help_text="The place of the stage it was sent back to."
    )
    role = serializers.CharField(help_text="As what.")
    meaning = serializers.CharField(help_text="What the signature means.")
    reason = serializers.CharField(help_text="Why, in the signer's words.")
    method = serializers.CharField(help_text="How the signer proved to be that person.")
    signed_at = serializers.DateTimeField(help_text="When.")
    case_file_digest = serializers.CharField(help_text="What was signed.")


class AskSerializer(Shape):
    """So many people of one role."""

    role = serializers.CharField(help_text="Who signs.")
    needed = serializers.IntegerField(help_text="How many of them.")
    of = serializers.IntegerField(allow_null=True, help_text="The size of their panel, if any.")


class StageSerializer(Shape):
    """One step of approval."""

    name = serializers.CharField(help_text="What the step is called.")
    asks = AskSerializer(many=True, help_text="Who signs here, and how many.")
    rule = serializers.CharField(help_text="all of the asks, or any one of them.")
    beside = serializers.BooleanField(help_text="Runs at the same time as the stage before it.")
    needed = serializers.IntegerField(help_text="How many signatures complete it.")
    open = serializers.BooleanField(help_text="Whether it can be signed now.")
    signed = serializers.IntegerField(help_text="Signatures on the case file as it is now.")


class GateSerializer(Shape):
    """Whether the version may run there on this release."""

    allowed = serializers.BooleanField(help_text="Whether it may run.")
    reasons = ObjectionSerializer(many=True, help_text="Everything that stands against it.")


class ReleaseSerializer(Shape):
    """A request to put one version into one environment, and where it stands."""

    id = serializers.IntegerField(help_text="Its number.")
    version = serializers.IntegerField(source="version_id", help_text="Id of the version.")
    model = serializers.CharField(source="version.model.slug", help_text="Short name of the model.")
    label = serializers.CharField(source="version.label", help_text="The version's label.")  # type: ignore[assignment]
    environment = serializers.CharField(help_text="Where it is to run.")
    state = serializers.CharField(help_text=f"One of {', '.join(State)}.")
    tier = serializers.IntegerField(help_text="The model's tier when it was submitted.")
    policy = serializers.CharField(help_text="The edition it was submitted under.")
    submitted_at = serializers.DateTimeField(help_text="When it was submitted.")
    submitted_by = PersonSerializer()
    decided_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is in review.")
    valid_until = serializers.DateTimeField(allow_null=True, help_text="When the approval ends.")
    case_file_digest = serializers.CharField(
        source="case_file.digest",
        default=None,
        help_text="What a signature is over; it is sent back to sign. Null in a draft.",
    )
    stages = serializers.SerializerMethodField(help_text="The steps of approval, in their order.")
    current_stage = serializers.SerializerMethodField(
        help_text="The first stage whose signatures are waited for; null when all are there."
    )
    decisions = DecisionSerializer(
        source="decisions.all", many=True, help_text="Every signed act on it."
    )
    gate = serializers.SerializerMethodField()

    @extend_schema_field(StageSerializer(many=True))
    def get_stages(self, release: Release) -> list[dict[str, Any]]:
        """The stages in their order."""
        progress = stages.progress_of(release)
        return [
            {
                "name": stage.name,
                "asks": [asdict(ask) for ask in stage.asks],
                "rule": stage.rule,
                "beside": stage.beside,
                "needed": stage.needed,
                "open": place in progress.open and release.state in OPEN,
                "signed": progress.signed_at(place),
            }
            for place, stage in enumerate(progress.stages)
        ]

    def get_current_stage(self, release: Release) -> str | None:
        """The name of the stage."""
        progress = stages.progress_of(release)
        return None if progress.stage is None else progress.stages[progress.stage].name

    @extend_schema_field(GateSerializer)
    def get_gate(self, release: Release) -> dict[str, Any]:
        """Computed now, from what is there now."""
        gate = gates.gate(release)
        return {"allowed": gate.allowed, "reasons": [told(reason) for reason in gate.reasons]}


class ReleaseFilters(StrictSerializer):
    """What the list can be narrowed by."""

    version = serializers.IntegerField(required=False, help_text="Id of a version.")
    model = Text(source="version__model__slug", required=False, help_text="Short name of a model.")
    environment = Text(required=False)
    state = Text(required=False, help_text=f"One of {', '.join(State)}.")


class SubmitSerializer(StrictSerializer):
    """A release to ask for."""

    version = serializers.IntegerField(help_text="Id of the version.")
    environment = Text(help_text="Where it is to run.")


def visible(request: Request) -> QuerySet[Release]:
    """Return the releases the person may see, with what their shape and their gate read."""
    theirs = Release.objects.visible_to(person(request))
    return cast("QuerySet[Release]", gates.for_gate(theirs))


def shape(request: Request, pk: int) -> dict[str, Any]:
    """Return a release as it stands now."""
    return ReleaseSerializer(get_object_or_404(visible(request), pk=pk)).data


@extend_schema_view(get=extend_schema(parameters=[ReleaseFilters]))
class ReleasesView(generics.ListAPIView[Release]):
    """The releases of one's units, the newest first."""

    serializer_class = ReleaseSerializer

    def get_queryset(self) -> QuerySet[Release]:
        """Narrow what the person may see."""
        return visible(self.request).filter(**query(self.request, ReleaseFilters))

    @extend_schema(request=SubmitSerializer, responses=answers({201: ReleaseSerializer}))
    def post(self, request: Request) -> Response:
        """Submit a version: refused with everything that is missing, or frozen into a case file."""
        asked = body(request, SubmitSerializer)
        version = get_object_or_404(visible_versions(request), pk=asked["version"])
        release = releases.submit(
            version=version, environment=asked["environment"], by=person(request)
        )
        return Response(shape(request, release.pk), status=201)


@extend_schema(request=SubmitSerializer, responses=answers({201: ReleaseSerializer}))
@api_view(["POST"])
def draft(request: Request) -> Response:
    """Begin a release without submitting it; what is missing stands in the version's checklist."""
    asked = body(request, SubmitSerializer)
    version = get_object_or_404(visible_versions(request), pk=asked["version"])
    release = releases.draft(version=version, environment=asked["environment"], by=person(request))
    return Response(shape(request, release.pk), status=201)


class DiscardSerializer(StrictSerializer):
    """Why a draft is given up."""

    reason = Text(default="", allow_blank=True, help_text="It is kept.")


@extend_schema(request=DiscardSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def discard(request: Request, pk: int) -> Response:
    """Give up a draft."""
    asked = body(request, DiscardSerializer)
    release = get_object_or_404(visible(request), pk=pk)
    releases.discard(release=release, reason=asked["reason"], by=person(request))
    return Response(shape(request, pk))


class ReleaseView(APIView):
    """One release."""

    @extend_schema(
        parameters=[AsOf],
        responses=now_or("ReleaseNowOrThen", ReleaseSerializer, ReleaseAsOfSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Tell where it stands, who signed, and whether the gate is open; or how it stood."""
        at = asked_as_of(request)
        if at is not None:
            theirs = Release.objects.visible_to(person(request))
            return answer(release_as_of, get_object_or_404(theirs, pk=pk), at)
        return Response(shape(request, pk))


class CaseFileView(APIView):
    """The case file a release rests on."""

    content_negotiation_class = OneForm

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Give the canonical text as it was frozen; its sha256 is the case_file_digest."""
        query(request, NoFields)
        release = get_object_or_404(Release.objects.visible_to(person(request)), pk=pk)
        frozen = get_object_or_404(CaseFile, release=release, pk=release.case_file_id)
        return HttpResponse(frozen.text, content_type="application/json")
