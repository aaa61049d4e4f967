"""Doors to reports: asking for one, watching it, its files, and recalling it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.api.runs import WorkSerializer
from audits.models import Report
from audits.rules.reports import LANGUAGES, PROFILE_NAMES, Scope, Standing
from audits.rules.runs import State
from audits.services import report_files, reports
from registry.api.shapes import (
    Instant,
    NoFields,
    OneForm,
    RefusalSerializer,
    StrictSerializer,
    Text,
    answers,
    body,
    download,
    person,
    query,
)
from registry.models import ModelVersion, RegisteredModel, Release, Unit, User

PROFILES = (
    f"One of {', '.join(PROFILE_NAMES)}. The first two state the same, each under a serial number"
    " of its own."
)
SPOKEN = f"One of {', '.join(LANGUAGES)}."


class ReportSerializer(WorkSerializer):
    """A report on a version, a release, a model or a portfolio, as it stood at one instant."""

    version = serializers.IntegerField(
        source="version_id",
        allow_null=True,
        help_text="Id of the version it tells of; null of a portfolio.",
    )
    release = serializers.IntegerField(
        source="release_id",
        allow_null=True,
        help_text="Id of the release it tells of; null where there was none.",
    )
    scope = serializers.CharField(help_text=f"What it is on: one of {', '.join(Scope)}.")
    model = serializers.CharField(
        source="model.slug",
        default=None,
        allow_null=True,
        help_text="Short name of the model; null of a portfolio.",
    )
    units = serializers.SerializerMethodField(help_text="Of a portfolio: its units' short names.")
    profile = serializers.CharField(help_text=PROFILES)
    language = serializers.CharField(help_text=SPOKEN)
    as_of = serializers.CharField(
        help_text="The instant asked for, or that of the last journal entry it takes in."
    )
    asked_as_of = serializers.DateTimeField(
        allow_null=True, help_text="The instant that was asked for; null for the state of now."
    )
    serial = serializers.CharField(help_text="What it is known by outside, as on /verify/.")
    standing = serializers.CharField(
        allow_null=True,
        help_text=f"Of a sealed one: {', '.join(Standing)}; null until it is sealed.",
    )
    superseded_by = serializers.CharField(
        source="superseded_by.serial",
        default=None,
        allow_null=True,
        help_text="Serial of the later report on the same that states something else.",
    )
    recalled_at = serializers.DateTimeField(allow_null=True, help_text="When it was taken back.")
    recall_reason = serializers.CharField(help_text="Why it was taken back; else empty.")
    case_file_digest = serializers.CharField(
        help_text="Of the case file inside the report; empty of a portfolio."
    )
    key = serializers.CharField(help_text="The digest of everything it states.")
    unsealed = serializers.CharField(
        help_text="The sha256 of its bytes before the seal; empty until then."
    )
    sha256 = serializers.CharField(
        source="file.sha256",
        default=None,
        allow_null=True,
        help_text="Of the sealed file, once done.",
    )

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_units(self, report: Report) -> list[str]:
        """The units' short names."""
        return [unit.slug for unit in report.units.all()]


class ReportFilters(StrictSerializer):
    """What the list can be narrowed by."""

    version = serializers.IntegerField(required=False, help_text="Id of a version.")
    model = Text(source="model__slug", required=False, help_text="Short name of a model.")
    scope = Text(required=False, help_text=f"One of {', '.join(Scope)}.")
    serial = Text(required=False, help_text="A report's serial.")
    state = Text(required=False, help_text=f"One of {', '.join(State)}.")


