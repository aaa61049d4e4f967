"""The public door for checking a report: no account, and nothing is kept."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, Throttled
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.services import verifying
from audits.services.verifying import TooManyChecks
from registry.api.shapes import DetailSerializer, Shape, StrictSerializer, body
from registry.services.uploads import refuse_if_too_large


class ReportToCheckSerializer(StrictSerializer):
    """The report to be checked."""

    report = serializers.FileField(help_text="A sealed report, as PDF.")


class LineSerializer(Shape):
    """One thing that was looked at."""

    state = serializers.CharField(help_text="One of met, broken, could not.")
    about = serializers.CharField(help_text="What it is about: seal, attachments, journal, …")
    says = serializers.CharField(help_text="The sentence, in English.")


class ReportStandingSerializer(Shape):
    """Where a sealed report stands today."""

    serial = serializers.CharField(help_text="The number printed on it.")
    state = serializers.CharField(help_text="One of current, superseded, recalled.")
    superseded_by = serializers.CharField(
        allow_null=True, help_text="The serial of the report that took its place."
    )
    recalled_at = serializers.DateTimeField(allow_null=True, help_text="When it was taken back.")
    as_of = serializers.CharField(
        help_text="The instant it speaks of, in UTC. What was done since, it does not know."
    )
    overtaken = serializers.BooleanField(
        help_text="Whether a release it speaks of has moved since, or an approval in it has ended:"
        " then ask the organisation for a newer report. What changed is not told here."
    )
    sha256 = serializers.CharField(help_text="Of the sealed file that was issued.")


class CheckedSerializer(Shape):
    """What was found."""

    verdict = serializers.CharField(help_text="One of valid, broken, unreadable.")
    says = serializers.CharField(help_text="Why it could not be read; empty otherwise.")
    facts = serializers.DictField(help_text="What the file says of itself.")
    standing = ReportStandingSerializer(
        allow_null=True, help_text="Of a valid report that this installation knows."
    )
    lines = LineSerializer(many=True, help_text="All that was checked, and what could not be.")


class TooLarge(APIException):
    """The body is larger than any report; it was not read."""

    status_code = 413


class VerifyView(APIView):
    """Check a report that somebody hands in."""

    permission_classes = [AllowAny]
    authentication_classes: ClassVar[list[Any]] = []
    parser_classes = [MultiPartParser]

    @extend_schema(
        auth=[],
        request=ReportToCheckSerializer,
        responses={200: CheckedSerializer, 413: DetailSerializer, 429: DetailSerializer},
    )
    def post(self, request: Request) -> Response:
        """Say whether a report is sealed by this organisation and whole; nothing is kept of it."""
        try:
            verifying.count(request._request)
        except TooManyChecks:
            raise Throttled(detail=verifying.too_many_checks()) from None
        if verifying.is_too_large(request._request):
            raise TooLarge(verifying.too_large())
        refuse_if_too_large(request._request)
        file = body(request, ReportToCheckSerializer)["report"]
        try:
            found = verifying.check(file)
        except TooManyChecks:
            raise Throttled(detail=verifying.too_many_checks()) from None
        return Response(CheckedSerializer(found).data, headers={"Cache-Control": "no-store"})
