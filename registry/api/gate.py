"""The gate's door: may this version run in this environment? Anything but a plain yes is a no."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.refusals import told
from registry.api.shapes import ObjectionSerializer, Shape, StrictSerializer, Text, person, query
from registry.rules.deployments import unknown_environment
from registry.rules.gate_answers import DECISIONS, UNKNOWN, Answer
from registry.services import gate_answers


class GateQuestion(StrictSerializer):
    """What is asked."""

    model = Text(help_text="Short name of the model.")
    version = Text(help_text="Label of the version.")
    environment = Text(help_text="Where it is to run.")
    digest = Text(
        required=False,
        allow_blank=True,
        help_text="The sha256 of what is to run. Left out, it is not checked, and a note says so;"
        " named but empty, it is another artefact's.",
    )
    strict = serializers.ChoiceField(
        choices=["0", "1"],
        required=False,
        default="0",
        help_text="With 1 the status is 409 unless it is allowed.",
    )

    def validate_environment(self, environment: str) -> str:
        """Take one of those that are set up."""
        if environment not in settings.ENVIRONMENTS:
            unknown = unknown_environment(environment, settings.ENVIRONMENTS)
            raise ValidationError(told(unknown)["message"])
        return environment


class GateAnswerSerializer(Shape):
    """Whether it may run, and every reason why not."""

    model = serializers.CharField(help_text="Short name of the model.")
    version = serializers.CharField(help_text="Label of the version.")
    environment = serializers.CharField(help_text="Where it is to run.")
    decision = serializers.CharField(help_text=f"One of {', '.join(DECISIONS)}.")
    allowed = serializers.BooleanField(help_text="Whether it may run: act on this and on no other.")
    reasons = ObjectionSerializer(many=True, help_text="Everything that stands against it.")
    notes = ObjectionSerializer(many=True, help_text="What was not checked.")
    valid_until = serializers.DateTimeField(
        allow_null=True, help_text="When the approval ends; ask again then at the latest."
    )
    condition_due = serializers.DateTimeField(
        allow_null=True, help_text="When the next condition has to be fulfilled."
    )
    release = serializers.IntegerField(
        allow_null=True, help_text="The release that answers; null where there is none."
    )
    case_file = serializers.CharField(
        allow_blank=True, help_text="Digest of the case file that was decided on."
    )
    checked_at = serializers.DateTimeField(help_text="The time that expiry was compared with.")
    digest_matches = serializers.BooleanField(
        allow_null=True, help_text="Null where no digest was named."
    )


class NoSuchVersionSerializer(Shape):
    """There is no such version, or it is none of one's units; nobody learns which."""

    detail = serializers.CharField(help_text="What is wrong.")
    decision = serializers.CharField(help_text="Always unknown.")
    allowed = serializers.BooleanField(help_text="Always false.")


class GateView(APIView):
    """The gate."""

    @extend_schema(
        parameters=[GateQuestion],
        responses={
            200: GateAnswerSerializer,
            400: OpenApiResponse(description="Malformed: for each field, what is wrong with it."),
            404: NoSuchVersionSerializer,
            409: GateAnswerSerializer,
        },
    )
    def get(self, request: Request) -> Response:
        """Answer from one read of what was settled, compared with the time of asking.

        It may run where the status is 200 and allowed is true, and nowhere else. An unknown version
        and one of another unit answer 404, with strict and without.
        """
        repeated = [name for name, said in request.query_params.lists() if len(said) > 1]
        if repeated:
            raise ValidationError({name: [_("Name this once.")] for name in repeated})
        asked = query(request, GateQuestion)
        strict = asked.pop("strict") == "1"
        answer = gate_answers.ask(**asked, by=person(request))
        if answer is None:
            detail = _("There is no such version among those you may ask about.")
            unknown = {"detail": detail, "decision": UNKNOWN, "allowed": False}
            return Response(unknown, status=404)
        status = 409 if strict and not answer.allowed else 200
        return Response(shape(asked, answer), status=status)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kw: Any) -> Any:
        """Have nobody keep an answer: the next one may differ."""
        answered = super().finalize_response(request, response, *args, **kw)
        answered["Cache-Control"] = "no-store"
        return answered


def shape(asked: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return an answer as the door shows it."""
    named = {name: asked[name] for name in ("model", "version", "environment")}
    said = {
        **vars(answer),
        "reasons": [told(one) for one in answer.reasons],
        "notes": [told(one) for one in answer.notes],
    }
    return GateAnswerSerializer({**named, **said}).data
