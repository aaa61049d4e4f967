"""Doors to reports: asking for one, watching it, and the sealed PDF."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.api.runs import WorkSerializer
from audits.models import Report
from audits.rules.reports import LANGUAGES, PROFILE_NAMES
from audits.rules.runs import State
from audits.services import reports
from registry.api.shapes import (
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
from registry.models import ModelVersion
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import files, rights


class ReportSerializer(WorkSerializer):
    """A report on one version as it stood at one instant."""

    profile = serializers.CharField(help_text=f"One of {', '.join(PROFILE_NAMES)}.")
    language = serializers.CharField(help_text=f"One of {', '.join(LANGUAGES)}.")
    as_of = serializers.CharField(help_text="Of the last journal entry that it takes in.")
    case_file_digest = serializers.CharField(help_text="Of the case file inside the report.")
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


class ReportFilters(StrictSerializer):
    """What the list can be narrowed by."""

    version = serializers.IntegerField(required=False, help_text="Id of a version.")
    model = Text(source="version__model__slug", required=False, help_text="Short name of a model.")
    state = Text(required=False, help_text=f"One of {', '.join(State)}.")


class NewReportSerializer(StrictSerializer):
    """A report to ask for."""

    version = serializers.IntegerField(help_text="Id of the version.")
    profile = Text(default="regulator", help_text=f"One of {', '.join(PROFILE_NAMES)}.")
    language = Text(default=LANGUAGES[0], help_text=f"One of {', '.join(LANGUAGES)}.")


def visible(request: Request) -> QuerySet[Report]:
    """Return the reports the person may see, with what their shape shows."""
    return Report.objects.visible_to(person(request)).select_related("requested_by", "file")


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
        version = get_object_or_404(ModelVersion.objects.visible_to(user), pk=asked.pop("version"))
        report = reports.request(version=version, by=user, **asked)
        return Response(ReportSerializer(report).data, status=202)


class ReportView(generics.RetrieveAPIView[Report]):
    """One report: where it stands."""

    serializer_class = ReportSerializer

    def get_queryset(self) -> QuerySet[Report]:
        """Take what the person may see."""
        return visible(self.request)


class ReportFileView(APIView):
    """The sealed PDF."""

    content_negotiation_class = OneForm

    @extend_schema(
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, 409: RefusalSerializer}
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Give the sealed PDF once it is done."""
        query(request, NoFields)
        report = get_object_or_404(visible(request).select_related("version__model__unit"), pk=pk)
        if report.profile != "public":
            unit = report.version.model.unit
            rights.require(by=person(request), verb="small_cells.read", unit=unit)
        if report.file is None:
            raise Refused.because(
                "report.not_done",
                gettext_noop(
                    "The report is not there yet (state: %(state)s). Ask how it stands, then again."
                ),
                state=report.state,
            )
        name = f"{report.version.model.slug}-{report.version.label}-report-{report.pk}.pdf"
        return download(files.read_checked(report.file), name=name, kind="application/pdf")
