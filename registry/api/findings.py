"""Doors to findings: the list, opening one, and every step that moves one on."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
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
from registry.api.versions import visible as visible_versions
from registry.models import Finding, Incident, User
from registry.rules import findings as rules
from registry.services import finding_moves, findings


class FindingMoveSerializer(Shape):
    """One step of a finding."""

    number = serializers.IntegerField(help_text="Counts from 1, its opening.")
    act = serializers.CharField(help_text=f"One of {', '.join(rules.Act)}.")
    before = serializers.CharField(help_text="Where it stood; empty for its opening.")
    after = serializers.CharField(help_text="Where it stood then.")
    severity = serializers.CharField(help_text="The severity from then on.")
    text = serializers.CharField(help_text="What the person said.")
    plan = serializers.CharField(help_text="The remediation plan of an answer; may be empty.")
    outcome = serializers.CharField(help_text="What came of the challenge; empty unless judged.")
    until = serializers.DateField(help_text="Until when the risk is accepted, or null.")
    at = serializers.DateTimeField(help_text="When.")
    by = PersonSerializer(allow_null=True, help_text="Null where nobody did it.")
    role = serializers.CharField(help_text="The role in which, then.")


class FindingSerializer(Shape):
    """What was found wrong with a version, and where it stands today."""

    id = serializers.IntegerField(help_text="Its number.")
    version = serializers.IntegerField(source="version_id", help_text="Id of the version.")
    model = serializers.CharField(source="version.model.slug", help_text="Short name.")
    source = serializers.CharField(help_text=f"One of {', '.join(rules.SOURCES)}.")  # type: ignore[assignment]
    severity = serializers.CharField(help_text=f"One of {', '.join(rules.SEVERITIES)}.")
    state = serializers.CharField(
        source="stands", help_text=f"One of {', '.join(rules.State)}, as it stands today."
    )
    title = serializers.CharField(help_text="In a line.")
    text = serializers.CharField(help_text="What was found.")
    owner = PersonSerializer()
    due = serializers.DateField(help_text="By when it has to be settled.")
    overdue = serializers.BooleanField(source="is_overdue", help_text="Whether that has passed.")
    accepted_until = serializers.DateField(
        allow_null=True, help_text="The last day of an accepted risk; null without one."
    )
    section = serializers.CharField(help_text="Section of the card it is about; may be empty.")
    paragraph = serializers.IntegerField(
        allow_null=True, help_text="Paragraph of the section, from 1; null for the whole of it."
    )
    quote = serializers.CharField(help_text="What stood there, word for word.")
    card_revision = serializers.IntegerField(
        allow_null=True, help_text="The revision of the card that is quoted."
    )
    question = serializers.CharField(help_text="The challenge; may be empty.")
    ground = serializers.CharField(help_text="Its ground; may be empty.")
    incident = serializers.IntegerField(
        source="incident_id", allow_null=True, help_text="Id of the incident it was opened after."
    )
    opened_at = serializers.DateTimeField(help_text="When.")
    opened_by = PersonSerializer(allow_null=True, help_text="Null where it opened by itself.")
    moves = FindingMoveSerializer(many=True, help_text="Its steps, the first one first.")


class FindingFilters(StrictSerializer):
    """What the list can be narrowed by."""

    unit = Text(required=False, help_text="Short name of a unit.")
    model = Text(required=False, help_text="Short name of a model.")
    version = serializers.IntegerField(required=False, help_text="Id of a version.")
    severity = serializers.ChoiceField(
        choices=list(rules.SEVERITIES), required=False, help_text="How severe."
    )
    state = serializers.ChoiceField(
        choices=[state.value for state in rules.State],
        required=False,
        help_text="Where it stands today.",
    )
    overdue = serializers.BooleanField(required=False, help_text="Only those that are overdue.")


class OpenFindingSerializer(StrictSerializer):
    """A finding to open."""

    title = Text(help_text="In a line.")
    text = Text(help_text="What was found.")
    severity = Text(help_text=f"One of {', '.join(rules.SEVERITIES)}.")
    owner = Text(help_text="Account of who answers for it; somebody else at work in the unit.")
    due = serializers.DateField(help_text="By when; not past, within the time of the severity.")
    source = Text(  # type: ignore[assignment]
        default="",
        allow_blank=True,
        help_text=f"One of {', '.join(rules.SOURCES)}; follows from the role when left out.",
    )
    section = Text(default="", allow_blank=True, help_text="Section of the card it is about.")
    paragraph = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="Of that section, from 1."
    )
    question = Text(default="", allow_blank=True, help_text="The challenge.")
    ground = Text(default="", allow_blank=True, help_text="Its ground.")
    incident = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="Id of an incident of the model."
    )


class StepSerializer(StrictSerializer):
    """What every step says."""

    text = Text(allow_blank=True, help_text="Why; it is kept with the step.")
    seen = serializers.IntegerField(
        required=False, help_text="Number of the last step that was seen; refused if outdated."
    )


class AnswerFindingSerializer(StepSerializer):
    """An answer."""

    plan = Text(default="", allow_blank=True, help_text="How it is mended, and until when.")


class CloseFindingSerializer(StepSerializer):
    """A judgement that the answer does."""

    outcome = Text(
        default="accepted", help_text=f"One of {', '.join(rules.OUTCOMES_OF[rules.Act.CLOSE])}."
    )


class ChallengeFindingSerializer(StepSerializer):
    """A judgement that the answer does not do."""

    outcome = Text(
        default="rejected",
        help_text=f"One of {', '.join(rules.OUTCOMES_OF[rules.Act.CHALLENGE])}.",
    )


class AcceptRiskSerializer(StepSerializer):
    """A risk to accept for a time."""

    until = serializers.DateField(help_text="The last day; the finding is open again after it.")


class RateFindingSerializer(StepSerializer):
    """Another severity."""

    severity = Text(help_text=f"One of {', '.join(rules.SEVERITIES)}.")


def visible(request: Request) -> QuerySet[Finding]:
    """Return the findings the person may see, with what their shape shows."""
    found = Finding.objects.visible_to(person(request)).for_list()
    return found.prefetch_related("moves__by")


@extend_schema_view(get=extend_schema(parameters=[FindingFilters]))
class FindingsView(generics.ListAPIView[Finding]):
    """The findings of one's units, the newest first."""

    serializer_class = FindingSerializer

    def get_queryset(self) -> QuerySet[Finding]:
        """Narrow what the person may see."""
        asked = query(self.request, FindingFilters)
        found = visible(self.request)
        for name, lookup in (
            ("unit", "version__model__unit__slug"),
            ("model", "version__model__slug"),
            ("version", "version"),
            ("severity", "severity"),
        ):
            if name in asked:
                found = found.filter(**{lookup: asked[name]})
        if "state" in asked:
            found = found.standing(asked["state"])
        return found.overdue() if asked.get("overdue") else found