class NewReportSerializer(StrictSerializer):
    """A report to ask for, on exactly one of a version, a release, a model or some units."""

    version = serializers.IntegerField(required=False, help_text="Id of a version.")
    release = serializers.IntegerField(required=False, help_text="Id of a release.")
    model = Text(required=False, help_text="Short name of a model.")
    units = serializers.ListField(
        child=Text(), required=False, help_text="Short names of the units of a portfolio."
    )
    profile = Text(default="regulator", help_text=PROFILES)
    language = Text(default=LANGUAGES[0], help_text=SPOKEN)
    as_of = Instant(
        required=False,
        allow_null=True,
        help_text="Leave out everything after this instant; without it, the state of now.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take exactly one thing to report on."""
        named = [name for name in ("version", "release", "model", "units") if name in attrs]
        if len(named) != 1:
            raise ValidationError(gettext("Name exactly one of version, release, model and units."))
        return attrs


class RecallSerializer(StrictSerializer):
    """Why a report is taken back."""

    reason = Text(help_text="Why; the checkers of its serial are not told.")


def visible(request: Request) -> QuerySet[Report]:
    """Return the reports the person may see, with what their shape shows."""
    return Report.objects.visible_to(person(request)).for_list()


def _on(asked: dict[str, Any], user: User) -> dict[str, Any]:
    """Return what the service takes for the one thing named; what is not seen is not found."""
    if "version" in asked:
        versions = ModelVersion.objects.visible_to(user)
        return {"version": get_object_or_404(versions, pk=asked.pop("version"))}
    if "release" in asked:
        releases = Release.objects.visible_to(user)
        return {"release": get_object_or_404(releases, pk=asked.pop("release"))}
    if "model" in asked:
        models = RegisteredModel.objects.visible_to(user)
        return {"model": get_object_or_404(models, slug=asked.pop("model"))}
    units = Unit.objects.visible_to(user)
    return {"portfolio": [get_object_or_404(units, slug=slug) for slug in asked.pop("units")]}


@extend_schema_view(get=extend_schema(parameters=[ReportFilters]))
class ReportsView(generics.ListAPIView[Report]):
    """The reports on the models of one's units, the newest first."""

    serializer_class = ReportSerializer

    def get_queryset(self) -> QuerySet[Report]:
        """Narrow what the person may see."""
        return visible(self.request).filter(**query(self.request, ReportFilters))

    @extend_schema(request=NewReportSerializer, responses=answers({202: ReportSerializer}))
    def post(self, request: Request) -> Response:
        """Ask for a report; the same state asked for again gives the report that is there."""
        asked, user = body(request, NewReportSerializer), person(request)
        report = reports.request(**_on(asked, user), **asked, by=user)
        return Response(ReportSerializer(report).data, status=202)


class ReportView(generics.RetrieveAPIView[Report]):
    """One report: where it stands."""

    serializer_class = ReportSerializer

    def get_queryset(self) -> QuerySet[Report]:
        """Take what the person may see."""
        return visible(self.request)


class RecallView(APIView):
    """Take a sealed report back."""

    @extend_schema(request=RecallSerializer, responses=answers({200: ReportSerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """Recall the report; its files stay, and its serial says so from now on."""
        asked = body(request, RecallSerializer)
        report = get_object_or_404(visible(request), pk=pk)
        recalled = reports.recall(report=report, reason=asked["reason"], by=person(request))
        return Response(ReportSerializer(recalled).data)


class _FileView(APIView):
    content_negotiation_class = OneForm
    form = report_files.PDF

    def hand_out(self, request: Request, pk: int) -> HttpResponse:
        """Return the file in this form."""
        query(request, NoFields)
        report = get_object_or_404(visible(request), pk=pk)
        file = report_files.file_of(report=report, form=self.form, by=person(request))
        return download(file.content, name=file.name, kind=file.kind)


def _answer(form: str) -> dict[Any, Any]:
    return {(200, report_files.KINDS[form]): OpenApiTypes.BINARY, 409: RefusalSerializer}


class ReportFileView(_FileView):
    """The sealed PDF."""

    @extend_schema(responses=_answer("pdf"))
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Give the sealed PDF once it is done."""
        return self.hand_out(request, pk)


class ReportTextView(_FileView):
    """The same report as a text document."""

    form = "docx"

    @extend_schema(responses=_answer("docx"))
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Give the report as DOCX; it carries no seal, and names the sealed PDF."""
        return self.hand_out(request, pk)


class ReportWorkbookView(_FileView):
    """The tables of the report as a workbook."""

    form = "xlsx"

    @extend_schema(responses=_answer("xlsx"))
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Give the tables as XLSX; it carries no seal, and names the sealed PDF."""
        return self.hand_out(request, pk)


class ReportTablesView(_FileView):
    """The tables of the report as CSV files."""

    form = "csv.zip"

    @extend_schema(responses=_answer("csv.zip"))
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Give the tables as CSV in a ZIP archive; it carries no seal, and names the sealed PDF."""
        return self.hand_out(request, pk)


class ReportDataView(_FileView):
    """Everything the report states, as data."""

    form = "json"

    @extend_schema(responses=_answer("json"))
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Give the dossier as JSON; it carries no seal, and names the sealed PDF."""
        return self.hand_out(request, pk)
