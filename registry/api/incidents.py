"""Doors to incidents: the list with its clocks, reporting one, and moving it on."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

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
from registry.models import Incident, RegisteredModel
from registry.rules import incidents as rules
from registry.rules.eu_ai_act import CLASSES
from registry.services import incident_moves, incidents


class ClockSerializer(Shape):
    """The time there is to report an incident to the authority."""

    days = serializers.IntegerField(help_text="From awareness, as the AI Act says.")
    article = serializers.CharField(help_text="Where it says so.")
    due = serializers.DateTimeField(help_text="When it ends.")
    half = serializers.DateTimeField(help_text="When half of it has passed.")
    state = serializers.CharField(help_text=f"One of {', '.join(rules.CLOCK_NAMES)}.")


class IncidentMoveSerializer(Shape):
    """One step of an incident."""

    number = serializers.IntegerField(help_text="Counts from 1, its report.")
    act = serializers.CharField(help_text=f"One of {', '.join(rules.Act)}.")
    before = serializers.CharField(help_text="Where it stood; empty for its report.")
    after = serializers.CharField(help_text="Where it stood then.")
    text = serializers.CharField(help_text="What the person said; may be empty.")
    facts = JSONObject(help_text="What the step decides, such as authority and reference.")
    at = serializers.DateTimeField(help_text="When.")
    by = PersonSerializer(allow_null=True, help_text="Null where the clock did it.")
    role = serializers.CharField(help_text="The role in which, then.")


class IncidentSerializer(Shape):
    """Something that went wrong with a model in use."""

    id = serializers.IntegerField(help_text="Its number.")
    model = serializers.CharField(source="model.slug", help_text="Short name of the model.")
    version = serializers.IntegerField(
        source="version_id", allow_null=True, help_text="Id of the version; null where unknown."
    )
    environment = serializers.CharField(help_text="Where it runs; may be empty.")
    kind = serializers.CharField(help_text=f"One of {', '.join(rules.KINDS)}.")
    link = serializers.CharField(
        help_text=f"Whether the model is its cause: one of {', '.join(rules.LINKS)}."
    )
    occurred_at = serializers.DateTimeField(help_text="When it occurred.")
    aware_at = serializers.DateTimeField(help_text="When it was first known; the clock's start.")
    description = serializers.CharField(help_text="What happened.")
    affected = serializers.CharField(help_text="Who was affected; may be empty.")
    immediate_action = serializers.CharField(help_text="What was done at once; may be empty.")
    state = serializers.CharField(help_text=f"One of {', '.join(rules.State)}.")
    reported_at = serializers.DateTimeField(help_text="When it was reported here.")
    reported_by = PersonSerializer()
    notified_at = serializers.DateTimeField(
        allow_null=True, help_text="When an authority was first told; null before."
    )
    clock = serializers.SerializerMethodField(help_text="Null where the Act sets no time.")
    moves = IncidentMoveSerializer(many=True, help_text="Its steps, the first one first.")

    @extend_schema_field(ClockSerializer(allow_null=True))
    def get_clock(self, incident: Incident) -> dict[str, Any] | None:
        """The clock as it stands now."""
        clock = incident.clock()
        return dict(ClockSerializer(clock).data) if clock else None


class IncidentFilters(StrictSerializer):
    """What the list can be narrowed by."""

    unit = Text(required=False, help_text="Short name of a unit.")
    model = Text(required=False, help_text="Short name of a model.")
    state = serializers.ChoiceField(
        choices=[state.value for state in rules.State],
        required=False,
        help_text="Where it stands.",
    )
    running = serializers.BooleanField(required=False, help_text="Only those whose clock runs.")


class ReportIncidentSerializer(StrictSerializer):
    """An incident to report."""

    kind = Text(help_text=f"One of {', '.join(rules.KINDS)}.")
    link = Text(default="unknown", help_text=f"One of {', '.join(rules.LINKS)}.")
    version = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="Id of a version of the model."
    )
    environment = Text(default="", allow_blank=True, help_text="Where it runs.")
    occurred_at = serializers.DateTimeField(help_text="When it occurred.")
    aware_at = serializers.DateTimeField(
        required=False, help_text="When the first of you knew; now when left out."
    )
    description = Text(allow_blank=True, help_text="What happened.")
    affected = Text(default="", allow_blank=True, help_text="How many and which groups; no names.")
    immediate_action = Text(default="", allow_blank=True, help_text="What was done at once.")


class AssessIncidentSerializer(StrictSerializer):
    """Whether the AI Act asks for a report."""

    ai_act_class = Text(help_text=f"One of {', '.join(CLASSES)}.")
    reportable = serializers.BooleanField(help_text="Whether it has to be reported.")
    text = Text(allow_blank=True, help_text="Why.")


class NotifyIncidentSerializer(StrictSerializer):
    """A notification of an authority."""

    authority = Text(allow_blank=True, max_length=300, help_text="Which authority was told.")
    reference = Text(allow_blank=True, max_length=300, help_text="Under which reference.")
    notified_at = serializers.DateTimeField(required=False, help_text="Now when left out.")
    complete = serializers.BooleanField(
        default=True, help_text="Whether the report is complete; a first one need not be."
    )
    text = Text(default="", allow_blank=True, help_text="A remark.")


class RuleOutIncidentSerializer(StrictSerializer):
    """A second person's confirmation."""

    text = Text(allow_blank=True, help_text="Why there is nothing to report.")