class FindingView(generics.RetrieveAPIView[Finding]):
    """One finding."""

    serializer_class = FindingSerializer

    def get_queryset(self) -> QuerySet[Finding]:
        """Take what the person may see."""
        return visible(self.request)


@extend_schema(request=OpenFindingSerializer, responses=answers({201: FindingSerializer}))
@api_view(["POST"])
def open_finding(request: Request, pk: int) -> Response:
    """Open a finding on a version; high and critical ones stand against a release."""
    asked = body(request, OpenFindingSerializer)
    version = get_object_or_404(visible_versions(request), pk=pk)
    paragraph, incident = asked.pop("paragraph"), asked.pop("incident")
    owner = User.objects.filter(
        username=asked["owner"], memberships__unit=version.model.unit
    ).first()
    if owner is None:
        raise ValidationError({"owner": [_("Nobody in the unit has an account of this name.")]})
    about = Incident.objects.visible_to(person(request)).filter(pk=incident).first()
    if incident is not None and about is None:
        raise ValidationError({"incident": [_("There is no such incident.")]})
    said: dict[str, Any] = {
        **asked,
        "owner": owner,
        "incident": about,
        "paragraph": "" if paragraph is None else str(paragraph),
    }
    opened = findings.open_finding(version=version, by=person(request), **said)
    return Response(FindingSerializer(visible(request).get(pk=opened.pk)).data, status=201)


def _step(request: Request, pk: int, shape: type[StrictSerializer], verb: Any) -> Response:
    asked = body(request, shape)
    found = get_object_or_404(visible(request), pk=pk)
    verb(finding=found, by=person(request), **asked)
    return Response(FindingSerializer(visible(request).get(pk=pk)).data)


@extend_schema(request=AnswerFindingSerializer, responses=answers({200: FindingSerializer}))
@api_view(["POST"])
def answer(request: Request, pk: int) -> Response:
    """Answer a finding."""
    return _step(request, pk, AnswerFindingSerializer, finding_moves.answer)


@extend_schema(request=ChallengeFindingSerializer, responses=answers({200: FindingSerializer}))
@api_view(["POST"])
def challenge(request: Request, pk: int) -> Response:
    """Say what the answer lacks; the finding is open again."""
    return _step(request, pk, ChallengeFindingSerializer, finding_moves.challenge)


@extend_schema(request=CloseFindingSerializer, responses=answers({200: FindingSerializer}))
@api_view(["POST"])
def close(request: Request, pk: int) -> Response:
    """Close a finding whose answer does."""
    return _step(request, pk, CloseFindingSerializer, finding_moves.close)


@extend_schema(request=AcceptRiskSerializer, responses=answers({200: FindingSerializer}))
@api_view(["POST"])
def accept_risk(request: Request, pk: int) -> Response:
    """Accept the risk for a time, as a model risk manager."""
    return _step(request, pk, AcceptRiskSerializer, finding_moves.accept_risk)


@extend_schema(request=RateFindingSerializer, responses=answers({200: FindingSerializer}))
@api_view(["POST"])
def rate(request: Request, pk: int) -> Response:
    """Change the severity, with the reason."""
    return _step(request, pk, RateFindingSerializer, finding_moves.rate)