class CorrectIncidentSerializer(StrictSerializer):
    """Facts to mend; what is left out stays."""

    text = Text(allow_blank=True, help_text="Why they are mended.")
    kind = Text(default="", allow_blank=True, help_text=f"One of {', '.join(rules.KINDS)}.")
    link = Text(default="", allow_blank=True, help_text=f"One of {', '.join(rules.LINKS)}.")
    occurred_at = serializers.DateTimeField(required=False, help_text="When it occurred.")
    aware_at = serializers.DateTimeField(
        required=False, help_text="When it was known; never later once an authority was told."
    )
    affected = Text(default="", allow_blank=True, help_text="Who was affected.")


class CloseIncidentSerializer(StrictSerializer):
    """How it came to be, and what was done about it."""

    root_cause = Text(allow_blank=True, help_text="How it came to be.")
    corrective_action = Text(allow_blank=True, help_text="What was done about it.")


def visible(request: Request) -> QuerySet[Incident]:
    """Return the incidents the person may see, with what their shape shows."""
    found = Incident.objects.visible_to(person(request)).for_list()
    return found.prefetch_related("moves__by")


@extend_schema_view(get=extend_schema(parameters=[IncidentFilters]))
class IncidentsView(generics.ListAPIView[Incident]):
    """The incidents of one's units, the newest first."""

    serializer_class = IncidentSerializer

    def get_queryset(self) -> QuerySet[Incident]:
        """Narrow what the person may see."""
        asked = query(self.request, IncidentFilters)
        found = visible(self.request)
        for name, lookup in (
            ("unit", "model__unit__slug"),
            ("model", "model__slug"),
            ("state", "state"),
        ):
            if name in asked:
                found = found.filter(**{lookup: asked[name]})
        return found.running() if asked.get("running") else found


class IncidentView(generics.RetrieveAPIView[Incident]):
    """One incident."""

    serializer_class = IncidentSerializer

    def get_queryset(self) -> QuerySet[Incident]:
        """Take what the person may see."""
        return visible(self.request)


@extend_schema(request=ReportIncidentSerializer, responses=answers({201: IncidentSerializer}))
@api_view(["POST"])
def report(request: Request, slug: str) -> Response:
    """Report an incident of a model; the time to tell the authority runs from awareness."""
    asked = body(request, ReportIncidentSerializer)
    models = RegisteredModel.objects.visible_to(person(request)).select_related("unit")
    model = get_object_or_404(models, slug=slug)
    named = asked.pop("version")
    version = model.versions.filter(pk=named).first()
    if named is not None and version is None:
        raise ValidationError({"version": [_("The model has no such version.")]})
    reported = incidents.report(model=model, version=version, by=person(request), **asked)
    return Response(IncidentSerializer(visible(request).get(pk=reported.pk)).data, status=201)


def _step(request: Request, pk: int, shape: type[StrictSerializer], verb: Any) -> Response:
    asked = body(request, shape)
    found = get_object_or_404(visible(request), pk=pk)
    verb(incident=found, by=person(request), **asked)
    return Response(IncidentSerializer(visible(request).get(pk=pk)).data)


@extend_schema(request=AssessIncidentSerializer, responses=answers({200: IncidentSerializer}))
@api_view(["POST"])
def assess(request: Request, pk: int) -> Response:
    """Say whether the AI Act asks for a report, and why; the clock runs on."""
    return _step(request, pk, AssessIncidentSerializer, incident_moves.assess)


@extend_schema(request=NotifyIncidentSerializer, responses=answers({200: IncidentSerializer}))
@api_view(["POST"])
def notify(request: Request, pk: int) -> Response:
    """Keep that an authority was told; the first time stops the clock."""
    return _step(request, pk, NotifyIncidentSerializer, incident_moves.notify)


@extend_schema(request=RuleOutIncidentSerializer, responses=answers({200: IncidentSerializer}))
@api_view(["POST"])
def rule_out(request: Request, pk: int) -> Response:
    """Confirm, as a second person, that there is nothing to report."""
    return _step(request, pk, RuleOutIncidentSerializer, incident_moves.rule_out)


@extend_schema(request=CorrectIncidentSerializer, responses=answers({200: IncidentSerializer}))
@api_view(["POST"])
def correct(request: Request, pk: int) -> Response:
    """Mend facts; what was judged on the earlier ones is judged again."""
    return _step(request, pk, CorrectIncidentSerializer, incident_moves.correct)


@extend_schema(request=CloseIncidentSerializer, responses=answers({200: IncidentSerializer}))
@api_view(["POST"])
def close(request: Request, pk: int) -> Response:
    """Close an incident with its root cause and what was done about it."""
    return _step(request, pk, CloseIncidentSerializer, incident_moves.close)
